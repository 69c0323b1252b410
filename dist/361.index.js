export const id = 361;
export const ids = [361];
export const modules = {

/***/ 36198:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $Q: () => (/* binding */ linkFault),
/* harmony export */   Zn: () => (/* binding */ titleFault),
/* harmony export */   fk: () => (/* binding */ FILES_ARTIFACT),
/* harmony export */   fl: () => (/* binding */ FILES_LIMITS)
/* harmony export */ });
/**
 * The OCI artifact of a folder of files: one gzipped tar layer whose entries start with the folder's name.
 * The layer annotations are those of oras, so that `oras pull` restores the folder as well.
 */
const FILES_ARTIFACT = {
    artifactType: 'application/vnd.build-once.files.v1',
    /** Layer annotation: name of the folder, the first part of every entry's name. */
    title: 'org.opencontainers.image.title',
    /** Layer annotation: `true`, the layer is an archive to be extracted. */
    unpack: 'io.deis.oras.content.unpack',
    /** Layer annotation: digest of the uncompressed tar. */
    contentDigest: 'io.deis.oras.content.digest',
};
/** What packing and unpacking agree on as the largest artifact; more is a mistake or an attack. */
const FILES_LIMITS = { entries: 100_000, bytes: 10 * 1024 ** 3 };
/** Why a text cannot be the title, in words: it becomes the name of a folder on somebody's machine. */
function titleFault(title) {
    if (title === '' || title === '.' || title === '..')
        return 'it is not a folder name';
    if (/[/\\\p{Cc}]/u.test(title))
        return 'it holds a separator or a control character';
    return undefined;
}
/**
 * Why a symbolic link could lead out of the folder, in words; undefined when it cannot.
 * `..` counts only at the beginning: behind the name of another link it would be resolved from wherever that
 * link leads, which no look at the text can tell.
 * @param link path of the link below the folder, with `/`.
 */
function linkFault(link, target) {
    if (target === '')
        return 'it leads nowhere';
    if (/^(?:\/|\\|[A-Za-z]:)/.test(target))
        return 'it leads to an absolute path';
    const parts = target.split('/').filter((part) => part !== '' && part !== '.');
    const name = parts.findIndex((part) => part !== '..');
    const up = name < 0 ? parts.length : name;
    if (parts.slice(up).includes('..'))
        return 'it goes up again after going down';
    if (up > link.split('/').length - 1)
        return 'it leads out of the folder';
    return undefined;
}


/***/ }),

/***/ 85797:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  CE: () => (/* binding */ GUARD_LEVELS),
  _9: () => (/* binding */ buildInputs),
  Y: () => (/* binding */ guardedPrograms),
  Bc: () => (/* binding */ judgeCommand)
});

;// CONCATENATED MODULE: ./lib/domain/builders.js
/** The programs that build, and which of their command lines do. Data only; `judgeCommand` reads it. */
/** `'build, image push'` as a list: the tables below stay readable. */
function list(text) {
    return text === '' ? [''] : text.split(', ');
}
const COMPOSE = 'build, push, watch, bake, commit, publish';
const BUILDX = 'build, b, bake, f, imagetools create, debug, dap';
const CONTAINER_TOOL = list([
    'build, bud, push, commit, tag, import, image build, image push, image tag, image import',
    'builder build, container commit, manifest create, manifest push, stack build, farm build',
    ...list(BUILDX).map((words) => `buildx ${words}`),
    ...list(COMPOSE).map((words) => `compose ${words}`),
].join(', '));
const MAVEN = list('compile, package, install, deploy, verify, jib:build, jib:dockerBuild, spring-boot:build-image');
const GRADLE = list('build, assemble, jar, war, bootJar, bootWar, bootBuildImage, jib, jibDockerBuild, publish, installDist');
/** Builders of images, and programs that build when they deploy. */
const BUILDERS = {
    docker: CONTAINER_TOOL,
    podman: CONTAINER_TOOL,
    nerdctl: CONTAINER_TOOL,
    finch: CONTAINER_TOOL,
    buildah: [...CONTAINER_TOOL, ...list('build-using-dockerfile, from, add, copy, run, config')],
    'docker-compose': list(COMPOSE),
    'podman-compose': list(COMPOSE),
    'docker-buildx': list(BUILDX),
    buildx: list(BUILDX),
    buildctl: list('build'),
    skaffold: list('run, build, dev, debug'),
    ko: list('build, publish, apply, create, run, resolve'),
    pack: list('build, buildpack package, builder create, rebase'),
    kaniko: list(''),
    'kaniko-executor': list(''),
    img: list('build, push, tag'),
    nixpacks: list('build'),
    s2i: list('build, rebuild'),
    earthly: list(''),
    depot: list('build, bake'),
    werf: list('build, converge'),
    tilt: list('up, ci'),
    crane: list('append, mutate, rebase, flatten, edit, push, tag'),
    gcloud: ['', 'beta ', 'alpha '].flatMap((track) => list(`${track}builds submit, ${track}app deploy, ${track}functions deploy, ${track}artifacts docker tags add`)),
    az: list('acr build, acr run, acr task run, webapp up, containerapp up'),
    oc: list('start-build, new-build, new-app'),
    heroku: list('container:push'),
    copilot: list('deploy, svc deploy, job deploy'),
    sam: list('build'),
    vercel: list('build'),
    netlify: list('build'),
};
/** What `guard: strict` adds. `npm` and the like still start what was built. */
const PACKAGE_BUILDERS = {
    npm: list('ci, install, i, add, update, run build, run-script build, run bundle, run compile, pack, publish'),
    pnpm: list('install, i, add, update, build, run build, pack, publish'),
    yarn: list('$, install, add, build, run build, pack, publish'),
    bun: list('install, i, add, build, run build'),
    deno: list('compile, bundle'),
    tsc: list(''),
    vite: list('build'),
    next: list('build'),
    webpack: list(''),
    mvn: MAVEN,
    mvnw: MAVEN,
    gradle: GRADLE,
    gradlew: GRADLE,
    ant: list(''),
    sbt: list(''),
    go: list('build, install, generate, run'),
    cargo: list('build, b, install, run, r, publish'),
    dotnet: list('build, publish, pack'),
    pip: list('install, wheel, download'),
    pip3: list('install, wheel, download'),
    uv: list('build, sync, pip install'),
    poetry: list('build, install'),
    bundle: list('install'),
    composer: list('install, update'),
    make: list('$, all, build, dist, package, compile, image, docker-build'),
    cmake: list(''),
    ninja: list(''),
    bazel: list('build, run'),
    nix: list('build, run'),
    'nix-build': list(''),
    swift: list('build'),
    gcc: list(''),
    cc: list(''),
    rustc: list(''),
};
/** Programs that run another one with a PATH of their own, so that no shim would be met. */
const WRAPPERS = new Set(['sudo', 'doas']);
/** Tools that take several goals in any order. */
const ANY_ORDER = new Set(['mvn', 'mvnw', 'gradle', 'gradlew', 'make']);
function options(values, flags) {
    return { values: new Set(values.split(' ')), flags: new Set(flags.split(' ')) };
}
const CONTAINER_OPTIONS = options('-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey --builder -f --file -p ' +
    '--project-name --project-directory --workdir --profile --env-file --ansi --parallel --progress --url ' +
    '--identity --connection --root --runroot --storage-driver --storage-opt --namespace -n -a --address ' +
    '--cgroup-manager --registries-conf --tmpdir --snapshotter --data-root', '-D --debug --tls --tlsverify --verbose --compatibility --dry-run --all-resources --no-ansi ' +
    '--skip-hostname-check --remote -r --syslog --insecure-registry --experimental -h --help -v --version');
const MAVEN_OPTIONS = options('-f --file -P -pl -s -gs -t -T -l -D -rf -b', '-q -B -o -C -e -X -U -N -am');
const GRADLE_OPTIONS = options('-p --project-dir -b -c -g -I -x -D -P', '-q -i -d -s -a --offline');
const OPTIONS = {
    make: options('-C --directory -f --file --makefile -I --include-dir -o -W', '-j -k -s -n -B -i -e -q -t -w -d -r -R -l -O --silent --quiet --dry-run --always-make --keep-going'),
    yarn: options('--cwd --cache-folder --registry --modules-folder --network-timeout --mutex', '-s --silent --verbose --json --offline --frozen-lockfile --immutable --production --prod --ignore-scripts'),
    npm: options('-C --prefix -w --workspace', '-f --force -s --silent -q -d -p -l -g --global --ws'),
    mvn: MAVEN_OPTIONS,
    mvnw: MAVEN_OPTIONS,
    gradle: GRADLE_OPTIONS,
    gradlew: GRADLE_OPTIONS,
    gcloud: options('--project --account --configuration --verbosity --format --region', '-q --quiet'),
    az: options('-o --output --subscription --query', '--debug --verbose --only-show-errors'),
    oc: options('-n --namespace --context --kubeconfig --cluster --user -s --server --token --as', ''),
    sudo: options('-u --user -g --group -h --host -p --prompt -C --close-from -D --chdir -r --role -t --type -T ' +
        '--command-timeout -U --other-user -R --chroot -c -a', '-A -b -E -e -H -i -K -k -l -n -P -S -s -V -v -nE -En -HE -EH --preserve-env --non-interactive --login'),
    doas: options('-u -C -a', '-n -s -L'),
    env: options('-u --unset -C --chdir', '-i - -0 --ignore-environment --null -v --debug'),
};
const NONE = options('', '');
/** The options a program is known to take before its words. */
function knownOptions(program) {
    if (BUILDERS[program] === CONTAINER_TOOL || /^(?:buildah|buildx|.+-buildx|.+-compose)$/.test(program))
        return CONTAINER_OPTIONS;
    return Object.hasOwn(OPTIONS, program) ? (OPTIONS[program] ?? NONE) : NONE;
}

;// CONCATENATED MODULE: ./lib/domain/rebuild.js

/**
 * What counts as building, in one table: used on the inputs of deploy and on the commands a deploy script
 * runs. Pure: text in, verdict out.
 */
/** How much the guard refuses: `strict` adds builders of packages and programs. */
const GUARD_LEVELS = ['standard', 'strict'];
/** An input name without what people spell differently: `Build_Args`, `buildArgs` and `build-args` are one. */
function bare(name) {
    return name.toLowerCase().replaceAll(/[-_. ]/g, '');
}
/** Input names that only make sense for a build: those of the build action and of the actions it takes the place of. */
const BUILD_ONLY_INPUTS = new Set(`
  context file dockerfile docker-file containerfile containerfiles dockerfiles target targets build rebuild
  force-build force-rebuild run-build build-arg build-args docker-build-args build-contexts build-command
  build-script build-image engine prepare platform platforms arch archs oci cache-from cache-to cache-path cache-key
  cache-restore-keys no-cache no-cache-filters pull push load outputs network builder buildkitd-flags provenance
  sbom attest attests secrets secret-files secret-envs ssh labels annotations path base base-image entrypoint cmd
  workdir tags tag seal backfill settle adopt bake bake-file files set source sources source-dir buildpacks buildpack
  add-hosts allow shm-size ulimit cgroup-parent extra-args
  `
    .trim()
    .split(/\s+/)
    .map(bare));
/**
 * The inputs that ask deploy to build, in the words the user typed. The runner passes inputs an action does
 * not declare, so a typo or a copied block of inputs arrives here and must not be ignored.
 * @param given names and values of all inputs of the step; empty values count as not given.
 * @param known names deploy declares itself.
 */
function buildInputs(given, known) {
    const asked = [];
    for (const [name, value] of given) {
        if (value !== '' && !known.has(name) && BUILD_ONLY_INPUTS.has(bare(name)))
            asked.push(name);
    }
    return asked;
}
/** Every program the guard stands in front of at a level. */
function guardedPrograms(level) {
    const programs = [...Object.keys(BUILDERS), ...WRAPPERS];
    return level === 'strict' ? [...programs, ...Object.keys(PACKAGE_BUILDERS)] : programs;
}
/**
 * The places of the arguments that may be the next word. Options nobody knows may take the argument behind
 * them or not, so both are tried: a builder must not get through because of an option that came out yesterday.
 * Ends with the number of arguments when they may all be options.
 */
function nextWords(program, args, from) {
    const { values, flags } = knownOptions(program);
    const found = [];
    const starts = new Set([from]);
    // A set is iterated in the order of insertion, and what is added while iterating is visited too.
    for (const start of starts) {
        const argument = args[start];
        if (argument !== undefined && /^\d+$/.test(argument)) {
            // No word is a number: it belongs to the option before it (`make -j 4`).
            starts.add(start + 1);
        }
        else if (argument === undefined || !argument.startsWith('-'))
            found.push(Math.min(start, args.length));
        else if (argument === '--')
            found.push(start + 1);
        else if (values.has(argument))
            starts.add(start + 2);
        else {
            starts.add(start + 1);
            if (!argument.includes('=') && !flags.has(argument))
                starts.add(start + 2);
        }
    }
    return found;
}
/** The place behind the words, when the arguments may start with them; options may stand before each word. */
function findWords(program, args, words, from = 0) {
    const [word, ...rest] = words;
    if (word === undefined)
        return from;
    for (const at of nextWords(program, args, from)) {
        const end = args[at] === word ? findWords(program, args, rest, at + 1) : undefined;
        if (end !== undefined)
            return end;
    }
    return undefined;
}
function matches(program, args, pattern) {
    if (pattern === '')
        return true;
    if (pattern === '$')
        return nextWords(program, args, 0).includes(args.length);
    if (ANY_ORDER.has(program))
        return goals(program, args).some((goal) => goal === pattern || taskOf(goal) === pattern);
    return findWords(program, args, pattern.split(' ')) !== undefined;
}
/** Everything that may be a goal, wherever it stands. */
function goals(program, args) {
    const { values } = knownOptions(program);
    return args.filter((argument, index) => !argument.startsWith('-') && !values.has(args[index - 1] ?? ''));
}
/** `:app:build` → `build`. */
function taskOf(goal) {
    return goal.slice(goal.lastIndexOf(':') + 1);
}
/** The words that build, at a level. */
function patternsOf(program, level) {
    const tables = level === 'strict' ? [BUILDERS, PACKAGE_BUILDERS] : [BUILDERS];
    return tables.flatMap((table) => (Object.hasOwn(table, program) ? (table[program] ?? []) : []));
}
/**
 * Judges a command before it runs. `compose up` and `compose create` build missing images without being
 * asked, so they go on with `--no-build`; everything else is refused or passed on unchanged.
 */
function judgeCommand(program, args, level) {
    if (WRAPPERS.has(program))
        return judgeWrapped(program, args, level);
    const hit = isOnlyHelp(args)
        ? undefined
        : patternsOf(program, level).find((pattern) => matches(program, args, pattern));
    if (hit !== undefined)
        return { allowed: false, why: hit === '' || hit === '$' ? program : `${program} ${hit}` };
    // `gcloud run deploy --source` builds; `gcloud deploy releases create --source` names a Skaffold file.
    if (program === 'gcloud' && isFlagSet(args, '--source') && goals(program, args).includes('run'))
        return { allowed: false, why: 'gcloud run --source' };
    if (isFlagSet(args, '--build') && KUBE_PLAY.some((words) => findWords(program, args, words) !== undefined))
        return { allowed: false, why: `${program} kube play --build` };
    return judgeCompose(program, args) ?? { allowed: true, args };
}
const KUBE_PLAY = [
    ['kube', 'play'],
    ['play', 'kube'],
];
/** `sudo -u deployer docker build .` is judged as what it starts. */
function judgeWrapped(program, args, level) {
    for (const at of nextWords(program, args, 0)) {
        let start = at;
        while (/^\w+=/.test(args[start] ?? ''))
            start += 1;
        const inner = (args[start] ?? '').split('/').at(-1) ?? '';
        if (inner !== 'env' && !guardedPrograms(level).includes(inner))
            continue;
        const rest = args.slice(start + 1);
        const verdict = inner === 'env' ? judgeWrapped('env', rest, level) : judgeCommand(inner, rest, level);
        if (!verdict.allowed)
            return { allowed: false, why: `${program} ${verdict.why}` };
        return { allowed: true, args: [...args.slice(0, start + 1), ...verdict.args] };
    }
    return { allowed: true, args };
}
function isFlagSet(args, name) {
    return args.some((argument) => argument === name || (argument.startsWith(`${name}=`) && !/=(?:0|f|false)$/i.test(argument)));
}
function judgeCompose(program, args) {
    const prefix = program.endsWith('-compose') ? [] : ['compose'];
    for (const command of ['up', 'create', 'run']) {
        const end = findWords(program, args, [...prefix, command]);
        if (end === undefined)
            continue;
        const refused = (option) => ({
            allowed: false,
            why: [program, ...prefix, command, option].join(' '),
        });
        const own = command === 'run' ? args.slice(end, serviceOf(args, end)) : args.slice(end);
        const building = ['--build', '--watch', '-w'].find((option) => isFlagSet(own, option));
        if (building !== undefined && (building === '--build' || command === 'up'))
            return refused(building);
        // Of two contradicting options the last one counts, so adding ours would not help.
        if (own.some((argument) => argument.startsWith('--no-build=')))
            return refused('--no-build=…');
        if (command === 'run' || own.includes('--no-build'))
            return { allowed: true, args };
        return { allowed: true, args: [...args.slice(0, end), '--no-build', ...args.slice(end)] };
    }
    return undefined;
}
/** Behind the service, the arguments of `compose run` belong to the program in the container. */
function serviceOf(args, from) {
    return Math.max(from, ...nextWords('docker', args, from));
}
function isOnlyHelp(args) {
    return args.length === 0
        ? false
        : args.every((argument) => /^(?:--help|-h|--version|-v|-V|version|help)$/.test(argument));
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


/***/ }),

/***/ 22361:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  main: () => (/* binding */ main)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./lib/github/artifacts.js
var artifacts = __webpack_require__(18328);
// EXTERNAL MODULE: ./lib/github/context.js + 1 modules
var github_context = __webpack_require__(30070);
// EXTERNAL MODULE: ./lib/github/events.js + 1 modules
var events = __webpack_require__(83721);
// EXTERNAL MODULE: ./lib/github/inputs.js
var github_inputs = __webpack_require__(96174);
// EXTERNAL MODULE: ./lib/github/log.js
var log = __webpack_require__(30853);
// EXTERNAL MODULE: ./lib/github/pull-request.js
var pull_request = __webpack_require__(53056);
// EXTERNAL MODULE: ./lib/platform/clock.js
var clock = __webpack_require__(88005);
// EXTERNAL MODULE: ./lib/platform/environment.js
var platform_environment = __webpack_require__(72734);
// EXTERNAL MODULE: ./lib/platform/exec.js + 2 modules
var platform_exec = __webpack_require__(84927);
// EXTERNAL MODULE: ./lib/platform/files.js
var platform_files = __webpack_require__(58864);
// EXTERNAL MODULE: ./lib/platform/script.js
var platform_script = __webpack_require__(47148);
// EXTERNAL MODULE: ./lib/domain/digest.js
var digest = __webpack_require__(2002);
// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
// EXTERNAL MODULE: ./lib/domain/json.js
var json = __webpack_require__(77708);
;// CONCATENATED MODULE: ./lib/targets/configuration.js




/**
 * One digest over the configuration of an environment: the names and contents of its files, not their order,
 * times or owners. A pattern that names no file fails: a configuration that is not there is not empty.
 * @throws {TargetError} CONFIG_MISSING with every pattern and file that cannot be read.
 */
async function hashConfiguration(folder, patterns) {
    const hashes = new Map();
    const faults = [];
    for (const pattern of patterns) {
        try {
            const files = await (0,platform_files/* findFiles */.lY)(folder, pattern);
            if (files.length === 0)
                faults.push(`${pattern}: no such file`);
            for (const { name, path } of files)
                hashes.set(name, (0,digest/* digestOf */.ol)(await (0,platform_files/* readBytes */.io)(path)));
        }
        catch (error) {
            faults.push(`${pattern}: ${(0,domain_error/* messageOf */.bD)(error)}`);
        }
    }
    if (faults.length > 0) {
        throw new domain_error/* TargetError */.I0('CONFIG_MISSING', (0,domain_error/* listed */.KE)('Configuration files that cannot be read', faults), {
            hint: 'Correct the config input; paths start from the workspace.',
        });
    }
    return (0,digest/* digestOf */.ol)((0,json/* canonicalJson */.dj)(Object.fromEntries(hashes)));
}

// EXTERNAL MODULE: ./lib/domain/rebuild.js + 1 modules
var rebuild = __webpack_require__(85797);
// EXTERNAL MODULE: ./lib/platform/program.js
var platform_program = __webpack_require__(93687);
;// CONCATENATED MODULE: ./lib/targets/guard.js





/**
 * Puts a shim in front of every builder on PATH. Builders that are not installed are left to bash's
 * command_not_found_handle, so that a script that asks `command -v podman` still gets a true answer.
 * @param folder where the shims stay: what a script leaves running is refused too, so nobody may remove them.
 */
async function createGuard(folder, level, program, environment) {
    const shims = (0,external_node_path_.join)(folder, 'guard');
    const log = (0,external_node_path_.join)(folder, 'guard.log');
    await (0,promises_.mkdir)(shims, { recursive: true, mode: 0o700 });
    await (0,promises_.writeFile)(log, '', { mode: 0o600 });
    const start = [program.node, program.entry, log, level, shims].map(platform_program/* shellWord */.r).join(' ');
    const path = environment['PATH'] ?? '';
    const found = (0,platform_program/* findProgram */.K)('bash', path) ?? '/bin/bash';
    // The first line of a script cannot name a program whose path holds white space.
    const bash = /^\S{1,100}$/.test(found) ? found : '/bin/bash';
    const absent = [];
    const written = new Map();
    for (const name of (0,rebuild/* guardedPrograms */.Y)(level)) {
        if ((0,platform_program/* findProgram */.K)(name, path) === undefined)
            absent.push(name);
        else
            written.set((0,external_node_path_.join)(shims, name), shim(bash, `${start} ${(0,platform_program/* shellWord */.r)(name)}`));
    }
    for (const [file, text] of written)
        await writeShim(file, text);
    return {
        environment: {
            ...environment,
            PATH: path === '' ? shims : `${shims}${external_node_path_.delimiter}${path}`,
            'BASH_FUNC_command_not_found_handle%%': notFoundHandler(start, absent),
        },
        violations: async () => {
            await checkShims(written);
            return await readViolations(log);
        },
    };
}
/**
 * A shim asks the guard for the command to go on with, and becomes it. Not the guard itself: node ignores
 * SIGPIPE, what it starts would inherit that, and `docker logs app | head -1` would end otherwise than it does
 * without a guard. `bash -p` keeps variables whose names other shells drop, and reads no BASH_ENV.
 */
function shim(bash, start) {
    return `#!${bash} -p\nbuild_once_command="$(${start} "$@")" || exit\neval "exec $build_once_command"\n`;
}
/** A bash function for programs that do not exist; the guard judges the builders among them. */
function notFoundHandler(start, names) {
    return `() { case " ${names.join(' ')} " in *" $1 "*) ${start} "$@" >&2; return $?;; esac; printf '%s: command not found\\n' "$1" >&2; return 127; }`;
}
async function writeShim(path, text) {
    await (0,promises_.writeFile)(path, text);
    await (0,promises_.chmod)(path, 0o755);
}
/** Shims that are gone or were changed refused nothing from then on, so nobody knows what the script did. */
async function checkShims(written) {
    for (const [file, text] of written) {
        const now = await (0,promises_.readFile)(file, 'utf8').catch(() => undefined);
        if (now !== text)
            throw tampered(`${(0,external_node_path_.basename)(file)} is no longer guarded`);
    }
}
function tampered(how, cause) {
    return new domain_error/* PolicyError */.pn('REBUILD_REQUESTED', `The script removed the guard while it ran: ${how}`, {
        hint: 'The guard stands in front of builders on PATH. Leave its folder as it is; deploy never builds.',
        cause,
    });
}
/** A log that is gone means that the script tampered with the guard, so nobody knows what it did. */
async function readViolations(log) {
    try {
        const text = await (0,promises_.readFile)(log, 'utf8');
        return [...new Set(text.split('\n').filter((line) => line !== ''))].slice(0, 50);
    }
    catch (cause) {
        throw tampered((0,domain_error/* messageOf */.bD)(cause), cause);
    }
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(57075);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(46466);
// EXTERNAL MODULE: external "node:stream/web"
var web_ = __webpack_require__(37830);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(38522);
// EXTERNAL MODULE: ./lib/domain/files-artifact.js
var files_artifact = __webpack_require__(36198);
// EXTERNAL MODULE: ./lib/domain/manifest.js + 1 modules
var domain_manifest = __webpack_require__(96837);
;// CONCATENATED MODULE: ./lib/targets/unpack-entry.js




/** The error for an entry that will not be extracted. */
function refused(name, why) {
    return new domain_error/* TargetError */.I0('UNPACK_FAILED', `The archive holds ${JSON.stringify(name.slice(0, 300))}: ${why}`, {
        hint: 'The archive is not one build-once made, or was tampered with. Nothing was unpacked.',
    });
}
/** Why a name cannot be extracted, in words. Strict also about names that would merely be cleaned up elsewhere. */
function nameFault(name, isWindows) {
    if (name.includes('\0'))
        return 'the name holds a NUL';
    if (name.startsWith('/'))
        return 'the name is absolute';
    const parts = name.split('/');
    if (parts.includes('..'))
        return 'the name goes up';
    if (parts.includes('') || parts.includes('.'))
        return 'the name has an empty part';
    if (isWindows && /[\\:]/.test(name))
        return 'the name means another place on Windows';
    return undefined;
}
/** Extracts one entry, or refuses it. */
async function extractEntry(entry, into) {
    const { name: full, type = 'file' } = entry.header;
    const name = innerName(full, type === 'directory', into.title);
    if (into.kinds.has(name))
        throw refused(full, 'the name is there twice');
    if (into.kinds.size >= files_artifact/* FILES_LIMITS */.fl.entries)
        throw refused(full, `more than ${files_artifact/* FILES_LIMITS */.fl.entries} entries`);
    if (name !== '' && into.kinds.get(parentOf(name)) !== 'folder')
        throw refused(full, 'its folder is not a folder of the archive');
    if (type === 'file')
        return await extractFile(entry, name, into);
    await entry.body.cancel();
    if (type === 'directory')
        extractFolder(name, into);
    else if (type === 'symlink')
        keepLink(full, name, entry.header.linkname ?? '', into);
    else if (type === 'link')
        extractHardLink(full, name, entry.header.linkname ?? '', into);
    else
        throw refused(full, `entries of type ${type} are not allowed`);
}
/** The name below the title; empty for the title's own folder. */
function innerName(full, isFolder, title) {
    const name = isFolder ? full.replace(/\/$/, '') : full;
    const fault = nameFault(name, process.platform === 'win32');
    if (fault !== undefined)
        throw refused(full, fault);
    if (name === title && isFolder)
        return '';
    if (!name.startsWith(`${title}/`))
        throw refused(full, `it is not in the folder ${JSON.stringify(title)}`);
    return name.slice(title.length + 1);
}
function parentOf(name) {
    return name.slice(0, Math.max(name.lastIndexOf('/'), 0));
}
function extractFolder(name, into) {
    if (name !== '')
        (0,external_node_fs_.mkdirSync)((0,external_node_path_.join)(into.folder, name));
    into.kinds.set(name, 'folder');
}
async function extractFile(entry, name, into) {
    const { name: full, size, mode = 0o644 } = entry.header;
    if (into.bytes + size > files_artifact/* FILES_LIMITS */.fl.bytes)
        throw refused(full, `more than ${files_artifact/* FILES_LIMITS */.fl.bytes} bytes`);
    // Exclusively: on a file system that ignores case or normalizes names, two names can be one file.
    const file = (0,external_node_fs_.openSync)((0,external_node_path_.join)(into.folder, name), 'wx', (mode & 0o111) === 0 ? 0o644 : 0o755);
    let written = 0;
    try {
        for await (const chunk of entry.body) {
            for (let offset = 0; offset < chunk.byteLength;)
                offset += (0,external_node_fs_.writeSync)(file, chunk, offset);
            written += chunk.byteLength;
        }
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
    if (written !== size)
        throw refused(full, `expected ${size} bytes, got ${written}`);
    into.kinds.set(name, 'file');
    into.files += 1;
    into.bytes += size;
}
function keepLink(full, name, target, into) {
    const fault = (0,files_artifact/* linkFault */.$Q)(name, target);
    if (fault !== undefined)
        throw refused(full, `it is a link to ${JSON.stringify(target.slice(0, 300))}: ${fault}`);
    into.links.push({ name, target });
    into.kinds.set(name, 'link');
}
function extractHardLink(full, name, target, into) {
    const inner = target.startsWith(`${into.title}/`) ? target.slice(into.title.length + 1) : '';
    if (into.kinds.get(inner) !== 'file')
        throw refused(full, 'it is a hard link to something that is not a file of the archive');
    (0,external_node_fs_.linkSync)((0,external_node_path_.join)(into.folder, inner), (0,external_node_path_.join)(into.folder, name));
    into.kinds.set(name, 'file');
    into.files += 1;
}
/** Makes the links that were kept for the end. */
function makeLinks(extraction) {
    for (const { name, target } of extraction.links)
        (0,external_node_fs_.symlinkSync)(target, (0,external_node_path_.join)(extraction.folder, name));
}

;// CONCATENATED MODULE: ./lib/targets/unpack.js












/** Largest tar there can be: the files, and headers and padding of every entry. */
const MAX_TAR_BYTES = files_artifact/* FILES_LIMITS */.fl.bytes + files_artifact/* FILES_LIMITS */.fl.entries * 8192;
function failed(message, hint, cause) {
    return new domain_error/* TargetError */.I0('UNPACK_FAILED', message, { hint, cause });
}
/**
 * Restores the folder of a `files` artifact. The layer is downloaded and hashed before anything is read from
 * it, and extracted beside the folder, which it becomes only when everything agreed.
 * @throws {TargetError} UNPACK_FAILED; nothing is left behind. Registry errors as they are.
 */
async function unpackFiles(request) {
    const layer = layerOf(request.manifest);
    const directory = (0,external_node_path_.resolve)(request.directory);
    const isThere = await checkDirectory(directory);
    const staging = await makeStaging(directory);
    try {
        const archive = (0,external_node_path_.join)(staging, 'layer.tar.gz');
        await download(request, layer.descriptor, archive);
        const extraction = await extract(archive, layer, (0,external_node_path_.join)(staging, 'content'));
        if (isThere)
            await (0,promises_.rmdir)(directory);
        await (0,promises_.rename)(extraction.folder, directory);
        request.log.info(`Unpacked ${extraction.files} files, ${extraction.bytes} bytes, into ${directory}`);
        return { files: extraction.files, bytes: extraction.bytes };
    }
    catch (error) {
        if (error instanceof domain_error/* BuildOnceError */.kb)
            throw error;
        throw failed(`The artifact could not be unpacked into ${directory}: ${(0,domain_error/* messageOf */.bD)(error)}`, 'Check the folder, its permissions and the free space. Nothing was unpacked.', error);
    }
    finally {
        await (0,promises_.rm)(staging, { recursive: true, force: true });
    }
}
/** Judges the manifest: is this what the engine `files` publishes? */
function layerOf(manifest) {
    const hint = 'unpack takes artifacts of the engine files only.';
    const type = manifest.kind === 'image' ? manifest.document.artifactType : 'an index';
    if (manifest.kind !== 'image' || type !== files_artifact/* FILES_ARTIFACT */.fk.artifactType) {
        const expected = `expected artifactType ${files_artifact/* FILES_ARTIFACT */.fk.artifactType}, got ${type ?? 'none'}`;
        throw failed(`${manifest.digest} is not a folder of files · ${expected}`, hint);
    }
    const [descriptor, ...more] = manifest.document.layers;
    if (descriptor === undefined || more.length > 0)
        throw failed(`${manifest.digest} is malformed · expected one layer, got ${manifest.document.layers.length}`, hint);
    const title = descriptor.annotations?.[files_artifact/* FILES_ARTIFACT */.fk.title] ?? '';
    const contentDigest = descriptor.annotations?.[files_artifact/* FILES_ARTIFACT */.fk.contentDigest];
    const fault = (0,files_artifact/* titleFault */.Zn)(title);
    if (descriptor.mediaType !== domain_manifest/* MEDIA_TYPES */.Z2.ociTarGzip)
        throw failed(`${manifest.digest} is malformed · expected a layer of type ${domain_manifest/* MEDIA_TYPES */.Z2.ociTarGzip}`, hint);
    if (fault !== undefined)
        throw failed(`${manifest.digest} is malformed · its title ${JSON.stringify(title.slice(0, 200))}: ${fault}`, hint);
    if (!(0,digest/* isDigest */.Bc)(contentDigest))
        throw failed(`${manifest.digest} is malformed · expected ${files_artifact/* FILES_ARTIFACT */.fk.contentDigest}, a digest`, hint);
    return { descriptor, title, contentDigest };
}
/** True when the folder is there and empty; never follows a link. */
async function checkDirectory(directory) {
    const stats = await (0,promises_.lstat)(directory).catch((error) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
            return undefined;
        throw failed(`The folder ${directory} cannot be used: ${(0,domain_error/* messageOf */.bD)(error)}`, 'Choose another folder.', error);
    });
    if (stats === undefined)
        return false;
    const hint = 'unpack needs a folder that is new or empty; it never overwrites anything.';
    if (!stats.isDirectory())
        throw failed(`${directory} is there, and is not a folder.`, hint);
    const count = (await (0,promises_.readdir)(directory)).length;
    if (count > 0)
        throw failed(`${directory} is not empty · expected no entries, got ${count}`, hint);
    return true;
}
/** A folder beside the one to fill, so that one rename finishes the work. */
async function makeStaging(directory) {
    try {
        await (0,promises_.mkdir)((0,external_node_path_.dirname)(directory), { recursive: true });
        return await (0,promises_.mkdtemp)((0,external_node_path_.join)((0,external_node_path_.dirname)(directory), `.${(0,external_node_path_.basename)(directory)}-`));
    }
    catch (cause) {
        throw failed(`The folder ${directory} cannot be made: ${(0,domain_error/* messageOf */.bD)(cause)}`, 'Choose another folder.', cause);
    }
}
/** The whole layer, hashed and measured, before any of it is believed. */
async function download(request, descriptor, file) {
    const hash = (0,digest/* hashFor */.Og)(descriptor.digest);
    let size = 0;
    await (0,external_node_stream_promises_.pipeline)(request.registry.readBlob(request.repository, descriptor), async function* (chunks) {
        for await (const chunk of chunks) {
            hash.update(chunk);
            size += chunk.byteLength;
            if (size > descriptor.size)
                throw corrupt('The layer', `${descriptor.size} bytes`, 'more');
            yield chunk;
        }
    }, (0,external_node_fs_.createWriteStream)(file, { flags: 'wx', mode: 0o600 }));
    if (size !== descriptor.size)
        throw corrupt('The layer', `${descriptor.size} bytes`, String(size));
    const actual = (0,digest/* finishDigest */.g4)(hash, (0,digest/* algorithmOf */.Hy)(descriptor.digest));
    if (actual !== descriptor.digest)
        throw corrupt('The layer', descriptor.digest, actual);
}
function corrupt(what, expected, actual) {
    return failed(`${what} is corrupt · expected ${expected}, got ${actual}`, 'Check the registry, its storage and any proxy in between. Nothing was unpacked.');
}
async function extract(archive, layer, folder) {
    const { createTarDecoder } = await __webpack_require__.e(/* import() */ 561).then(__webpack_require__.bind(__webpack_require__, 51942));
    await (0,promises_.mkdir)(folder);
    const extraction = {
        folder,
        title: layer.title,
        kinds: new Map(),
        links: [],
        files: 0,
        bytes: 0,
    };
    const hash = (0,digest/* hashFor */.Og)(layer.contentDigest);
    const entries = web_.ReadableStream.from(inflate(archive, hash)).pipeThrough(createTarDecoder({ strict: true }));
    for await (const entry of entries)
        await extractEntry(entry, extraction);
    const actual = (0,digest/* finishDigest */.g4)(hash, (0,digest/* algorithmOf */.Hy)(layer.contentDigest));
    if (actual !== layer.contentDigest)
        throw corrupt('The archive', layer.contentDigest, actual);
    makeLinks(extraction);
    return extraction;
}
async function* inflate(archive, hash) {
    let size = 0;
    // The loop below sees every error: a pipeline destroys its last stream with it.
    const tar = (0,external_node_stream_.pipeline)((0,external_node_fs_.createReadStream)(archive), (0,external_node_zlib_.createGunzip)(), () => undefined);
    for await (const chunk of tar) {
        hash.update(chunk);
        size += chunk.byteLength;
        if (size > MAX_TAR_BYTES)
            throw failed(`The archive is larger than ${MAX_TAR_BYTES} bytes.`, 'Nothing was unpacked.');
        yield chunk;
    }
}

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 9 modules
var schemas = __webpack_require__(27597);
// EXTERNAL MODULE: ./lib/domain/commit.js
var commit = __webpack_require__(92935);
;// CONCATENATED MODULE: ./lib/domain/environment.js
/** GitHub does not tell the letters of an environment's name apart by their case, so nobody here does either. */
function environmentIdentity(name) {
    return name.normalize('NFC').toLowerCase();
}
/** Whether two names are of one environment. */
function isSameEnvironment(one, other) {
    return environmentIdentity(one) === environmentIdentity(other);
}

// EXTERNAL MODULE: ./lib/domain/git-seal.js
var git_seal = __webpack_require__(36512);
// EXTERNAL MODULE: ./lib/domain/reference.js
var reference = __webpack_require__(68225);
// EXTERNAL MODULE: ./lib/verbs/fields.js
var fields = __webpack_require__(17961);
;// CONCATENATED MODULE: ./lib/verbs/deploy/inputs.js









/** The expression for the check run of the job, as it arrives where nobody evaluates expressions or knows of it. */
const JOB_CHECK_RUN = '${{ job.check_run_id }}';
/** Raw inputs of the deploy action; its keys and defaults are those of `deploy/action.yml`. */
const deployInputsSchema = schemas/* object */.Ikc({
    image: (0,fields/* required */.mw)(reference/* parseRepository */.SU, 'ghcr.io/owner/app'),
    // Emptiness has an error of its own, which explains dropped outputs; so it is not a fault here.
    digest: (0,fields/* field */.ZZ)((text) => text === '' ? undefined : text === 'sealed' ? text : (0,digest/* parseDigest */.m)(text)),
    commit: (0,fields/* optional */.lq)((text) => {
        const fault = (0,commit/* commitFault */.kf)(text);
        if (fault !== undefined)
            throw new fields/* FieldFault */.zp(fault);
        return (0,commit/* parseCommit */.L5)(text);
    }),
    seal: (0,fields/* oneOf */.yL)(git_seal/* SEALS */.ho, 'registry'),
    environment: (0,fields/* required */.mw)(parseEnvironment, 'staging'),
    after: (0,fields/* optional */.lq)((text) => eachOnce((0,fields/* parseList */.E1)(text).map(parseEnvironment))),
    soak: (0,fields/* optional */.lq)(fields/* parseDuration */.E9),
    rollback: (0,fields/* boolean */.zM)('false'),
    'rollback-to': (0,fields/* optional */.lq)(parseRollback),
    'lock-timeout': (0,fields/* field */.ZZ)(fields/* parseDuration */.E9, '10m'),
    records: (0,fields/* optional */.lq)(parseRecords),
    deployers: (0,fields/* optional */.lq)((text) => (0,fields/* parseList */.E1)(text).map(parseLogin)),
    'require-protection': (0,fields/* boolean */.zM)('false'),
    'environment-url': (0,fields/* optional */.lq)(parseUrl),
    run: (0,fields/* optionalText */.mR)(),
    unpack: (0,fields/* optionalText */.mR)(),
    running: (0,fields/* optionalText */.mR)(),
    config: (0,fields/* optional */.lq)(fields/* parseLines */.Li),
    guard: (0,fields/* oneOf */.yL)(rebuild/* GUARD_LEVELS */.CE, 'standard'),
    'dry-run': (0,fields/* boolean */.zM)('false'),
    'allow-pull-request': (0,fields/* boolean */.zM)('false'),
    username: (0,fields/* optionalText */.mR)(),
    password: (0,fields/* optionalText */.mR)(),
    token: (0,fields/* jobToken */.Pt)(),
    'artifact-metadata': (0,fields/* boolean */.zM)('true'),
    insecure: (0,fields/* optional */.lq)(fields/* parseHosts */.tB),
    'token-hosts': (0,fields/* optional */.lq)(fields/* parseHosts */.tB),
    _job_check_run_id: (0,fields/* field */.ZZ)(parseCheckRunId, JOB_CHECK_RUN),
});
/** Where deployments are recorded. */
const RECORD_PLACES = ['github', 'registry', 'both'];
function parseLogin(text) {
    if (/^[a-z\d][a-z\d_-]{0,99}(?:\[bot\])?$/i.test(text))
        return text;
    throw new fields/* FieldFault */.zp(`must be logins such as octocat or my-app[bot], got ${JSON.stringify(text.slice(0, 80))}`);
}
function parseRecords(text) {
    const found = RECORD_PLACES.find((place) => place === text);
    if (found !== undefined)
        return found;
    throw new fields/* FieldFault */.zp(`must be one of ${RECORD_PLACES.join(', ')}, got ${JSON.stringify(text.slice(0, 80))}`);
}
function parseUrl(text) {
    if (/^https?:\/\/[^\s]+$/i.test(text) && text.length <= 2000 && URL.canParse(text))
        return text;
    throw new fields/* FieldFault */.zp('must be an http or https address');
}
/** Runners that do not know it give something else, or nothing; nobody has to know it. */
function parseCheckRunId(text) {
    return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
function parseEnvironment(text) {
    if (text.length > 255 || /\p{Cc}/u.test(text))
        throw new fields/* FieldFault */.zp('must be the name of an environment, at most 255 characters');
    return text;
}
function eachOnce(environments) {
    return environments.filter((name, index) => environments.findIndex((other) => isSameEnvironment(name, other)) === index);
}
function parseRollback(text) {
    if (text === 'previous')
        return { kind: 'previous' };
    if ((0,commit/* isCommit */.WM)(text))
        return { kind: 'commit', commit: text };
    const fault = (0,reference/* tagFault */.nJ)(text);
    if (fault === undefined)
        return { kind: 'tag', tag: text };
    throw new fields/* FieldFault */.zp(`must be the word previous, a full commit id, or a tag of image: ${fault}`);
}
/** What inputs say together that they may not. */
function conflicts(raw, values, isReadOnly) {
    const isGiven = (name) => Boolean(raw.get(name));
    const faults = [];
    if (!isReadOnly && isGiven('username') !== isGiven('password'))
        faults.push('username, password: give both or neither');
    if (values?.seal === 'git' && values.token === undefined)
        faults.push('token: is required by seal: git, for example ${{ github.token }}');
    for (const [isAsked, what] of [
        [values?.records === 'github' || values?.records === 'both', `records: ${values?.records}`],
        [values?.['require-protection'] === true, 'require-protection: true'],
    ]) {
        if (isAsked && values?.token === undefined && !isReadOnly)
            faults.push(`token: is required by ${what}, for example \${{ github.token }}`);
    }
    if (isGiven('soak') && !isGiven('after'))
        faults.push('soak: needs after, which says in which environment the digest has to have been for that long');
    const itself = values?.after?.find((name) => isSameEnvironment(name, values.environment));
    if (itself !== undefined)
        faults.push(`after: ${JSON.stringify(itself)} is the environment that is deployed to`);
    if (isGiven('rollback-to')) {
        if (isGiven('digest') && raw.get('digest') !== 'sealed')
            faults.push('digest, rollback-to: give one of them; the log of the environment has the digest to go back to');
        if (isGiven('commit'))
            faults.push('commit, rollback-to: give one of them; rollback-to takes a commit itself');
    }
    return faults;
}
/**
 * Parses the inputs of the deploy action.
 * @param raw all inputs of the step, undeclared ones included.
 * @param isReadOnly for a job without secrets, as for a pull request from a fork: it may lack a password, because it
 *   will be refused for a better reason.
 * @throws {InputError} with every fault, each naming its input.
 */
function parseDeployInputs(raw, isReadOnly = false) {
    const { values, faults } = (0,fields/* parseFields */.L5)(deployInputsSchema, raw);
    const rebuildInputs = (0,rebuild/* buildInputs */._9)(raw, new Set(Object.keys(deployInputsSchema.shape)));
    const all = [...faults, ...conflicts(raw, values, isReadOnly)];
    if (values !== undefined && all.length === 0)
        return { ...values, rebuildInputs };
    const asked = rebuildInputs.map((name) => `${name}: asks for a build · deploy never builds; remove it`);
    throw new domain_error/* InputError */.dz([...all, ...asked], {
        hint: 'Nothing was deployed. The inputs are described in deploy/README.md.',
    });
}

// EXTERNAL MODULE: ./lib/domain/cancellation.js
var cancellation = __webpack_require__(27949);
;// CONCATENATED MODULE: ./lib/verbs/deploy/protection.js

/**
 * Says when nothing on GitHub stands between a job and its environment. Looked at before anything is announced, because
 * the first deployment to an environment creates it.
 * @throws {PolicyError} ENVIRONMENT_UNPROTECTED with `require-protection: true`.
 */
async function checkProtection({ inputs, target, ports }) {
    if (ports.protection === undefined)
        return;
    const { environment } = target;
    const isRequired = inputs['require-protection'];
    try {
        const protection = await ports.protection(environment);
        if (protection === 'protected')
            return;
        const what = protection === 'missing'
            ? `The environment ${environment} does not exist on GitHub`
            : `The environment ${environment} has no protection rule on GitHub`;
        const message = `${what} · expected a required reviewer, a wait timer or allowed branches`;
        const hidden = protection === 'missing'
            ? ' GitHub says the same where the plan of a private repository has no environments, and to a token that may not see them.'
            : '';
        const hint = `Set it up under Settings → Environments of the repository, and name it in the job (environment:).${hidden}`;
        if (isRequired)
            throw new domain_error/* PolicyError */.pn('ENVIRONMENT_UNPROTECTED', message, { hint });
        ports.log.warning(`${message}. ${hint}`);
    }
    catch (error) {
        // Whoever may not ask has been told so by then.
        if (!(0,domain_error/* isDenied */.GZ)(error) || isRequired)
            throw error;
    }
}

;// CONCATENATED MODULE: ./lib/domain/duration.js
const UNITS = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
];
/** A duration in the two units that matter, as inputs spell them: `7d`, `1h 5m`, `40s`; whole seconds, rounded up. */
function formatDuration(milliseconds) {
    let left = Math.ceil(Math.max(0, milliseconds) / 1000) * 1000;
    const parts = UNITS.flatMap(([unit, size]) => {
        const count = Math.floor(left / size);
        left -= count * size;
        return count === 0 ? [] : [`${count}${unit}`];
    });
    return parts.length === 0 ? '0s' : parts.slice(0, 2).join(' ');
}

;// CONCATENATED MODULE: ./lib/domain/order.js

/** How many attempts are kept to explain why something does not count. */
const KEPT_ATTEMPTS = 20;
/** True for a deployment that succeeded, whether or not it is still there. */
function isSuccess(record) {
    return record.state === 'success' && record.digest !== null;
}
/**
 * What counts is the last success and nothing else. Failures, refusals and what was rolled back since then did
 * not replace it. Where it is inactive, nothing counts: what it replaced does not come back by itself.
 */
async function readStanding(history) {
    const attempts = [];
    for await (const { record, isActive } of history) {
        if (isSuccess(record))
            return { current: isActive ? record : undefined, last: record, attempts };
        if (attempts.length < KEPT_ATTEMPTS)
            attempts.push(record);
    }
    return { current: undefined, last: undefined, attempts };
}
/** Whether this digest is what an environment runs, and has been for long enough. */
function judgeOrder(question) {
    const { environment, standing, digest, isSame, soakMs, now } = question;
    const { current } = standing;
    if (current === undefined || !isSame(current.digest)) {
        const expected = `${environment} does not run this digest · expected a successful deployment of ${digest} that is still current`;
        const message = `${expected}, got ${found(question)}`;
        return { environment, finding: { code: 'OUT_OF_ORDER', message }, note: 'does not run this digest' };
    }
    const since = Date.parse(current.finishedAt);
    const ran = now.getTime() - since;
    const note = `runs this digest since ${current.finishedAt}`;
    if (soakMs === 0 || ran >= soakMs)
        return { environment, finding: undefined, note };
    const until = new Date(since + soakMs).toISOString();
    const message = `${environment} runs this digest for too short a time · expected ${formatDuration(soakMs)}, got ${formatDuration(ran)} (since ${current.finishedAt}); it will do at ${until}`;
    return { environment, finding: { code: 'SOAKING', message }, note: `${note}, soaks until ${until}` };
}
function found({ standing, isSame, environment }) {
    const { current, last, attempts } = standing;
    const attempt = attempts.find((record) => record.digest !== null && isSame(record.digest));
    const tried = attempt === undefined ? '' : `; ${describeAttempt(attempt)}`;
    if (current !== undefined)
        return `${current.digest} of commit ${current.commit}, since ${current.finishedAt}${tried}`;
    if (last === undefined)
        return `none: nothing was deployed to ${environment} with success${tried}`;
    const same = isSame(last.digest) ? 'this digest' : last.digest;
    return `none: the last success, of ${same} at ${last.finishedAt}, is no longer active${tried}`;
}
const ATTEMPTS = {
    failure: 'failed',
    refused: 'was refused',
    'rolled-back': 'was rolled back',
    success: 'succeeded',
};
function describeAttempt({ state, reason, finishedAt }) {
    const why = reason === null ? '' : ` (${reason.code})`;
    return `the last attempt with this digest ${ATTEMPTS[state]} at ${finishedAt}${why}`;
}
/**
 * Whether a commit is older than the one it would replace. Another line of history is not older. Where nobody knows
 * the history, the log of the environment decides: what was replaced there is older than what replaced it.
 */
function judgeAge(question) {
    const { environment, current, commit, relation, replacedAt } = question;
    const isOlder = relation === 'behind' || (relation === 'unknown' && replacedAt !== undefined);
    if (!isOlder)
        return undefined;
    const how = relation === 'behind' ? 'it is an ancestor' : `${environment} ran it at ${replacedAt} and moved on`;
    return {
        code: 'OUTDATED',
        message: `commit ${commit} is older than what ${environment} runs (${how}) · expected ${current.commit} or a commit after it, deployed at ${current.finishedAt}`,
    };
}

;// CONCATENATED MODULE: ./lib/domain/rollback.js

/** The last deployment of an artifact that succeeded. */
async function findSuccess(isIt, history) {
    for await (const { record } of history)
        if (isSuccess(record) && isIt(record))
            return record;
    return undefined;
}
/**
 * What was there before. After a failed attempt it is the last success, whatever the attempt was of, so that a rollback that
 * failed can be run again; after a success, the last success of something else.
 */
async function findPrevious(history) {
    let latest;
    for await (const { record } of history) {
        // What was refused never reached the environment.
        if (latest === undefined && record.state !== 'refused' && record.digest !== null)
            latest = record;
        if (latest === undefined || !isSuccess(record))
            continue;
        // A commit has one artifact, so that either name stands for the same thing.
        const isOther = latest.commit !== record.commit && latest.digest !== record.digest;
        if (isOther || latest.state !== 'success')
            return record;
    }
    return undefined;
}

;// CONCATENATED MODULE: ./lib/verbs/deploy/rollback.js



/**
 * What `rollback-to` stands for: the digest that the log of this environment names, and its commit. The attempt is
 * about that commit from now on.
 * @throws {PolicyError} ROLLBACK_UNKNOWN.
 */
async function resolveRollback(attempt) {
    const { inputs, target, ports } = attempt;
    const wanted = inputs['rollback-to'];
    if (wanted === undefined)
        return inputs.digest;
    attempt.isRollback = true;
    const found = await find(attempt, wanted);
    attempt.target = { ...target, commit: found.commit };
    ports.log.info(`Rolling back ${target.environment} to ${found.digest} of commit ${found.commit}, deployed there at ${found.finishedAt}`);
    return found.digest;
}
/**
 * Another deployment may have ended while this one waited for its turn, and then `previous` is something else. And whose
 * deployments count may be known only since this one was announced.
 * @throws {PolicyError} OUT_OF_ORDER, ROLLBACK_UNKNOWN.
 */
async function confirmRollback(attempt) {
    const { inputs, target } = attempt;
    const wanted = inputs['rollback-to'];
    if (wanted === undefined)
        return;
    const found = await find(attempt, wanted);
    if (found.commit === target.commit)
        return;
    throw new domain_error/* PolicyError */.pn('OUT_OF_ORDER', `Something else was deployed to ${target.environment} meanwhile · expected rollback-to to mean commit ${target.commit}, got ${found.commit}`, { hint: 'Look at what was deployed, and run this job again if it still has to be rolled back.' });
}
async function find(attempt, wanted) {
    const { target, ports } = attempt;
    const { repository, environment } = target;
    if (wanted.kind === 'previous') {
        const found = await findPrevious(ports.deployments.list(repository, environment));
        if (found !== undefined)
            return found;
        throw unknown(`a deployment before the last one that succeeded in ${environment}, got none in its log`);
    }
    const isIt = await artifactOf(attempt, wanted);
    const found = await findSuccess(isIt, ports.deployments.list(repository, environment, isIt));
    if (found !== undefined)
        return found;
    throw unknown(`${describe(wanted)} that succeeded in ${environment}, got none in its log`);
}
async function artifactOf({ target, ports }, wanted) {
    if (wanted.kind === 'commit')
        return ({ commit }) => commit === wanted.commit;
    const manifest = await ports.registry.readTag(target.repository, wanted.tag);
    if (manifest === undefined)
        throw unknown(`the tag ${JSON.stringify(wanted.tag)} in the registry, got nothing there`);
    return ({ digest }) => digest !== null && (0,domain_manifest/* identify */.ls)(digest, manifest).same;
}
function describe(wanted) {
    return wanted.kind === 'commit'
        ? `a deployment of commit ${wanted.commit}`
        : `a deployment of what the tag ${JSON.stringify(wanted.tag)} points at`;
}
function unknown(expected) {
    return new domain_error/* PolicyError */.pn('ROLLBACK_UNKNOWN', `There is nothing to roll back to · expected ${expected}`, {
        hint: 'Only what this environment ran before can be gone back to. Deploy anything else by its digest.',
    });
}

// EXTERNAL MODULE: ./lib/domain/agreement.js
var domain_agreement = __webpack_require__(34040);
// EXTERNAL MODULE: ./lib/verbs/build-records.js
var build_records = __webpack_require__(24053);
;// CONCATENATED MODULE: ./lib/verbs/deploy/witnesses.js







/** Evidence as far as it was read when something went wrong; goes into the record of the refusal. */
class RefusedEvidence {
    agreement;
    sealed;
}
/**
 * Step 2: reads every witness and lets them agree.
 * @param seen filled with what was read, also when this throws.
 * @param isFromLog the requested digest is the one the deployment log named.
 * @throws {VerificationError} DIGEST_MISSING, DIGEST_MISMATCH, NOT_SEALED, TAG_MOVED, RECORD_MISMATCH,
 *   BUILT_TWICE, WITNESS_UNREADABLE, or GIT_SEAL_INVALID.
 */
async function verify(requested, target, ports, seen, isFromLog = false) {
    if (requested === undefined)
        throw digestMissing(ports);
    const { repository, commit } = target;
    const tag = await ports.registry.readTag(repository, commit);
    seen.sealed = tag;
    const isElsewhere = requested !== 'sealed' && (tag === undefined || !(0,domain_manifest/* identify */.ls)(requested, tag).same);
    const agreement = (0,domain_agreement/* agree */.d5)({
        commit,
        repository: (0,reference/* formatRepository */.Sh)(repository),
        requested,
        isFromLog,
        tag,
        atTag: tag === undefined ? undefined : await recorded(target, ports, tag.digest),
        atRequested: isElsewhere ? await recorded(target, ports, requested) : undefined,
        workflowArtifacts: await witnessedByArtifacts(target, ports),
        gitSeal: await witnessedByGit(target, ports),
    });
    seen.agreement = agreement;
    if (agreement.digest === undefined || tag === undefined)
        throw (0,domain_agreement/* disagreement */.fn)(agreement, remedy(agreement));
    ports.log.info(`The witnesses agree:\n${(0,domain_agreement/* formatEvidence */.Vp)(agreement.evidence)}`);
    if (agreement.child !== undefined)
        ports.log.info(`${agreement.digest} is ${agreement.child} inside the sealed index ${tag.digest}.`);
    return { agreement: { ...agreement, digest: agreement.digest }, sealed: tag };
}
async function recorded(target, ports, digest) {
    const { records, broken } = await (0,build_records/* readBuildRecords */.z)(ports, target.repository, digest);
    const artifact = { digest, records };
    if (broken !== undefined &&
        (0,domain_agreement/* recordFor */.xR)(artifact, (0,reference/* formatRepository */.Sh)(target.repository), target.commit) === undefined) {
        throw new domain_error/* VerificationError */.mk('WITNESS_UNREADABLE', `The build record at ${digest} cannot be read: ${broken.message}`, {
            hint: 'A newer version of build-once may have written it, or somebody tampered with it.',
            cause: broken,
        });
    }
    return artifact;
}
/** Read after the tag: a build makes the ref first, so a tag that was seen has one. */
async function witnessedByGit({ repository, commit }, { gitSeals }) {
    if (gitSeals === undefined)
        return undefined;
    const name = (0,reference/* formatRepository */.Sh)(repository);
    return { ref: (0,git_seal/* sealRef */.fl)(name, commit), record: await gitSeals.read(name, commit) };
}
async function witnessedByArtifacts(target, ports) {
    try {
        const found = await ports.artifacts.find((0,reference/* formatRepository */.Sh)(target.repository), target.commit);
        return found.map(({ name, record }) => ({ name, digest: record.digest }));
    }
    catch (error) {
        if (error instanceof domain_error/* BuildOnceError */.kb)
            throw error;
        throw new domain_error/* VerificationError */.mk('WITNESS_UNREADABLE', `The workflow artifacts could not be read: ${(0,domain_error/* messageOf */.bD)(error)}`, { hint: 'An unreadable witness is a failure, not an absence. Run the job again.', cause: error });
    }
}
const DROPPED = 'The runner drops a job output that contains a masked value or is not declared. Pass the bare digest output ' +
    '(outputs: digest: ${{ steps.build.outputs.digest }}, then needs.build.outputs.digest), never the full reference; in a matrix use digest: sealed. ' +
    'A build that was not published (push: false, or a pull request from a fork or of Dependabot) has no digest either.';
const UNPUBLISHED = {
    fork: 'This is a pull request from a fork, whose build publishes nothing and so has no digest.',
    dependabot: 'Dependabot started this, and such a build publishes nothing and so has no digest.',
};
function digestMissing({ context }) {
    const cause = (0,pull_request/* readOnlyCause */.Kr)(context);
    const hint = cause === undefined
        ? DROPPED
        : `${UNPUBLISHED[cause]} Skip this job for it: if: needs.build.outputs.digest != ''.`;
    return new domain_error/* VerificationError */.mk('DIGEST_MISSING', 'The digest input is empty · expected sha256:… from the build job, or the word sealed', { hint });
}
const REMEDIES = {
    TAG_MOVED: 'Something wrote the SHA tag past build-once. Find out what, put the tag back to the built digest, and deploy again.',
    DIGEST_MISMATCH: 'Deploy the sealed digest: pass needs.build.outputs.digest of the build of this commit, or digest: sealed.',
    NOT_SEALED: 'Run the build action for this commit and repository first, and check the commit and image inputs.',
    BUILT_TWICE: 'Decide which artifact is right and delete the other; let only build-once write SHA tags.',
};
const NOT_BACKFILLED = 'For builds from before seal: git was used, run the build action once with backfill: true.';
function remedy({ evidence, findings }) {
    const code = findings[0]?.code;
    const says = (witness, isThere) => evidence.some((row) => row.witness === witness && (row.digest !== null) === isThere);
    if (code === 'NOT_SEALED' && says('SHA tag', true) && says('build record', true) && says('git seal', false))
        return NOT_BACKFILLED;
    if (code === 'TAG_MOVED' && says('git seal', true))
        return git_seal/* WHICH_WAS_MOVED */.sj;
    return ((code === undefined ? undefined : REMEDIES[code]) ??
        'Build this commit with build-once, and deploy the digest it reports.');
}

;// CONCATENATED MODULE: ./lib/verbs/deploy/admission.js








/** Steps 1 and 2: what is deployed, and whether it is what was built. */
async function admit(attempt) {
    const { inputs, ports } = attempt;
    refuseRebuild(inputs.rebuildInputs);
    refuseReadOnly(inputs, ports);
    const requested = await resolveRollback(attempt);
    const { target } = attempt;
    const isFromLog = inputs['rollback-to'] !== undefined;
    const verified = await verify(requested, target, ports, attempt.seen, isFromLog);
    refusePullRequest(inputs, verified);
    await checkProtection(attempt);
    if (inputs.config !== undefined)
        attempt.configDigest = await ports.hashConfig(inputs.config);
    attempt.releaseId = releaseId(target, verified.agreement.digest, attempt.configDigest);
    return verified;
}
function refuseRebuild(asked) {
    if (asked.length === 0)
        return;
    throw new domain_error/* PolicyError */.pn('REBUILD_REQUESTED', (0,domain_error/* listed */.KE)('deploy was asked to build · expected no build inputs, got', asked), {
        hint: 'deploy never builds. Remove these inputs; they belong to the build action, which runs once per commit.',
    });
}
/** Nothing can be recorded from such a job; a missing digest has an error of its own, which says why it is missing. */
function refuseReadOnly(inputs, { context }) {
    const cause = (0,pull_request/* readOnlyCause */.Kr)(context);
    const isAsked = inputs.digest !== undefined || inputs['rollback-to'] !== undefined;
    if (cause === undefined || inputs['dry-run'] || !isAsked)
        return;
    throw new domain_error/* PolicyError */.pn('EVENT_REFUSED', `${cause === 'fork' ? 'A pull request from a fork' : 'A job that Dependabot started'} cannot deploy · expected a token that can write records, got one that only reads`, { hint: "Skip this job where nothing was published: if: needs.build.outputs.digest != ''." });
}
function refusePullRequest(inputs, { agreement }) {
    // Reviews of a pull request run on its merge commit too, and pull_request_target may build anything.
    const event = agreement.record?.event ?? '';
    if (!event.startsWith('pull_request') || inputs['allow-pull-request'])
        return;
    throw new domain_error/* PolicyError */.pn('PULL_REQUEST_BUILD', `The artifact was built for a pull request · expected a build of a pushed commit, got event ${event}`, {
        hint: 'Deploy the build of the merged commit, or set allow-pull-request: true for a preview environment. A commit that a pull request has built (commit input) keeps that build, also once it is pushed.',
    });
}
/** Build plus configuration of one environment is a release; the same three always give the same id. */
function releaseId(target, digest, configDigest) {
    const environment = environmentIdentity(target.environment);
    const parts = [(0,reference/* formatRepository */.Sh)(target.repository), environment, digest, configDigest ?? ''];
    return `release-${(0,json/* shortKey */.qU)(parts.join('\n'), 16)}`;
}

;// CONCATENATED MODULE: ./lib/verbs/deploy/gate.js




/**
 * Step 3: whether this artifact may go to this environment now: it is where `after` says, has been for long enough,
 * and is not older than what it replaces. All findings are reported.
 * @throws {PolicyError} OUT_OF_ORDER, SOAKING, OUTDATED.
 */
async function passGate(attempt, verified) {
    const { target, ports } = attempt;
    const standing = await readStanding(ports.deployments.list(target.repository, target.environment));
    if (standing.last !== undefined)
        attempt.previousDigest = standing.last.digest;
    const findings = [
        ...(await orderFindings(attempt, verified)),
        ...(await ageFindings(attempt, verified, standing)),
    ];
    const [first] = findings;
    if (first === undefined)
        return;
    const text = findings.map(({ code, message }) => `${code}: ${message}`).join('\n');
    throw new domain_error/* PolicyError */.pn(first.code, `The order of environments does not allow this deployment.\n${text}`, {
        hint: gate_remedy(first),
    });
}
function gate_remedy({ code }) {
    if (code === 'SOAKING')
        return 'Run this job again after that time.';
    if (code === 'OUTDATED')
        return 'Deploy a newer commit. To go back on purpose, set rollback: true or use rollback-to.';
    return 'Deploy this digest there first, and then run this job again.';
}
/** A digest that this environment had before needs no other environment's word to come back to it. */
async function orderFindings(attempt, { agreement, sealed }) {
    const { inputs, target, ports } = attempt;
    const isSame = (digest) => (0,domain_manifest/* identify */.ls)(digest, sealed).same;
    attempt.order = await Promise.all((inputs.after ?? []).map(async (environment) => {
        const standing = await readStanding(ports.deployments.list(target.repository, environment));
        const soakMs = inputs.soak ?? 0;
        const now = ports.deployments.now?.() ?? ports.clock.now();
        return judgeOrder({ environment, standing, digest: agreement.digest, isSame, soakMs, now });
    }));
    const findings = attempt.order.flatMap(({ finding }) => (finding === undefined ? [] : [finding]));
    const isBack = inputs.rollback || inputs['rollback-to'] !== undefined;
    if (findings.length === 0 || !isBack)
        return findings;
    if ((await findSuccessHere(attempt, ({ digest }) => digest !== null && isSame(digest))) === undefined)
        return findings;
    attempt.overrides.add('after');
    ports.log.notice(`This is a rollback to what ${target.environment} ran before, so after does not count:\n${findings.map(({ message }) => message).join('\n')}`);
    return [];
}
async function ageFindings(attempt, { sealed }, { current }) {
    const { inputs, target, ports } = attempt;
    const isSame = ({ digest, commit }) => commit === target.commit || (digest !== null && (0,domain_manifest/* identify */.ls)(digest, sealed).same);
    if (current === undefined || isSame(current))
        return [];
    const relation = await ports.ancestry.compare(current.commit, target.commit);
    const replaced = relation === 'unknown' ? await findSuccessHere(attempt, isSame) : undefined;
    const { environment, commit } = target;
    const finding = judgeAge({ environment, current, commit, relation, replacedAt: replaced?.finishedAt });
    if (finding !== undefined) {
        const isBack = inputs.rollback || inputs['rollback-to'] !== undefined;
        if (!isBack)
            return [finding];
        if (inputs.rollback)
            attempt.overrides.add('rollback');
        attempt.isRollback = true;
        ports.log.notice(`Rolling back ${environment}: ${finding.message}`);
    }
    else if (relation === 'unknown') {
        // Nothing stops an older commit now.
        ports.log.warning(`Nobody could say whether commit ${commit} is older than ${current.commit}, which ${environment} runs, so it counts as newer. Give this job contents: read and the token, or check out with fetch-depth: 0.`);
    }
    else if (relation === 'diverged') {
        ports.log.notice(`Commit ${commit} does not contain ${current.commit}, which ${environment} runs: they are on different branches.`);
    }
    return [];
}
async function findSuccessHere({ target, ports }, isIt) {
    const { repository, environment } = target;
    return await findSuccess(isIt, ports.deployments.list(repository, environment, isIt));
}

// EXTERNAL MODULE: ./lib/domain/record.js
var domain_record = __webpack_require__(43111);
;// CONCATENATED MODULE: ./lib/verbs/deploy/record.js




/**
 * Step 6: appends the record of a deployment that succeeded and returns what the log calls it. Where that fails, the
 * step fails with it, because a deployment nobody can find is not part of the trail.
 */
async function recordSuccess(attempt, sealed) {
    try {
        return await append(attempt, makeRecord(attempt, 'success', null), sealed);
    }
    catch (error) {
        attempt.ports.log.warning(`The deployment to ${attempt.target.environment} took place, but could not be recorded.`);
        throw error;
    }
}
/** Refusals and failures are part of the trail too. The first error stays the one that is reported. */
async function recordFailure(attempt, state, error) {
    const code = error instanceof domain_error/* BuildOnceError */.kb ? error.code : 'INTERNAL';
    const reason = { code, message: (0,domain_error/* messageOf */.bD)(error).slice(0, 4000) };
    try {
        await append(attempt, makeRecord(attempt, state, reason), attempt.seen.sealed);
    }
    catch (recordError) {
        // What GitHub denied once it denies again; the error says so.
        if (error instanceof domain_error/* GitHubError */.y_ && error.message === (0,domain_error/* messageOf */.bD)(recordError))
            return;
        const what = state === 'refused' ? 'refusal' : state;
        const remedy = recordError instanceof domain_error/* GitHubError */.y_ ? `. ${(0,domain_error/* remedyOf */.SM)(recordError)}` : '';
        attempt.ports.log.warning(`This ${what} could not be recorded: ${(0,domain_error/* messageOf */.bD)(recordError)}${remedy}`);
    }
}
async function append({ ports, target, open }, record, sealed) {
    const subject = sealed === undefined ? undefined : (0,domain_manifest/* descriptorOf */.nb)(sealed);
    return await ports.deployments.append(target.repository, record, subject, open);
}
/** What is known of an attempt before it begins. */
function intentOf(attempt) {
    const { inputs, target, ports, seen } = attempt;
    const asked = inputs.digest === 'sealed' ? undefined : inputs.digest;
    return {
        schema: 'build-once/deployment/v1',
        id: attempt.id,
        releaseId: attempt.releaseId ?? null,
        environment: target.environment,
        repository: (0,reference/* formatRepository */.Sh)(target.repository),
        digest: seen.agreement?.digest ?? asked ?? null,
        commit: target.commit,
        configDigest: attempt.configDigest ?? null,
        // The bound of the record's schema; a workflow run may have left any number of artifacts.
        evidence: (seen.agreement?.evidence ?? []).slice(0, 50),
        workflowRun: ports.context.workflowRun,
        actor: ports.context.actor,
        startedAt: (0,domain_record/* recordTime */.$l)(attempt.startedAt),
    };
}
function makeRecord(attempt, state, reason) {
    const allowed = attempt.inputs['allow-pull-request'] ? ['allow-pull-request'] : [];
    return {
        ...intentOf(attempt),
        state,
        reason,
        previousDigest: attempt.previousDigest ?? null,
        finishedAt: (0,domain_record/* recordTime */.$l)(attempt.ports.clock.now()),
        rollback: attempt.isRollback,
        overrides: [...allowed, ...attempt.overrides],
    };
}

;// CONCATENATED MODULE: ./lib/verbs/deploy/release.js



/** What steps 4 to 6 would do, in words; for a dry run. */
function plannedSteps(inputs) {
    const { unpack, run, running } = inputs;
    return [
        ...(unpack === undefined ? [] : [`verify the files of the artifact and unpack them into ${unpack}`]),
        ...(run === undefined ? [] : [`run, with the ${inputs.guard} guard: ${shortened(run)}`]),
        ...(running === undefined ? [] : [`check what runs: ${shortened(running)}`]),
        `record the deployment to ${inputs.environment}`,
    ];
}
function shortened(script) {
    const lines = script.split('\n').filter((line) => line.trim() !== '');
    return lines.length > 3
        ? [...lines.slice(0, 3), `… (${lines.length} lines)`].join(' ⏎ ')
        : lines.join(' ⏎ ');
}
/** Step 4: unpack, then run. */
async function release(attempt, { agreement, sealed }) {
    const { inputs, target, ports } = attempt;
    attempt.phase = 'begun';
    if (inputs.unpack !== undefined) {
        const { files, bytes } = await ports.unpack(target.repository, sealed, inputs.unpack);
        ports.log.info(`Unpacked ${files} files (${bytes} bytes) of ${agreement.digest} into ${inputs.unpack}`);
    }
    if (inputs.run === undefined)
        return;
    const script = inputs.run;
    const result = await ports.log.group('Deploy', async () => ports.guarded(script, variables(target, agreement.digest)));
    refuseBuilding(result, 'run');
    if (result.exitCode !== 0) {
        throw new domain_error/* TargetError */.I0('RUN_FAILED', `The run script failed · expected exit code 0, got ${result.exitCode}`, {
            hint: 'Read its output above. The deployment is recorded as failed.',
        });
    }
}
function variables(target, digest) {
    return {
        IMAGE: (0,reference/* formatRepository */.Sh)(target.repository),
        DIGEST: digest,
        REFERENCE: (0,reference/* formatReference */.FH)((0,reference/* digestReference */.O9)(target.repository, digest)),
        COMMIT: target.commit,
        ENVIRONMENT: target.environment,
    };
}
/** Whatever the exit code: a script that tried to build does not get away with ignoring the refusal. */
function refuseBuilding({ violations }, input) {
    if (violations.length === 0)
        return;
    throw new domain_error/* PolicyError */.pn('REBUILD_REQUESTED', (0,domain_error/* listed */.KE)(`The ${input} script tried to build or retag · expected no builds, got`, violations), {
        hint: 'deploy ships the digest that was built and tested. Move this command to the build job.',
    });
}
/** Step 5: what runs is what was deployed, as the `running` command reports it. */
async function checkRunning(attempt, { agreement, sealed }) {
    const { inputs, target, ports } = attempt;
    if (inputs.running === undefined)
        return;
    const result = await ports.guarded(inputs.running, variables(target, agreement.digest));
    refuseBuilding(result, 'running');
    const mismatch = (got) => runningMismatch(agreement.digest, got);
    if (result.exitCode !== 0)
        throw mismatch(`nothing: the running command failed with exit code ${result.exitCode}`);
    if (result.isTruncated)
        throw mismatch('more than can be read: the running command printed over 1 MB');
    const found = result.stdout.split('\n').filter((line) => line.trim() !== '');
    if (found.length === 0)
        throw mismatch('nothing: the running command printed no digest');
    for (const line of found) {
        const foreign = foreignIn(line, sealed);
        if (foreign !== undefined)
            throw mismatch(foreign);
    }
    ports.log.info(`What runs is what was built: ${[...new Set(found.map((line) => line.trim()))].join(', ')}`);
}
function runningMismatch(expected, got) {
    const message = `What runs is not what was deployed · expected ${expected}, got ${got}`;
    return new domain_error/* TargetError */.I0('RUNNING_MISMATCH', message, {
        hint: 'The running command must print the digest that runs, one a line. The deployment is recorded as failed.',
    });
}
/** What a line names that is not the sealed artifact; `kubectl -o jsonpath` prints the digests of all pods in one line. */
function foreignIn(line, sealed) {
    const digests = line.match(/\bsha\d+:[0-9a-f]+/g) ?? [];
    if (digests.length === 0)
        return `a line without a digest: ${JSON.stringify(line.slice(0, 200))}`;
    return digests.find((digest) => !(0,domain_manifest/* identify */.ls)(digest, sealed).same);
}

;// CONCATENATED MODULE: ./lib/verbs/deploy/turn.js


/**
 * Waits until no other job deploys this image to this environment. The deployment is announced first, so that others
 * see who they wait for.
 * @throws {PolicyError} LOCKED.
 */
async function takeTurn(attempt) {
    const { inputs, target, ports } = attempt;
    const { repository, environment } = target;
    const open = await ports.deployments.open(repository, intentOf(attempt));
    if (open !== undefined)
        attempt.open = open;
    const { workflowRun, actor } = ports.context;
    const holder = { id: attempt.id, workflowRun, checkRunId: ports.checkRunId ?? null, actor };
    const timeoutMs = inputs['lock-timeout'];
    const { cancelled } = ports;
    cancelled?.throwIfAborted();
    attempt.lock = await ports.lock.acquire({ repository, environment, holder, timeoutMs, open, cancelled });
}
/** Lets others go on; after the record of how it ended, which they have to see. */
async function endTurn({ lock, ports }) {
    try {
        await lock?.release();
    }
    catch (error) {
        ports.log.warning(`The lock could not be released, so that others wait until it ends: ${(0,domain_error/* messageOf */.bD)(error)}`);
    }
}

;// CONCATENATED MODULE: ./lib/verbs/deploy/run.js










/** Deploys the sealed digest: refuse, agree, wait for the turn, gate, release, check, record (design: the deploy verb). */
async function deploy(inputs, target, ports, onFailure) {
    const seen = new RefusedEvidence();
    const attempt = {
        id: ports.nonce(),
        inputs,
        target,
        ports,
        startedAt: ports.clock.now(),
        seen,
        overrides: new Set(),
        phase: 'waiting',
        isRollback: false,
        order: [],
    };
    const { cancelled, grace = async () => { } } = ports;
    try {
        return await (0,cancellation/* untilStopped */.s)(story(attempt), cancelled, grace, () => attempt.phase === 'ending');
    }
    catch (error) {
        // What never reached the environment was refused, for whatever reason.
        const state = attempt.phase === 'waiting' ? 'refused' : 'failure';
        if (!inputs['dry-run'] && (0,pull_request/* readOnlyCause */.Kr)(ports.context) === undefined)
            await recordFailure(attempt, state, error);
        await onFailure({ target: attempt.target, error, state, seen });
        throw error;
    }
    finally {
        await endTurn(attempt);
    }
}
/** The steps of a deployment; none of them begins once the job is cancelled. */
async function story(attempt) {
    const { inputs, ports } = attempt;
    const step = async (work) => {
        ports.cancelled?.throwIfAborted();
        return await work();
    };
    const verified = await step(async () => await admit(attempt));
    if (inputs['dry-run'])
        return await dryRun(attempt, verified);
    await step(async () => await takeTurn(attempt));
    await step(async () => await confirmRollback(attempt));
    await step(async () => await passGate(attempt, verified));
    await step(async () => await release(attempt, verified));
    await step(async () => await checkRunning(attempt, verified));
    // From here on it is deployed, cancelled or not.
    attempt.phase = 'ending';
    const deploymentId = await recordSuccess(attempt, verified.sealed);
    const { repository, commit, environment } = attempt.target;
    await ports.metadata?.deployed({ repository, commit, digest: verified.agreement.digest }, environment);
    return resultOf(attempt, verified, deploymentId);
}
/** All that can be judged without touching anything; no turn is taken, because nobody has to wait for it. */
async function dryRun(attempt, verified) {
    await passGate(attempt, verified);
    const steps = plannedSteps(attempt.inputs).map((step) => `  - ${step}`);
    attempt.ports.log.info(`Dry run; a deployment would:\n${steps.join('\n')}`);
    return resultOf(attempt, verified, undefined);
}
function resultOf(attempt, verified, deploymentId) {
    const { inputs, target, ports, configDigest, previousDigest: previous } = attempt;
    const { digest } = verified.agreement;
    return {
        target,
        digest,
        reference: (0,reference/* formatReference */.FH)((0,reference/* digestReference */.O9)(target.repository, digest)),
        previousDigest: previous,
        order: attempt.order,
        isRollback: attempt.isRollback,
        releaseId: attempt.releaseId ?? releaseId(target, digest, configDigest),
        configDigest,
        deploymentId,
        verified,
        planned: inputs['dry-run'] ? plannedSteps(inputs) : undefined,
        milliseconds: ports.clock.now().getTime() - attempt.startedAt.getTime(),
    };
}

// EXTERNAL MODULE: ./lib/domain/markdown.js
var markdown = __webpack_require__(26039);
// EXTERNAL MODULE: ./lib/verbs/failure-text.js
var failure_text = __webpack_require__(90950);
;// CONCATENATED MODULE: ./lib/verbs/deploy/summary.js





function evidenceTable({ evidence, findings }) {
    const rows = evidence.map((row) => `| ${(0,markdown/* escapeMarkdown */.FV)(row.witness)} | ${row.digest === null ? (0,markdown/* escapeMarkdown */.FV)(row.note ?? 'nothing') : (0,markdown/* code */.aY)(row.digest)} | ${(0,markdown/* code */.aY)(row.where)} |`);
    const title = findings.length === 0 ? 'The witnesses agree:' : 'What the witnesses said:';
    return [title, '', '| Witness | Digest | Where read |', '| --- | --- | --- |', ...rows].join('\n');
}
function headingOf({ planned, isRollback, target }) {
    const environment = (0,markdown/* escapeMarkdown */.FV)(target.environment);
    if (planned !== undefined)
        return `🔎 Dry run: would ${isRollback ? 'roll back' : 'deploy to'} ${environment}`;
    return isRollback ? `⏪ Rolled back ${environment}` : `🚀 Deployed to ${environment}`;
}
/** The job summary of a deployment that succeeded, or of a dry run. */
function deploySummary(result) {
    const { target, verified, previousDigest, configDigest, deploymentId } = result;
    const change = previousDigest === result.digest
        ? 'nothing: the same digest was deployed before'
        : previousDigest === undefined
            ? 'nothing: this is the first deployment'
            : (0,markdown/* code */.aY)(previousDigest);
    const rows = [
        ['Environment', (0,markdown/* escapeMarkdown */.FV)(target.environment)],
        ['Commit', (0,markdown/* code */.aY)(target.commit)],
        ['Image', (0,markdown/* code */.aY)((0,reference/* formatRepository */.Sh)(target.repository))],
        [
            'Digest',
            `**${(0,markdown/* code */.aY)(result.digest)}**${verified.agreement.child === undefined ? '' : ` (${(0,markdown/* escapeMarkdown */.FV)(verified.agreement.child)} of the sealed index)`}`,
        ],
        ['Replaces', change],
        ...result.order.map(({ environment, note }) => ['After', (0,markdown/* escapeMarkdown */.FV)(`${environment} ${note}`)]),
        ...(result.isRollback ? [['Rollback', 'yes']] : []),
        ['Configuration', configDigest === undefined ? 'not declared' : (0,markdown/* code */.aY)(configDigest)],
        ['Release', (0,markdown/* code */.aY)(result.releaseId)],
        ...(deploymentId === undefined ? [] : [['Deployment', (0,markdown/* code */.aY)(deploymentId)]]),
        ['Time', (0,markdown/* humanDuration */.UU)(result.milliseconds)],
    ];
    const plan = (result.planned ?? []).map((step) => `\n- would ${(0,markdown/* escapeMarkdown */.FV)(step)}`).join('');
    const said = evidenceTable(verified.agreement);
    return `### ${headingOf(result)}\n\n${(0,markdown/* propertyTable */.C0)(rows)}\n${plan === '' ? '' : `${plan}\n`}\n${said}\n`;
}
/** The job summary of a refusal or failure. */
function failureSummary(failure) {
    const { target, error, seen } = failure;
    // The table behind a disagreement stands below as a real one.
    const [first = ''] = (0,domain_error/* messageOf */.bD)(error).split('\n\n', 1);
    const asked = (0,markdown/* propertyTable */.C0)([
        ['Commit', (0,markdown/* code */.aY)(target.commit)],
        ['Image', (0,markdown/* code */.aY)((0,reference/* formatRepository */.Sh)(target.repository))],
    ]);
    const evidence = seen.agreement === undefined ? '' : `\n\n${evidenceTable(seen.agreement)}`;
    return `### ${failureHeading(failure)} to ${(0,markdown/* escapeMarkdown */.FV)(target.environment)}\n\n${(0,failure_text/* describeFailure */.I)(error, first)}\n\n${asked}${evidence}\n`;
}
function failureHeading({ error, state }) {
    if (error instanceof cancellation/* CancelledError */.c)
        return '🛑 Deployment cancelled';
    if (state === 'failure')
        return '❌ Deployment failed';
    const isRefusal = error instanceof domain_error/* PolicyError */.pn || error instanceof domain_error/* VerificationError */.mk;
    return isRefusal ? '⛔ Refused to deploy' : '❌ Not deployed';
}
/** The job summary of a deployment that could not begin: nothing is known of it but the error. */
function earlyFailureSummary(error) {
    return `### ❌ Not deployed\n\n${(0,failure_text/* describeFailure */.I)(error)}\n`;
}

// EXTERNAL MODULE: ./lib/main/artifact-metadata.js + 2 modules
var artifact_metadata = __webpack_require__(74315);
// EXTERNAL MODULE: ./lib/main/cancellation.js
var main_cancellation = __webpack_require__(94622);
;// CONCATENATED MODULE: ./lib/domain/ancestry.js
/**
 * Asks one after the other until somebody knows. A commit needs nobody to be itself. That somebody failed matters only
 * where nobody else knows.
 */
function firstToKnow(sources) {
    return {
        compare: async (base, head) => {
            if (base === head)
                return 'identical';
            const failures = [];
            for (const source of sources) {
                try {
                    const relation = await source.compare(base, head);
                    if (relation !== 'unknown')
                        return relation;
                }
                catch (error) {
                    failures.push(error);
                }
            }
            if (failures.length > 0)
                throw failures[0];
            return 'unknown';
        },
    };
}

;// CONCATENATED MODULE: ./lib/domain/both-logs.js
/** Two logs give one deployment different times: of other clocks, of before and after a request. */
const TOLERANCE_MS = 600_000;
/**
 * Two logs as one. What is written goes into both, the second one last; what is read is what either has. Where both have
 * it, the second one counts, because it also knows what is no longer active.
 */
function bothLogs(first, second) {
    return {
        now: second.now ?? first.now,
        open: async (repository, intent) => await second.open(repository, intent),
        append: async (repository, record, subject, open) => {
            try {
                await first.append(repository, record, subject);
            }
            catch (error) {
                // Others wait for the end of what was announced; a success has to be in both.
                if (record.state !== 'success')
                    await second.append(repository, record, subject, open);
                throw error;
            }
            return await second.append(repository, record, subject, open);
        },
        list: (repository, environment, isOfInterest) => merged(first.list(repository, environment, isOfInterest), second.list(repository, environment, isOfInterest)),
    };
}
/** Newest first, and each deployment once: nothing of the one list goes out before the other had its say. */
async function* merged(one, leading) {
    const source = leading[Symbol.asyncIterator]();
    let waiting = [];
    const known = new Set();
    let oldest = Infinity;
    const readUntil = async (time) => {
        while (oldest >= time) {
            const { done, value } = await source.next();
            if (done === true)
                oldest = -Infinity;
            else {
                waiting.push(value);
                known.add(value.record.id);
                // Who gave up waiting has ended before whoever was waited for, and stands before it where turns make the order.
                if (value.record.state !== 'refused')
                    oldest = timeOf(value);
            }
        }
        waiting = waiting.toSorted((entry, other) => timeOf(other) - timeOf(entry));
    };
    for await (const entry of one) {
        await readUntil(timeOf(entry) - TOLERANCE_MS);
        if (known.has(entry.record.id))
            continue;
        const newer = waiting.findIndex((other) => timeOf(other) < timeOf(entry));
        yield* waiting.splice(0, newer < 0 ? waiting.length : newer);
        yield entry;
    }
    yield* waiting;
    while (oldest !== -Infinity) {
        const { done, value } = await source.next();
        if (done === true)
            return;
        yield value;
    }
}
function timeOf({ record }) {
    return Date.parse(record.finishedAt);
}

;// CONCATENATED MODULE: ./lib/domain/lock.js



/** What needs nobody to ask: a workflow run starts again only when its earlier attempt has ended. */
function isKnownToBeOver(holder, self) {
    const [theirs, ours] = [holder.workflowRun, self.workflowRun];
    return theirs !== null && ours !== null && theirs.id === ours.id && theirs.attempt < ours.attempt;
}
/** Whom one waits for, for the log. */
function waitingFor({ workflowRun, actor }, since) {
    return `Waiting for ${workflowRun?.url ?? actor}, which deploys since ${since}`;
}
/** The error for whoever waited in vain. */
function locked(request, holder, since) {
    const { repository, environment, timeoutMs } = request;
    const within = timeoutMs === 0 ? 'now' : `within ${formatDuration(timeoutMs)}`;
    const who = holder.workflowRun === null
        ? `attempt ${holder.id} of ${holder.actor}`
        : `${holder.workflowRun.url} (attempt ${holder.workflowRun.attempt}, job ${holder.workflowRun.job}, ${holder.actor})`;
    return new domain_error/* PolicyError */.pn('LOCKED', `Another job deploys ${(0,reference/* formatRepository */.Sh)(repository)} to ${environment} · expected it to end ${within}, got ${who}, at it since ${since}`, {
        hint: 'Run this job again when that one has ended, or give it more lock-timeout. A concurrency group for the environment lets jobs wait without a runner.',
    });
}
/** Several locks as one; each is waited for in what the others left of the time. */
function allOf(locks, now) {
    return {
        acquire: async (request) => {
            const end = now().getTime() + request.timeoutMs;
            const held = [];
            const release = async () => {
                for (const lock of held.toReversed())
                    await lock.release();
            };
            try {
                for (const lock of locks) {
                    const timeoutMs = Math.max(0, end - now().getTime());
                    held.push(await lock.acquire({ ...request, timeoutMs }));
                }
            }
            catch (error) {
                await release();
                throw error;
            }
            return { release };
        },
    };
}

;// CONCATENATED MODULE: ./lib/github/ancestry.js





const comparisonSchema = schemas/* looseObject */._H3({ status: schemas/* enum */.k5n(['identical', 'ahead', 'behind', 'diverged']) });
/** What GitHub knows. Commits of other repositories it does not. */
function createGitHubAncestry(api, log) {
    let isTold = false;
    return {
        compare: async (base, head) => {
            try {
                const { status } = await api.request('GET /repos/{owner}/{repo}/compare/{basehead}', 
                // The commits between the two do not matter.
                { basehead: `${base}...${head}`, per_page: 1 }, comparisonSchema, { permission: 'contents: read' });
                return status;
            }
            catch (error) {
                if (isUnrelated(error))
                    return 'diverged';
                if (isTooMuch(error))
                    return 'unknown';
                if (!(0,domain_error/* isWithheld */.Ys)(error))
                    throw error;
                log.debug(error.message);
                if ((0,domain_error/* isDenied */.GZ)(error) && !isTold)
                    log.notice(`GitHub may not be asked which commit is older, so it is up to the checkout and the log. ${(0,domain_error/* remedyOf */.SM)(error)}`);
                isTold ||= (0,domain_error/* isDenied */.GZ)(error);
                return 'unknown';
            }
        },
    };
}
/** GitHub answers so where two commits have no ancestor in common; nothing but the words tells it from a lost commit. */
function isUnrelated(error) {
    return error instanceof domain_error/* GitHubError */.y_ && error.status === 404 && /\bno common ancestor\b/i.test(error.message);
}
/** GitHub answers so where it cannot compute the difference in time. */
function isTooMuch(error) {
    return error instanceof domain_error/* GitHubError */.y_ && error.code === 'GITHUB_REFUSED' && error.status === 422;
}
/**
 * What the checkout in the workspace knows. Most are shallow: such a one can show that a commit is an ancestor of
 * another, but never that it is not. Anything that goes wrong means that it does not know.
 */
function createCheckoutAncestry(exec, workspace, environment) {
    const git = async (...args) => {
        // Objects can be replaced by others in a work tree, and missing ones would be fetched with its credentials.
        const options = ['--no-replace-objects', '-c', `safe.directory=${workspace}`, '-C', workspace];
        const inherited = { ...environment, GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0' };
        return await exec('git', [...options, ...args], { environment: inherited, timeoutMs: 60_000 });
    };
    const compare = async (base, head) => {
        const isAncestor = async (one, other) => {
            const { exitCode } = await git('merge-base', '--is-ancestor', one, other);
            return exitCode === 0 ? true : exitCode === 1 ? false : undefined;
        };
        const isAhead = await isAncestor(base, head);
        if (isAhead === true)
            return 'ahead';
        const isBehind = await isAncestor(head, base);
        if (isBehind === true)
            return 'behind';
        if (isAhead === undefined || isBehind === undefined)
            return 'unknown';
        const { exitCode, stdout } = await git('rev-parse', '--is-shallow-repository');
        return exitCode === 0 && stdout.trim() === 'false' ? 'diverged' : 'unknown';
    };
    return {
        compare: async (base, head) => {
            if (!(0,external_node_fs_.existsSync)((0,external_node_path_.join)(workspace, '.git')))
                return 'unknown';
            try {
                return await compare(base, head);
            }
            catch (error) {
                if ((0,platform_exec/* isMissingProgram */.V6)(error))
                    return 'unknown';
                throw error;
            }
        },
    };
}

// EXTERNAL MODULE: ./lib/github/api-target.js
var api_target = __webpack_require__(70885);
// EXTERNAL MODULE: ./node_modules/zod/v4/core/errors.js
var errors = __webpack_require__(37428);
;// CONCATENATED MODULE: ./lib/github/deployment-payload.js



/** Nothing says how much GitHub keeps in a payload; the whole evidence is in the job summary. */
const MAX_EVIDENCE = 10;
const { schema, id, releaseId: deployment_payload_releaseId, environment, repository, digest: deployment_payload_digest, commit: deployment_payload_commit } = domain_record/* deploymentRecordSchema */.IZ.shape;
const { configDigest, evidence, workflowRun, actor, startedAt, reason } = domain_record/* deploymentRecordSchema */.IZ.shape;
const number = schemas/* int */.Whr().nonnegative().nullable();
const payloadSchema = schemas/* strictObject */.rej({
    ...{ schema, id, releaseId: deployment_payload_releaseId, environment, repository, digest: deployment_payload_digest, commit: deployment_payload_commit },
    ...{ configDigest, evidence, workflowRun, actor, startedAt },
    checkRunId: number,
    /** The deployment GitHub made for the job by itself. */
    automaticDeployment: number,
    /** Links the deployment to the workflow run in GitHub's pages. */
    workflow_run_id: number.optional(),
    /** Why it was refused, where that was known before it was created: then nobody has to ask how it ended. */
    refused: reason.unwrap().optional(),
});
/** The payload of a deployment that is about to begin. */
function payloadOf(intent, job) {
    const run = Number(intent.workflowRun?.id ?? Number.NaN);
    return {
        ...pick(intent),
        evidence: intent.evidence.slice(0, MAX_EVIDENCE),
        ...job,
        ...(Number.isSafeInteger(run) ? { workflow_run_id: run } : {}),
    };
}
/** A record has more fields than an intent. */
function pick(intent) {
    return {
        ...{ schema: intent.schema, id: intent.id, releaseId: intent.releaseId, environment: intent.environment },
        ...{ repository: intent.repository, digest: intent.digest, commit: intent.commit },
        ...{ configDigest: intent.configDigest, evidence: intent.evidence, workflowRun: intent.workflowRun },
        ...{ actor: intent.actor, startedAt: intent.startedAt },
    };
}
/** Who deploys, as the payload says. */
function holderOf({ id, workflowRun, checkRunId, actor }) {
    return { id, workflowRun, checkRunId, actor };
}
/** Reads the payload of any deployment; some servers give as a text what was sent as an object. */
function readPayload(value) {
    const body = typeof value === 'string' ? parsed(value) : value;
    const isClaimed = typeof body === 'object' &&
        body !== null &&
        'schema' in body &&
        typeof body.schema === 'string' &&
        body.schema.startsWith('build-once/');
    if (!isClaimed)
        return { kind: 'foreign' };
    const result = payloadSchema.safeParse(body);
    if (result.success)
        return { kind: 'ours', payload: result.data };
    return { kind: 'broken', why: (0,domain_error/* oneLine */.TN)(errors/* prettifyError */.S1(result.error)).slice(0, 300) };
}
function parsed(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}

// EXTERNAL MODULE: ./lib/domain/error-codes.js
var error_codes = __webpack_require__(59397);
;// CONCATENATED MODULE: ./lib/github/deployment-status.js




/** GitHub refuses longer ones. */
const MAX_DESCRIPTION = 140;
/** A time as GitHub gives it. */
const timeSchema = schemas/* string */.YjP().refine((text) => !Number.isNaN(Date.parse(text)), 'not a time');
/** Who made something; GitHub does not always say. */
const creatorSchema = schemas/* looseObject */._H3({ id: schemas/* int */.Whr(), login: schemas/* string */.YjP() }).nullish();
const statusSchema = schemas/* looseObject */._H3({
    id: schemas/* int */.Whr(),
    state: schemas/* string */.YjP(),
    description: schemas/* string */.YjP().nullish(),
    creator: creatorSchema,
    created_at: timeSchema,
});
const ROLLED_BACK = 'Rolled back: ';
const SINCE = / \[since (?<id>\d{1,15})\]$/;
const REPLACES = 'Replaces ';
/**
 * How a record ends its deployment. The description holds what was not known when it began, because only it can still be
 * written: what was replaced, and what was done out of the ordinary.
 * @param since nothing between that deployment and this one counts any more, see {@link Standing}.
 */
function endingOf(record, since) {
    const { state, reason, previousDigest } = record;
    if (state === 'success') {
        const remarks = [
            ...(record.rollback ? ['rollback'] : []),
            ...(record.overrides.length === 0 ? [] : [`with ${record.overrides.join('+')}`]),
        ];
        const replaced = previousDigest === null ? 'First deployment' : `${REPLACES}${previousDigest}`;
        return { state, description: shorten([replaced, ...remarks].join(', ')) };
    }
    const why = reason === null ? '' : `${reason.code}: ${reason.message}`;
    const prefix = state === 'rolled-back' ? ROLLED_BACK : '';
    // Refused is what never reached the environment.
    const suffix = since === undefined ? '' : ` [since ${since}]`;
    const description = `${shorten(`${prefix}${why}`, MAX_DESCRIPTION - suffix.length)}${suffix}`;
    return { state: state === 'refused' ? 'error' : 'failure', description };
}
/** One line, of at most as many characters as GitHub takes. */
function shorten(text, length = MAX_DESCRIPTION) {
    const line = (0,domain_error/* oneLine */.TN)(text);
    return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`;
}
const ENDED = ['success', 'failure', 'error'];
/**
 * Whether a status counts. That a deployment has succeeded is the word of whoever made it, and of nobody else who may
 * write statuses; that it has not, or is no longer there, is believed of anybody.
 */
function counts({ state, creator }, author) {
    return state !== 'success' || creator?.id === author?.id;
}
/** Whether these statuses say how a deployment ended, or that it has not; if not, older ones are needed. */
function isEnough(statuses, author) {
    return statuses.some((status) => status.state !== 'inactive' && counts(status, author));
}
/**
 * Reads how a deployment ended from its statuses, newest first. `inactive` ends what was there; whether it ever
 * was there is what the status before it says.
 */
function standingOf(payload, all, { createdAt, creator }) {
    const statuses = all.filter((status) => counts(status, creator));
    const newest = statuses[0];
    const begun = newest?.state === 'in_progress' ? recordOf(payload, { ...newest, description: '' }) : undefined;
    const open = { kind: 'open', since: createdAt, begun };
    if (newest === undefined)
        return open;
    const isActive = newest.state !== 'inactive';
    const ending = statuses.find(({ state }) => state !== 'inactive');
    if (ending === undefined || !ENDED.includes(ending.state)) {
        if (isActive)
            return open;
        // Made inactive before it came to anything.
        const record = recordOf(payload, { ...newest, state: 'error' });
        return { kind: 'ended', isActive: false, hadTurn: false, since: undefined, record };
    }
    const record = recordOf(payload, ending);
    const isOwn = (status) => status.creator?.id === creator?.id;
    // Abandoned before it was its turn.
    const isUntouched = ending.state === 'error' &&
        record.reason === null &&
        !statuses.some(({ state }) => state === 'in_progress');
    return {
        kind: 'ended',
        record: isUntouched ? { ...record, state: 'refused' } : record,
        isActive: isActive && ending.state === 'success',
        hadTurn: statuses.some((status) => status.state === 'in_progress' && isOwn(status)),
        since: isOwn(ending) && ending.state !== 'success' ? sinceOf(ending) : undefined,
    };
}
/** How a deployment stands that was refused before it was created. */
function standingOfRefused(payload, reason, createdAt) {
    const status = { id: 0, state: 'error', created_at: createdAt };
    const record = { ...recordOf(payload, status), state: 'refused', reason };
    return { kind: 'ended', record, isActive: false, hadTurn: false, since: undefined };
}
function sinceOf({ description }) {
    const id = SINCE.exec(description ?? '')?.groups?.['id'];
    return id === undefined ? undefined : Number(id);
}
function recordOf(payload, status) {
    const { checkRunId: _, automaticDeployment: __, workflow_run_id: ___, refused: ____, ...intent } = payload;
    const text = (status.description ?? '').replace(SINCE, '');
    const finishedAt = new Date(status.created_at).toISOString();
    if (status.state !== 'success')
        return {
            ...intent,
            ...failureOf(status.state, text),
            ...{ previousDigest: null, finishedAt, rollback: false, overrides: [] },
        };
    const [first = '', ...remarks] = text.split(', ');
    const replaced = first.startsWith(REPLACES) ? first.slice(REPLACES.length) : '';
    return {
        ...intent,
        state: 'success',
        reason: null,
        previousDigest: (0,digest/* isDigest */.Bc)(replaced) ? replaced : null,
        finishedAt,
        rollback: remarks.includes('rollback'),
        overrides: remarks.flatMap((remark) => (remark.startsWith('with ') ? remark.slice(5).split('+') : [])),
    };
}
function failureOf(state, text) {
    const isRolledBack = text.startsWith(ROLLED_BACK);
    const message = isRolledBack ? text.slice(ROLLED_BACK.length) : text;
    const groups = /^(?<code>[A-Z_]{3,60}): (?<text>.*)$/s.exec(message)?.groups;
    const code = groups?.['code'] ?? '';
    const isKnown = Object.hasOwn(error_codes/* ERROR_CODES */.O, code);
    return {
        state: isRolledBack ? 'rolled-back' : state === 'error' && isKnown ? 'refused' : 'failure',
        reason: isKnown ? { code, message: groups?.['text'] ?? '' } : null,
    };
}

// EXTERNAL MODULE: ./lib/github/api-failure.js
var api_failure = __webpack_require__(49484);
;// CONCATENATED MODULE: ./lib/github/deployments-api.js





/** As many entries as a page can have. */
const PAGE = 100;
const READ = { permission: 'deployments: read' };
const WRITE = { permission: 'deployments: write' };
const deploymentSchema = schemas/* looseObject */._H3({
    id: schemas/* int */.Whr().positive(),
    environment: schemas/* string */.YjP(),
    sha: schemas/* string */.YjP(),
    payload: schemas/* unknown */.L5J(),
    creator: creatorSchema,
    created_at: timeSchema,
});
/** Deployments to an environment from a page on, newest first, anybody's; each once, although pages shift while they are read. */
async function* listDeployments(api, environment, page = 1) {
    const seen = new Set();
    const parameters = { environment, per_page: PAGE, page };
    const list = api.pages('GET /repos/{owner}/{repo}/deployments', parameters, schemas/* array */.YOg(deploymentSchema), READ);
    for await (const deployment of list) {
        if (seen.has(deployment.id))
            continue;
        seen.add(deployment.id);
        yield deployment;
    }
}
/** The last statuses of a deployment, newest first, as many as tell how it stands; undefined once it is deleted. */
async function readStatuses(api, { id, creator }) {
    const route = 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses';
    const parameters = { deployment_id: id, per_page: PAGE };
    const statuses = await (0,api_failure/* unlessMissing */.F)(async () => {
        const read = [];
        for await (const status of api.pages(route, parameters, schemas/* array */.YOg(statusSchema), READ)) {
            read.push(status);
            if (read.length % PAGE === 0 && isEnough(read, creator))
                break;
        }
        return read;
    });
    // Those of one second have no order of their own in GitHub's answer but that of their ids.
    return statuses?.toSorted((one, other) => other.id - one.id);
}
const createdSchema = deploymentSchema.pick({ id: true, creator: true });
const MAX_SENDS = 3;
const PAUSE_MS = 2_000;
/**
 * Creates a deployment once: it is looked for by the id in its payload. It is for its environment only
 * (`transient_environment`), so that the success of somebody else's deployment there, of another image or the job's own,
 * does not make it inactive.
 */
async function createDeployment(api, clock, { payload, description, environment }) {
    const body = {
        ref: payload.commit,
        environment,
        task: 'deploy',
        auto_merge: false,
        required_contexts: [],
        transient_environment: true,
        description,
        payload,
    };
    return await sendOnce(clock, async () => await api.request('POST /repos/{owner}/{repo}/deployments', body, createdSchema, WRITE), async () => await findOwn(api, environment, payload));
}
/** What was just created is among the newest. */
async function findOwn(api, environment, payload) {
    let looked = 0;
    for await (const deployment of listDeployments(api, environment)) {
        const read = readPayload(deployment.payload);
        if (read.kind === 'ours' && read.payload.id === payload.id)
            return deployment;
        looked += 1;
        if (looked >= PAGE)
            return undefined;
    }
    return undefined;
}
const addedSchema = schemas/* looseObject */._H3({ id: schemas/* int */.Whr() });
/** Adds a status, once: the statuses tell whether it is there. */
async function addStatus(api, clock, id, status) {
    const { state, description, logUrl, environmentUrl } = status;
    const route = 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses';
    const body = {
        deployment_id: id,
        state,
        description,
        // Ours are made inactive one by one: others in this environment may be of other images.
        auto_inactive: false,
        ...(logUrl === undefined ? {} : { log_url: logUrl }),
        ...(environmentUrl === undefined ? {} : { environment_url: environmentUrl }),
    };
    await sendOnce(clock, async () => await api.request(route, body, addedSchema, WRITE), async () => {
        const [newest] = (await readStatuses(api, { id, creator: undefined })) ?? [];
        return newest?.state === state && newest.description === description ? newest : undefined;
    });
}
/**
 * Sends what must not be carried out twice. When nobody knows whether a request was carried out, what it was to make is
 * looked for before it is sent again.
 */
async function sendOnce(clock, send, find) {
    for (let attempt = 1;; attempt += 1) {
        try {
            return await send();
        }
        catch (error) {
            if (!isAmbiguous(error))
                throw error;
            await clock.sleep(PAUSE_MS);
            const there = await find();
            if (there !== undefined)
                return there;
            if (attempt === MAX_SENDS)
                throw error;
        }
    }
}
/** A failure after which nobody knows whether the request was carried out. */
function isAmbiguous(error) {
    return (error instanceof domain_error/* GitHubError */.y_ &&
        (error.code === 'GITHUB_UNAVAILABLE' || error.code === 'GITHUB_UNEXPECTED'));
}

;// CONCATENATED MODULE: ./lib/github/deployment-history.js





/** A tenth of what GitHub lets all jobs of a repository ask in an hour. */
const MAX_DEPLOYMENTS = 10_000;
const MAX_WARNINGS = 5;
/**
 * The deployments of environments, as one job reads them several times: for its turn, for the order of environments,
 * and to end what it has replaced. Most are not ours, and there may be thousands. So each page is read once, and later
 * on only the newest, as far as it is new; what has ended without success is asked once.
 */
class DeploymentHistory {
    #options;
    #known = new Map();
    #over = new Map();
    #told = new Set();
    #turns = new Set();
    #self;
    constructor(options) {
        this.#options = options;
    }
    /** What GitHub calls an environment; as it was asked for, where nobody can say. */
    async spelling(environment) {
        return (await this.#options.spelling?.(environment)) ?? environment;
    }
    /** Says who this job is: whoever its own deployment was made by. */
    identify(creator) {
        this.#self = creator;
    }
    /** Says that it is the turn of one of this job's deployments. */
    begin(id) {
        this.#turns.add(id);
    }
    /** Whether it was the turn of one of this job's deployments. */
    hasBegun(id) {
        return this.#turns.has(id);
    }
    /**
     * Whether deployments of an account count. Only those of this job's own, as far as it is known, and of the accounts
     * that were named: others may be allowed to write deployments and nothing else.
     */
    isBelieved({ creator }) {
        const login = creator?.login.toLowerCase();
        const isNamed = (this.#options.deployers ?? []).some((name) => name.toLowerCase() === login);
        const self = this.#self;
        return self === undefined || self === null || creator?.id === self.id || isNamed;
    }
    /**
     * Our deployments of an image to an environment, newest first, whoever made them.
     * @param atMost how many deployments to look at, for what need not be complete.
     */
    async *list(repository, environment, atMost = Infinity) {
        const image = (0,reference/* formatRepository */.Sh)(repository);
        const { maxDeployments = MAX_DEPLOYMENTS } = this.#options;
        let looked = 0;
        for await (const { own } of this.#entries(environment)) {
            if (own?.payload.repository === image && isSameEnvironment(own.payload.environment, environment))
                yield own;
            looked += 1;
            if (looked >= atMost)
                return;
            if (looked < maxDeployments)
                continue;
            this.#tell('notice', `Only the newest ${maxDeployments} deployments to ${environment} were looked at. What was deployed before them counts as never deployed.`);
            return;
        }
    }
    /** The same, but only those that count; a warning says whose do not. */
    async *listBelieved(repository, environment, atMost) {
        for await (const deployment of this.list(repository, environment, atMost)) {
            if (this.isBelieved(deployment))
                yield deployment;
            else {
                const login = deployment.creator?.login ?? 'nobody';
                this.#tell('warning', `Deployments to ${environment} that ${login} made do not count, because this job's are made by ${this.#self?.login}. If it is one of yours, add it to the input deployers.`);
            }
        }
    }
    /** How a deployment stands; undefined once it is deleted. */
    async standing(deployment) {
        const { payload, createdAt } = deployment;
        if (payload.refused !== undefined)
            return standingOfRefused(payload, payload.refused, createdAt);
        const over = this.#over.get(deployment.id);
        if (over !== undefined)
            return over;
        const statuses = await readStatuses(this.#options.api, deployment);
        if (statuses === undefined)
            return undefined;
        const standing = standingOf(payload, statuses, deployment);
        if (standing.kind === 'ended' && !standing.isActive)
            this.#over.set(deployment.id, standing);
        return standing;
    }
    async *#entries(asked) {
        const environment = await this.spelling(asked);
        const known = this.#known.get(environment) ?? { entries: [], isComplete: false };
        this.#known.set(environment, known);
        if (known.entries.length > 0 || known.isComplete) {
            await this.#refresh(environment, known);
            yield* known.entries;
        }
        if (known.isComplete)
            return;
        const seen = new Set(known.entries.map(({ id }) => id));
        for await (const entry of this.#rest(environment, known.entries)) {
            if (seen.has(entry.id))
                continue;
            seen.add(entry.id);
            known.entries.push(entry);
            yield entry;
        }
        known.isComplete = true;
    }
    /**
     * Reads what is new. A deployment may become visible after another that was made later, so that the newest page is
     * always read whole.
     */
    async #refresh(environment, known) {
        const ids = new Set(known.entries.map(({ id }) => id));
        const head = new Map();
        let isJoined = false;
        for await (const entry of this.#pages(environment)) {
            head.set(entry.id, entry);
            isJoined ||= ids.has(entry.id);
            if (isJoined && head.size % PAGE === 0)
                break;
        }
        const oldest = Math.min(...head.keys());
        known.entries = [...head.values(), ...known.entries.filter(({ id }) => id < oldest)];
    }
    /** What follows the last known entry; entries that were deleted meanwhile moved it to an earlier page. */
    async *#rest(environment, known) {
        const last = known.at(-1);
        for (let page = Math.max(1, Math.ceil(known.length / PAGE));; page -= 1) {
            let isJoined = page === 1 || last === undefined;
            for await (const entry of this.#pages(environment, page)) {
                isJoined ||= entry.id >= (last?.id ?? 0);
                if (!isJoined)
                    break;
                yield entry;
            }
            if (isJoined)
                return;
        }
    }
    async *#pages(environment, page = 1) {
        for await (const deployment of listDeployments(this.#options.api, environment, page))
            yield { id: deployment.id, own: this.#read(deployment) };
    }
    #read(deployment) {
        const { id, sha, created_at: createdAt, creator } = deployment;
        const read = readPayload(deployment.payload);
        if (read.kind === 'foreign')
            return undefined;
        if (read.kind === 'ours' && read.payload.commit === sha)
            return { id, payload: read.payload, createdAt, creator };
        const why = read.kind === 'broken'
            ? `it holds no record that can be read: ${read.why}`
            : `it is of commit ${sha}, and its record is that of another, ${read.payload.commit}`;
        this.#tell('warning', `Passed over deployment ${id}: ${why}`);
        return undefined;
    }
    #tell(level, message) {
        if (this.#told.has(message))
            return;
        this.#told.add(message);
        if (this.#told.size <= MAX_WARNINGS)
            this.#options.log[level](message);
        else
            this.#options.log.debug(message);
    }
}

;// CONCATENATED MODULE: ./lib/github/check-run.js


const automaticSchema = schemas/* looseObject */._H3({ id: schemas/* int */.Whr().positive(), environment: schemas/* string */.YjP() });
const checkRunSchema = schemas/* looseObject */._H3({
    status: schemas/* string */.YjP(),
    deployment: automaticSchema.nullish(),
});
/** Reads a check run. */
async function readCheckRun(api, id) {
    return await api.request('GET /repos/{owner}/{repo}/check-runs/{check_run_id}', { check_run_id: id }, checkRunSchema, { permission: 'checks: read' });
}
/**
 * The deployment that GitHub made for this job, because its workflow names an environment; null where it made none or
 * nobody can say. It cannot hold a digest, so it stands beside ours, and the notice says how to be without it.
 */
async function findAutomaticDeployment(api, checkRunId, log) {
    if (checkRunId === undefined)
        return null;
    try {
        const { deployment } = await readCheckRun(api, checkRunId);
        if (deployment === undefined || deployment === null)
            return null;
        log.notice(`GitHub made a deployment of its own for this job (environment ${deployment.environment}), beside the one that names the digest; the two are linked. Write environment: { name: ${deployment.environment}, deployment: false } in the workflow to have one only: reviewers, wait timers and secrets stay. Leave it as it is where a GitHub App guards the environment (a custom deployment protection rule): GitHub fails a job without a deployment there.`);
        return deployment;
    }
    catch (error) {
        if (!(0,domain_error/* isWithheld */.Ys)(error))
            throw error;
        log.notice(`Whether GitHub made a deployment of its own for this job is not known, so it is not linked. ${(0,domain_error/* remedyOf */.SM)(error)}`);
        return null;
    }
}

;// CONCATENATED MODULE: ./lib/github/deployments.js









/** A superseded deployment is behind few others: failures since, and what else there is in its environment. */
const MAX_SUPERSEDED = 20;
const MAX_LOOKED = 300;
/** The ends of fewer attempts are asked for one by one, because they tell why something does not count. */
const MANY_ATTEMPTS = 10;
/**
 * The log of deployments as GitHub Deployments. What was known at the beginning is the payload, which nobody can change
 * afterwards; how it ended is the statuses. Times are GitHub's, so that the clocks of runners do not matter.
 */
function createGitHubDeploymentLog(options) {
    const { api, clock } = options;
    const history = options.history ?? new DeploymentHistory(options);
    // A deployment that could not be announced is created when its failure is recorded: nothing is said twice.
    let known;
    const own = new Set();
    const create = async (intent, reason = null) => {
        if (known === undefined) {
            known = await findAutomaticDeployment(api, options.checkRunId, options.log);
            if (known !== null)
                checkEnvironment(options.log, known.environment, intent.environment);
        }
        const automaticDeployment = known?.id ?? null;
        const payload = payloadOf(intent, {
            checkRunId: options.checkRunId ?? null,
            automaticDeployment,
            ...(reason === null ? {} : { refused: { ...reason, message: shorten(reason.message) } }),
        });
        const what = intent.digest === null ? 'nothing' : (0,digest/* shortDigest */.VK)(intent.digest);
        const description = shorten(`${what} of commit ${intent.commit.slice(0, 12)}, ${intent.repository}`);
        const environment = await history.spelling(intent.environment);
        const created = await orAdvice(intent, async () => await createDeployment(api, clock, { payload, description, environment }));
        history.identify(created.creator);
        own.add(created.id);
        return created.id;
    };
    return {
        now: () => api.now(),
        open: async (_repository, intent) => ({ id: String(await create(intent)) }),
        append: async (repository, record, _subject, open) => {
            const refusal = record.state === 'refused' ? record.reason : null;
            const id = open === undefined ? await create(record, refusal) : Number(open.id);
            const since = await sinceWhich(options, history, repository, record, id);
            await addStatus(api, clock, id, { ...endingOf(record, since), ...links(options, record) });
            if (record.state === 'success')
                await supersede(options, history, repository, record.environment, id);
            return String(id);
        },
        list: async function* (repository, environment, isOfInterest = () => true) {
            let since = Infinity;
            for await (const deployment of history.listBelieved(repository, environment)) {
                if (deployment.id > since || !isOfInterest(deployment.payload))
                    continue;
                const isOver = own.has(deployment.id) ? async () => false : options.isOver;
                const standing = await history.standing(deployment);
                const logged = await endOf(deployment, standing, isOver);
                if (logged !== undefined)
                    yield logged;
                if (standing?.kind === 'ended')
                    since = standing.since ?? since;
            }
        },
    };
}
/** GitHub holds a job back for the environment that its workflow names, wherever it deploys to. */
function checkEnvironment(log, named, deployed) {
    if (isSameEnvironment(named, deployed))
        return;
    log.warning(`This job names the environment ${named} and deploys to ${deployed}, so that the protection rules of ${deployed} were not passed. Write environment: ${deployed} in the job.`);
}
/** Where a status leads to. */
function links({ checkRunId, environmentUrl }, { workflowRun }) {
    const job = checkRunId === undefined ? '' : `/job/${checkRunId}`;
    return { logUrl: workflowRun === null ? undefined : `${workflowRun.url}${job}`, environmentUrl };
}
/**
 * How a deployment has ended; undefined for one that has not, or is deleted. Whoever was killed while it was at work has
 * failed, and whoever wants to go back to what was there before must not have to wait until somebody writes that down.
 */
async function endOf({ id, payload }, standing, isOver) {
    if (standing?.kind === 'ended')
        return { record: standing.record, isActive: standing.isActive, id: String(id) };
    if (standing?.begun === undefined || !(await isOver(holderOf(payload))))
        return undefined;
    return { record: standing.begun, isActive: false, id: String(id) };
}
/**
 * After many attempts without success: the deployment before them, so that whoever comes later need not ask for the end
 * of each of them, as of the refusals of a job that is tried every ten minutes while a week of soaking goes by. After a
 * refusal that is the last one that was more than a refusal, after a failure the last success, whoever made it; 0 where
 * there is none. Only whoever had its turn knows that all of them have ended.
 */
async function sinceWhich({ log }, history, repository, { environment, state, reason }, id) {
    // A job that is cancelled has no time.
    if (state === 'success' || reason?.code === 'CANCELLED' || !history.hasBegun(id))
        return undefined;
    let asked = 0;
    let since = id - 1;
    try {
        for await (const other of history.list(repository, environment)) {
            if (other.id > since)
                continue;
            const standing = await history.standing(other);
            if (standing?.kind === 'open')
                return undefined;
            if (standing === undefined)
                continue;
            const isEnough = standing.record.state === 'success' || (state === 'refused' && standing.record.state !== 'refused');
            if (isEnough)
                return asked < MANY_ATTEMPTS ? undefined : other.id;
            asked += 1;
            if (history.isBelieved(other))
                since = standing.since ?? since;
        }
    }
    catch (error) {
        log.debug(`How many attempts there were before is not known: ${(0,domain_error/* messageOf */.bD)(error)}`);
        return undefined;
    }
    return asked < MANY_ATTEMPTS ? undefined : 0;
}
/**
 * What this deployment has replaced is inactive from now on; where that was done before, all older ones are too. Only
 * the last success counts anyway, so that a failure here makes nothing wrong.
 */
async function supersede(options, history, repository, environment, id) {
    const { api, clock, log } = options;
    let looked = 0;
    try {
        for await (const other of history.listBelieved(repository, environment, MAX_LOOKED)) {
            if (other.id >= id)
                continue;
            looked += 1;
            const standing = await history.standing(other);
            const hasSucceeded = standing?.kind === 'ended' && isSuccess(standing.record);
            if (hasSucceeded && !standing.isActive)
                return;
            if (hasSucceeded)
                await addStatus(api, clock, other.id, {
                    state: 'inactive',
                    description: `Replaced by deployment ${id}`,
                });
            if (looked >= MAX_SUPERSEDED)
                return;
        }
    }
    catch (error) {
        log.warning(`The deployments before ${id} could not be marked as inactive: ${(0,domain_error/* messageOf */.bD)(error)}`);
    }
}
/** A commit of another repository cannot be deployed here as far as GitHub is concerned. */
async function orAdvice({ commit }, work) {
    try {
        return await work();
    }
    catch (error) {
        if (!(error instanceof domain_error/* GitHubError */.y_) || error.code !== 'GITHUB_REFUSED' || error.status !== 422)
            throw error;
        throw new domain_error/* GitHubError */.y_('GITHUB_REFUSED', `${error.message} (commit ${commit})`, {
            status: error.status,
            cause: error,
            hint: 'A GitHub Deployment needs a commit of this repository. For images built elsewhere set records: registry.',
        });
    }
}

;// CONCATENATED MODULE: ./lib/github/deployment-lock.js






const TIMES = {
    settleMs: 2_000,
    pollMs: 5_000,
    patienceMs: 120_000,
    slowPollMs: 15_000,
    longestMs: 6 * 3_600_000,
    longestJobMs: 5 * 86_400_000,
};
/**
 * The order of deployments is the order of turns, as at a bakery: GitHub numbers them, so whoever is announced waits for
 * all that were announced before and have not ended. Those whose job has ended without saying so are ended here.
 */
function createGitHubLock(options) {
    const times = { ...TIMES, ...options.times };
    const history = options.history ?? new DeploymentHistory(options);
    return {
        acquire: async (request) => {
            const own = Number(request.open?.id ?? Number.NaN);
            if (!Number.isSafeInteger(own))
                throw new TypeError('a turn needs a deployment that was announced');
            await waitForTurn({ ...options, history }, times, request, own);
            request.cancelled?.throwIfAborted();
            // How it ended is the next status; until then others wait.
            await addStatus(options.api, options.clock, own, {
                state: 'in_progress',
                description: '',
                ...links(options, request.holder),
            });
            history.begin(own);
            return { release: async () => { } };
        },
    };
}
async function waitForTurn(options, times, request, own) {
    const { clock, log } = options;
    const end = clock.now().getTime() + request.timeoutMs;
    let isQueued = false;
    for (let clear = 0;;) {
        request.cancelled?.throwIfAborted();
        const blocker = await findBlocker(options, times, request, own);
        clear = blocker === undefined ? clear + 1 : 0;
        // What was created at the same moment may not have been in the first list.
        if (clear >= 2)
            return;
        if (blocker === undefined) {
            await clock.sleep(times.settleMs, request.cancelled);
            continue;
        }
        const holder = holderOf(blocker.deployment.payload);
        if (end <= clock.now().getTime())
            throw locked(request, holder, blocker.since);
        if (!isQueued) {
            log.info(waitingFor(holder, blocker.since));
            await sayQueued(options, request, own, blocker);
        }
        isQueued = true;
        await waitFor(options, times, request, { blocker, end });
    }
}
async function sayQueued(options, { holder }, own, { deployment }) {
    const description = `Waits for deployment ${deployment.id}`;
    await addStatus(options.api, options.clock, own, {
        state: 'queued',
        description,
        ...links(options, holder),
    });
}
/** Until one deployment has ended, or the time is over: with one request now and then, which all jobs have few of. */
async function waitFor(options, times, request, { blocker, end }) {
    const { clock, history } = options;
    const now = () => clock.now().getTime();
    let since = now();
    for (let hadTurn = false;;) {
        const left = end - now();
        if (left <= 0)
            return;
        const pause = now() - since < times.patienceMs ? times.pollMs : times.slowPollMs;
        await clock.sleep(Math.max(1, Math.min(pause, left)), request.cancelled);
        const standing = await history.standing(blocker.deployment);
        if (standing?.kind !== 'open')
            return;
        const hasTurn = standing.begun !== undefined;
        if (hasTurn && !hadTurn)
            since = now();
        hadTurn = hasTurn;
        if (await hasEnded(options, times, request, blocker))
            return;
    }
}
/**
 * The newest deployment before ours that has not ended. One that had its turn had waited for all before it, so nothing
 * older needs to be looked at.
 */
async function findBlocker(options, times, request, own) {
    for await (const deployment of options.history.list(request.repository, request.environment)) {
        if (deployment.id >= own)
            continue;
        const standing = await options.history.standing(deployment);
        if (standing === undefined)
            continue;
        if (standing.kind === 'ended') {
            const isAfterAll = standing.hadTurn || standing.record.state === 'success';
            if (isAfterAll && options.history.isBelieved(deployment))
                return undefined;
            continue;
        }
        const blocker = { deployment, since: standing.since };
        if (!(await hasEnded(options, times, request, blocker)))
            return blocker;
        await endInstead(options, blocker);
    }
    return undefined;
}
async function hasEnded({ isOver, api }, times, { holder: self }, { deployment, since }) {
    const holder = holderOf(deployment.payload);
    // A request that was repeated although it had been carried out.
    if (holder.id === self.id)
        return true;
    if (isKnownToBeOver(holder, self) || (await isOver(holder)))
        return true;
    const age = api.now().getTime() - Date.parse(since);
    return age >= (holder.workflowRun === null ? times.longestMs : times.longestJobMs);
}
async function endInstead({ api, clock, log }, { deployment: { id, payload } }) {
    const url = payload.workflowRun?.url ?? payload.actor;
    log.notice(`Deployment ${id} of ${url} did not end properly; it is marked as an error.`);
    try {
        await addStatus(api, clock, id, { state: 'error', description: `Abandoned: ${url} has ended` });
    }
    catch (error) {
        // Others who wait do the same, and the next one will.
        log.debug(`Deployment ${id} could not be marked: ${(0,domain_error/* messageOf */.bD)(error)}`);
    }
}

;// CONCATENATED MODULE: ./lib/github/environments.js




const environmentSchema = schemas/* looseObject */._H3({
    name: schemas/* string */.YjP(),
    protection_rules: schemas/* array */.YOg(schemas/* looseObject */._H3({ type: schemas/* string */.YjP() })).nullish(),
});
const customRulesSchema = schemas/* looseObject */._H3({
    custom_deployment_protection_rules: schemas/* array */.YOg(schemas/* looseObject */._H3({ enabled: schemas/* boolean */.zMY() })).nullish(),
});
/** Makes the environments of a repository. */
function createEnvironments(api, log) {
    const known = new Map();
    let isSaid = false;
    const orSaid = async (work) => {
        try {
            return await work();
        }
        catch (error) {
            if ((0,domain_error/* isDenied */.GZ)(error) && !isSaid)
                log.notice(`Whether the environment is protected is not known. ${(0,domain_error/* remedyOf */.SM)(error)}`);
            isSaid ||= (0,domain_error/* isDenied */.GZ)(error);
            throw error;
        }
    };
    const read = async (name) => {
        const identity = environmentIdentity(name);
        const reading = known.get(identity) ?? orSaid(async () => await readEnvironment(api, name));
        known.set(identity, reading);
        return await reading;
    };
    return {
        protection: async (name) => {
            const environment = await read(name);
            if (environment === undefined)
                return 'missing';
            const isProtected = (environment.protection_rules ?? []).length > 0 ||
                (await orSaid(async () => await hasCustomRule(api, environment.name)));
            return isProtected ? 'protected' : 'none';
        },
        spelling: async (name) => {
            try {
                return (await read(name))?.name ?? name;
            }
            catch (error) {
                if (!(0,domain_error/* isDenied */.GZ)(error))
                    throw error;
                return name;
            }
        },
    };
}
async function readEnvironment(api, environment) {
    return await (0,api_failure/* unlessMissing */.F)(async () => await api.request('GET /repos/{owner}/{repo}/environments/{environment_name}', { environment_name: environment }, environmentSchema, { permission: 'actions: read' }));
}
/** Rules that apps decide are not among those that an environment shows; old servers know of none. */
async function hasCustomRule(api, environment) {
    const found = await (0,api_failure/* unlessMissing */.F)(async () => await api.request('GET /repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules', { environment_name: environment }, customRulesSchema, { permission: 'actions: read' }));
    return (found?.custom_deployment_protection_rules ?? []).some(({ enabled }) => enabled);
}

;// CONCATENATED MODULE: ./lib/github/liveness.js



const runSchema = schemas/* looseObject */._H3({ status: schemas/* string */.YjP().nullable(), run_attempt: schemas/* int */.Whr().optional() });
/** Whoever waits looks every few seconds, and a repository has 1,000 requests in an hour. */
const AGAIN_MS = 60_000;
/**
 * Asks GitHub whether the job of whoever deploys has ended: by its check run where it is known, else by its workflow
 * run. What may not be read counts as still there.
 */
function createLiveness(api, log, clock) {
    const told = new Set();
    const tell = (what, errors) => {
        if (errors.length === 0 || told.has(what))
            return;
        told.add(what);
        log.notice([what, ...errors.map(domain_error/* remedyOf */.SM)].join(' '));
    };
    const hasEnded = async ({ checkRunId, workflowRun }) => {
        if (workflowRun === null)
            return false;
        const check = checkRunId === null
            ? {}
            : await ask(log, async () => (await readCheckRun(api, checkRunId)).status === 'completed');
        if (check.answer !== undefined)
            return check.answer;
        const run = await ask(log, async () => await hasRunEnded(api, workflowRun));
        // A check run that is not there is one of another job than GitHub's.
        const denied = (0,domain_error/* isDenied */.GZ)(check.error) ? [check.error] : [];
        if (run.error === undefined)
            tell('A job that deploys counts as running as long as its workflow run does.', denied);
        else
            tell('Whether the workflow run that deploys has ended is not known, so it is waited for.', [
                ...denied,
                run.error,
            ]);
        return run.answer ?? false;
    };
    const asked = new Map();
    return async (holder) => {
        const now = clock.now().getTime();
        if (now - (asked.get(holder.id) ?? -Infinity) < AGAIN_MS)
            return false;
        const isOver = await hasEnded(holder);
        // What is over is asked for again by whoever lost the race for its place.
        if (!isOver)
            asked.set(holder.id, now);
        return isOver;
    };
}
async function ask(log, work) {
    try {
        return { answer: await work() };
    }
    catch (error) {
        if (!(0,domain_error/* isWithheld */.Ys)(error))
            throw error;
        log.debug(error.message);
        return { error };
    }
}
async function hasRunEnded(api, { id, attempt }) {
    const run = await api.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', { run_id: Number(id) }, runSchema, { permission: 'actions: read' });
    return run.status === 'completed' || (run.run_attempt ?? attempt) > attempt;
}

;// CONCATENATED MODULE: ./lib/registry/deployment-log.js





const PREFIX = 'build-once.deployment.';
/** Environment names may hold anything; the key keeps what a tag may hold and a hash of the name. */
function environmentKey(environment) {
    const identity = environmentIdentity(environment);
    const readable = identity.replaceAll(/[^a-z0-9]+/g, '-').slice(0, 40);
    return `${readable}-${(0,json/* shortKey */.qU)(identity, 8)}`;
}
function tagOf(record) {
    const time = record.finishedAt.replaceAll(/[-:.]/g, '');
    return `${PREFIX}${environmentKey(record.environment)}.${time}.${record.id.slice(0, 12)}`;
}
/**
 * The log of deployments in the registry. Each record is a referrer of its artifact and has a write-once tag
 * whose name sorts by time, so that an environment's history can be read without knowing a digest, survives
 * the clean-up of untagged manifests, and needs no tag to be moved.
 */
function createRegistryDeploymentLog(registry, records, log) {
    return {
        open: async () => undefined,
        append: async (repository, record, subject) => {
            const document = {
                type: domain_record/* RECORD_TYPES */.c4.deployment,
                bytes: (0,domain_record/* encodeRecord */.Ym)(record),
                created: record.finishedAt,
            };
            await records.attachNamed(repository, subject, document, tagOf(record));
            return record.id;
        },
        list: async function* (repository, environment) {
            const prefix = `${PREFIX}${environmentKey(environment)}.`;
            const tags = (await registry.listTags(repository))
                .filter((tag) => tag.startsWith(prefix))
                .toSorted()
                .toReversed();
            const known = new Set();
            for (const tag of tags) {
                const record = await orPassOver(log, async () => {
                    const stored = await records.readNamed(repository, tag, domain_record/* RECORD_TYPES */.c4.deployment);
                    return stored === undefined
                        ? undefined
                        : (0,domain_record/* decodeDeploymentRecord */.X5)(stored.bytes, `Deployment record ${tag}`);
                });
                // A tag can be copied here from another repository, and a key is shorter than the name it stands for.
                const isOurs = record !== undefined &&
                    isSameEnvironment(record.environment, environment) &&
                    record.repository === (0,reference/* formatRepository */.Sh)(repository);
                // The last record of an attempt is how it ended: one that could not be recorded as a success has another.
                if (!isOurs || known.has(record.id))
                    continue;
                known.add(record.id);
                yield { record, isActive: record.state === 'success', id: record.id };
            }
        },
    };
}
/** Anyone who can push can write a tag of this form; one that holds no record must not stop every deployment. */
async function orPassOver(log, read) {
    try {
        return await read();
    }
    catch (error) {
        if (!(error instanceof domain_error/* RecordError */.W1))
            throw error;
        log.warning(`Passed over a document that is not a deployment record: ${error.message}`);
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/registry/lock-document.js





const TYPE = 'application/vnd.build-once.lock.v1+json';
const ANNOTATION = 'dev.build-once.lock';
const MAX_BYTES = 8 * 1024;
const { id: lock_document_id, environment: lock_document_environment, repository: lock_document_repository, workflowRun: lock_document_workflowRun, actor: lock_document_actor, startedAt: time } = domain_record/* deploymentRecordSchema */.IZ.shape;
const lockSchema = schemas/* strictObject */.rej({
    schema: schemas/* literal */.euz('build-once/lock/v1'),
    repository: lock_document_repository,
    environment: lock_document_environment,
    state: schemas/* enum */.k5n(['held', 'free']),
    holder: schemas/* strictObject */.rej({ id: lock_document_id, workflowRun: lock_document_workflowRun, checkRunId: schemas/* int */.Whr().nonnegative().nullable(), actor: lock_document_actor }),
    takenAt: time,
    renewedAt: time,
});
/** A lock is a manifest without content: one request reads it, and one writes it. */
function encodeLock(lock) {
    const manifest = {
        schemaVersion: 2,
        mediaType: domain_manifest/* MEDIA_TYPES */.Z2.ociManifest,
        artifactType: TYPE,
        config: domain_manifest/* EMPTY_CONFIG */.$v.descriptor,
        layers: [domain_manifest/* EMPTY_CONFIG */.$v.descriptor],
        annotations: { [ANNOTATION]: (0,json/* canonicalJson */.dj)(lockSchema.parse(lock)) },
    };
    return new TextEncoder().encode((0,json/* canonicalJson */.dj)(manifest));
}
/**
 * Reads a lock that anybody with push rights may have written.
 * @throws {RecordError} for anything else.
 */
function decodeLock({ document }, what) {
    const text = document.annotations?.[ANNOTATION];
    const isLock = document.artifactType === TYPE && text !== undefined;
    if (!isLock)
        throw notLock(what, `it is no artifact of type ${TYPE}`);
    let body;
    try {
        body = (0,json/* parseStrictJson */.RJ)(new TextEncoder().encode(text), { maxBytes: MAX_BYTES, maxDepth: 4 });
    }
    catch (cause) {
        throw notLock(what, cause instanceof Error ? cause.message : 'not JSON');
    }
    const result = lockSchema.safeParse(body);
    if (!result.success)
        throw notLock(what, errors/* prettifyError */.S1(result.error).slice(0, 500));
    return result.data;
}
function notLock(what, why) {
    return new domain_error/* RecordError */.W1(`${what} holds no lock: ${why}`, {
        hint: 'Somebody else wrote this tag, or a newer version of build-once. When nothing is being deployed, delete it.',
    });
}

;// CONCATENATED MODULE: ./lib/registry/lock-tags.js




/** Makes the tags of the lock with this name. */
function createLockTags(registry, repository, name) {
    const place = { registry, repository, name };
    let current = 1;
    return {
        prepare: async () => {
            const { digest, size } = domain_manifest/* EMPTY_CONFIG */.$v.descriptor;
            const open = async function* () {
                yield domain_manifest/* EMPTY_CONFIG */.$v.bytes;
            };
            await registry.putBlob(repository, { digest, size, open });
        },
        read: async () => {
            for (;;) {
                const shown = await show(place, current);
                if (shown !== undefined)
                    return shown;
                current = Math.max(current + 1, ...(await listGenerations(place)));
            }
        },
        isHeldBy: async (generation, holder) => {
            const tag = lock_tags_tagOf(place, generation);
            const manifest = await registry.readTag(repository, tag);
            if (manifest === undefined)
                return false;
            const lock = decodeLock(manifest, `${(0,reference/* formatRepository */.Sh)(repository)}:${tag}`);
            return lock.state === 'held' && lock.holder.id === holder;
        },
        write: async (generation, lock, withinMs) => {
            const refusal = await put(place, lock_tags_tagOf(place, generation), lock, withinMs);
            if (refusal === undefined)
                current = Math.max(current, generation);
            return refusal;
        },
        free: async (generation, lock, withinMs) => {
            const refused = await put(place, lock_tags_tagOf(place, generation), lock, withinMs);
            const again = refused === undefined ? undefined : await put(place, markerOf(place, generation), lock);
            if (again !== undefined)
                throw again;
        },
    };
}
function lock_tags_tagOf({ name }, generation) {
    return `${name}.${generation}`;
}
function markerOf(place, generation) {
    return `${lock_tags_tagOf(place, generation)}.free`;
}
/** The lock in this generation; undefined where there is a later one. */
async function show(place, generation) {
    const { registry, repository } = place;
    const tag = lock_tags_tagOf(place, generation);
    const [manifest, marker, following] = await Promise.all([tag, markerOf(place, generation), lock_tags_tagOf(place, generation + 1)].map(async (one) => await registry.readTag(repository, one)));
    if (following !== undefined)
        return undefined;
    const version = `${generation} ${manifest?.digest} ${marker?.digest}`;
    if (manifest === undefined)
        return { generation, lock: undefined, isFree: true, next: generation, version };
    const lock = decodeLock(manifest, `${(0,reference/* formatRepository */.Sh)(repository)}:${tag}`);
    if (lock.state === 'free')
        return { generation, lock, isFree: true, next: generation, version };
    const isFree = marker !== undefined;
    return { generation, lock, isFree, next: isFree ? generation + 1 : generation, version };
}
/** Where there are many generations, a list finds the last ones sooner; it may lag behind, so it is not the end. */
async function listGenerations({ registry, repository, name }) {
    return (await registry.listTags(repository)).flatMap((tag) => {
        const number = tag.startsWith(`${name}.`) ? tag.slice(name.length + 1) : '';
        return /^[1-9]\d{0,8}$/.test(number) ? [Number(number)] : [];
    });
}
async function put({ registry, repository }, tag, lock, withinMs) {
    try {
        await registry.putManifest(repository, encodeLock(lock), domain_manifest/* MEDIA_TYPES */.Z2.ociManifest, tag, withinMs);
        return undefined;
    }
    catch (error) {
        if (error instanceof domain_error/* RegistryError */.gl && (0,domain_error/* isRefusal */.vu)(error))
            return error;
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/registry/deployment-lock.js






const deployment_lock_TIMES = {
    settleMs: 2_000,
    pollMs: 3_000,
    renewMs: 60_000,
    staleMs: 240_000,
    longestMs: 6 * 3_600_000,
};
/**
 * A lock in the registry. No registry writes a tag "only if it still holds that", so this is Fischer's algorithm: look
 * whether the lock is free, write who one is, wait longer than anyone who looked before could need to write, and look
 * again: whoever stands there has it. Where tags are immutable the registry decides by itself.
 */
function createRegistryLock(options) {
    const times = { ...deployment_lock_TIMES, ...options.times };
    return {
        acquire: async (request) => {
            const name = `build-once.lock.${environmentKey(request.environment)}`;
            const tags = createLockTags(options.registry, request.repository, name);
            return await new Attempt(options, times, tags, request).acquire();
        },
    };
}
/** Claims that may come to nothing after the time is over, although nobody held the lock. */
const MAX_LOST = 5;
class Attempt {
    #options;
    #times;
    #tags;
    #request;
    #takenAt;
    #generation = 1;
    /** The last change of the lock that was seen, and when. */
    #seen;
    constructor(options, times, tags, request) {
        this.#options = options;
        this.#times = times;
        this.#tags = tags;
        this.#request = request;
        this.#takenAt = (0,domain_record/* recordTime */.$l)(options.clock.now());
    }
    async acquire() {
        const { clock, log } = this.#options;
        const end = this.#now() + this.#request.timeoutMs;
        await this.#tags.prepare();
        let lost = 0;
        for (let isAnnounced = false;; isAnnounced = true) {
            this.#request.cancelled?.throwIfAborted();
            const asked = this.#now();
            const shown = await this.#tags.read();
            const targets = await this.#claimable(shown);
            if (targets !== undefined &&
                (await this.#orWithdrawn(targets, async () => await this.#claim(targets, shown, asked))))
                return this.#hold();
            lost += shown.isFree ? 1 : 0;
            const { lock, isFree } = shown;
            if (this.#now() >= end && !isFree && lock !== undefined)
                throw locked(this.#request, lock.holder, lock.takenAt);
            if (this.#now() >= end && lost >= MAX_LOST)
                throw slow(this.#request);
            if (!isAnnounced && !isFree && lock !== undefined)
                log.info(waitingFor(lock.holder, lock.takenAt));
            if (!isFree)
                await clock.sleep(Math.max(1, Math.min(this.#times.pollMs, end - this.#now())), this.#request.cancelled);
        }
    }
    #now() {
        return this.#options.clock.now().getTime();
    }
    /** The generations that may be written, in the order to try them; undefined while somebody deploys. */
    async #claimable(shown) {
        const { lock, isFree, generation, next, version } = shown;
        if (lock === undefined || isFree)
            return [next];
        const { holder, takenAt } = lock;
        if (isKnownToBeOver(holder, this.#request.holder) || (await this.#options.isOver?.(holder)) === true) {
            this.#options.log.notice(`Taking over from a deployment that did not end properly: ${holder.workflowRun?.url}`);
            return [generation, generation + 1];
        }
        if (this.#seen?.version !== version)
            this.#seen = { version, at: this.#now() };
        const isSilent = this.#now() - this.#seen.at >= this.#times.staleMs;
        const isOld = this.#now() - Date.parse(takenAt) >= this.#times.longestMs;
        const isForgotten = this.#now() - Date.parse(lock.renewedAt) >= this.#times.longestMs;
        if (!isSilent && !isForgotten)
            return undefined;
        // A holder could not say that it is there where tags are immutable; there the first write is refused.
        return isOld ? [generation, generation + 1] : [generation];
    }
    /** Writes who we are, and waits until nobody else can write any more. */
    async #claim(targets, before, asked) {
        this.#takenAt = (0,domain_record/* recordTime */.$l)(this.#options.clock.now());
        const ours = this.#document('held');
        let refusal;
        for (const generation of targets) {
            const left = this.#times.settleMs - (this.#now() - asked);
            if (left <= 0)
                return false;
            try {
                refusal = await this.#tags.write(generation, ours, left);
            }
            catch (error) {
                // It may have been written all the same; the next look tells.
                if (!(error instanceof domain_error/* RegistryError */.gl) || error.code !== 'REGISTRY_UNAVAILABLE')
                    throw error;
                this.#options.log.debug(`The lock could not be written: ${error.message}`);
            }
            if (refusal === undefined)
                break;
        }
        await this.#options.clock.sleep(this.#times.settleMs, this.#request.cancelled);
        const after = await this.#tags.read();
        if (after.lock?.state === 'held' && after.lock.holder.id === ours.holder.id && !after.isFree) {
            this.#generation = after.generation;
            return true;
        }
        // A registry that refuses although nobody else wrote does not let us write at all.
        if (refusal !== undefined && after.version === before.version && before.isFree)
            throw refusal;
        return false;
    }
    /** A claim that is cancelled has written who it is; others need not wait for that to get old. */
    async #orWithdrawn(targets, claim) {
        const { cancelled, holder } = this.#request;
        const withdraw = async () => {
            for (const generation of targets)
                if (await this.#tags.isHeldBy(generation, holder.id))
                    await this.#tags.free(generation, this.#document('free'), this.#times.settleMs);
        };
        try {
            const isOurs = await claim();
            cancelled?.throwIfAborted();
            return isOurs;
        }
        catch (error) {
            if (cancelled?.aborted === true)
                await withdraw();
            throw error;
        }
    }
    #document(state) {
        const { repository, environment, holder } = this.#request;
        return {
            schema: 'build-once/lock/v1',
            repository: (0,reference/* formatRepository */.Sh)(repository),
            environment,
            state,
            holder,
            takenAt: this.#takenAt,
            renewedAt: (0,domain_record/* recordTime */.$l)(this.#options.clock.now()),
        };
    }
    /** While it is held, it says so now and then. */
    #hold() {
        const { log } = this.#options;
        let renewal = Promise.resolve();
        const renew = async () => {
            try {
                await this.#overwrite(async () => {
                    await this.#tags.write(this.#generation, this.#document('held'), this.#times.settleMs);
                });
            }
            catch (error) {
                log.debug(`The lock could not be renewed: ${(0,domain_error/* messageOf */.bD)(error)}`);
            }
        };
        const timer = setInterval(() => {
            renewal = renewal.then(renew);
        }, this.#times.renewMs);
        timer.unref();
        return {
            release: async () => {
                clearInterval(timer);
                await renewal;
                await this.#overwrite(async () => {
                    await this.#tags.free(this.#generation, this.#document('free'), this.#times.settleMs);
                });
            },
        };
    }
    /** Writes only while the lock is still ours. */
    async #overwrite(write) {
        if (await this.#tags.isHeldBy(this.#generation, this.#request.holder.id)) {
            await write();
            return;
        }
        const { repository, environment } = this.#request;
        this.#options.log.warning(`Another job took over the lock of ${(0,reference/* formatRepository */.Sh)(repository)} in ${environment} while this job deployed.`);
    }
}
function slow({ repository, environment }) {
    return new domain_error/* RegistryError */.gl('REGISTRY_UNAVAILABLE', `The lock of ${(0,reference/* formatRepository */.Sh)(repository)} in ${environment} cannot be taken: the registry answers too slowly, or many jobs ask for it`, {
        hint: 'Run the job again, or keep the records on GitHub (records: github), which lock without the registry.',
    });
}

;// CONCATENATED MODULE: ./lib/main/deployments.js















const WITHOUT_TOKEN = 'There is no token, so that this deployment is recorded in the registry instead of on GitHub, and GitHub is not asked ' +
    'whether the environment is protected, which commit is older, and whether other jobs still run. Give `token: ${{ github.token }}`, or set `records: registry`.';
/**
 * Where deployments are recorded and who may go first: on GitHub where there is a token and a repository, else in the
 * registry, or as `records` says.
 * @throws {InputError} where `records` or `require-protection` need a repository that is not there.
 */
async function deploymentPorts(inputs, context, { registry, records }, log, environment, open) {
    const api = await openApi(inputs, environment, open);
    const { _job_check_run_id: checkRunId } = inputs;
    const common = { clock: clock/* systemClock */.m, log };
    const inRegistry = createRegistryDeploymentLog(registry, records, log);
    const checkout = createCheckoutAncestry(platform_exec/* exec */.m0, context.workspace, (0,platform_environment/* childEnvironment */.Q)(environment));
    if (api === undefined) {
        if (inputs.records === undefined && (0,api_target/* hasRepository */.Xw)(environment))
            log.notice(WITHOUT_TOKEN);
        return {
            deployments: inRegistry,
            lock: createRegistryLock({ ...common, registry }),
            ancestry: firstToKnow([checkout]),
            protection: undefined,
            checkRunId,
        };
    }
    const isOver = createLiveness(api, log, clock/* systemClock */.m);
    const registryLock = createRegistryLock({ ...common, registry, isOver });
    const environments = createEnvironments(api, log);
    const { spelling } = environments;
    const history = new DeploymentHistory({ api, log, deployers: inputs.deployers, spelling });
    const onGitHub = { ...common, api, history, checkRunId, isOver, environmentUrl: inputs['environment-url'] };
    const githubLog = createGitHubDeploymentLog(onGitHub);
    const githubLock = createGitHubLock(onGitHub);
    const places = {
        github: { deployments: githubLog, lock: githubLock },
        registry: { deployments: inRegistry, lock: registryLock },
        both: {
            deployments: bothLogs(inRegistry, githubLog),
            lock: allOf([githubLock, registryLock], () => clock/* systemClock */.m.now()),
        },
    };
    return {
        ...places[inputs.records ?? 'github'],
        ancestry: firstToKnow([createGitHubAncestry(api, log), checkout]),
        protection: environments.protection,
        checkRunId,
    };
}
/** Nothing of GitHub's client is loaded where there is nobody to speak to. */
async function openApi({ token, records, 'require-protection': requiresProtection }, environment, open) {
    const isAsked = records === 'github' || records === 'both';
    if (!isAsked && !requiresProtection && (token === undefined || !(0,api_target/* hasRepository */.Xw)(environment)))
        return undefined;
    return await open(isAsked ? `records: ${records}` : 'require-protection', token);
}

// EXTERNAL MODULE: ./lib/main/github.js
var github = __webpack_require__(72230);
// EXTERNAL MODULE: ./lib/main/outputs.js
var outputs = __webpack_require__(45283);
// EXTERNAL MODULE: ./lib/main/registry.js + 53 modules
var registry = __webpack_require__(55916);
// EXTERNAL MODULE: ./lib/main/step.js + 3 modules
var step = __webpack_require__(82075);
;// CONCATENATED MODULE: ./lib/main/deploy.js



























/** The deploy action. */
async function main(home) {
    const action = { folder: 'deploy', failureSummary: earlyFailureSummary };
    await (0,step/* runStep */.e)(action, async (tell, cancelled) => await work(home, tell, cancelled));
}
async function work(home, tell, cancelled) {
    const context = (0,github_context/* readContext */.y)(process.env);
    const raw = (0,github_inputs/* readInputs */.K)(process.env);
    (0,github/* maskSecrets */.QU)(raw, log/* githubLog */.Q);
    const inputs = parseDeployInputs(raw, (0,pull_request/* readOnlyCause */.Kr)(context) !== undefined);
    const target = {
        repository: inputs.image,
        commit: commitOf(inputs, context),
        environment: inputs.environment,
    };
    const connection = (0,registry/* connect */.N)(inputs, log/* githubLog */.Q, process.env);
    try {
        await (0,platform_files/* withTemporaryFolder */.EX)(context.temporary, async (temporary) => {
            const result = await deploy(inputs, target, await ports(inputs, context, connection, temporary, home, cancelled), async (failure) => await tell(failureSummary(failure)));
            await tell(deploySummary(result));
            (0,outputs/* setOutputs */.n0)((0,outputs/* deployOutputs */.gf)(result));
            log/* githubLog */.Q.info(`${result.planned === undefined ? 'Deployed' : 'Would deploy'} ${result.reference} to ${target.environment}`);
        });
    }
    finally {
        connection.close();
    }
}
/** Which commit a rollback goes to is in the log; until that is read, it is about whatever commit there is. */
function commitOf({ commit, 'rollback-to': rollback }, context) {
    if (commit !== undefined)
        return commit;
    if (rollback?.kind === 'commit')
        return rollback.commit;
    const any = rollback === undefined ? undefined : ((0,events/* knownCommit */.vH)(context) ?? context.headCommit);
    return any ?? (0,events/* eventCommit */.ef)(context);
}
async function ports(inputs, context, connection, temporary, home, cancelled) {
    const { registry, records } = connection;
    const open = (0,github/* apiOpener */._E)(log/* githubLog */.Q, process.env);
    const guardProgram = { node: process.execPath, entry: (0,external_node_path_.join)(home, '..', 'guard', 'index.js') };
    return {
        registry,
        records,
        gitSeals: await (0,github/* openGitSeals */.pv)(inputs, log/* githubLog */.Q, open),
        context,
        clock: clock/* systemClock */.m,
        log: log/* githubLog */.Q,
        cancelled,
        grace: main_cancellation/* grace */.F,
        metadata: (0,artifact_metadata/* openArtifactMetadata */.m)(inputs, context, log/* githubLog */.Q, process.env),
        ...(await deploymentPorts(inputs, context, connection, log/* githubLog */.Q, process.env, open)),
        artifacts: (0,artifacts/* createWorkflowArtifacts */.L)(process.env, temporary, log/* githubLog */.Q),
        guarded: async (script, variables) => {
            // Left for the runner to remove at the end of the job, see createGuard.
            const folder = await (0,promises_.mkdtemp)((0,external_node_path_.join)(context.temporary, 'build-once-guard-'));
            const environment = { ...(0,platform_environment/* childEnvironment */.Q)(process.env), ...variables };
            const guard = await createGuard(folder, inputs.guard, guardProgram, environment);
            const { exitCode, stdout, isTruncated } = await (0,platform_script/* runScript */.j)(script, {
                exec: (0,platform_exec/* execUntil */.mm)(cancelled),
                folder,
                name: 'deploy',
                cwd: context.workspace,
                environment: guard.environment,
                onOutput: (chunk) => log/* githubLog */.Q.raw(chunk),
                waitsForAll: true,
            });
            return { exitCode, stdout, isTruncated, violations: await guard.violations() };
        },
        unpack: async (repository, manifest, directory) => await unpackFiles({
            registry,
            repository,
            manifest,
            directory: (0,external_node_path_.resolve)(context.workspace, directory),
            log: log/* githubLog */.Q,
        }),
        hashConfig: async (patterns) => await hashConfiguration(context.workspace, patterns),
        nonce: () => (0,external_node_crypto_.randomBytes)(16).toString('hex'),
    };
}


/***/ }),

/***/ 93687:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   K: () => (/* binding */ findProgram),
/* harmony export */   r: () => (/* binding */ shellWord)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);


/** Where a shell would find a program, as it searches a PATH; `without` is a folder of the PATH to leave out. */
function findProgram(name, path, without) {
    for (const folder of path.split(node_path__WEBPACK_IMPORTED_MODULE_1__.delimiter)) {
        if (folder === '' || folder === without)
            continue;
        const candidate = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, name);
        try {
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.accessSync)(candidate, node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.X_OK);
            if ((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)(candidate).isFile())
                return candidate;
        }
        catch {
            // Not in this folder, or not executable: the next one decides.
        }
    }
    return undefined;
}
/** A text as one word of a shell command. */
function shellWord(text) {
    return `'${text.replaceAll("'", String.raw `'\''`)}'`;
}


/***/ })

};
