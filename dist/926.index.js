export const id = 926;
export const ids = [926];
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

/***/ 40926:
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
// EXTERNAL MODULE: ./lib/domain/cancellation.js
var cancellation = __webpack_require__(27949);
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
    const text = await (0,promises_.readFile)(path, 'utf8').catch((cause) => {
        throw unusable(path, (0,domain_error/* messageOf */.bD)(cause));
    });
    // docker takes an empty file for none, too.
    const body = text.trim() === '' ? {} : parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
        return { ...body };
    throw unusable(path, 'it is not a JSON object');
}
/** The value; undefined where it is not JSON. Why not is never shown: it quotes the text, which holds passwords. */
function parse(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
function unusable(path, why) {
    return new domain_error/* EngineError */.NJ('CREDENTIALS_INVALID', `The docker configuration ${path} cannot be used: ${why}`);
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
                const cache = await Promise.all(/* import() */[__webpack_require__.e(942), __webpack_require__.e(335), __webpack_require__.e(142)]).then(__webpack_require__.bind(__webpack_require__, 60142));
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
                const cache = await Promise.all(/* import() */[__webpack_require__.e(942), __webpack_require__.e(335), __webpack_require__.e(142)]).then(__webpack_require__.bind(__webpack_require__, 60142));
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

// EXTERNAL MODULE: ./lib/github/checkout.js
var checkout = __webpack_require__(10723);
// EXTERNAL MODULE: ./lib/github/context.js + 1 modules
var github_context = __webpack_require__(30070);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 9 modules
var schemas = __webpack_require__(27597);
// EXTERNAL MODULE: ./lib/domain/json.js
var json = __webpack_require__(77708);
;// CONCATENATED MODULE: ./lib/github/declared-artifacts.js





/** The runner takes 500 a job. */
const LIST_LIMITS = { maxBytes: 1024 * 1024, maxDepth: 8 };
const listSchema = schemas/* looseObject */._H3({
    subjects: schemas/* array */.YOg(schemas/* looseObject */._H3({ name: schemas/* string */.YjP(), digest: schemas/* string */.YjP() })),
});
/**
 * Declares what this step built to the runner (`$GITHUB_ARTIFACTS`, runner 2.336 and later), where
 * actions/attest finds its subjects. The runner ignores the file while the feature is switched off, and
 * fails the step itself when one name is declared with two digests in one job: a job that builds several commits may do
 * that, so there the first one stands.
 */
async function declareArtifact(environment, artifact, log) {
    const path = environment['GITHUB_ARTIFACTS'];
    if (path === undefined || path === '')
        return;
    const name = (0,domain_reference/* formatRepository */.Sh)(artifact.repository);
    const other = await declaredOther(environment['GITHUB_ARTIFACTS_LIST'], name, artifact.digest, log);
    if (other !== undefined) {
        log.warning(`Another step of this job has declared ${name} as ${other}; ${artifact.digest} was not declared as well, because the runner takes one digest for each name in a job.`);
        return;
    }
    try {
        await (0,promises_.appendFile)(path, `${(0,domain_reference/* formatReference */.FH)(artifact)}\n`);
    }
    catch (error) {
        log.warning(`The artifact could not be declared to the runner: ${(0,domain_error/* messageOf */.bD)(error)}`);
    }
}
/** Another digest that the list of what was declared so far has for a name. */
async function declaredOther(path, name, digest, log) {
    if (path === undefined || path === '')
        return undefined;
    try {
        const { subjects } = listSchema.parse((0,json/* parseStrictJson */.RJ)(await (0,promises_.readFile)(path), LIST_LIMITS));
        return subjects.find((subject) => subject.name === name && subject.digest !== digest)?.digest;
    }
    catch (error) {
        // Only what the runner itself would say is lost.
        log.debug(`What was declared to the runner before is not known: ${(0,domain_error/* messageOf */.bD)(error)}`);
        return undefined;
    }
}

// EXTERNAL MODULE: ./lib/github/events.js + 1 modules
var events = __webpack_require__(83721);
// EXTERNAL MODULE: ./lib/github/inputs.js
var inputs = __webpack_require__(96174);
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
var files = __webpack_require__(58864);
// EXTERNAL MODULE: ./lib/platform/script.js
var script = __webpack_require__(47148);
// EXTERNAL MODULE: ./lib/domain/annotations.js
var domain_annotations = __webpack_require__(31790);
// EXTERNAL MODULE: ./lib/domain/commit.js
var domain_commit = __webpack_require__(92935);
// EXTERNAL MODULE: ./lib/domain/digest.js
var digest = __webpack_require__(2002);
// EXTERNAL MODULE: ./lib/domain/platform.js
var platform = __webpack_require__(97737);
// EXTERNAL MODULE: ./lib/domain/git-seal.js
var git_seal = __webpack_require__(36512);
// EXTERNAL MODULE: ./lib/verbs/fields.js
var fields = __webpack_require__(17961);
;// CONCATENATED MODULE: ./lib/verbs/build/tag-inputs.js



/**
 * What is wrong with the tags; without a valid image only bare ones can be judged.
 * @param commit the commit that is built, whose SHA tag may be named.
 */
function tagFaults(tags, image, commit) {
    const repository = repositoryOf(image);
    return tags.flatMap((text) => {
        const shown = JSON.stringify(text.slice(0, 200));
        if (repository === undefined && text.includes('/') && text.includes(':'))
            return [];
        const tag = repository === undefined ? text : bareTag(text, repository);
        if (tag === undefined)
            return [`tags: ${shown} is not a tag of ${image}`];
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
/** The tags beside the SHA tag, each once; metadata-action may name the commit itself, which is set anyway. */
function tagsOf(texts, { repository, commit }) {
    const tags = texts.flatMap((text) => bareTag(text, repository) ?? []);
    return [...new Set(tags)].filter((tag) => tag !== commit);
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
    seal: (0,fields/* oneOf */.yL)(git_seal/* SEALS */.ho, 'registry'),
    backfill: (0,fields/* boolean */.zM)('false'),
    settle: (0,fields/* optional */.lq)(parseSettle, '3s'),
    adopt: (0,fields/* boolean */.zM)('false'),
    username: (0,fields/* optionalText */.mR)(),
    password: (0,fields/* optionalText */.mR)(),
    token: (0,fields/* jobToken */.Pt)(),
    'artifact-metadata': (0,fields/* boolean */.zM)('true'),
    insecure: (0,fields/* optional */.lq)(fields/* parseHosts */.tB),
    'token-hosts': (0,fields/* optional */.lq)(fields/* parseHosts */.tB),
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
        'backfill',
        'settle',
        'adopt',
        'username',
        'password',
        'token',
        'artifact-metadata',
    ],
    ...['insecure', 'token-hosts', 'prepare', 'cache-path', 'cache-key', 'cache-restore-keys'],
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
function engineFaults(raw, isReadOnly) {
    const engine = inputs_ENGINES.find((name) => name === (raw.get('engine') || 'docker'));
    if (engine === undefined)
        return [];
    const allowed = new Set([...EVERY_ENGINE, ...ENGINE_INPUTS[engine]]);
    const faults = Object.keys(buildInputsSchema.shape)
        .filter((name) => !allowed.has(name) && isGiven(raw, name))
        .map((name) => `${name}: is an input of ${enginesOf(name)} · expected inputs of engine "${engine}" only`);
    const needed = NEEDED[engine];
    // Where nothing can be pushed, the step that should have has no digest to pass on.
    const isMissing = needed !== undefined && !isGiven(raw, needed);
    if (isMissing && !(isReadOnly && needed === 'digest'))
        faults.push(`${needed}: is required by engine "${engine}"`);
    faults.push(...archiveFaults(engine, raw));
    if (!isReadOnly && engine === 'existing' && /^false$/i.test(raw.get('push') ?? ''))
        faults.push('push: engine "existing" has nothing to do without pushing');
    return faults;
}
function enginesOf(input) {
    const engines = inputs_ENGINES.filter((engine) => ENGINE_INPUTS[engine].some((name) => name === input));
    return `engine ${engines.map((name) => `"${name}"`).join(' and ')}`;
}
function pairFaults(raw, isReadOnly) {
    const faults = [];
    // Secrets are empty in a job of a fork, so a password from one is not there, and not needed either.
    if (!isReadOnly && isGiven(raw, 'username') !== isGiven(raw, 'password'))
        faults.push('username, password: give both or neither');
    if (isGiven(raw, 'cache-path') !== isGiven(raw, 'cache-key'))
        faults.push('cache-path, cache-key: give both or neither');
    if (isGiven(raw, 'cache-restore-keys') && !isGiven(raw, 'cache-key'))
        faults.push('cache-restore-keys: needs cache-key');
    return faults;
}
/** A job that cannot push seals nothing, so it needs no token for it either. */
function sealFaults(raw, isReadOnly) {
    const isGit = raw.get('seal') === 'git';
    const faults = [];
    if (!isGit && /^true$/i.test(raw.get('backfill') ?? ''))
        faults.push('backfill: needs seal: git');
    const needsToken = isGit && !isReadOnly && !/^false$/i.test(raw.get('push') ?? '');
    if (needsToken && (0,fields/* parseJobToken */.aY)(raw.get('token') ?? '') === undefined)
        faults.push('token: is required by seal: git, for example ${{ github.token }}');
    return faults;
}
/** A secret that is empty because the job has none is left out: the build then ends as it would without it. */
function withoutEmptySecrets(inputs) {
    if (inputs.secrets === undefined)
        return inputs;
    return { ...inputs, secrets: inputs.secrets.filter((entry) => !/^[^=]+=$/.test(entry)) };
}
/**
 * Parses the inputs of the build action.
 * @param raw the texts of the inputs, as given or defaulted.
 * @param known what is known beside them: the commit of the event, faults found elsewhere, and whether this is a
 *   job that cannot push and has no secrets, as for a pull request from a fork.
 * @throws {InputError} with every fault, each naming its input.
 */
function parseBuildInputs(raw, known = {}) {
    const { values, faults } = (0,fields/* parseFields */.L5)(buildInputsSchema, raw);
    const commit = raw.get('commit') || known.commit || '';
    const { isReadOnly = false } = known;
    const rules = [
        ...engineFaults(raw, isReadOnly),
        ...pairFaults(raw, isReadOnly),
        ...sealFaults(raw, isReadOnly),
        ...tagFaults(listOf(fields/* parseList */.E1, raw.get('tags')), raw.get('image') ?? '', commit),
    ];
    const all = [...faults, ...rules, ...(known.faults ?? [])];
    if (values === undefined || all.length > 0) {
        const secrets = isReadOnly ? ' Secrets are empty in a job of a fork or of Dependabot.' : '';
        throw new domain_error/* InputError */.dz(all, {
            hint: `Nothing was pushed. The inputs are described in the README.${secrets}`,
        });
    }
    return isReadOnly ? withoutEmptySecrets(values) : values;
}

// EXTERNAL MODULE: ./lib/domain/record.js
var domain_record = __webpack_require__(43111);
// EXTERNAL MODULE: ./lib/verbs/build-records.js
var build_records = __webpack_require__(24053);
// EXTERNAL MODULE: ./lib/domain/agreement.js
var agreement = __webpack_require__(34040);
// EXTERNAL MODULE: ./lib/domain/manifest.js + 1 modules
var domain_manifest = __webpack_require__(96837);
;// CONCATENATED MODULE: ./lib/verbs/build/sealed.js







/** The SHA tag, for messages. */
function describeTag({ repository, commit }) {
    return (0,domain_reference/* formatReference */.FH)({ kind: 'tag', repository, tag: commit });
}
/** Looks for the build record of this commit at a manifest. */
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
/** The error for a tag somebody else pushed. */
function unsealedTag(target, manifest) {
    return new domain_error/* VerificationError */.mk('UNSEALED_TAG', `${describeTag(target)} exists (${manifest.digest}), but no build record for this commit is attached · expected a sealed build or no tag`, {
        hint: 'Somebody pushed this tag without build-once. Delete the tag, or set adopt: true to seal what is there.',
    });
}
/** The error for a tag that is not to be adopted. */
function refusalOf(target, { manifest, record }) {
    if (record === undefined)
        return unsealedTag(target, manifest);
    const ref = (0,git_seal/* sealRef */.fl)((0,domain_reference/* formatRepository */.Sh)(target.repository), target.commit);
    return new domain_error/* VerificationError */.mk('NOT_SEALED_IN_GIT', `${describeTag(target)} is sealed in the registry only · expected ${ref} to name ${manifest.digest}, got no such ref`, {
        hint: 'If it was built before seal: git was used, run build once with backfill: true. Else find out who wrote the tag; adopt: true seals it as it is.',
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

;// CONCATENATED MODULE: ./lib/verbs/build/seal-registry.js


/** Attempts to write the SHA tag of a registry that is not available for a while. */
const MAX_WRITES = 5;
/** How often a tag may change under a settling reader before it gives up. */
const MAX_CHANGES = 20;
/** A seal younger than this, beside twice the settle time, may still be in a race; clocks differ between machines. */
const FRESH_MARGIN = 5_000;
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
/** True for a seal so young that a race for it may still be going on. */
function isFresh(ports, target, record) {
    const age = ports.clock.now().getTime() - Date.parse(record.createdAt);
    return age < 2 * target.settle + FRESH_MARGIN;
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

;// CONCATENATED MODULE: ./lib/verbs/build/backfill.js







/** Commits an hour: three writes each, and GitHub takes about 500. */
const PER_HOUR = 160;
const SECONDS_EACH = 3;
/** Refs that are read because the list does not show what they hold; each takes three requests of the hour's 1,000. */
const MAX_READS = 100;
/** Commits that a warning names; the log has all. */
const SHOWN = 50;
/** What is wrong with one artifact or ref. Other failures would meet the next one as well. */
const OF_ONE = [
    'REGISTRY_UNEXPECTED',
    'REGISTRY_NOT_FOUND',
    'CONTENT_CORRUPT',
    'GITHUB_UNEXPECTED',
];
/**
 * Seals in git what is sealed in the registry: every tag that is a commit, with the record that is attached there.
 * Nothing that stands is changed, so it can be repeated. Commits without a ref come first, and those with one cost no
 * request where the list shows that they hold the record: a backfill that a rate limit interrupts gets further each
 * time, and to an end.
 * @throws {VerificationError} with every commit of which git and registry say different things, after all are done.
 */
async function backfill(ports, git, target) {
    const repository = (0,domain_reference/* formatRepository */.Sh)(target.repository);
    const tags = await ports.registry.listTags(target.repository);
    const commits = tags.filter((tag) => (0,domain_commit/* isCommit */.WM)(tag)).toSorted();
    const listed = await git.list(repository);
    const missing = commits.filter((commit) => !listed.has(commit));
    const standing = commits.flatMap((commit) => {
        const seal = listed.get(commit);
        return seal === undefined ? [] : [{ commit, seal }];
    });
    announce(ports, missing.length, commits.length);
    const outcomes = new Map();
    const compareListed = comparing(ports, git);
    try {
        for (const commit of missing)
            outcomes.set(commit, await outcomeOf(target, commit, async (of) => await sealOne(ports, git, of)));
        for (const { commit, seal } of standing)
            outcomes.set(commit, await outcomeOf(target, commit, async (of) => await compareListed(of, seal)));
    }
    catch (error) {
        ports.log.warning(`The backfill ended after ${outcomes.size} of ${commits.length} commit tags. Run it again.`);
        throw error;
    }
    return report(ports, repository, outcomes);
}
function announce({ log }, missing, all) {
    if (missing === 0)
        return;
    const minutes = Math.ceil((missing * SECONDS_EACH) / 60);
    const what = `Backfill: ${missing} of ${all} commit tags have no git seal. Each takes three writes, one a second`;
    if (missing <= PER_HOUR)
        log.info(`${what}: about ${minutes} min.`);
    else
        log.notice(`${what}, of which GitHub takes about 500 an hour: about ${Math.ceil(missing / PER_HOUR)} runs, an hour apart. Each goes on where the last one ended.`);
}
async function outcomeOf(target, commit, work) {
    try {
        return await work({ ...target, commit });
    }
    catch (error) {
        if (error instanceof domain_error/* VerificationError */.mk)
            return { code: error.code, message: error.message };
        if (error instanceof domain_error/* BuildOnceError */.kb && OF_ONE.includes(error.code))
            return { code: error.code, message: `${commit} · ${error.message}` };
        throw error;
    }
}
async function sealOne(ports, git, target) {
    const tagged = await ports.registry.readTag(target.repository, target.commit);
    if (tagged === undefined)
        return 'gone';
    const record = await sealedBy(ports, target, tagged);
    if (record === undefined)
        return 'left';
    const { won, record: winner } = await git.claim(record);
    return won ? 'sealed' : compare(target, winner.digest, record.digest);
}
function comparing(ports, git) {
    let reads = 0;
    return async (target, seal) => {
        const { repository, commit } = target;
        const tagged = await ports.registry.readTag(repository, commit);
        if (tagged === undefined)
            return 'gone';
        const { records } = await (0,build_records/* readBuildRecords */.z)(ports, repository, tagged.digest);
        if (records.some((record) => record.digest === tagged.digest && seal.holds(record)))
            return 'present';
        if (reads === MAX_READS)
            return 'unchecked';
        reads += 1;
        const standing = await git.read((0,domain_reference/* formatRepository */.Sh)(repository), commit);
        if (standing === undefined)
            return await sealOne(ports, git, target);
        return compare(target, standing.digest, tagged.digest);
    };
}
/** The record of a seal in the registry; undefined where there is no valid one. */
async function sealedBy(ports, target, tagged) {
    try {
        const record = await readRecord(ports, target, tagged);
        if (record === undefined || !isFresh(ports, target, record))
            return record;
        // A build that decides by the tag alone may still be in a race for it.
        const settled = await look(ports, target);
        return settled.state === 'sealed' ? settled.sealed.record : undefined;
    }
    catch (error) {
        if (!(error instanceof domain_error/* RecordError */.W1))
            throw error;
        ports.log.warning(`${target.commit}: ${error.message}`);
        return undefined;
    }
}
function compare(target, inGit, inRegistry) {
    if (inGit === inRegistry)
        return 'present';
    const ref = (0,git_seal/* sealRef */.fl)((0,domain_reference/* formatRepository */.Sh)(target.repository), target.commit);
    const message = `${target.commit} · expected ${inGit} (${ref}), got ${inRegistry} (SHA tag)`;
    return { code: 'TAG_MOVED', message };
}
function report({ log }, repository, outcomes) {
    const having = (outcome) => [...outcomes].filter(([, one]) => one === outcome).map(([commit]) => commit);
    const left = having('left');
    const tags = outcomes.size - having('gone').length;
    const unchecked = having('unchecked').length;
    const present = having('present').length + unchecked;
    const done = { tags, sealed: having('sealed').length, present, unchecked, left };
    const disagreements = [...outcomes.values()].filter((one) => typeof one === 'object');
    if (left.length > 0) {
        const heading = 'Not sealed in git, because no valid build record of the commit is attached';
        const more = left.length - SHOWN;
        if (more > 0)
            log.info((0,domain_error/* listed */.KE)(heading, left));
        log.warning((0,domain_error/* listed */.KE)(heading, [...left.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])]));
    }
    log.notice(`${describeBackfill(done)}${disagreements.length === 0 ? '' : ` · ${disagreements.length} disagree or cannot be read`}`);
    const [first] = disagreements;
    if (first === undefined)
        return done;
    throw new domain_error/* VerificationError */.mk(first.code, (0,domain_error/* listed */.KE)(`Commits of ${repository} whose seals in git and registry do not agree or cannot be read`, disagreements.map(({ message }) => message)), {
        hint: 'All other tags were sealed in git, and nothing was built. Find out for these what is right; to build without that, run without backfill.',
    });
}
/** The counts in one line, for the log and the summary. */
function describeBackfill({ tags, sealed, present, unchecked, left }) {
    const compared = unchecked === 0 ? '' : `, of which ${unchecked} were not compared`;
    return `Backfill: ${tags} commit tags · ${sealed} sealed in git now · ${present} were already${compared} · ${left.length} left without a valid build record`;
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

;// CONCATENATED MODULE: ./lib/verbs/build/engine-build.js




/** Step 3: prepares and lets the engine build; with `push` it leaves what it built in the repository. */
async function prepareAndBuild(engine, inputs, target, ports, push) {
    const { context, log } = ports;
    const checkedOut = await ports.checkedOut();
    if (checkedOut !== undefined && engine.name !== 'existing')
        checkWorkspace(checkedOut, target);
    if (push)
        await ports.registry.requirePush(target.repository);
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
function checkWorkspace({ commit: head, folder = '' }, target) {
    if (head === target.commit)
        return;
    const where = folder === '' ? 'The workspace' : `The checkout in ${JSON.stringify(folder)}`;
    throw new domain_error/* VerificationError */.mk('COMMIT_NOT_CHECKED_OUT', `${where} holds another commit · expected ${target.commit}, got ${head}`, {
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
        return (0,domain_manifest/* bySha256 */.ZL)(manifest);
    throw new domain_error/* EngineError */.NJ('ENGINE_FAILED', `The digest the engine reported is not in the repository · expected ${(0,domain_reference/* formatReference */.FH)((0,domain_reference/* digestReference */.O9)(target.repository, built.digest))}, got nothing`, { hint: 'Check that the engine pushes to the same repository. Nothing was sealed.' });
}

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

;// CONCATENATED MODULE: ./lib/verbs/build/new-record.js





/** The record of an artifact that this job built or adopts. */
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
        event: (0,pull_request/* recordedEvent */.Dm)(context, target.commit),
        engine: { name: engine.name, version: engine.version.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 100) },
        inputsDigest: inputsDigest(inputs),
        source: context.source,
        workflowRun: context.workflowRun,
        actor: context.actor,
        createdAt: (0,domain_record/* recordTime */.$l)(ports.clock.now()),
        nonce: ports.nonce(),
    };
}

;// CONCATENATED MODULE: ./lib/verbs/build/reuse.js




/** Steps 1 and 2. Nothing is prepared, downloaded or started for a commit that is built. */
async function reuse(inputs, target, ports, method) {
    const found = await method.look(target);
    if (found.state === 'absent')
        return undefined;
    if (found.state === 'sealed') {
        warnOfDuplicate(inputs, found.sealed.manifest, ports);
        return { outcome: 'reused', sealed: found.sealed };
    }
    if (!inputs.adopt)
        throw refusalOf(target, found);
    refuseOther(inputs, found.manifest);
    const engine = { name: 'adopted', version: 'unknown' };
    const record = found.record ?? (await makeRecord(inputs, target, ports, found.manifest, engine));
    const { ours: _, ...sealed } = await method.adopt(target, found.manifest, record);
    const how = found.record === undefined ? 'pushed under the SHA tag without build-once' : 'not sealed in git';
    ports.log.notice(`Adopted ${found.manifest.digest}, which was ${how}.`);
    return { outcome: 'adopted-tag', sealed };
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

;// CONCATENATED MODULE: ./lib/verbs/build/seal-git.js





/** How often, a second apart, the SHA tag is looked for before the winner of a race counts as gone. */
const MAX_WAITS = 10;
/** Attempts to write the SHA tag. */
const seal_git_MAX_WRITES = 5;
/** The git ref of a target, for messages. */
function refOf({ repository, commit }) {
    return (0,git_seal/* sealRef */.fl)((0,domain_reference/* formatRepository */.Sh)(repository), commit);
}
async function readSeal(git, { repository, commit }) {
    return await git.read((0,domain_reference/* formatRepository */.Sh)(repository), commit);
}
/**
 * Step 1 with seals in git. The tag is read before the ref: whoever seals makes the ref first, so a tag that is seen
 * has its ref by the time that is read. A ref whose tag is missing is a seal whose maker did not get to the tag, and
 * is completed. A tag without a ref proves nothing here.
 */
async function lookInGit(ports, git, target) {
    const tagged = await ports.registry.readTag(target.repository, target.commit);
    const record = await readSeal(git, target);
    if (record !== undefined)
        return { state: 'sealed', sealed: await complete(ports, target, record, tagged) };
    if (tagged === undefined)
        return { state: 'absent' };
    // One of GitHub's replicas may lag behind.
    await ports.clock.sleep(target.settle);
    const late = await readSeal(git, target);
    if (late !== undefined)
        return { state: 'sealed', sealed: await complete(ports, target, late, tagged) };
    const recorded = await readRecord(ports, target, tagged);
    return { state: 'unsealed', manifest: tagged, ...(recorded === undefined ? {} : { record: recorded }) };
}
/**
 * Steps 4 and 5 with seals in git: record, claim, and the winner alone moves the SHA tag. No time has to pass
 * until a seal counts as settled: git has decided. Every build attaches a record of its own, because the record that
 * wins has to be there for everybody else.
 */
async function sealInGit(ports, git, target, { manifest, record }) {
    const before = await lookInGit(ports, git, target);
    if (before.state === 'sealed')
        return { ...before.sealed, ours: false };
    if (before.state === 'unsealed')
        throw refusalOf(target, before);
    return await claim(ports, git, target, { manifest, record });
}
/** Seals in git what is under the SHA tag already. */
async function adoptInGit(ports, git, target, adopted) {
    return await claim(ports, git, target, adopted);
}
async function claim(ports, git, target, { manifest, record }) {
    await attachRecord(ports, target, manifest, record);
    const { won, record: standing } = await git.claim(record);
    if (!won)
        return { ...(await follow(ports, target, standing)), ours: false };
    ports.log.info(`Sealed ${manifest.digest} in git by ${refOf(target)}`);
    await putShaTag(ports, target, manifest);
    return { manifest, record, ours: true };
}
/** Waits for the winner to move the SHA tag, and does it in its place when it is gone: the bytes are the same. */
async function follow(ports, target, record) {
    for (let wait = 0;; wait += 1) {
        const tagged = await ports.registry.readTag(target.repository, target.commit);
        if (tagged !== undefined || wait === MAX_WAITS)
            return await complete(ports, target, record, tagged);
        await ports.clock.sleep(1000);
    }
}
/** A git seal with everything that belongs to it: the artifact, its record in the registry, and the SHA tag. */
async function complete(ports, target, record, tagged) {
    if (tagged !== undefined && tagged.digest !== record.digest)
        throw tagMoved(target, record.digest, tagged);
    const manifest = tagged ?? (await readSealed(ports, target, record));
    await requireRecord(ports, target, manifest);
    if (tagged === undefined) {
        await putShaTag(ports, target, manifest);
        ports.log.info(`Completed the seal of ${manifest.digest}: its build ended before it set the SHA tag.`);
    }
    return { manifest, record };
}
async function readSealed(ports, target, record) {
    const { repository } = target;
    const found = await ports.registry.readManifest(repository, record.digest);
    if (found === undefined) {
        const reference = (0,domain_reference/* formatReference */.FH)((0,domain_reference/* digestReference */.O9)(repository, record.digest));
        throw new domain_error/* RegistryError */.gl('REGISTRY_NOT_FOUND', `${refOf(target)} seals an artifact that is not there · expected ${reference}, got nothing`, {
            hint: 'Restore it, for example from another registry. If it is lost, delete the git ref to build the commit again.',
        });
    }
    const manifest = (0,domain_manifest/* bySha256 */.ZL)(found);
    if (manifest.digest === record.digest)
        return manifest;
    throw (0,git_seal/* invalidSeal */.LP)(refOf(target), `it names the artifact by ${record.digest} · expected ${manifest.digest}`);
}
/** The record in git is no proof that the artifact was built: whoever may write refs could have named any. */
async function requireRecord(ports, target, manifest) {
    if ((await readRecord(ports, target, manifest)) !== undefined)
        return;
    // Listings of referrers may lag behind.
    await ports.clock.sleep(target.settle);
    if ((await readRecord(ports, target, manifest)) !== undefined)
        return;
    throw (0,git_seal/* invalidSeal */.LP)(refOf(target), `${manifest.digest}, which it names, has no build record for this commit`);
}
function tagMoved(target, sealed, tagged) {
    return new domain_error/* VerificationError */.mk('TAG_MOVED', `${describeTag(target)} is not what was sealed · expected ${sealed} (${refOf(target)}), got ${tagged.digest}`, { hint: git_seal/* WHICH_WAS_MOVED */.sj });
}
/**
 * Puts the sealed bytes under the SHA tag and reads it again. Whoever else does this writes the same bytes, so it can
 * be repeated, and come late. A tag that shows something else is never overwritten.
 */
async function putShaTag(ports, target, manifest) {
    const { repository, commit } = target;
    let failure;
    for (let write = 0;; write += 1) {
        const shown = await ports.registry.readTag(repository, commit);
        if (shown?.digest === manifest.digest)
            return;
        if (shown !== undefined)
            throw tagMoved(target, manifest.digest, shown);
        if (failure !== undefined && !mayPass(failure))
            throw failure;
        if (write === seal_git_MAX_WRITES)
            throw failure ?? notShown(target, manifest);
        if (write > 0)
            await ports.clock.sleep(1000 * 2 ** (write - 1));
        failure = await failureOf(ports.registry.putManifest(repository, manifest.bytes, manifest.mediaType, commit));
    }
}
async function failureOf(work) {
    try {
        await work;
        return undefined;
    }
    catch (error) {
        if (error instanceof domain_error/* RegistryError */.gl)
            return error;
        throw error;
    }
}
function mayPass(failure) {
    return (failure.code === 'REGISTRY_UNAVAILABLE' || ((0,domain_error/* isRefusal */.vu)(failure) && (0,domain_error/* saysBlobIsMissing */.UM)(failure.ociCodes)));
}
function notShown(target, manifest) {
    return new domain_error/* VerificationError */.mk('SEAL_UNSTABLE', `${describeTag(target)} does not show what was written · expected ${manifest.digest}, got nothing`, { hint: 'The commit is sealed in git. Run the job again to set the tag.' });
}

;// CONCATENATED MODULE: ./lib/verbs/build/seal.js



/** Decides by the SHA tag alone, or in git, where there are seals in git. */
function sealMethod(ports, git) {
    if (git !== undefined) {
        return {
            look: async (target) => {
                const found = await lookInGit(ports, git, target);
                // Whoever is about to build learns now that it may not seal, not when the build is done and pushed.
                if (found.state === 'absent')
                    await git.requireRights();
                return found;
            },
            seal: async (target, manifest, record) => await sealInGit(ports, git, target, { manifest, record }),
            adopt: async (target, manifest, record) => {
                await git.requireRights();
                return await adoptInGit(ports, git, target, { manifest, record });
            },
        };
    }
    return {
        look: async (target) => await look(ports, target),
        seal: async (target, manifest, record) => await seal(ports, target, manifest, record),
        adopt: async (target, manifest, record) => {
            await attachRecord(ports, target, manifest, record);
            return { manifest, record, ours: true };
        },
    };
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

;// CONCATENATED MODULE: ./lib/verbs/build/withheld.js

/** Why a build will not be published; undefined where it will be. */
function withheld(inputs, context) {
    return inputs.push ? (0,pull_request/* readOnlyCause */.Kr)(context) : 'push';
}
/** False for `push: false`, and for pull requests from forks or of Dependabot, whose token cannot push. */
function willPush(inputs, context) {
    return withheld(inputs, context) === undefined;
}
const CAUSES = {
    push: 'push is false',
    fork: 'This pull request comes from a fork, whose token cannot push',
    dependabot: 'Dependabot started this, and its token cannot push',
};
const NOTICES = {
    built: 'the commit was built, but not published and not sealed.',
    elsewhere: 'the commit was built by another step, but not published and not sealed.',
    skipped: 'nothing was built, published or sealed. run was not started, because it does not look at $BUILD_ONCE_PUSH.',
};
/** One sentence for the log. */
function noticeOf(why, unbuilt) {
    return `${CAUSES[why]}: ${NOTICES[unbuilt ?? 'built']}`;
}
const UNBUILT = {
    elsewhere: 'not by this step · engine `existing` seals what another step pushed, and that one could not push',
    skipped: 'no · `run` was not started, because it does not look at `$BUILD_ONCE_PUSH`',
};
/** What the summary says where this step built nothing, in Markdown. */
function unbuiltText(unbuilt) {
    return UNBUILT[unbuilt];
}
/** What is left out where nothing is published. */
function leftOut({ seal, backfill }) {
    return [
        ...['push', 'build record', 'SHA tag and other tags', 'workflow artifact'],
        ...(seal === 'git' ? ['git seal'] : []),
        ...(backfill ? ['backfill'] : []),
    ];
}
const AFTERWARDS = 'Once it is merged, the build of the merged commit publishes. Until then, skip the jobs that deploy: ' +
    "`if: needs.build.outputs.digest != ''`";
const REASONS = {
    push: '`push` is `false`',
    fork: `the pull request comes from a fork: its job has no secrets, and its token only reads, whatever \`permissions\` says. ${AFTERWARDS}`,
    dependabot: `Dependabot started this: it is treated like a fork, without secrets and with a token that only reads. ${AFTERWARDS}`,
};
/** What the summary says, in Markdown: why nothing was published, and what does publish. */
function reasonOf(why) {
    return REASONS[why];
}

;// CONCATENATED MODULE: ./lib/verbs/build/run.js









/** Builds a commit once: look, reuse or build, record, seal, tag, report (design: the build verb). */
async function build(inputs, target, ports) {
    const started = ports.clock.now().getTime();
    const why = withheld(inputs, ports.context);
    if (why !== undefined)
        return await buildOnly(inputs, target, ports, started, why);
    const { gitSeals } = ports;
    const backfilled = gitSeals !== undefined && inputs.backfill ? await backfill(ports, gitSeals, target) : undefined;
    const method = sealMethod(ports, gitSeals);
    const { outcome, sealed } = (await reuse(inputs, target, ports, method)) ?? (await buildAndSeal(inputs, target, ports, method));
    const tags = tagsOf(inputs.tags ?? [], target);
    await putTags(ports.registry, target.repository, sealed.manifest, tags);
    const recordArtifactId = await ports.artifacts.upload(sealed.record, (0,domain_record/* encodeRecord */.Ym)(sealed.record));
    await inventory(ports, target, outcome, sealed);
    const milliseconds = ports.clock.now().getTime() - started;
    const nothing = { localDigest: undefined, withheld: undefined, unbuilt: undefined, leftOut: [] };
    return { outcome, target, sealed, tags, recordArtifactId, backfilled, milliseconds, ...nothing };
}
/** Once for each seal: whoever only found it made costs no time with it, and whoever lost the race has none. */
async function inventory({ metadata }, { repository, commit }, outcome, { manifest }) {
    if (outcome === 'built' || outcome === 'adopted-tag')
        await metadata?.stored({ repository, commit, digest: manifest.digest });
}
/** Steps 3 to 5. */
async function buildAndSeal(inputs, target, ports, method) {
    const engine = await ports.engine();
    const built = await prepareAndBuild(engine, inputs, target, ports, true);
    const manifest = await readBack(built, target, ports);
    const record = await makeRecord(inputs, target, ports, manifest, {
        name: engine.name,
        version: await engine.version(),
    });
    const { ours, ...sealed } = await method.seal(target, manifest, record);
    if (ours)
        return { outcome: 'built', sealed };
    ports.log.notice(sealed.manifest.digest === manifest.digest
        ? `Another attempt at this commit recorded the same digest ${manifest.digest} before; its record stands.`
        : `Another build of this commit was sealed first. Its digest ${sealed.manifest.digest} is used; the duplicate ${manifest.digest} was discarded.`);
    return { outcome: 'adopted-winner', sealed };
}
/** For pull requests from forks or of Dependabot, and for `push: false`: build, publish nothing, stay green. */
async function buildOnly(inputs, target, ports, started, why) {
    // What another step of this job built could not be pushed either, so there is nothing to look at.
    const built = inputs.engine === 'existing'
        ? {}
        : await prepareAndBuild(await ports.engine(), inputs, target, ports, false);
    const unbuilt = inputs.engine === 'existing' ? 'elsewhere' : built.isSkipped ? 'skipped' : undefined;
    ports.log.notice(noticeOf(why, unbuilt));
    const milliseconds = ports.clock.now().getTime() - started;
    return {
        outcome: 'not-pushed',
        target,
        sealed: undefined,
        tags: [],
        localDigest: built.digest,
        recordArtifactId: undefined,
        withheld: why,
        unbuilt,
        leftOut: leftOut(inputs),
        backfilled: undefined,
        milliseconds,
    };
}
/** The target of a build: the repository and commit, and how long a seal settles. */
function buildTarget(inputs, commit) {
    return { repository: inputs.image, commit, settle: inputs.settle ?? 0 };
}

// EXTERNAL MODULE: ./lib/domain/markdown.js
var markdown = __webpack_require__(26039);
// EXTERNAL MODULE: ./lib/verbs/failure-text.js
var failure_text = __webpack_require__(90950);
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
        rows.push(['Image', (0,markdown/* code */.aY)(image)]);
        if (result.unbuilt === undefined) {
            const { localDigest } = result;
            rows.push(['Digest', localDigest === undefined ? 'not known without pushing' : (0,markdown/* code */.aY)(localDigest)]);
        }
        rows.push(['Published', 'no · nothing was pushed or sealed, so nothing can be deployed from this run']);
        if (result.unbuilt !== undefined)
            rows.push(['Built', unbuiltText(result.unbuilt)]);
        rows.push(['Not done', result.leftOut.join(' · ')]);
        if (result.withheld !== undefined)
            rows.push(['Why', reasonOf(result.withheld)]);
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
    if (result.backfilled !== undefined)
        rows.push(['Backfill', describeBackfill(result.backfilled).replace('Backfill: ', '')]);
    rows.push(['Time', (0,markdown/* humanDuration */.UU)(result.milliseconds)]);
    const deploy = sealed === undefined
        ? ''
        : `\nDeploy exactly this: ${(0,markdown/* code */.aY)((0,domain_reference/* formatReference */.FH)((0,domain_reference/* digestReference */.O9)(target.repository, sealed.manifest.digest)))}\n`;
    const heading = result.unbuilt === undefined ? HEADINGS[outcome] : '🧪 Not published';
    return `### ${heading}\n\n${(0,markdown/* propertyTable */.C0)(rows)}\n${deploy}`;
}
function builtBy(record) {
    const engine = `${(0,markdown/* escapeMarkdown */.FV)(record.engine.name)} ${(0,markdown/* escapeMarkdown */.FV)(record.engine.version)}`;
    const time = (0,markdown/* escapeMarkdown */.FV)(record.createdAt.slice(0, 16).replace('T', ' '));
    if (record.workflowRun === null)
        return `${engine} · ${time} UTC`;
    const { id, attempt, url } = record.workflowRun;
    return `${(0,markdown/* link */.nf)(`workflow run ${id}, attempt ${attempt}`, url)} · ${engine} · ${time} UTC`;
}
/** The job summary of a build that failed, also of one that could not begin. */
function buildFailureSummary(error) {
    const heading = error instanceof cancellation/* CancelledError */.c ? '🛑 Build cancelled' : '❌ Build failed';
    return `### ${heading}\n\n${(0,failure_text/* describeFailure */.I)(error)}\n`;
}

// EXTERNAL MODULE: ./lib/main/artifact-metadata.js + 2 modules
var artifact_metadata = __webpack_require__(74315);
// EXTERNAL MODULE: ./lib/main/cancellation.js
var main_cancellation = __webpack_require__(94622);
// EXTERNAL MODULE: ./lib/main/github.js
var github = __webpack_require__(72230);
// EXTERNAL MODULE: ./lib/main/outputs.js
var outputs = __webpack_require__(45283);
// EXTERNAL MODULE: ./lib/main/registry.js + 53 modules
var registry = __webpack_require__(55916);
// EXTERNAL MODULE: ./lib/main/step.js + 3 modules
var step = __webpack_require__(82075);
;// CONCATENATED MODULE: ./lib/main/build.js






























/** The build action. */
async function main() {
    await (0,step/* runStep */.e)({ folder: '', failureSummary: buildFailureSummary }, work);
}
async function work(tell, cancelled) {
    const context = (0,github_context/* readContext */.y)(process.env);
    const inputs = await build_parse(context);
    const target = buildTarget(inputs, inputs.commit ?? (0,events/* eventCommit */.ef)(context));
    const connection = (0,registry/* connect */.N)(inputs, log/* githubLog */.Q, process.env, willPush(inputs, context));
    try {
        await (0,files/* withTemporaryFolder */.EX)(context.temporary, async (temporary) => {
            // It may be left behind at any point, as if it was killed: what counts is made by single writes.
            const building = build(inputs, target, await ports(inputs, context, connection, temporary, cancelled));
            const result = await (0,cancellation/* untilStopped */.s)(building, cancelled, main_cancellation/* grace */.F);
            // Before anything else can fail: what was published stays published.
            await tell(buildSummary(result));
            (0,outputs/* setOutputs */.n0)((0,outputs/* buildOutputs */.JZ)(result));
            if (result.sealed !== undefined) {
                const artifact = (0,domain_reference/* digestReference */.O9)(target.repository, result.sealed.manifest.digest);
                log/* githubLog */.Q.info(`${result.outcome}: ${(0,domain_reference/* formatReference */.FH)(artifact)}${originOf(result)}`);
                await declareArtifact(process.env, artifact, log/* githubLog */.Q);
            }
        });
    }
    finally {
        connection.close();
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
async function build_parse(context) {
    const raw = (0,inputs/* readInputs */.K)(process.env);
    (0,github/* maskSecrets */.QU)(raw, log/* githubLog */.Q);
    const known = { commit: (0,events/* knownCommit */.vH)(context), isReadOnly: (0,pull_request/* readOnlyCause */.Kr)(context) !== undefined };
    try {
        return parseBuildInputs(raw, known);
    }
    catch (error) {
        const { sourceFaults } = await __webpack_require__.e(/* import() */ 671).then(__webpack_require__.bind(__webpack_require__, 65671));
        const path = raw.get('prepare') ? '' : (raw.get('path') ?? '');
        if (path === '')
            throw error;
        return parseBuildInputs(raw, { ...known, faults: sourceFaults(path, context.workspace, () => []) });
    }
}
async function ports(inputs, context, connection, temporary, cancelled) {
    const exec = (0,platform_exec/* execUntil */.mm)(cancelled);
    const environment = (0,platform_environment/* childEnvironment */.Q)(process.env);
    const { registry, records } = connection;
    const { username, password } = inputs;
    const login = username === undefined || password === undefined
        ? undefined
        : { registry: inputs.image.registry, username, password };
    return {
        registry,
        records,
        // A job that cannot push seals nothing.
        gitSeals: willPush(inputs, context)
            ? await (0,github/* openGitSeals */.pv)(inputs, log/* githubLog */.Q, (0,github/* apiOpener */._E)(log/* githubLog */.Q, process.env))
            : undefined,
        metadata: (0,artifact_metadata/* openArtifactMetadata */.m)(inputs, context, log/* githubLog */.Q, process.env),
        context,
        temporary,
        clock: clock/* systemClock */.m,
        log: log/* githubLog */.Q,
        artifacts: (0,artifacts/* createWorkflowArtifacts */.L)(process.env, temporary, log/* githubLog */.Q),
        cache: createCache(log/* githubLog */.Q),
        engine: async () => await createEngine(inputs.engine, inputs, {
            registry,
            exec,
            log: log/* githubLog */.Q,
            environment,
            memory: (0,external_node_path_.join)(context.cacheFolder, 'build-once'),
        }),
        script: async (text) => {
            const options = {
                exec,
                folder: temporary,
                name: 'prepare',
                cwd: context.workspace,
                environment,
                onOutput: (chunk) => log/* githubLog */.Q.raw(chunk),
            };
            return (await (0,script/* runScript */.j)(text, options)).exitCode;
        },
        checkedOut: async () => await (0,checkout/* readCheckout */.b)(exec, context.workspace, environment, inputs.context ?? inputs.path),
        engineEnvironment: async () => await withLogin(environment, login, temporary),
        nonce: () => (0,external_node_crypto_.randomBytes)(16).toString('hex'),
    };
}


/***/ })

};
