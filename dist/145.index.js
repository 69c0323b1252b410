export const id = 145;
export const ids = [145];
export const modules = {

/***/ 64412:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   F: () => (/* binding */ contextFaults),
/* harmony export */   j: () => (/* binding */ contextArgument)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var _tree_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(65835);



/** A context that is not a folder of this machine: a URL, a git repository, or standard input. */
function isRemote(context) {
    return context === '-' || /^(?:[a-z][a-z0-9+.-]*:\/\/|git@|github\.com\/)/i.test(context);
}
/** The context as an argument: a folder name that starts with a dash must not be taken for an option. */
function contextArgument(context) {
    if (context === undefined || context === '')
        return '.';
    return context.startsWith('-') && context !== '-' ? `./${context}` : context;
}
/** What is wrong with context and Dockerfile, in the words of the inputs. */
function contextFaults(inputs, workspace) {
    const context = contextArgument(inputs.context);
    if (isRemote(context))
        return [];
    const folder = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(workspace, context);
    if ((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
        return [`context: ${(0,_tree_js__WEBPACK_IMPORTED_MODULE_2__/* .quoted */ .T)(context)} is not a folder in ${workspace}`];
    const { file } = inputs;
    if (file !== undefined) {
        if (file === '-' || (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(workspace, file), { throwIfNoEntry: false })?.isFile() === true)
            return [];
        return [`file: ${(0,_tree_js__WEBPACK_IMPORTED_MODULE_2__/* .quoted */ .T)(file)} does not exist in ${workspace}`];
    }
    // Builders accept both spellings, and podman's name for it.
    const names = ['Dockerfile', 'dockerfile', 'Containerfile'];
    if (names.some((name) => (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.existsSync)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, name))))
        return [];
    return [`file: there is no Dockerfile in ${folder}`];
}


/***/ }),

/***/ 29710:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   AS: () => (/* binding */ pairs),
/* harmony export */   Xm: () => (/* binding */ buildxArguments),
/* harmony export */   __: () => (/* binding */ each),
/* harmony export */   jX: () => (/* binding */ plainArguments),
/* harmony export */   mK: () => (/* binding */ inputsNeedingBuildx),
/* harmony export */   xH: () => (/* binding */ one)
/* harmony export */ });
/* harmony import */ var _context_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(64412);

/** One option per value; the value is one argument whatever it holds. */
function each(option, values) {
    return (values ?? []).flatMap((value) => [option, value]);
}
/** An option with a value, where there is one. */
function one(option, value) {
    return value === undefined ? [] : [option, value];
}
/** `KEY=value` arguments. */
function pairs(option, values) {
    return values.flatMap(([key, value]) => [option, `${key}=${value}`]);
}
function commonArguments(inputs, labels) {
    const platforms = inputs.platforms ?? [];
    return [
        ...each('--add-host', inputs['add-hosts']),
        ...each('--build-arg', inputs['build-args']),
        ...each('--cache-from', inputs['cache-from']),
        ...one('--cgroup-parent', inputs['cgroup-parent']),
        ...one('--file', inputs.file),
        ...pairs('--label', labels),
        ...one('--network', inputs.network),
        ...(inputs['no-cache'] === true ? ['--no-cache'] : []),
        ...(platforms.length === 0 ? [] : ['--platform', platforms.join(',')]),
        ...(inputs.pull === true ? ['--pull'] : []),
        ...one('--shm-size', inputs['shm-size']),
        ...one('--target', inputs.target),
        ...each('--ulimit', inputs.ulimit),
    ];
}
/** True for a cache that is written to a registry: `type=registry`, or a bare reference, which means the same. */
function isRegistryCache(cache) {
    const type = /(?:^|,)\s*"?type=(?<type>[^,"]*)/.exec(cache)?.groups?.['type'];
    return type === undefined || type === 'registry';
}
/** Arguments of `docker buildx build`. */
function buildxArguments(inputs, options) {
    const caches = (inputs['cache-to'] ?? []).filter((cache) => options.push || !isRegistryCache(cache));
    return [
        ...['buildx', 'build'],
        ...one('--builder', inputs.builder),
        ...['--metadata-file', options.metadataFile],
        ...one('--output', options.output),
        ...each('--allow', inputs.allow),
        ...each('--annotation', inputs.annotations),
        ...each('--build-context', inputs['build-contexts']),
        ...each('--cache-to', caches),
        ...each('--no-cache-filter', inputs['no-cache-filters']),
        // With "=": whether these two need a value has changed between versions.
        ...(inputs.provenance === undefined ? [] : [`--provenance=${inputs.provenance}`]),
        ...(inputs.sbom === undefined ? [] : [`--sbom=${inputs.sbom}`]),
        ...each('--secret', options.secrets),
        ...each('--ssh', inputs.ssh),
        ...commonArguments(inputs, options.labels),
        (0,_context_js__WEBPACK_IMPORTED_MODULE_0__/* .contextArgument */ .j)(inputs.context),
    ];
}
/** Arguments of plain `docker build`. */
function plainArguments(inputs, options) {
    return [
        ...['build', '--iidfile', options.imageIdFile],
        ...commonArguments(inputs, options.labels),
        (0,_context_js__WEBPACK_IMPORTED_MODULE_0__/* .contextArgument */ .j)(inputs.context),
    ];
}
const BUILDX_ONLY = [
    'allow',
    'annotations',
    'build-contexts',
    'builder',
    'cache-to',
    'no-cache-filters',
    'provenance',
    'sbom',
    'secrets',
    'secret-files',
    'secret-envs',
    'ssh',
];
/** The inputs given that plain `docker build` has no way to honour. */
function inputsNeedingBuildx(inputs) {
    const given = BUILDX_ONLY.filter((name) => (inputs[name]?.length ?? 0) > 0);
    return [
        ...given,
        ...((inputs['cache-from'] ?? []).some((cache) => cache.includes('=')) ? ['cache-from (type=…)'] : []),
        ...((inputs.platforms?.length ?? 0) > 1 ? ['platforms (more than one)'] : []),
    ];
}


/***/ }),

/***/ 70145:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  createDockerEngine: () => (/* binding */ createDockerEngine)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./lib/domain/digest.js
var domain_digest = __webpack_require__(2002);
// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
// EXTERNAL MODULE: ./lib/domain/reference.js
var domain_reference = __webpack_require__(68225);
// EXTERNAL MODULE: ./lib/engines/context.js
var context = __webpack_require__(64412);
// EXTERNAL MODULE: ./lib/engines/docker-arguments.js
var docker_arguments = __webpack_require__(29710);
// EXTERNAL MODULE: ./lib/engines/tool.js
var tool = __webpack_require__(18529);
;// CONCATENATED MODULE: ./lib/engines/docker-push.js




const ATTEMPTS = 3;
/** The digest `docker push` reports in its last `…: digest: sha256:… size: N` line. */
function pushedDigest(output) {
    const found = [...output.matchAll(/: digest: (?<digest>sha256:[0-9a-f]{64}) size: \d+/g)].at(-1);
    const digest = found?.groups?.['digest'];
    return (0,domain_digest/* isDigest */.Bc)(digest) ? digest : undefined;
}
/**
 * Pushes an image of the local daemon under a staging tag and returns its manifest digest.
 *
 * The tag is shared: on a daemon with several runners another build may give it to its own image between our
 * tag and our push. What was pushed is therefore compared with the image that was built, by content. (Reading
 * the tag back, as `docker buildx build --push` does with this driver, could not tell the two apart.)
 * Whoever meets another build there goes on under a tag of its own, which stays behind.
 * @throws {EngineError} ENGINE_FAILED.
 */
async function pushImage(imageId, request, tools) {
    let failure = new domain_error/* EngineError */.NJ('ENGINE_FAILED', `${imageId} was not pushed.`);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const tag = await request.stagingTag(attempt === 1 ? 'shared' : 'exclusive');
        const reference = `${(0,domain_reference/* formatRepository */.Sh)(request.repository)}:${tag}`;
        try {
            const digest = await tagAndPush(imageId, reference, request, tools);
            if (await isImage(digest, imageId, request, tools))
                return digest;
            failure = otherImage(imageId, reference);
        }
        catch (error) {
            if (!(error instanceof domain_error/* EngineError */.NJ) || error.code !== 'ENGINE_FAILED')
                throw error;
            // Registries may refuse what another client is sending at the same moment; later it is there.
            failure = error;
        }
        if (attempt < ATTEMPTS)
            tools.log.info(`Pushing again: ${failure.message}`);
    }
    throw failure;
}
async function tagAndPush(imageId, reference, { environment, workspace }, tools) {
    const options = { cwd: workspace, environment };
    await (0,tool/* runTool */.q)(tools, 'docker', ['tag', imageId, reference], options);
    const { stdout } = await (0,tool/* runTool */.q)(tools, 'docker', ['push', reference], options);
    const digest = pushedDigest(stdout);
    if (digest !== undefined)
        return digest;
    throw new domain_error/* EngineError */.NJ('ENGINE_FAILED', `docker push did not report the digest of ${reference}.`, {
        hint: 'Use a docker client that prints it, or a docker-container builder.',
    });
}
function otherImage(imageId, reference) {
    return new domain_error/* EngineError */.NJ('ENGINE_FAILED', `docker push pushed another image · expected ${imageId} under ${reference}`, {
        hint: 'Other builds share this docker daemon. Use a docker-container builder, which pushes by digest.',
    });
}
/** The image id is the configuration's digest, or in the containerd image store the manifest's own. */
async function isImage(digest, imageId, { repository }, { registry }) {
    if (digest === imageId)
        return true;
    const manifest = await registry.readManifest(repository, digest);
    return manifest?.kind === 'image' && manifest.document.config.digest === imageId;
}

// EXTERNAL MODULE: ./lib/engines/provenance.js
var provenance = __webpack_require__(57132);
// EXTERNAL MODULE: ./lib/engines/secrets.js
var secrets = __webpack_require__(92530);
;// CONCATENATED MODULE: ./lib/engines/docker.js











/** The engine `docker`: buildx with any of its drivers, or plain docker where buildx is missing. */
function createDockerEngine(inputs, tools) {
    let found;
    const buildx = async () => await (found ??= buildxVersion(tools));
    return {
        name: 'docker',
        version: async () => (await buildx()) ?? (await dockerVersion(tools)),
        check: async ({ workspace }) => [
            ...(0,context/* contextFaults */.F)(inputs, workspace),
            ...(0,secrets/* secretFaults */.u)(inputs, workspace, tools.environment),
        ],
        build: async (request) => (await buildx()) === undefined
            ? await buildPlain(inputs, request, tools)
            : await buildWithBuildx(inputs, request, tools),
    };
}
/** The version of the plugin; undefined when docker is there without it. */
async function buildxVersion(tools) {
    const { environment } = tools;
    const result = await (0,tool/* askTool */.C)(tools, 'docker', ['buildx', 'version'], { environment, quiet: true });
    if (result.exitCode !== 0)
        return undefined;
    return `buildx ${/\bv?(\d+\.\d+\.\d+\S*)/.exec(result.stdout)?.[1] ?? 'unknown'}`;
}
async function dockerVersion(tools) {
    const { environment } = tools;
    const { stdout } = await (0,tool/* runTool */.q)(tools, 'docker', ['--version'], { environment, quiet: true });
    return `docker ${/\b(\d+\.\d+\.\d+[^\s,]*)/.exec(stdout)?.[1] ?? 'unknown'}`;
}
async function buildWithBuildx(inputs, request, tools) {
    const driver = await driverOf(inputs, request, tools);
    const metadataFile = (0,external_node_path_.join)(request.temporary, 'buildx-metadata.json');
    const { cwd, environment } = { cwd: request.workspace, environment: request.environment };
    const args = (0,docker_arguments/* buildxArguments */.Xm)(inputs, {
        metadataFile,
        output: outputOf(driver, request),
        secrets: await (0,secrets/* writeSecrets */.P)(inputs, request, tools.log),
        labels: (0,provenance/* withDefaults */.r)((0,provenance/* provenancePairs */.H)(request.provenance), inputs.labels ?? []),
        push: request.push,
    });
    await (0,tool/* runTool */.q)(tools, 'docker', args, { cwd, environment });
    if (!request.push)
        return {};
    const digest = await readMetadata(metadataFile);
    // With the docker driver nothing was pushed yet, and the digest is the id of an image of the daemon.
    return { digest: driver === 'docker' ? await pushImage(digest, request, tools) : digest };
}
/** Which driver the builder has: only the one built into the docker daemon cannot push by digest. */
async function driverOf(inputs, request, tools) {
    const args = ['buildx', 'inspect', ...(inputs.builder === undefined ? [] : [inputs.builder])];
    const { stdout } = await (0,tool/* runTool */.q)(tools, 'docker', args, { environment: request.environment, quiet: true });
    const driver = /^Driver:\s*(\S+)/m.exec(stdout)?.[1];
    if (driver !== undefined)
        return driver;
    throw new domain_error/* EngineError */.NJ('ENGINE_FAILED', 'docker buildx inspect does not name the driver of the builder.', {
        hint: 'Check the builder with docker buildx inspect, or create one with docker/setup-buildx-action.',
    });
}
function outputOf(driver, request) {
    if (driver === 'docker')
        return request.push ? 'type=image' : undefined;
    if (!request.push)
        return 'type=cacheonly';
    // By digest: no tag is written that another build could move, or that would be left behind.
    const name = (0,domain_reference/* formatRepository */.Sh)(request.repository);
    return `type=image,name=${name},push-by-digest=true,name-canonical=true,push=true`;
}
async function readMetadata(file) {
    const metadata = JSON.parse(await (0,promises_.readFile)(file, 'utf8'));
    const digest = metadata['containerimage.digest'];
    if ((0,domain_digest/* isDigest */.Bc)(digest))
        return digest;
    throw new domain_error/* EngineError */.NJ('ENGINE_FAILED', 'docker buildx build reported no containerimage.digest.', {
        hint: 'Update buildx and the builder.',
    });
}
async function buildPlain(inputs, request, tools) {
    const missing = (0,docker_arguments/* inputsNeedingBuildx */.mK)(inputs);
    if (missing.length > 0) {
        throw new domain_error/* EngineError */.NJ('ENGINE_MISSING', `The buildx plugin of docker is not installed, and these inputs need it: ${missing.join(', ')}.`, { hint: 'Install it, for example with docker/setup-buildx-action before this step.' });
    }
    const imageIdFile = (0,external_node_path_.join)(request.temporary, 'image-id');
    const labels = (0,provenance/* withDefaults */.r)((0,provenance/* provenancePairs */.H)(request.provenance), inputs.labels ?? []);
    const options = { cwd: request.workspace, environment: request.environment };
    await (0,tool/* runTool */.q)(tools, 'docker', (0,docker_arguments/* plainArguments */.jX)(inputs, { imageIdFile, labels }), options);
    if (!request.push)
        return {};
    const imageId = (await (0,promises_.readFile)(imageIdFile, 'utf8')).trim();
    return { digest: await pushImage(imageId, request, tools) };
}


/***/ }),

/***/ 57132:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ provenancePairs),
/* harmony export */   r: () => (/* binding */ withDefaults)
/* harmony export */ });
/** Labels and annotations every artifact gets (image-spec annotations.md), unless the user gave others. */
function provenancePairs(provenance) {
    return [
        ['org.opencontainers.image.created', provenance.created],
        ['org.opencontainers.image.revision', provenance.revision],
        ...(provenance.source === undefined
            ? []
            : [['org.opencontainers.image.source', provenance.source]]),
    ];
}
/** The defaults whose keys the user did not give, then what the user gave. */
function withDefaults(defaults, given) {
    const keys = new Set(given.map(([key]) => key));
    return [...defaults.filter(([key]) => !keys.has(key)), ...given];
}


/***/ }),

/***/ 92530:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ writeSecrets),
/* harmony export */   u: () => (/* binding */ secretFaults)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(76760);



function split(entry) {
    const at = entry.indexOf('=');
    return at < 0 ? { key: entry, value: '' } : { key: entry.slice(0, at), value: entry.slice(at + 1) };
}
/** What is wrong with the secrets. Names the entry by its place: the entry itself may be the secret. */
function secretFaults(inputs, workspace, environment) {
    const { secrets = [], 'secret-files': files = [], 'secret-envs': variables = [] } = inputs;
    return [
        ...shapeFaults('secrets', secrets, 'KEY=value'),
        ...shapeFaults('secret-files', files, 'KEY=path'),
        ...shapeFaults('secret-envs', variables, 'KEY=VARIABLE'),
        ...files.flatMap((entry) => fileFaults(split(entry), workspace)),
        ...variables.flatMap((entry) => variableFaults(split(entry), environment)),
    ];
}
function shapeFaults(input, entries, expected) {
    return entries.flatMap((entry, index) => {
        const { key, value } = split(entry);
        return key === '' || value === '' ? [`${input}: entry ${index + 1} is not ${expected}`] : [];
    });
}
function fileFaults({ key, value }, workspace) {
    if (key === '' || value === '')
        return [];
    const stats = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.resolve)(workspace, value), { throwIfNoEntry: false });
    return stats?.isFile() === true ? [] : [`secret-files: the file of ${key} does not exist: ${value}`];
}
function variableFaults({ key, value }, environment) {
    if (key === '' || value === '' || environment[value] !== undefined)
        return [];
    return [`secret-envs: the environment variable ${value} of ${key} is not set`];
}
/** A field of a comma separated value: quoted where it must be, so that any path stays one field. */
function csvField(text) {
    return /[",\r\n]|^\s/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
/**
 * Turns the secrets into values of `--secret`. Values go into files only the runner's user can read, never
 * into arguments, which every process on the machine can see; they are masked before anything is run.
 */
async function writeSecrets(inputs, request, log) {
    const { secrets = [], 'secret-files': files = [], 'secret-envs': variables = [] } = inputs;
    const values = [];
    for (const [index, entry] of secrets.entries()) {
        const { key, value } = split(entry);
        log.mask(value);
        const file = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(request.temporary, `secret-${index}`);
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.writeFile)(file, value, { mode: 0o600 });
        values.push(secretOption(key, 'src', file));
    }
    for (const { key, value } of files.map(split)) {
        values.push(secretOption(key, 'src', (0,node_path__WEBPACK_IMPORTED_MODULE_2__.resolve)(request.workspace, value)));
    }
    for (const { key, value } of variables.map(split))
        values.push(secretOption(key, 'env', value));
    return values;
}
function secretOption(key, kind, value) {
    return [csvField(`id=${key}`), csvField(`${kind}=${value}`)].join(',');
}


/***/ }),

/***/ 18529:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ askTool),
/* harmony export */   q: () => (/* binding */ runTool)
/* harmony export */ });
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(57975);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(59342);
/* harmony import */ var _platform_exec_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(84927);



const SHOWN_LINES = 5;
/**
 * Runs a build tool; resolves whatever its exit code is.
 * @throws {EngineError} ENGINE_MISSING when it is not installed.
 */
async function askTool(tools, program, args, options) {
    const { cwd, environment, quiet } = options;
    try {
        return await tools.exec(program, args, {
            environment,
            ...(cwd === undefined ? {} : { cwd }),
            ...(quiet === true ? {} : { onOutput: (chunk) => tools.log.raw(chunk) }),
        });
    }
    catch (cause) {
        if (!(0,_platform_exec_js__WEBPACK_IMPORTED_MODULE_2__/* .isMissingProgram */ .V6)(cause))
            throw cause;
        throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_1__/* .EngineError */ .NJ('ENGINE_MISSING', `${program} is not installed on this runner.`, {
            hint: `Install ${program}, or choose another engine: layers and files need no tool at all.`,
            cause,
        });
    }
}
/**
 * Runs a build tool that has to succeed.
 * @throws {EngineError} ENGINE_FAILED with the end of its output, ENGINE_MISSING when it is not installed.
 */
async function runTool(tools, program, args, options) {
    const result = await askTool(tools, program, args, options);
    if (result.exitCode === 0)
        return result;
    throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_1__/* .EngineError */ .NJ('ENGINE_FAILED', `${nameOf(program, args)} failed · expected exit code 0, got ${result.exitCode}${endOf(result)}`, { hint: 'Read its output above. Nothing was sealed.' });
}
/** The words before the first option: `docker buildx build`. Options may hold values nobody should read. */
function nameOf(program, args) {
    const option = args.findIndex((argument) => !/^[a-z]+$/.test(argument));
    return [program, ...args.slice(0, option < 0 ? args.length : option)].join(' ');
}
function endOf(result) {
    const text = result.stderr.trim() === '' ? result.stdout : result.stderr;
    const lines = (0,node_util__WEBPACK_IMPORTED_MODULE_0__.stripVTControlCharacters)(text)
        .split(/[\r\n]+/)
        .map((line) => line
        .replaceAll(/\p{Cc}/gu, ' ')
        .trim()
        .slice(0, 300))
        .filter((line) => line !== '');
    return lines.length === 0 ? '' : `:\n${lines.slice(-SHOWN_LINES).join('\n')}`;
}


/***/ }),

/***/ 65835:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ quoted),
/* harmony export */   w: () => (/* binding */ scanTree)
/* harmony export */ });
/* harmony import */ var node_buffer__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4573);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(76760);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(59342);




// Synchronous calls: an action has nothing else to do meanwhile, and they take a third of the time.
/** Lists a folder without following any link, sorted by the UTF-8 bytes of the names; reports, never throws. */
function scanTree(root) {
    const walk = { root, entries: [], faults: [] };
    visitFolder(walk, '');
    const sorted = walk.entries
        .map((entry) => ({ entry, key: node_buffer__WEBPACK_IMPORTED_MODULE_0__.Buffer.from(entry.name) }))
        .toSorted((a, b) => node_buffer__WEBPACK_IMPORTED_MODULE_0__.Buffer.compare(a.key, b.key))
        .map(({ entry }) => entry);
    const bytes = sorted.reduce((sum, entry) => sum + entry.size, 0);
    return { root, entries: sorted, bytes, faults: walk.faults };
}
function visitFolder(walk, folder) {
    let names;
    try {
        names = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readdirSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(walk.root, folder), 'buffer');
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.accessSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(walk.root, folder), node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.X_OK);
    }
    catch (error) {
        walk.faults.push(`${quoted(folder === '' ? '.' : folder)} cannot be read: ${(0,_domain_error_js__WEBPACK_IMPORTED_MODULE_3__/* .messageOf */ .bD)(error)}`);
        return;
    }
    for (const bytes of names) {
        const name = folder === '' ? bytes.toString() : `${folder}/${bytes.toString()}`;
        // Replacing what is not UTF-8 would publish a file under a name it does not have.
        if ((0,node_buffer__WEBPACK_IMPORTED_MODULE_0__.isUtf8)(bytes))
            visit(walk, name);
        else
            walk.faults.push(`${quoted(name)} has a name that is not UTF-8`);
    }
}
function visit(walk, name) {
    const path = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(walk.root, name);
    try {
        const stats = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.lstatSync)(path);
        const fault = visitEntry(walk, name, path, stats);
        if (fault !== undefined)
            walk.faults.push(`${quoted(name)} ${fault}`);
    }
    catch (error) {
        walk.faults.push(`${quoted(name)} cannot be read: ${(0,_domain_error_js__WEBPACK_IMPORTED_MODULE_3__/* .messageOf */ .bD)(error)}`);
    }
}
function visitEntry(walk, name, path, stats) {
    if (stats.isDirectory()) {
        walk.entries.push({ name, kind: 'folder', size: 0, executable: true, target: '' });
        visitFolder(walk, name);
        return undefined;
    }
    if (stats.isSymbolicLink()) {
        const target = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readlinkSync)(path, 'buffer');
        if (!(0,node_buffer__WEBPACK_IMPORTED_MODULE_0__.isUtf8)(target))
            return 'is a link to a name that is not UTF-8';
        walk.entries.push({ name, kind: 'link', size: 0, executable: false, target: target.toString() });
        return undefined;
    }
    if (!stats.isFile())
        return `is ${kindOf(stats)} · expected files, folders and symbolic links only`;
    (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.accessSync)(path, node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.R_OK);
    walk.entries.push({
        name,
        kind: 'file',
        size: stats.size,
        executable: (stats.mode & 0o111) !== 0,
        target: '',
    });
    return /(?:^|\/)\.git\/config$/.test(name) ? gitConfigFault(path) : undefined;
}
function kindOf(stats) {
    if (stats.isSocket())
        return 'a socket';
    if (stats.isFIFO())
        return 'a named pipe';
    return 'a device';
}
/** actions/checkout keeps its token in `.git/config` unless told otherwise; publishing it gives it to every reader. */
function gitConfigFault(path) {
    return /extraheader\s*=/i.test((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readFileSync)(path, 'utf8'))
        ? 'holds the token that actions/checkout keeps · expected the folder of the built files, or persist-credentials: false'
        : undefined;
}
/** A name as it can be shown in a message. */
function quoted(name) {
    return JSON.stringify(name.slice(0, 300));
}


/***/ })

};
