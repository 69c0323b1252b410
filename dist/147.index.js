export const id = 147;
export const ids = [147];
export const modules = {

/***/ 31790:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   K: () => (/* binding */ parseAnnotations),
/* harmony export */   Z: () => (/* binding */ annotationFaults)
/* harmony export */ });
const LEVELS = /^(?<levels>(?:manifest|index)(?:,(?:manifest|index))*):/;
const UNSUPPORTED = /^(?:manifest|index)(?:-descriptor|\[)/;
/** Reads `key=value` annotations as buildx does: `index:` and `manifest:` say where, without them it is the manifest. */
function parseAnnotations(entries) {
    const found = { manifest: [], index: [] };
    for (const entry of entries) {
        const levels = LEVELS.exec(entry)?.groups?.['levels'];
        const text = levels === undefined ? entry : entry.slice(levels.length + 1);
        const at = text.indexOf('=');
        const pair = [text.slice(0, at), text.slice(at + 1)];
        for (const level of new Set((levels ?? 'manifest').split(','))) {
            found[level === 'index' ? 'index' : 'manifest'].push(pair);
        }
    }
    return found;
}
/** What is wrong with the annotations given, in the words of the input. */
function annotationFaults(entries, hasIndex) {
    return entries.flatMap((entry) => {
        const shown = JSON.stringify(entry.slice(0, 80));
        if (UNSUPPORTED.test(entry))
            return [`annotations: ${shown} · expected no prefix, manifest: or index: with this engine`];
        const text = entry.replace(LEVELS, '');
        if (text.indexOf('=') <= 0)
            return [`annotations: ${shown} · expected KEY=value`];
        const isForIndex = LEVELS.exec(entry)?.groups?.['levels']?.includes('index') === true;
        if (isForIndex && !hasIndex)
            return [`annotations: ${shown} needs an index, which is made for several platforms only`];
        return [];
    });
}


/***/ }),

/***/ 97737:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Bq: () => (/* binding */ formatPlatform),
/* harmony export */   Er: () => (/* binding */ DEFAULT_PLATFORM),
/* harmony export */   FL: () => (/* binding */ parsePlatform),
/* harmony export */   SW: () => (/* binding */ isSamePlatform),
/* harmony export */   r2: () => (/* binding */ platformFaults)
/* harmony export */ });
/** What an image is for where nobody says: a fixed answer, so that the digest does not depend on the runner. */
const DEFAULT_PLATFORM = 'linux/amd64';
const GRAMMAR = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/;
const ARCHITECTURES = { x86_64: 'amd64', aarch64: 'arm64', i386: '386' };
/** Variants that are understood when none is written, as containerd normalizes them. */
const DEFAULT_VARIANTS = { arm64: 'v8', arm: 'v7', amd64: 'v1' };
/** Reads `os/architecture[/variant]`; the text has passed {@link platformFaults}. */
function parsePlatform(text) {
    const [os = '', architecture = '', variant] = text.split('/');
    const known = ARCHITECTURES[architecture] ?? architecture;
    return { os, architecture: known, ...(variant === undefined ? {} : { variant }) };
}
/** `linux/arm/v7`. */
function formatPlatform(platform) {
    return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/');
}
/** True when both mean the same machine. */
function isSamePlatform(a, b) {
    return a.os === b.os && a.architecture === b.architecture && variantOf(a) === variantOf(b);
}
function variantOf(platform) {
    return platform.variant || DEFAULT_VARIANTS[platform.architecture];
}
/** What is wrong with the platforms given, in the words of the input. */
function platformFaults(platforms) {
    return platforms.flatMap((text, index) => {
        const shown = JSON.stringify(text.slice(0, 80));
        if (!GRAMMAR.test(text))
            return [`platforms: ${shown} · expected os/architecture[/variant]`];
        const first = platforms.findIndex((other) => GRAMMAR.test(other) && isSamePlatform(parsePlatform(other), parsePlatform(text)));
        return first < index ? [`platforms: ${shown} is there twice`] : [];
    });
}


/***/ }),

/***/ 30147:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  main: () => (/* binding */ main)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./lib/domain/reference.js
var domain_reference = __webpack_require__(68225);
;// CONCATENATED MODULE: ./lib/engines/index.js
const ENGINES = {
    docker: async (inputs, tools) => (await __webpack_require__.e(/* import() */ 145).then(__webpack_require__.bind(__webpack_require__, 70145))).createDockerEngine(inputs, tools),
    buildah: async (inputs, tools) => (await __webpack_require__.e(/* import() */ 902).then(__webpack_require__.bind(__webpack_require__, 93902))).createBuildahEngine(inputs, tools),
    layers: async (inputs, tools) => (await Promise.all(/* import() */[__webpack_require__.e(500), __webpack_require__.e(349)]).then(__webpack_require__.bind(__webpack_require__, 17349))).createLayersEngine(inputs, tools),
    files: async (inputs, tools) => (await Promise.all(/* import() */[__webpack_require__.e(500), __webpack_require__.e(536)]).then(__webpack_require__.bind(__webpack_require__, 53536))).createFilesEngine(inputs, tools),
    command: async (inputs, tools) => (await __webpack_require__.e(/* import() */ 414).then(__webpack_require__.bind(__webpack_require__, 85414))).createCommandEngine(inputs, tools),
    existing: async (inputs, tools) => (await __webpack_require__.e(/* import() */ 130).then(__webpack_require__.bind(__webpack_require__, 19130))).createExistingEngine(inputs, tools),
};
/** Makes an engine, loading only its own code: most workflow runs find the commit built and need none. */
async function createEngine(name, inputs, tools) {
    return await ENGINES[name](inputs, tools);
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
;// CONCATENATED MODULE: ./lib/engines/registry-login.js





/**
 * An environment in which docker, buildx and buildah use a login that was given as inputs, without writing it
 * into the user's own configuration: a private copy of the docker configuration, in which everything but the
 * credentials of this one registry (plugins, contexts, builders) is the user's own.
 * @param folder private folder for the copy; removed by the caller.
 */
async function withLogin(environment, login, folder) {
    if (login === undefined)
        return environment;
    const original = environment['DOCKER_CONFIG'] || (0,external_node_path_.join)(environment['HOME'] || (0,external_node_os_.homedir)(), '.docker');
    const copy = (0,external_node_path_.join)(folder, 'docker-config');
    await (0,promises_.mkdir)(copy, { mode: 0o700 });
    if ((0,external_node_fs_.existsSync)(original)) {
        for (const name of await (0,promises_.readdir)(original))
            if (name !== 'config.json')
                await (0,promises_.symlink)((0,external_node_path_.join)(original, name), (0,external_node_path_.join)(copy, name));
    }
    const file = (0,external_node_path_.join)(copy, 'config.json');
    await (0,promises_.writeFile)(file, JSON.stringify(merged(await readConfig((0,external_node_path_.join)(original, 'config.json')), login)), {
        mode: 0o600,
    });
    return {
        ...environment,
        DOCKER_CONFIG: copy,
        REGISTRY_AUTH_FILE: file,
        BUILDX_CONFIG: environment['BUILDX_CONFIG'] || (0,external_node_path_.join)(original, 'buildx'),
    };
}
async function readConfig(path) {
    if (!(0,external_node_fs_.existsSync)(path))
        return {};
    try {
        const body = JSON.parse(await (0,promises_.readFile)(path, 'utf8'));
        if (typeof body === 'object' && body !== null && !Array.isArray(body))
            return { ...body };
        throw new Error('not a JSON object');
    }
    catch (cause) {
        throw new domain_error/* EngineError */.NJ('CREDENTIALS_INVALID', `The docker configuration ${path} cannot be used: ${(0,domain_error/* messageOf */.bD)(cause)}`, { cause });
    }
}
function merged(config, { registry, username, password }) {
    const key = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
    const { credHelpers, auths, ...rest } = config;
    const helpers = Object.fromEntries(Object.entries(record(credHelpers)).filter(([name]) => name !== registry));
    // A credential store would be asked first and hide the entry, so the copy has none.
    delete rest['credsStore'];
    return {
        ...rest,
        credHelpers: helpers,
        auths: { ...record(auths), [key]: { auth: Buffer.from(`${username}:${password}`).toString('base64') } },
    };
}
function record(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

// EXTERNAL MODULE: ./lib/github/artifacts.js
var artifacts = __webpack_require__(18328);
;// CONCATENATED MODULE: ./lib/github/cache.js

/** The cache through the toolkit's client, loaded only when it is used. */
function createCache(log) {
    return {
        restore: async ({ paths, key, restoreKeys }) => {
            try {
                const cache = await Promise.all(/* import() */[__webpack_require__.e(335), __webpack_require__.e(142)]).then(__webpack_require__.bind(__webpack_require__, 60142));
                const found = await cache.restoreCache([...paths], key, [...restoreKeys]);
                log.info(found === undefined ? `Cache: nothing found for ${key}` : `Cache: restored ${found}`);
                // The service matches keys by prefix, so only equality is a hit.
                return found === key;
            }
            catch (error) {
                log.warning(`The cache could not be restored: ${(0,domain_error/* messageOf */.bD)(error)}`);
                return false;
            }
        },
        save: async ({ paths, key }) => {
            try {
                const cache = await Promise.all(/* import() */[__webpack_require__.e(335), __webpack_require__.e(142)]).then(__webpack_require__.bind(__webpack_require__, 60142));
                const id = await cache.saveCache([...paths], key);
                // The client reports a lost reservation and an outage alike as -1, never as an error.
                log.info(id === -1
                    ? `Cache: ${key} was not saved (it exists already, or the service refused)`
                    : `Cache: saved ${key}`);
            }
            catch (error) {
                log.warning(`The cache could not be saved: ${(0,domain_error/* messageOf */.bD)(error)}`);
            }
        },
    };
}

// EXTERNAL MODULE: ./lib/platform/exec.js
var platform_exec = __webpack_require__(12358);
;// CONCATENATED MODULE: ./lib/github/checkout.js




/**
 * The commit checked out in the workspace; undefined where the workspace is no git work tree of its own, or
 * git is not installed. SOURCE_DATE_EPOCH, where set, replaces the time, as reproducible-builds.org defines it.
 * @throws {InputError} for a malformed SOURCE_DATE_EPOCH.
 * @throws {EngineError} when git is there but cannot read the work tree: guessing could seal the wrong files.
 */
async function readCheckout(exec, workspace, environment) {
    if (!(0,external_node_fs_.existsSync)((0,external_node_path_.join)(workspace, '.git')))
        return undefined;
    // The work tree may belong to another user inside a container; only this one command trusts it.
    const epoch = sourceDateEpoch(environment);
    const args = [
        '-c',
        `safe.directory=${workspace}`,
        '-C',
        workspace,
        'log',
        '-1',
        '--no-show-signature',
        '--format=%H %ct',
    ];
    try {
        const { exitCode, stdout, stderr } = await exec('git', args, { environment, timeoutMs: 60_000 });
        const groups = /^(?<commit>[0-9a-f]{40,64}) (?<seconds>\d+)$/m.exec(stdout)?.groups;
        if (exitCode !== 0 || groups === undefined)
            throw new Error(stderr.trim().slice(0, 500) || `git ended with exit code ${exitCode}`);
        return {
            commit: groups['commit'] ?? '',
            time: timeOf(epoch ?? groups['seconds'] ?? ''),
        };
    }
    catch (cause) {
        if ((0,platform_exec/* isMissingProgram */.V)(cause))
            return undefined;
        throw new domain_error/* EngineError */.NJ('COMMIT_NOT_CHECKED_OUT', `The commit in ${workspace} cannot be read: ${(0,domain_error/* messageOf */.bD)(cause)}`, {
            hint: 'Check the repository out with actions/checkout before this step.',
            cause,
        });
    }
}
function sourceDateEpoch(environment) {
    const text = environment['SOURCE_DATE_EPOCH'] ?? '';
    if (text === '')
        return undefined;
    if (/^\d{1,11}$/.test(text))
        return text;
    throw new domain_error/* InputError */.dz([
        `SOURCE_DATE_EPOCH (environment variable): must be seconds since 1970, got ${JSON.stringify(text.slice(0, 40))}`,
    ]);
}
function timeOf(seconds) {
    return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}

// EXTERNAL MODULE: ./lib/github/context.js
var github_context = __webpack_require__(88120);
;// CONCATENATED MODULE: ./lib/github/declared-artifacts.js


/**
 * Declares what this step built to the runner (`$GITHUB_ARTIFACTS`, runner 2.336 and later), where
 * actions/attest finds its subjects. The runner ignores the file while the feature is switched off, and
 * fails the step itself when one name is declared with two digests.
 */
async function declareArtifact(environment, reference, log) {
    const path = environment['GITHUB_ARTIFACTS'];
    if (path === undefined || path === '')
        return;
    try {
        await (0,promises_.appendFile)(path, `${reference}\n`);
    }
    catch (error) {
        log.warning(`The artifact could not be declared to the runner: ${(0,domain_error/* messageOf */.bD)(error)}`);
    }
}

// EXTERNAL MODULE: ./lib/github/inputs.js
var inputs = __webpack_require__(96174);
// EXTERNAL MODULE: ./lib/github/log.js
var log = __webpack_require__(30853);
// EXTERNAL MODULE: ./lib/github/summary.js
var summary = __webpack_require__(65671);
// EXTERNAL MODULE: ./lib/platform/clock.js
var clock = __webpack_require__(88005);
// EXTERNAL MODULE: ./lib/platform/environment.js
var platform_environment = __webpack_require__(72734);
// EXTERNAL MODULE: ./lib/platform/files.js
var files = __webpack_require__(58864);
// EXTERNAL MODULE: ./lib/platform/script.js
var script = __webpack_require__(47148);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 9 modules
var schemas = __webpack_require__(27597);
// EXTERNAL MODULE: ./lib/domain/annotations.js
var domain_annotations = __webpack_require__(31790);
// EXTERNAL MODULE: ./lib/domain/commit.js
var domain_commit = __webpack_require__(92935);
// EXTERNAL MODULE: ./lib/domain/digest.js
var digest = __webpack_require__(2002);
// EXTERNAL MODULE: ./lib/domain/platform.js
var platform = __webpack_require__(97737);
// EXTERNAL MODULE: ./lib/verbs/fields.js
var fields = __webpack_require__(17961);
;// CONCATENATED MODULE: ./lib/verbs/build/inputs.js








/** The engines, in the order the documentation lists them. */
const inputs_ENGINES = ['docker', 'buildah', 'layers', 'files', 'command', 'existing'];
/** Raw inputs of the build action; its keys and defaults are those of `action.yml`. */
const buildInputsSchema = schemas/* object */.Ikc({
    image: (0,fields/* required */.mw)(domain_reference/* parseRepository */.SU, 'ghcr.io/owner/app'),
    commit: (0,fields/* optional */.lq)((text) => parseCommitField(text)),
    engine: (0,fields/* oneOf */.yL)(inputs_ENGINES, 'docker'),
    push: (0,fields/* boolean */.zM)('true'),
    tags: (0,fields/* optional */.lq)(fields/* parseList */.E1),
    seal: (0,fields/* oneOf */.yL)(['registry'], 'registry'),
    settle: (0,fields/* optional */.lq)(parseSettle, '3s'),
    adopt: (0,fields/* boolean */.zM)('false'),
    username: (0,fields/* optionalText */.mR)(),
    password: (0,fields/* optionalText */.mR)(),
    insecure: (0,fields/* optional */.lq)(fields/* parseList */.E1),
    prepare: (0,fields/* optionalText */.mR)(),
    'cache-path': (0,fields/* optional */.lq)(fields/* parseLines */.Li),
    'cache-key': (0,fields/* optionalText */.mR)(),
    'cache-restore-keys': (0,fields/* optional */.lq)(fields/* parseLines */.Li),
    context: (0,fields/* optionalText */.mR)(),
    file: (0,fields/* optionalText */.mR)(),
    target: (0,fields/* optionalText */.mR)(),
    'build-args': (0,fields/* optional */.lq)(fields/* parseLines */.Li),
    'build-contexts': (0,fields/* optional */.lq)(fields/* parseLines */.Li),
    secrets: (0,fields/* optional */.lq)(fields/* parseLines */.Li),
    'secret-files': (0,fields/* optional */.lq)(fields/* parseLines */.Li),
    'secret-envs': (0,fields/* optional */.lq)(fields/* parseList */.E1),
    ssh: (0,fields/* optional */.lq)(fields/* parseList */.E1),
    platforms: (0,fields/* optional */.lq)(fields/* parseList */.E1),
    labels: (0,fields/* optional */.lq)(fields/* parsePairs */.xg),
    annotations: (0,fields/* optional */.lq)(fields/* parseLines */.Li),
    'cache-from': (0,fields/* optional */.lq)(fields/* parseLines */.Li),
    'cache-to': (0,fields/* optional */.lq)(fields/* parseLines */.Li),
    'no-cache': (0,fields/* boolean */.zM)('false'),
    pull: (0,fields/* boolean */.zM)('false'),
    network: (0,fields/* optionalText */.mR)(),
    provenance: (0,fields/* optionalText */.mR)(),
    sbom: (0,fields/* optionalText */.mR)(),
    builder: (0,fields/* optionalText */.mR)(),
    path: (0,fields/* optionalText */.mR)(),
    base: (0,fields/* optional */.lq)(domain_reference/* parseReference */.F2),
    entrypoint: (0,fields/* optional */.lq)(fields/* parseArguments */.We),
    cmd: (0,fields/* optional */.lq)(fields/* parseArguments */.We),
    workdir: (0,fields/* optional */.lq)(parseWorkdir),
    run: (0,fields/* optionalText */.mR)(),
    digest: (0,fields/* optional */.lq)(digest/* parseDigest */.m),
});
const EVERY_ENGINE = [
    ...[
        'image',
        'commit',
        'engine',
        'push',
        'tags',
        'seal',
        'settle',
        'adopt',
        'username',
        'password',
    ],
    ...['insecure', 'prepare', 'cache-path', 'cache-key', 'cache-restore-keys'],
];
const DOCKERFILE = [
    ...[
        'context',
        'file',
        'target',
        'build-args',
        'secrets',
        'secret-files',
        'secret-envs',
        'ssh',
        'platforms',
    ],
    ...['labels', 'annotations', 'no-cache', 'pull', 'network'],
];
/** Which inputs mean something to which engine, beside those of {@link EVERY_ENGINE}. */
const ENGINE_INPUTS = {
    docker: [...DOCKERFILE, 'build-contexts', 'cache-from', 'cache-to', 'provenance', 'sbom', 'builder'],
    buildah: DOCKERFILE,
    layers: ['path', 'base', 'entrypoint', 'cmd', 'workdir', 'labels', 'annotations', 'platforms'],
    files: ['path', 'annotations'],
    command: ['run'],
    existing: ['digest'],
};
const NEEDED = {
    layers: 'path',
    files: 'path',
    command: 'run',
    existing: 'digest',
};
function parseCommitField(text) {
    const fault = (0,domain_commit/* commitFault */.kf)(text);
    if (fault !== undefined)
        throw new fields/* FieldFault */.zp(fault);
    return (0,domain_commit/* parseCommit */.L5)(text);
}
/** A timer that is asked for more than 24 days ends at once; no race lasts as long as an hour. */
function parseSettle(text) {
    const duration = (0,fields/* parseDuration */.E9)(text);
    if (duration > 3_600_000)
        throw new fields/* FieldFault */.zp(`must be at most 1h, got ${JSON.stringify(text)}`);
    return duration;
}
function parseWorkdir(text) {
    const isPlain = text.startsWith('/') && !text.split('/').some((part) => /^\.\.?$/.test(part));
    if (!isPlain)
        throw new fields/* FieldFault */.zp(`must be an absolute path without "." and "..", got ${JSON.stringify(text.slice(0, 80))}`);
    return text;
}
function isGiven(raw, name) {
    const value = raw.get(name) ?? '';
    // Boolean inputs have a default, so `false` cannot be told from an input that was not given.
    return value !== '' && !((name === 'no-cache' || name === 'pull') && /^false$/i.test(value));
}
/** What only the engines that make manifests themselves are particular about; the others' tools judge it. */
function archiveFaults(engine, raw) {
    if (engine !== 'layers' && engine !== 'files')
        return [];
    const platforms = engine === 'layers' ? listOf(fields/* parseList */.E1, raw.get('platforms')) : [];
    const annotations = listOf(fields/* parseLines */.Li, raw.get('annotations'));
    return [...(0,platform/* platformFaults */.r2)(platforms), ...(0,domain_annotations/* annotationFaults */.Z)(annotations, platforms.length > 1)];
}
/** A list for further checks; what is wrong with its text is a fault of its own already. */
function listOf(parse, text = '') {
    try {
        return parse(text);
    }
    catch (error) {
        if (error instanceof fields/* FieldFault */.zp)
            return [];
        throw error;
    }
}
/** Inputs of another engine, and inputs the engine cannot do without. */
function engineFaults(raw) {
    const engine = inputs_ENGINES.find((name) => name === (raw.get('engine') || 'docker'));
    if (engine === undefined)
        return [];
    const allowed = new Set([...EVERY_ENGINE, ...ENGINE_INPUTS[engine]]);
    const faults = Object.keys(buildInputsSchema.shape)
        .filter((name) => !allowed.has(name) && isGiven(raw, name))
        .map((name) => `${name}: is an input of ${enginesOf(name)} · expected inputs of engine "${engine}" only`);
    const needed = NEEDED[engine];
    if (needed !== undefined && !isGiven(raw, needed))
        faults.push(`${needed}: is required by engine "${engine}"`);
    faults.push(...archiveFaults(engine, raw));
    if (engine === 'existing' && /^false$/i.test(raw.get('push') ?? ''))
        faults.push('push: engine "existing" has nothing to do without pushing');
    return faults;
}
function enginesOf(input) {
    const engines = inputs_ENGINES.filter((engine) => ENGINE_INPUTS[engine].some((name) => name === input));
    return `engine ${engines.map((name) => `"${name}"`).join(' and ')}`;
}
function pairFaults(raw) {
    const faults = [];
    if (isGiven(raw, 'username') !== isGiven(raw, 'password'))
        faults.push('username, password: give both or neither');
    if (isGiven(raw, 'cache-path') !== isGiven(raw, 'cache-key'))
        faults.push('cache-path, cache-key: give both or neither');
    if (isGiven(raw, 'cache-restore-keys') && !isGiven(raw, 'cache-key'))
        faults.push('cache-restore-keys: needs cache-key');
    return faults;
}
/** What is wrong with the tags; without a valid image only bare ones can be judged. */
function tagFaults(raw, commit) {
    const repository = repositoryOf(raw.get('image') ?? '');
    return listOf(fields/* parseList */.E1, raw.get('tags')).flatMap((text) => {
        const shown = JSON.stringify(text.slice(0, 200));
        if (repository === undefined && text.includes('/') && text.includes(':'))
            return [];
        const tag = repository === undefined ? text : bareTag(text, repository);
        if (tag === undefined)
            return [`tags: ${shown} is not a tag of ${raw.get('image')}`];
        const fault = (0,domain_reference/* tagFault */.nJ)(tag) ?? reservedFault(tag, commit);
        return fault === undefined ? [] : [`tags: ${shown}: ${fault}`];
    });
}
/** The repository; undefined where the image is a fault of its own. */
function repositoryOf(image) {
    try {
        return (0,domain_reference/* parseRepository */.SU)(image);
    }
    catch (error) {
        if (error instanceof domain_error/* InvalidReferenceError */.x_)
            return undefined;
        throw error;
    }
}
/** `ghcr.io/o/app:v1` → `v1`; undefined for a reference to another repository or by digest. */
function bareTag(text, repository) {
    const prefix = `${(0,domain_reference/* formatRepository */.Sh)(repository)}:`;
    if (text.startsWith(prefix) && !text.includes('@'))
        return text.slice(prefix.length);
    return text.includes('/') && text.includes(':') ? undefined : text;
}
function reservedFault(tag, commit) {
    if (/^sha\d+-[0-9a-f]{64}/.test(tag))
        return 'this form of tag is reserved for referrers';
    if (tag.startsWith('build-once-') || tag.startsWith('build-once.'))
        return 'tags that start with "build-once" are reserved';
    if ((0,domain_commit/* isCommit */.WM)(tag) && tag !== commit)
        return 'a full commit id is a SHA tag; only the seal of that commit writes it';
    return undefined;
}
/**
 * Parses the inputs of the build action.
 * @param raw the texts of the inputs, as given or defaulted.
 * @param known what is known beside them: the commit of the event, and faults found elsewhere.
 * @throws {InputError} with every fault, each naming its input.
 */
function parseBuildInputs(raw, known = {}) {
    const { values, faults } = (0,fields/* parseFields */.L5)(buildInputsSchema, raw);
    const commit = raw.get('commit') || known.commit || '';
    const rules = [...engineFaults(raw), ...pairFaults(raw), ...tagFaults(raw, commit)];
    const all = [...faults, ...rules, ...(known.faults ?? [])];
    if (values === undefined || all.length > 0) {
        throw new domain_error/* InputError */.dz(all, { hint: 'Nothing was pushed. The inputs are described in the README.' });
    }
    return values;
}

// EXTERNAL MODULE: ./lib/domain/manifest.js
var domain_manifest = __webpack_require__(5151);
// EXTERNAL MODULE: ./lib/domain/record.js
var domain_record = __webpack_require__(43111);
// EXTERNAL MODULE: ./lib/domain/json.js
var json = __webpack_require__(77708);
;// CONCATENATED MODULE: ./lib/verbs/build/inputs-digest.js



/** Inputs that carry secrets: only their keys are part of the digest, so that it cannot be searched for the values. */
const SECRET_INPUTS = new Set(['secrets', 'secret-files', 'secret-envs', 'ssh']);
/**
 * A digest over everything that went into the engine, so that two builds can be compared without showing
 * their inputs: the engine, its inputs, and `prepare`. Never a password or the value of a secret.
 */
function inputsDigest(inputs) {
    const names = ['engine', 'prepare', ...ENGINE_INPUTS[inputs.engine]];
    const entries = names.map((name) => [name, publicValue(name, inputs[name])]);
    return (0,digest/* digestOf */.ol)((0,json/* canonicalJson */.dj)(Object.fromEntries(entries)));
}
function publicValue(name, value) {
    if (value === undefined)
        return null;
    if (!SECRET_INPUTS.has(name) || !Array.isArray(value))
        return value;
    return value.map((entry) => String(entry).split('=', 1)[0] ?? '');
}

;// CONCATENATED MODULE: ./lib/verbs/build/platforms.js




const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
const imageConfig = schemas/* looseObject */._H3({
    os: schemas/* string */.YjP(),
    architecture: schemas/* string */.YjP(),
    variant: schemas/* string */.YjP().optional(),
});
/**
 * The platforms an artifact runs on, for the record: the runnable children of an index, or what the
 * configuration of a single image says. An OCI artifact has none.
 */
async function readPlatforms(registry, repository, manifest) {
    if (manifest.kind === 'index')
        return [...new Set((0,domain_manifest/* platformChildren */.xq)(manifest).map(domain_manifest/* platformOf */.tj))].slice(0, 200);
    const { config } = manifest.document;
    const isImage = config.mediaType === domain_manifest/* MEDIA_TYPES */.Z2.ociConfig ||
        config.mediaType === 'application/vnd.docker.container.image.v1+json';
    if (!isImage || config.size > MAX_CONFIG_BYTES)
        return [];
    const chunks = [];
    for await (const chunk of registry.readBlob(repository, config))
        chunks.push(chunk);
    const result = imageConfig.safeParse(parseConfig(Buffer.concat(chunks), config.digest));
    return result.success ? [(0,domain_manifest/* platformOf */.tj)({ ...config, platform: result.data })] : [];
}
function parseConfig(bytes, digest) {
    try {
        return (0,json/* parseStrictJson */.RJ)(bytes, { maxBytes: MAX_CONFIG_BYTES });
    }
    catch (cause) {
        const why = `the image configuration ${digest} cannot be read: ${(0,domain_error/* messageOf */.bD)(cause)}`;
        throw new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `Not a usable image: ${why}`, { cause });
    }
}

// EXTERNAL MODULE: ./lib/domain/agreement.js
var agreement = __webpack_require__(34040);
// EXTERNAL MODULE: ./lib/verbs/build-records.js
var build_records = __webpack_require__(24053);
;// CONCATENATED MODULE: ./lib/verbs/build/seal.js






/** Attempts to write the SHA tag of a registry that is not available for a while. */
const MAX_WRITES = 5;
/** How often a tag may change under a settling reader before it gives up. */
const MAX_CHANGES = 20;
/** A seal younger than this, beside twice the settle time, may still be in a race; clocks differ between machines. */
const FRESH_MARGIN = 5_000;
function describeTag({ repository, commit }) {
    return (0,domain_reference/* formatReference */.FH)({ kind: 'tag', repository, tag: commit });
}
async function findRecord(ports, target, manifest) {
    const { records, broken } = await (0,build_records/* readBuildRecords */.z)(ports, target.repository, manifest.digest);
    const record = (0,agreement/* recordFor */.xR)({ digest: manifest.digest, records }, (0,domain_reference/* formatRepository */.Sh)(target.repository), target.commit);
    return { record, broken };
}
/**
 * Reads the build record of this commit at a manifest. Malformed documents beside a valid record are passed
 * over with a warning; where only malformed ones are there, that is an error rather than an absence.
 * @throws {RecordError} RECORD_INVALID.
 */
async function readRecord(ports, target, manifest) {
    const { record, broken } = await findRecord(ports, target, manifest);
    if (record === undefined && broken !== undefined)
        throw broken;
    return record;
}
/**
 * Step 1: what stands under the SHA tag? Any doubt is an error, never "not built".
 * A tag without a record is looked at once more after the settle time, because listings of referrers may lag
 * behind tags. A young seal is waited for until it has settled, because a racing build may still replace it.
 */
async function look(ports, target) {
    const manifest = await ports.registry.readTag(target.repository, target.commit);
    if (manifest === undefined)
        return { state: 'absent' };
    const record = await readRecord(ports, target, manifest);
    if (record !== undefined && !isFresh(ports, target, record))
        return { state: 'sealed', sealed: { manifest, record } };
    const settled = await settle(ports, target, manifest);
    const settledRecord = await readRecord(ports, target, settled);
    if (settledRecord === undefined)
        return { state: 'unsealed', manifest: settled };
    return { state: 'sealed', sealed: { manifest: settled, record: settledRecord } };
}
function isFresh(ports, target, record) {
    const age = ports.clock.now().getTime() - Date.parse(record.createdAt);
    return age < 2 * target.settle + FRESH_MARGIN;
}
/** The error for a tag somebody else pushed. */
function unsealedTag(target, manifest) {
    return new domain_error/* VerificationError */.mk('UNSEALED_TAG', `${describeTag(target)} exists (${manifest.digest}), but no build record for this commit is attached · expected a sealed build or no tag`, {
        hint: 'Somebody pushed this tag without build-once. Delete the tag, or set adopt: true to seal what is there.',
    });
}
/** Attaches the build record to its artifact; before the seal, so that no crash leaves a seal without a record. */
async function attachRecord(ports, target, manifest, record) {
    await ports.records.attach(target.repository, (0,domain_manifest/* descriptorOf */.nb)(manifest), {
        type: domain_record/* RECORD_TYPES */.c4.build,
        bytes: (0,domain_record/* encodeRecord */.Ym)(record),
        created: record.createdAt,
    });
}
/**
 * Waits until the tag shows the same digest for a whole settle time and returns what it shows. A tag that
 * changes meanwhile is waited for again: whoever leaves early could report a digest that does not stand.
 * @throws {VerificationError} SEAL_UNSTABLE.
 */
async function settle(ports, target, shown) {
    let last = shown;
    for (let change = 0; change < MAX_CHANGES; change += 1) {
        await ports.clock.sleep(target.settle);
        const now = await ports.registry.readTag(target.repository, target.commit);
        if (now === undefined)
            throw unstable(target, last.digest, 'nothing');
        if (now.digest === last.digest)
            return now;
        last = now;
    }
    throw unstable(target, 'one digest', `${MAX_CHANGES} changes`);
}
function unstable(target, expected, got) {
    return new domain_error/* VerificationError */.mk('SEAL_UNSTABLE', `${describeTag(target)} does not settle · expected ${expected}, got ${got}`, {
        hint: 'Something else writes this tag. Stop it and run the job again.',
    });
}
/**
 * Steps 4 and 5: record, then seal, then settle. Another build that sealed first, or last within the settle
 * time, wins; its digest is adopted. Where both built the same bytes, the earliest record stands.
 */
async function seal(ports, target, manifest, record) {
    const before = await look(ports, target);
    if (before.state === 'sealed')
        return { ...before.sealed, ours: false };
    if (before.state === 'unsealed')
        throw unsealedTag(target, before.manifest);
    // A build that was killed after this point left its record; a second one for the same bytes adds nothing.
    const { record: orphan } = await findRecord(ports, target, manifest);
    if (orphan === undefined)
        await attachRecord(ports, target, manifest, record);
    const shown = await write(ports, target, manifest);
    const settled = await settle(ports, target, shown);
    const standing = await readRecord(ports, target, settled);
    if (standing === undefined)
        throw unsealedTag(target, settled);
    return { manifest: settled, record: standing, ours: standing.nonce === record.nonce };
}
/**
 * Milliseconds from asking for the tag to the end of the write that relies on the answer. What takes longer
 * could undo a seal that settled meanwhile.
 */
function patience({ settle }) {
    return Math.max(settle, 3_000);
}
/**
 * Puts the SHA tag where there is none, and returns what the tag shows. Every attempt looks right before it, and
 * look and write share one budget: an attempt that is repeated blindly, or comes late, would overwrite the seal
 * of a build that has finished meanwhile.
 */
async function write(ports, target, manifest) {
    const { repository, commit } = target;
    for (let attempt = 1;; attempt += 1) {
        const { shown, left } = await lookNow(ports, target);
        if (shown !== undefined)
            return shown;
        try {
            await ports.registry.putManifest(repository, manifest.bytes, manifest.mediaType, commit, left);
            return manifest;
        }
        catch (error) {
            if (!(error instanceof domain_error/* RegistryError */.gl))
                throw error;
            // A registry that refuses because somebody else sealed first has decided the race.
            const winner = (0,domain_error/* isRefusal */.vu)(error) ? await ports.registry.readTag(repository, commit) : undefined;
            if (winner !== undefined)
                return winner;
            const mayPass = error.code === 'REGISTRY_UNAVAILABLE' || (0,domain_error/* saysBlobIsMissing */.UM)(error.ociCodes);
            if (!mayPass || attempt === MAX_WRITES)
                throw error;
            ports.log.info(`${error.message}; looking again`);
            await ports.clock.sleep(1000 * 2 ** (attempt - 1));
        }
    }
}
/** What the tag shows, as an answer young enough to act on, and the milliseconds left to do so. */
async function lookNow(ports, target) {
    for (let look = 1;; look += 1) {
        const asked = ports.clock.now().getTime();
        const shown = await ports.registry.readTag(target.repository, target.commit);
        const age = ports.clock.now().getTime() - asked;
        const left = patience(target) - age;
        if (shown !== undefined || left > 0)
            return { shown, left };
        if (look === MAX_WRITES)
            throw unstable(target, 'an answer in time', `none in ${Math.round(age / 1000)} s`);
    }
}

;// CONCATENATED MODULE: ./lib/verbs/build/staging.js



/** The one tag that builds push under where an engine cannot push by digest, so that tags do not pile up. */
const STAGING_TAG = 'build-once-staging';
/** What stands under the staging tag between builds: always the same bytes, so that it leaves nothing behind. */
const PLACEHOLDER = new TextEncoder().encode((0,json/* canonicalJson */.dj)({
    schemaVersion: 2,
    mediaType: domain_manifest/* MEDIA_TYPES */.Z2.ociManifest,
    artifactType: 'application/vnd.build-once.staging.v1',
    config: domain_manifest/* EMPTY_CONFIG */.$v.descriptor,
    layers: [domain_manifest/* EMPTY_CONFIG */.$v.descriptor],
}));
/**
 * The tag an engine pushes under. `shared` is reused by all builds, whose engines report the digest they
 * pushed; where the registry keeps tags immutable it could be written only once, so there, and for engines
 * whose tag must be read back, the tag is unique.
 */
async function stagingTag(registry, repository, use, nonce) {
    const unique = `${STAGING_TAG}-${nonce.slice(0, 16)}`;
    if (use === 'exclusive')
        return unique;
    return (await isWritable(registry, repository)) ? STAGING_TAG : unique;
}
/** Tries to move the staging tag: the only way to learn whether tags are immutable that works on every registry. */
async function isWritable(registry, repository) {
    const current = await registry.readTag(repository, STAGING_TAG);
    if (current === undefined)
        return true;
    try {
        await registry.putBlob(repository, {
            digest: domain_manifest/* EMPTY_CONFIG */.$v.descriptor.digest,
            size: domain_manifest/* EMPTY_CONFIG */.$v.descriptor.size,
            open: async function* () {
                yield domain_manifest/* EMPTY_CONFIG */.$v.bytes;
            },
        });
        await registry.putManifest(repository, PLACEHOLDER, domain_manifest/* MEDIA_TYPES */.Z2.ociManifest, STAGING_TAG);
        return true;
    }
    catch (error) {
        if (error instanceof domain_error/* RegistryError */.gl && (0,domain_error/* isRefusal */.vu)(error))
            return false;
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/verbs/build/tags.js


/**
 * Step 6: every tag ends on the one digest. Each is read first (an immutable tag that is right already is
 * right), written with the exact bytes, and read again.
 * @throws {VerificationError} TAG_CONFLICT naming every tag that does not resolve to the digest.
 */
async function putTags(registry, repository, manifest, tags) {
    const conflicts = [];
    for (const tag of tags) {
        const { found, refusal } = await putTag(registry, repository, manifest, tag);
        if (found !== manifest.digest) {
            const why = refusal === undefined ? '' : ` (${refusal})`;
            conflicts.push(`${(0,domain_reference/* formatReference */.FH)({ kind: 'tag', repository, tag })} · expected ${manifest.digest}, got ${found ?? 'nothing'}${why}`);
        }
    }
    if (conflicts.length === 0)
        return;
    throw new domain_error/* VerificationError */.mk('TAG_CONFLICT', (0,domain_error/* listed */.KE)('Tags that do not resolve to the built digest', conflicts), {
        hint: 'The registry keeps these tags as they are (immutable), or something else writes them. The build itself is sealed.',
    });
}
async function putTag(registry, repository, manifest, tag) {
    const before = await registry.readTag(repository, tag);
    if (before?.digest === manifest.digest)
        return { found: before.digest };
    let refusal;
    try {
        await registry.putManifest(repository, manifest.bytes, manifest.mediaType, tag);
    }
    catch (error) {
        // A refusal is judged by what the tag shows afterwards, together with the other tags.
        if (!(error instanceof domain_error/* RegistryError */.gl) || !(0,domain_error/* isRefusal */.vu)(error))
            throw error;
        refusal = (0,domain_error/* messageOf */.bD)(error);
    }
    const found = (await registry.readTag(repository, tag))?.digest;
    return refusal === undefined ? { found } : { found, refusal };
}

;// CONCATENATED MODULE: ./lib/verbs/build/run.js











/** Builds a commit once: look, reuse or build, record, seal, tag, report (design: the build verb). */
async function build(inputs, target, ports) {
    const started = ports.clock.now().getTime();
    const push = inputs.push && !(0,github_context/* isForkPullRequest */.B7)(ports.context);
    if (!push)
        return await buildOnly(inputs, target, ports, started);
    const { outcome, sealed } = (await reuse(inputs, target, ports)) ?? (await buildAndSeal(inputs, target, ports));
    const tags = tagsOf(inputs, target);
    await putTags(ports.registry, target.repository, sealed.manifest, tags);
    const recordArtifactId = await ports.artifacts.upload(sealed.record, (0,domain_record/* encodeRecord */.Ym)(sealed.record));
    const milliseconds = ports.clock.now().getTime() - started;
    return { outcome, target, sealed, tags, localDigest: undefined, recordArtifactId, milliseconds };
}
/** The tags beside the SHA tag, each once; metadata-action may name the commit itself, which is set anyway. */
function tagsOf(inputs, { repository, commit }) {
    const tags = (inputs.tags ?? []).flatMap((text) => bareTag(text, repository) ?? []);
    return [...new Set(tags)].filter((tag) => tag !== commit);
}
/** Steps 1 and 2. Nothing is prepared, downloaded or started for a commit that is built. */
async function reuse(inputs, target, ports) {
    const found = await look(ports, target);
    if (found.state === 'absent')
        return undefined;
    if (found.state === 'sealed') {
        warnOfDuplicate(inputs, found.sealed.manifest, ports);
        return { outcome: 'reused', sealed: found.sealed };
    }
    if (!inputs.adopt)
        throw unsealedTag(target, found.manifest);
    refuseOther(inputs, found.manifest);
    const record = await makeRecord(inputs, target, ports, found.manifest, {
        name: 'adopted',
        version: 'unknown',
    });
    await attachRecord(ports, target, found.manifest, record);
    ports.log.notice(`Adopted ${found.manifest.digest}, which was pushed under the SHA tag without build-once.`);
    return { outcome: 'adopted-tag', sealed: { manifest: found.manifest, record } };
}
function isOther(inputs, manifest) {
    return inputs.digest !== undefined && !(0,domain_manifest/* identify */.ls)(inputs.digest, manifest).same;
}
/** A re-run builds again where another step does the building. The sealed artifact stays the one of this commit. */
function warnOfDuplicate(inputs, sealed, ports) {
    if (!isOther(inputs, sealed))
        return;
    ports.log.warning(`This commit is sealed as ${sealed.digest}, which is used; the duplicate ${inputs.digest} was discarded. Look before building to save the work.`);
}
/** Adopting is for what nobody recorded: with a digest in hand that is another one, nobody knows which is meant. */
function refuseOther(inputs, tagged) {
    if (!isOther(inputs, tagged))
        return;
    throw new domain_error/* VerificationError */.mk('BUILT_TWICE', `The SHA tag of this commit holds another artifact · expected ${tagged.digest} (SHA tag), got ${inputs.digest} (input digest)`, { hint: 'Find out which of the two is right, and then give that digest or move the tag to it.' });
}
/** Steps 3 to 5. */
async function buildAndSeal(inputs, target, ports) {
    const engine = await ports.engine();
    const built = await prepareAndBuild(engine, inputs, target, ports, true);
    const manifest = await readBack(built, target, ports);
    const record = await makeRecord(inputs, target, ports, manifest, {
        name: engine.name,
        version: await engine.version(),
    });
    const { ours, ...sealed } = await seal(ports, target, manifest, record);
    if (ours)
        return { outcome: 'built', sealed };
    ports.log.notice(sealed.manifest.digest === manifest.digest
        ? `Another attempt at this commit recorded the same digest ${manifest.digest} before; its record stands.`
        : `Another build of this commit was sealed first. Its digest ${sealed.manifest.digest} is used; the duplicate ${manifest.digest} was discarded.`);
    return { outcome: 'adopted-winner', sealed };
}
/** For pull requests from forks and for `push: false`: build, publish nothing, seal nothing, stay green. */
async function buildOnly(inputs, target, ports, started) {
    const built = await prepareAndBuild(await ports.engine(), inputs, target, ports, false);
    ports.log.notice(inputs.push
        ? 'This pull request comes from a fork, whose token cannot push: the commit was built, but not published and not sealed.'
        : 'push is false: the commit was built, but not published and not sealed.');
    const milliseconds = ports.clock.now().getTime() - started;
    return {
        outcome: 'not-pushed',
        target,
        sealed: undefined,
        tags: [],
        localDigest: built.digest,
        recordArtifactId: undefined,
        milliseconds,
    };
}
async function prepareAndBuild(engine, inputs, target, ports, push) {
    const { context, log } = ports;
    const checkedOut = await ports.checkedOut();
    if (checkedOut !== undefined && engine.name !== 'existing')
        checkWorkspace(checkedOut.commit, target);
    await prepare(inputs, ports);
    const faults = await engine.check({ workspace: context.workspace });
    if (faults.length > 0)
        throw new domain_error/* InputError */.dz(faults, { hint: 'Nothing was pushed.' });
    const nonce = ports.nonce();
    return await log.group(`Build with engine ${engine.name}`, async () => engine.build({
        repository: target.repository,
        commit: target.commit,
        push,
        stagingTag: async (use) => stagingTag(ports.registry, target.repository, use, nonce),
        provenance: {
            revision: target.commit,
            ...(context.source === null
                ? {}
                : { source: `${context.source.server}/${context.source.repository}` }),
            created: checkedOut?.time ?? '1970-01-01T00:00:00Z',
        },
        workspace: context.workspace,
        temporary: ports.temporary,
        environment: await ports.engineEnvironment(),
    }));
}
function checkWorkspace(head, target) {
    if (head === target.commit)
        return;
    throw new domain_error/* VerificationError */.mk('COMMIT_NOT_CHECKED_OUT', `The workspace holds another commit · expected ${target.commit}, got ${head}`, {
        hint: `Check out the commit before this step (actions/checkout with ref: ${target.commit}), or correct the commit input.`,
    });
}
async function prepare(inputs, ports) {
    const { 'cache-path': paths, 'cache-key': key, 'cache-restore-keys': restoreKeys, prepare: script } = inputs;
    const request = paths === undefined || key === undefined ? undefined : { paths, key, restoreKeys: restoreKeys ?? [] };
    const isExactHit = request === undefined || (await ports.cache.restore(request));
    if (script !== undefined) {
        const exitCode = await ports.log.group('Prepare', async () => ports.script(script));
        if (exitCode !== 0) {
            throw new domain_error/* EngineError */.NJ('PREPARE_FAILED', `The prepare script failed · expected exit code 0, got ${exitCode}`, {
                hint: 'Read its output above. Nothing was pushed.',
            });
        }
    }
    if (request !== undefined && !isExactHit)
        await ports.cache.save(request);
}
/** Believes the registry's bytes, not what the engine says; an engine that reports another digest is broken. */
async function readBack(built, target, ports) {
    if (built.digest === undefined)
        throw new domain_error/* EngineError */.NJ('ENGINE_FAILED', 'The engine pushed, but reported no digest.');
    const manifest = await ports.registry.readManifest(target.repository, built.digest);
    if (manifest !== undefined)
        return manifest;
    throw new domain_error/* EngineError */.NJ('ENGINE_FAILED', `The digest the engine reported is not in the repository · expected ${(0,domain_reference/* formatReference */.FH)((0,domain_reference/* digestReference */.O9)(target.repository, built.digest))}, got nothing`, { hint: 'Check that the engine pushes to the same repository. Nothing was sealed.' });
}
async function makeRecord(inputs, target, ports, manifest, engine) {
    const { context } = ports;
    return {
        schema: 'build-once/build/v1',
        repository: (0,domain_reference/* formatRepository */.Sh)(target.repository),
        commit: target.commit,
        digest: manifest.digest,
        mediaType: manifest.mediaType,
        size: manifest.bytes.byteLength,
        platforms: [...(await readPlatforms(ports.registry, target.repository, manifest))],
        event: (0,github_context/* recordedEvent */.Dm)(context),
        engine: { name: engine.name, version: engine.version.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 100) },
        inputsDigest: inputsDigest(inputs),
        source: context.source,
        workflowRun: context.workflowRun,
        actor: context.actor,
        createdAt: (0,domain_record/* recordTime */.$l)(ports.clock.now()),
        nonce: ports.nonce(),
    };
}
/** The target of a build: the repository and commit, and how long a seal settles. */
function buildTarget(inputs, commit) {
    return { repository: inputs.image, commit, settle: inputs.settle ?? 0 };
}

// EXTERNAL MODULE: ./lib/domain/markdown.js
var markdown = __webpack_require__(26039);
;// CONCATENATED MODULE: ./lib/verbs/build/summary.js



const HEADINGS = {
    built: '📦 Built once',
    reused: '♻️ Reused: this commit was built before',
    'adopted-winner': '🤝 Another build of this commit stands',
    'adopted-tag': '🏷️ Adopted what was under the SHA tag',
    'not-pushed': '🧪 Built, not published',
};
/** The job summary of a build, in Markdown. Every text that came from elsewhere is escaped. */
function buildSummary(result) {
    const { outcome, sealed, target } = result;
    const image = (0,domain_reference/* formatRepository */.Sh)(target.repository);
    const rows = [['Commit', (0,markdown/* code */.aY)(target.commit)]];
    if (sealed === undefined) {
        rows.push(['Image', (0,markdown/* code */.aY)(image)], ['Digest', result.localDigest === undefined ? 'not known without pushing' : (0,markdown/* code */.aY)(result.localDigest)]);
        rows.push(['Published', 'no · nothing was pushed or sealed, so nothing can be deployed from this run']);
    }
    else {
        rows.push(['Digest', `**${(0,markdown/* code */.aY)(sealed.manifest.digest)}**`], ['Image', (0,markdown/* code */.aY)(image)]);
        rows.push(['Built by', builtBy(sealed.record)]);
        rows.push([
            'Platforms',
            sealed.record.platforms.map((platform) => (0,markdown/* code */.aY)(platform)).join(' ') || 'none (not an image)',
        ]);
        rows.push(['Tags', [target.commit, ...result.tags].map((tag) => (0,markdown/* code */.aY)(tag)).join(' ')]);
    }
    rows.push(['Time', (0,markdown/* humanDuration */.UU)(result.milliseconds)]);
    const deploy = sealed === undefined
        ? ''
        : `\nDeploy exactly this: ${(0,markdown/* code */.aY)((0,domain_reference/* formatReference */.FH)((0,domain_reference/* digestReference */.O9)(target.repository, sealed.manifest.digest)))}\n`;
    return `### ${HEADINGS[outcome]}\n\n${(0,markdown/* propertyTable */.C0)(rows)}\n${deploy}`;
}
function builtBy(record) {
    const engine = `${(0,markdown/* escapeMarkdown */.FV)(record.engine.name)} ${(0,markdown/* escapeMarkdown */.FV)(record.engine.version)}`;
    const time = (0,markdown/* escapeMarkdown */.FV)(record.createdAt.slice(0, 16).replace('T', ' '));
    if (record.workflowRun === null)
        return `${engine} · ${time} UTC`;
    const { id, attempt, url } = record.workflowRun;
    return `${(0,markdown/* link */.nf)(`workflow run ${id}, attempt ${attempt}`, url)} · ${engine} · ${time} UTC`;
}
/** The job summary of a build that failed. */
function buildFailureSummary(error) {
    const hint = error instanceof domain_error/* BuildOnceError */.kb && error.hint !== undefined ? `\n\n> ${(0,markdown/* escapeMarkdown */.FV)(error.hint)}` : '';
    const lines = (0,domain_error/* messageOf */.bD)(error)
        .split('\n')
        .map((line) => (0,markdown/* escapeMarkdown */.FV)(line.trim()));
    const code = error instanceof domain_error/* BuildOnceError */.kb ? `**${error.code}** ` : '';
    return `### ❌ Not built\n\n${code}${lines.join('<br>')}${hint}\n`;
}

// EXTERNAL MODULE: ./lib/main/failure.js
var failure = __webpack_require__(49475);
// EXTERNAL MODULE: ./lib/main/outputs.js
var outputs = __webpack_require__(45283);
// EXTERNAL MODULE: ./lib/main/registry.js + 32 modules
var registry = __webpack_require__(13902);
;// CONCATENATED MODULE: ./lib/main/build.js
























/** The build action. */
async function main() {
    try {
        const context = (0,github_context/* readContext */.yI)(process.env);
        const inputs = await parse(context);
        const target = buildTarget(inputs, inputs.commit ?? (0,github_context/* eventCommit */.ef)(context));
        const connection = (0,registry/* connect */.N)(inputs, log/* githubLog */.Q, process.env);
        try {
            await (0,files/* withTemporaryFolder */.EX)(context.temporary, async (temporary) => {
                const result = await build(inputs, target, ports(inputs, context, connection, temporary));
                (0,outputs/* setOutputs */.n0)((0,outputs/* buildOutputs */.JZ)(result));
                if (result.sealed !== undefined) {
                    const reference = (0,domain_reference/* formatReference */.FH)((0,domain_reference/* digestReference */.O9)(target.repository, result.sealed.manifest.digest));
                    log/* githubLog */.Q.info(`${result.outcome}: ${reference}${originOf(result)}`);
                    await declareArtifact(process.env, reference, log/* githubLog */.Q);
                }
                await (0,summary/* writeSummary */.S)(process.env, buildSummary(result), log/* githubLog */.Q);
            });
        }
        finally {
            connection.close();
        }
    }
    catch (error) {
        (0,failure/* reportFailure */.x)(error);
        await (0,summary/* writeSummary */.S)(process.env, buildFailureSummary(error), log/* githubLog */.Q);
    }
}
/** Where a digest that this step did not build comes from. */
function originOf({ outcome, sealed }) {
    const url = sealed?.record.workflowRun?.url;
    return outcome === 'built' || url === undefined ? '' : ` (built by ${url})`;
}
/**
 * When inputs are wrong, the sources are looked at as well, so that one message holds every fault. When they
 * are right, the engine checks its sources itself, and only if something has to be built.
 */
async function parse(context) {
    const raw = (0,inputs/* readInputs */.K)(process.env);
    const password = raw.get('password');
    if (password !== undefined)
        log/* githubLog */.Q.mask(password);
    const commit = (0,github_context/* knownCommit */.vH)(context);
    try {
        return parseBuildInputs(raw, { commit });
    }
    catch (error) {
        const { sourceFaults } = await __webpack_require__.e(/* import() */ 671).then(__webpack_require__.bind(__webpack_require__, 88052));
        const path = raw.get('prepare') ? '' : (raw.get('path') ?? '');
        if (path === '')
            throw error;
        return parseBuildInputs(raw, { commit, faults: sourceFaults(path, context.workspace, () => []) });
    }
}
function ports(inputs, context, connection, temporary) {
    const environment = (0,platform_environment/* childEnvironment */.Q)(process.env);
    const { registry, records } = connection;
    const { username, password } = inputs;
    const login = username === undefined || password === undefined
        ? undefined
        : { registry: inputs.image.registry, username, password };
    return {
        registry,
        records,
        context,
        temporary,
        clock: clock/* systemClock */.m,
        log: log/* githubLog */.Q,
        artifacts: (0,artifacts/* createWorkflowArtifacts */.L)(process.env, temporary, log/* githubLog */.Q),
        cache: createCache(log/* githubLog */.Q),
        engine: async () => await createEngine(inputs.engine, inputs, {
            registry,
            exec: platform_exec/* exec */.m,
            log: log/* githubLog */.Q,
            environment,
            memory: (0,external_node_path_.join)(context.cacheFolder, 'build-once'),
        }),
        script: async (text) => {
            const options = {
                exec: platform_exec/* exec */.m,
                folder: temporary,
                name: 'prepare',
                cwd: context.workspace,
                environment,
                onOutput: (chunk) => log/* githubLog */.Q.raw(chunk),
            };
            return (await (0,script/* runScript */.j)(text, options)).exitCode;
        },
        checkedOut: async () => await readCheckout(platform_exec/* exec */.m, context.workspace, environment),
        engineEnvironment: async () => await withLogin(environment, login, temporary),
        nonce: () => (0,external_node_crypto_.randomBytes)(16).toString('hex'),
    };
}


/***/ })

};
