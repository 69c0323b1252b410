export const id = 85;
export const ids = [85];
export const modules = {

/***/ 78085:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  createGitHubApi: () => (/* binding */ createGitHubApi)
});

// EXTERNAL MODULE: ./node_modules/zod/v4/core/errors.js
var errors = __webpack_require__(37428);
// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
// EXTERNAL MODULE: ./lib/github/api-failure.js
var api_failure = __webpack_require__(49484);
;// CONCATENATED MODULE: ./lib/github/api-fetch.js

const MAX_REDIRECTS = 3;
const WITHOUT_BODY = new Set([204, 205, 304]);
/**
 * Makes a `fetch` that stays at one origin and below one path, because the token goes with every request, and that
 * reads answers whole and bounded: half an answer is a failure of the connection, not an answer.
 */
function boundedFetch(base, send, limits) {
    return async (address, init) => {
        let url = new URL(address);
        for (let hop = 0;; hop += 1) {
            refuseElsewhere(url, base);
            const timeout = AbortSignal.timeout(limits.timeoutMs);
            const signal = init.signal == null ? timeout : AbortSignal.any([init.signal, timeout]);
            const response = await send(url.href, { ...init, redirect: 'manual', signal });
            const location = redirection(response, init.method ?? 'GET');
            const what = `${init.method ?? 'GET'} ${url.pathname}`;
            if (location === undefined)
                return await readWhole(response, what, limits.maxBytes);
            await response.body?.cancel();
            if (hop >= MAX_REDIRECTS)
                throw unexpected(what, `it redirects more than ${MAX_REDIRECTS} times`);
            if (!URL.canParse(location, url.href))
                throw unexpected(what, 'it redirects to no address');
            url = new URL(location, url);
        }
    };
}
function unexpected(what, why) {
    return new domain_error/* GitHubError */.y_('GITHUB_UNEXPECTED', `GitHub's answer (${what}) cannot be used: ${why}`);
}
/** Redirects of renamed repositories, and the addresses of further pages, are GitHub's to choose, but not the host. */
function refuseElsewhere(url, base) {
    const folder = base.pathname.replace(/\/*$/, '/');
    const isAnonymous = url.username === '' && url.password === '';
    if (url.origin === base.origin && url.pathname.startsWith(folder) && isAnonymous)
        return;
    throw new domain_error/* GitHubError */.y_('GITHUB_UNEXPECTED', `The API leads elsewhere, where the token must not go · expected ${base.origin}${folder}…, got ${url.origin}`, { hint: 'Check GITHUB_API_URL, and any proxy in between.' });
}
/** Where to go on; only 307 and 308 keep method and body. */
function redirection(response, method) {
    const isRedirect = response.status === 307 ||
        response.status === 308 ||
        (method === 'GET' && [301, 302].includes(response.status));
    return isRedirect ? (response.headers.get('location') ?? undefined) : undefined;
}
async function readWhole(response, what, maxBytes) {
    const chunks = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
        size += chunk.byteLength;
        // Leaving the loop ends the transfer.
        if (size > maxBytes)
            throw unexpected(what, `it is larger than ${maxBytes} bytes`);
        chunks.push(chunk);
    }
    const { status, headers } = response;
    return new Response(WITHOUT_BODY.has(status) ? null : Buffer.concat(chunks), { status, headers });
}

// EXTERNAL MODULE: ./lib/github/api-limit.js
var api_limit = __webpack_require__(39821);
;// CONCATENATED MODULE: ./lib/github/write-pace.js
/** A step writes a handful of things; what GitHub asks to be spread is a long series. */
const BURST = 5;
const INTERVAL_MS = 1000;
/**
 * GitHub's guidance for writes: one a second. The plugin would keep to it from the second write on, two seconds for
 * every build; here a short series goes through at once, and only what follows is spread.
 */
function createWritePace(clock) {
    let nextFree = -Infinity;
    let last = -Infinity;
    const read = () => {
        const now = clock.now().getTime();
        // A clock that is set back would let the next write wait until it has caught up.
        if (now < last)
            nextFree -= last - now;
        last = now;
        return now;
    };
    return {
        key: () => ({
            schedule: async (_options, job) => {
                const now = read();
                nextFree = Math.max(nextFree, now - BURST * INTERVAL_MS) + INTERVAL_MS;
                if (nextFree > now)
                    await clock.sleep(nextFree - now);
                read();
                await job();
            },
        }),
    };
}

;// CONCATENATED MODULE: ./lib/github/api-client.js






const LIMITS = {
    timeoutMs: 30_000,
    maxBytes: 16 * 1024 * 1024,
    retries: 2,
    waitSeconds: 90,
    secondMs: 1000,
    maxPages: 1000,
};
/** 429 belongs to the throttling plugin, and what 409 and 422 mean is found out by reading. */
const NOT_REPEATED = [400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 451];
/** Makes the API client. Nothing is loaded and nothing sent until something is asked. */
function createGitHubApi(options) {
    let connecting;
    let ahead = 0;
    const octokit = async () => await (connecting ??= connect(options));
    const ask = async (asked) => {
        const answer = await send(await octokit(), options, asked);
        const date = Date.parse(String(answer.headers['date']));
        if (!Number.isNaN(date))
            ahead = date - options.clock.now().getTime();
        return answer;
    };
    return {
        repository: options.repository,
        now: () => new Date(options.clock.now().getTime() + ahead),
        request: async (route, parameters, schema, how = {}) => {
            const answer = await ask({ route, parameters, how });
            return parse(answer, schema, named(route, options));
        },
        pages: async function* (route, parameters, schema, how = {}) {
            const { maxPages } = { ...LIMITS, ...options.limits };
            let asked = { route, parameters, how };
            for (let page = 1;; page += 1) {
                const answer = await ask(asked);
                yield* parse(answer, schema, named(route, options));
                const next = nextPage(answer);
                if (next === undefined)
                    return;
                if (page >= maxPages)
                    throw new domain_error/* GitHubError */.y_('GITHUB_UNEXPECTED', `GitHub (${named(route, options)}) has over ${maxPages} pages`);
                asked = { route: `GET ${next}`, parameters: {}, how };
            }
        },
    };
}
/** The toolkit's client with GitHub's plugins. It says which address answers, which proxy is between, and who we are. */
async function connect(options) {
    const { url, token, log, clock } = options;
    const limits = { ...LIMITS, ...options.limits };
    const [{ getOctokit }, { defaults }, { retry }, { throttling }] = await Promise.all([
        Promise.all(/* import() */[__webpack_require__.e(942), __webpack_require__.e(555), __webpack_require__.e(351)]).then(__webpack_require__.bind(__webpack_require__, 61351)),
        Promise.all(/* import() */[__webpack_require__.e(942), __webpack_require__.e(555)]).then(__webpack_require__.bind(__webpack_require__, 85555)),
        Promise.all(/* import() */[__webpack_require__.e(251), __webpack_require__.e(735)]).then(__webpack_require__.bind(__webpack_require__, 49735)),
        Promise.all(/* import() */[__webpack_require__.e(251), __webpack_require__.e(856)]).then(__webpack_require__.bind(__webpack_require__, 86856)),
    ]);
    const quiet = (message) => log.debug(message.replaceAll(token, '***'));
    const through = defaults.request?.['fetch'];
    return getOctokit(token, {
        baseUrl: url.href.replace(/\/+$/, ''),
        userAgent: 'build-once',
        log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
        request: { fetch: boundedFetch(url, through, limits) },
        retry: { retries: limits.retries, doNotRetry: NOT_REPEATED, retryAfterBaseValue: limits.secondMs },
        throttle: throttle(limits, clock, log),
    }, answersOf(clock), retry, throttling);
}
/** Waits for a limit only when it is over soon; a job that waits an hour blocks the queue behind it. */
function throttle(limits, clock, log) {
    let waited = 0;
    const wait = (seconds, retryCount) => {
        if (retryCount >= limits.retries || waited + seconds > limits.waitSeconds)
            return false;
        waited += seconds;
        log.info(`GitHub takes no more requests for now; waiting ${seconds} s`);
        return true;
    };
    return {
        onRateLimit: (seconds, _options, _octokit, retryCount) => wait(seconds, retryCount),
        onSecondaryRateLimit: (seconds, _options, _octokit, retryCount) => wait(seconds, retryCount),
        retryAfterBaseValue: limits.secondMs,
        // The plugin's type is the class of a limiter it uses two methods of.
        write: createWritePace(clock),
    };
}
/**
 * Comes before the other plugins. What {@link boundedFetch} refuses is no failure of the network, which would be tried
 * again; and limits are said so that the throttling plugin understands them.
 */
function answersOf(clock) {
    return (octokit) => {
        octokit.hook.error('request', (error) => {
            if (error instanceof Error && error.cause instanceof domain_error/* GitHubError */.y_)
                throw error.cause;
            sayPlainLimit(error, clock.now().getTime());
            throw error;
        });
        return {};
    };
}
function sayPlainLimit(error, now) {
    if (!(error instanceof Error) || !('status' in error) || !('response' in error))
        return;
    const { status, response, message: text } = error;
    if (typeof status !== 'number' || typeof response !== 'object' || response === null)
        return;
    if (!('headers' in response))
        return;
    const headers = response.headers;
    response.headers = (0,api_limit/* plainLimit */.i)({ status, headers, text }, now);
}
async function send(octokit, options, { route, parameters, how }) {
    const { owner, name } = options.repository;
    const isRepeatable = how.isRepeatable ?? route.startsWith('GET ');
    const isNamed = route.includes('{owner}');
    try {
        const { status, headers, data } = await octokit.request(route, {
            ...parameters,
            ...(isNamed ? { owner, repo: name } : {}),
            headers: { 'x-github-api-version': '2022-11-28', accept: 'application/vnd.github+json' },
            request: isRepeatable ? {} : { retries: 0 },
        });
        return { status, headers, data: readable(data, headers) };
    }
    catch (error) {
        const { token, clock } = options;
        const now = clock.now().getTime();
        throw (0,api_failure/* failureOf */.g)(error, { route: named(route, options), permission: how.permission, token, now });
    }
}
/**
 * The client hands over as a text what it cannot read. It fails at objects that have no value of their own, such as
 * `{"valueOf": null}`, which anybody can put into the payload of a deployment.
 */
function readable(data, headers) {
    if (typeof data !== 'string' || !String(headers['content-type']).startsWith('application/json'))
        return data;
    try {
        return JSON.parse(data);
    }
    catch {
        return data;
    }
}
/** `GET /repos/owner/name/…`, as messages name a request; the address of a further page without its query. */
function named(route, { repository: { owner, name } }) {
    return route.replace('{owner}', owner).replace('{repo}', name).replace(/\?.*$/, '');
}
function parse({ status, data }, schema, route) {
    const result = schema.safeParse(data);
    if (status < 300 && result.success)
        return result.data;
    const why = status >= 300 || result.error === undefined
        ? `it has the status ${status}`
        : (0,domain_error/* oneLine */.TN)(errors/* prettifyError */.S1(result.error)).slice(0, 300);
    throw new domain_error/* GitHubError */.y_('GITHUB_UNEXPECTED', `GitHub's answer (${route}) cannot be used: ${why}`, { status });
}
/** The address of the next page (RFC 8288 §3); the client refuses one at another origin. */
function nextPage({ headers }) {
    const links = String(headers['link'] ?? '').split(',');
    const next = links.find((link) => /;\s*rel="?next"?\s*(?:;|$)/.test(link));
    return /^\s*<(?<address>[^>]*)>/.exec(next ?? '')?.groups?.['address'];
}


/***/ }),

/***/ 49484:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   F: () => (/* binding */ unlessMissing),
/* harmony export */   g: () => (/* binding */ failureOf)
/* harmony export */ });
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);
/* harmony import */ var _api_limit_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(39821);


/** Certificates whose authority is not known, in the words of OpenSSL. */
const UNTRUSTED = /\bself[- ]signed\b|\bunable to (?:verify|get)\b.*\bcertificate\b/i;
const TRUST = 'Trust the authority that signed its certificate: set NODE_EXTRA_CA_CERTS for the runner to the file of that authority.';
/** Advice for whoever starts Node.js. */
const NODE_ADVICE = /; if the root CA is installed locally,.*$/;
/** The error for a request that failed; nothing of the request itself goes into it. */
function failureOf(error, asked) {
    if (error instanceof _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GitHubError */ .y_)
        return error;
    const answer = answerOf(error, asked);
    const what = `GitHub (${asked.route})`;
    if (answer === undefined) {
        // The answer 407 of a proxy is given as a failure without a word.
        const why = printable((0,_domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error), asked.token) || 'the connection failed, or a proxy asks for a password';
        return new _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GitHubError */ .y_('GITHUB_UNAVAILABLE', `${what} did not answer: ${why.replace(NODE_ADVICE, '')}`, {
            hint: UNTRUSTED.test(why) ? TRUST : 'Run the job again. Nothing was assumed about what was asked.',
        });
    }
    const { status, headers, text } = answer;
    const said = `${status} ${text}`;
    const limit = (0,_api_limit_js__WEBPACK_IMPORTED_MODULE_1__/* .limitOf */ .L)(answer, asked.now);
    if (limit !== undefined) {
        return new _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GitHubError */ .y_('GITHUB_RATE_LIMITED', `${what} takes no more requests for now: ${said}`, {
            status,
            hint: `Run the job again in ${limit} s. All jobs of a repository share one limit.`,
        });
    }
    if (status === 401 || status === 403)
        return denial(what, said, status, permissionOf(headers, asked.permission) ?? asked.permission);
    if (status === 404 || status === 410) {
        const needs = asked.permission === undefined ? '' : ` and may do this (permissions: ${asked.permission})`;
        return new _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GitHubError */ .y_('GITHUB_NOT_FOUND', `${what} is not there: ${said}`, {
            status,
            hint: `Check that the token is one of this repository${needs}.`,
        });
    }
    if (status >= 500)
        return new _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GitHubError */ .y_('GITHUB_UNAVAILABLE', `${what} failed: ${said}`, { status });
    return new _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GitHubError */ .y_('GITHUB_REFUSED', `${what} was refused: ${said}`, { status });
}
function denial(what, said, status, permission) {
    if (status === 401)
        return new _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GitHubError */ .y_('GITHUB_DENIED', `${what} does not know the token: ${said}`, {
            status,
            hint: 'Give the token of this job, ${{ github.token }}, or one that is valid for this server.',
        });
    const needed = permission === undefined ? '' : ` · expected permission ${permission}`;
    return new _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GitHubError */ .y_('GITHUB_DENIED', `${what} was denied: ${said}${needed}`, {
        status,
        ...(permission === undefined ? {} : { permission }),
    });
}
/** What GitHub was asked for; undefined where it is not there, or not shown to this token. */
async function unlessMissing(work) {
    try {
        return await work();
    }
    catch (error) {
        if (error instanceof _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GitHubError */ .y_ && error.status === 404)
            return undefined;
        throw error;
    }
}
/** The client's errors hold the answer, where there was one; they are told by their form. */
function answerOf(error, { token }) {
    if (!(error instanceof Error) || !('response' in error) || !('status' in error))
        return undefined;
    const { response, status } = error;
    if (typeof response !== 'object' || response === null || typeof status !== 'number')
        return undefined;
    const headers = 'headers' in response ? response.headers : {};
    return { status, headers, text: printable(error.message, token) };
}
/** Words of a server in one line, without the token, should it say it. */
function printable(text, token) {
    const plain = (0,_domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .oneLine */ .TN)(text.replaceAll(token, '***'));
    // Pages for people come with 502 and 503.
    return /^<(?:!doctype|html)/i.test(plain) ? 'an HTML page' : plain.slice(0, 300);
}
/**
 * `contents=write; contents=write,workflows=write` → `contents: write`: the first alternative that is enough, or the one
 * that the request names, which allows no more than it needs.
 */
function permissionOf(headers, expected) {
    const alternatives = String(headers['x-accepted-github-permissions'] ?? '')
        .split(';')
        .map(alternativeOf);
    return expected !== undefined && alternatives.includes(expected) ? expected : alternatives[0];
}
/** `contents=write,workflows=write` → `contents: write, workflows: write`; undefined for what is no permission. */
function alternativeOf(text) {
    const pairs = text
        .split(',')
        .map((pair) => /^\s*(?<name>[a-z_]{1,60})=(?<access>[a-z]{1,20})\s*$/.exec(pair)?.groups);
    if (pairs.some((pair) => pair === undefined))
        return undefined;
    return pairs.map((pair) => `${pair?.['name']?.replaceAll('_', '-')}: ${pair?.['access']}`).join(', ');
}


/***/ }),

/***/ 39821:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ limitOf),
/* harmony export */   i: () => (/* binding */ plainLimit)
/* harmony export */ });
/** What GitHub asks for where it names no time. */
const UNKNOWN_S = 60;
/** Nothing is limited for longer; a larger number is a mistake of somebody in between. */
const LONGEST_S = 24 * 3600;
/** Enterprise servers have called it abuse. */
const LIMITED = /\bsecondary rate\b|\brate limit exceeded\b|\babuse detection\b/i;
/** The last request of an hour may be one that is not allowed. */
const DENIED = /\bnot accessible by\b/i;
/**
 * Seconds until requests are taken again; undefined where a limit is not why it was refused. What is said comes from
 * the server or from a proxy in between, so none of it is believed when it makes no sense.
 */
function limitOf({ status, headers, text }, now) {
    if (status !== 403 && status !== 429)
        return undefined;
    const after = retryAfter(headers, now);
    if (after !== undefined)
        return after;
    if (DENIED.test(text))
        return undefined;
    if (String(headers['x-ratelimit-remaining']) === '0')
        return untilReset(headers, now);
    return status === 429 || LIMITED.test(text) ? UNKNOWN_S : undefined;
}
/**
 * Says the same in the headers that the throttling plugin reads: it knows fewer words, takes a reset that is missing
 * or overflows 32 bits for one that has passed, and knows nothing of clocks that differ.
 */
function plainLimit(refusal, now) {
    const { headers } = refusal;
    const seconds = limitOf(refusal, now);
    if (seconds === undefined)
        return { ...headers, 'x-ratelimit-remaining': undefined };
    return {
        ...headers,
        'retry-after': String(seconds),
        'x-ratelimit-remaining': '0',
        // The plugin adds a second.
        'x-ratelimit-reset': String(Math.floor(now / 1000) + seconds - 1),
    };
}
/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfter(headers, now) {
    const said = String(headers['retry-after'] ?? '');
    if (/^\d+(?:\.\d+)?$/.test(said))
        return bounded(Number(said));
    const date = /^[A-Z][a-z]{2},/.test(said) ? Date.parse(said) : Number.NaN;
    return Number.isNaN(date) ? undefined : bounded((date - serverTime(headers, now)) / 1000);
}
function untilReset(headers, now) {
    const reset = Number(headers['x-ratelimit-reset']);
    // A second more, to come after it.
    return reset > 0 ? bounded(reset - serverTime(headers, now) / 1000 + 1) : UNKNOWN_S;
}
/** Times of the server are measured by its own clock, where it says what that shows. */
function serverTime(headers, now) {
    const time = Date.parse(String(headers['date'] ?? ''));
    return Number.isNaN(time) ? now : time;
}
function bounded(seconds) {
    return Math.min(Math.max(1, Math.ceil(seconds)), LONGEST_S);
}


/***/ })

};
