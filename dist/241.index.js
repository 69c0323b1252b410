export const id = 241;
export const ids = [241];
export const modules = {

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


/***/ }),

/***/ 78241:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  createGitSeals: () => (/* binding */ createGitSeals)
});

// EXTERNAL MODULE: ./lib/domain/commit.js
var domain_commit = __webpack_require__(92935);
// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
// EXTERNAL MODULE: ./lib/domain/git-seal.js
var git_seal = __webpack_require__(36512);
// EXTERNAL MODULE: ./lib/domain/record.js
var domain_record = __webpack_require__(43111);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 9 modules
var schemas = __webpack_require__(27597);
// EXTERNAL MODULE: ./lib/github/api-failure.js
var api_failure = __webpack_require__(49484);
;// CONCATENATED MODULE: ./lib/github/git-objects.js




const sha = schemas/* string */.YjP().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const target = schemas/* looseObject */._H3({ type: schemas/* string */.YjP().max(20), sha });
const refAnswer = schemas/* looseObject */._H3({ ref: schemas/* string */.YjP().max(1000), object: target });
const tagAnswer = schemas/* looseObject */._H3({ sha, object: target });
const created = schemas/* looseObject */._H3({ sha });
const blobAnswer = schemas/* looseObject */._H3({ sha, encoding: schemas/* literal */.euz('base64'), content: schemas/* string */.YjP() });
const READS = { permission: 'contents: read' };
/** Objects are named by their content, so that writing one twice is writing it once. */
const STORES = { permission: 'contents: write', isRepeatable: true };
const CREATES = { permission: 'contents: write' };
/** Who tagged: fixed, so that the same record always gives the same tag object. */
const TAGGER = { name: 'github-actions[bot]', email: '41898282+github-actions[bot]@users.noreply.github.com' };
/** Git's name for an object, in the repository's own hash: that of another name. */
function objectName(type, bytes, like) {
    const hash = (0,external_node_crypto_.createHash)(like.length === 64 ? 'sha256' : 'sha1');
    return hash.update(`${type} ${bytes.byteLength}\0`).update(bytes).digest('hex');
}
function corrupt(what, expected, got) {
    return new domain_error/* GitHubError */.y_('GITHUB_UNEXPECTED', `GitHub's answer cannot be used: ${what} · expected ${expected}, got ${got}`);
}
/** Stores bytes as a blob; returns its name. */
async function storeBlob(api, bytes) {
    const body = { content: Buffer.from(bytes).toString('base64'), encoding: 'base64' };
    const { sha: name } = await api.request('POST /repos/{owner}/{repo}/git/blobs', body, created, STORES);
    const expected = objectName('blob', bytes, name);
    if (name !== expected)
        throw corrupt('the blob it stored has another name', expected, name);
    return name;
}
/** Git keeps seconds. */
function wholeSeconds(date) {
    return date.replace(/\.\d+Z$/, 'Z');
}
/** Stores a tag object that points at a blob; no ref is made. */
async function storeTag(api, tag, blob) {
    const tagger = { ...TAGGER, date: wholeSeconds(tag.date) };
    const body = { tag: tag.name, message: tag.message, object: blob, type: 'blob', tagger };
    const stored = await api.request('POST /repos/{owner}/{repo}/git/tags', body, tagAnswer, STORES);
    if (stored.object.sha !== blob)
        throw corrupt('the tag object it stored points elsewhere', blob, stored.object.sha);
    return stored.sha;
}
/**
 * The name of the tag object that {@link storeTag} stores for a blob of these bytes, without asking: what is stored
 * under this name holds them. A server that writes the object in another way gives it another name.
 */
function tagObjectName(tag, bytes, like) {
    const { name, message, date } = tag;
    const tagger = `${TAGGER.name} <${TAGGER.email}> ${Math.floor(Date.parse(date) / 1000)} +0000`;
    const header = [`object ${objectName('blob', bytes, like)}`, 'type blob', `tag ${name}`, `tagger ${tagger}`];
    return objectName('tag', Buffer.from(`${header.join('\n')}\n\n${message}`), like);
}
/** Creates a ref unless it is there. Any failure leaves open whether it was created: read it. */
async function createRef(api, ref, object) {
    const answer = await api.request('POST /repos/{owner}/{repo}/git/refs', { ref, sha: object }, refAnswer, CREATES);
    if (answer.ref !== ref)
        throw corrupt('it created another ref', ref, answer.ref);
    if (answer.object.sha !== object)
        throw corrupt('the ref points elsewhere', object, answer.object.sha);
}
/**
 * What a ref points at; undefined where there is none. "Not Found" alone does not say so: it is also the answer to a
 * token that may not see the repository. The list of refs is different: it is empty where there are none, and not found
 * where the repository is not.
 */
async function readRef(api, ref) {
    const parameters = { ref: ref.replace(/^refs\//, '') };
    const answer = await (0,api_failure/* unlessMissing */.F)(async () => await api.request('GET /repos/{owner}/{repo}/git/ref/{ref}', parameters, refAnswer, READS));
    if (answer === undefined)
        return (await listRefs(api, ref)).get(ref);
    if (answer.ref !== ref)
        throw corrupt('it is about another ref', ref, answer.ref);
    return answer.object;
}
/** What a tag object points at; undefined where there is no such tag object. */
async function readTagObject(api, tag) {
    const parameters = { tag_sha: tag };
    const answer = await (0,api_failure/* unlessMissing */.F)(async () => await api.request('GET /repos/{owner}/{repo}/git/tags/{tag_sha}', parameters, tagAnswer, READS));
    return answer?.object;
}
/** The bytes of a blob, which hash to its name; undefined where there is no such blob. */
async function readBlob(api, blob) {
    const parameters = { file_sha: blob };
    const answer = await (0,api_failure/* unlessMissing */.F)(async () => await api.request('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', parameters, blobAnswer, READS));
    if (answer === undefined)
        return undefined;
    const bytes = Buffer.from(answer.content, 'base64');
    const name = objectName('blob', bytes, blob);
    if (name !== blob)
        throw corrupt('a blob has other bytes than its name says', blob, name);
    return bytes;
}
/** All refs whose names begin so, with what they point at. */
async function listRefs(api, prefix) {
    const refs = new Map();
    const ref = prefix.replace(/^refs\//, '');
    const route = 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}';
    for await (const { ref: name, object } of api.pages(route, { ref }, schemas/* array */.YOg(refAnswer), READS))
        if (name.startsWith(prefix))
            refs.set(name, object);
    return refs;
}

;// CONCATENATED MODULE: ./lib/github/git-seals.js





/** Written to see whether one may write. Nothing refers to it, and it is the same blob every time. */
const PROBE = new TextEncoder().encode('build-once\n');
/** How often a ref is tried to be created whose creation failed without there being one afterwards. */
const MAX_CREATES = 4;
/** How long an object may be missing that a ref leads to. */
const OBJECT_DELAY_MS = 2000;
/**
 * Seals as refs of the GitHub repository: ref → tag object → blob, which is the record. Never a ref to the commit: a
 * commit whose workflow files no branch has needs a permission that a job's token cannot have.
 */
function createGitSeals(options) {
    return {
        read: async (repository, commit) => await read(options, repository, commit),
        requireRights: async () => {
            await storeBlob(options.api, PROBE);
        },
        claim: async (record) => await claim(options, record),
        list: async (repository) => await list(options, repository),
    };
}
async function list({ api }, repository) {
    const folder = `${(0,git_seal/* sealFolder */.Ku)(repository)}/`;
    const seals = new Map();
    for (const [ref, { sha }] of await listRefs(api, folder)) {
        const commit = ref.slice(folder.length);
        const holds = (record) => (0,git_seal/* sealRef */.fl)(record.repository, record.commit) === ref &&
            tagObjectName(tagOf(record), (0,domain_record/* encodeRecord */.Ym)(record), sha) === sha;
        if ((0,domain_commit/* isCommit */.WM)(commit))
            seals.set(commit, { holds });
    }
    return seals;
}
async function read(options, repository, commit) {
    const ref = (0,git_seal/* sealRef */.fl)(repository, commit);
    const tag = await readRef(options.api, ref);
    if (tag === undefined)
        return undefined;
    if (tag.type !== 'tag')
        throw (0,git_seal/* invalidSeal */.LP)(ref, `it points at a ${tag.type} · expected a tag object`);
    try {
        return (0,git_seal/* checkedSeal */.R1)(await readRecordOf(options, ref, tag.sha), repository, commit);
    }
    catch (error) {
        if (!(error instanceof domain_error/* GitHubError */.y_) || error.code !== 'GITHUB_UNEXPECTED')
            throw error;
        throw new domain_error/* GitHubError */.y_(error.code, `${ref} cannot be read: ${error.message}`, { cause: error });
    }
}
async function readRecordOf(options, ref, tag) {
    const { api } = options;
    const blob = await shown(options, async () => await readTagObject(api, tag));
    if (blob === undefined)
        throw (0,git_seal/* invalidSeal */.LP)(ref, `its tag object ${tag} is not there`);
    if (blob.type !== 'blob')
        throw (0,git_seal/* invalidSeal */.LP)(ref, `its tag object points at a ${blob.type} · expected a blob that holds a build record`);
    const bytes = await shown(options, async () => await readBlob(api, blob.sha));
    if (bytes === undefined)
        throw (0,git_seal/* invalidSeal */.LP)(ref, `its blob ${blob.sha} is not there`);
    return decode(bytes, ref, blob.sha);
}
/** Objects are written before the ref, but a copy of the repository may show them after it. */
async function shown({ clock }, find) {
    const found = await find();
    if (found !== undefined)
        return found;
    await clock.sleep(OBJECT_DELAY_MS);
    return await find();
}
function decode(bytes, ref, blob) {
    try {
        return (0,domain_record/* decodeBuildRecord */.AN)(bytes, `Its blob ${blob}`);
    }
    catch (error) {
        if (!(error instanceof domain_error/* RecordError */.W1))
            throw error;
        throw (0,git_seal/* invalidSeal */.LP)(ref, error.message, error);
    }
}
/**
 * Whoever creates the ref has won. A failure does not say that nothing was created: the connection may break after
 * the ref was, and a request that is repeated is then told that the ref exists. So after any failure the ref is read,
 * and the nonce in its record tells our own success from a lost race.
 */
async function claim(options, record) {
    const { api, clock, log } = options;
    const { repository } = record;
    const commit = record.commit;
    const ref = (0,git_seal/* sealRef */.fl)(repository, commit);
    const object = await store(api, record);
    for (let attempt = 1;; attempt += 1) {
        try {
            await createRef(api, ref, object);
            return { won: true, record };
        }
        catch (error) {
            if (!(error instanceof domain_error/* GitHubError */.y_))
                throw error;
            const standing = await read(options, repository, commit);
            if (standing !== undefined)
                return { won: standing.nonce === record.nonce, record: standing };
            if (!mayPass(error) || attempt === MAX_CREATES)
                throw error;
            log.info(`${error.message}; ${ref} is not there, trying again`);
            await clock.sleep(1000 * 2 ** (attempt - 1));
        }
    }
}
/** Refusals that stay. Git says 409 and 422 also where two requests meet, and the ref may be gone when it is read. */
function mayPass({ code }) {
    return ['GITHUB_UNAVAILABLE', 'GITHUB_UNEXPECTED', 'GITHUB_REFUSED'].includes(code);
}
function tagOf({ repository, commit, digest, createdAt }) {
    const name = (0,git_seal/* sealRef */.fl)(repository, commit).replace(/^refs\//, '');
    return { name, message: `${repository}@${digest}\n`, date: createdAt };
}
async function store(api, record) {
    const blob = await storeBlob(api, (0,domain_record/* encodeRecord */.Ym)(record));
    return await storeTag(api, tagOf(record), blob);
}


/***/ })

};
