export const id = 902;
export const ids = [902];
export const modules = {

/***/ 93902:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   buildahArguments: () => (/* binding */ buildahArguments),
/* harmony export */   createBuildahEngine: () => (/* binding */ createBuildahEngine)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(76760);
/* harmony import */ var _domain_digest_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(2002);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(59342);
/* harmony import */ var _domain_reference_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(68225);
/* harmony import */ var _context_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(64412);
/* harmony import */ var _docker_arguments_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(29710);
/* harmony import */ var _provenance_js__WEBPACK_IMPORTED_MODULE_11__ = __webpack_require__(57132);
/* harmony import */ var _secrets_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(92530);
/* harmony import */ var _tool_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(18529);












/** Arguments of a buildah build. */
function buildahArguments(inputs, options) {
    const platforms = inputs.platforms ?? [];
    return [
        // The old name: every version has it.
        'bud',
        ...(0,_docker_arguments_js__WEBPACK_IMPORTED_MODULE_8__/* .one */ .xH)('--iidfile', options.imageIdFile),
        ...(0,_docker_arguments_js__WEBPACK_IMPORTED_MODULE_8__/* .one */ .xH)('--manifest', options.manifest),
        ...(0,_docker_arguments_js__WEBPACK_IMPORTED_MODULE_8__/* .each */ .__)('--annotation', inputs.annotations),
        ...(0,_docker_arguments_js__WEBPACK_IMPORTED_MODULE_8__/* .each */ .__)('--build-arg', inputs['build-args']),
        ...(0,_docker_arguments_js__WEBPACK_IMPORTED_MODULE_8__/* .one */ .xH)('--file', inputs.file),
        ...(0,_docker_arguments_js__WEBPACK_IMPORTED_MODULE_8__/* .pairs */ .AS)('--label', options.labels),
        ...(0,_docker_arguments_js__WEBPACK_IMPORTED_MODULE_8__/* .one */ .xH)('--network', inputs.network),
        ...(inputs['no-cache'] === true ? ['--no-cache'] : []),
        ...(platforms.length === 0 ? [] : ['--platform', platforms.join(',')]),
        ...(inputs.pull === true ? ['--pull-always'] : []),
        ...(0,_docker_arguments_js__WEBPACK_IMPORTED_MODULE_8__/* .each */ .__)('--secret', options.secrets),
        ...(0,_docker_arguments_js__WEBPACK_IMPORTED_MODULE_8__/* .each */ .__)('--ssh', inputs.ssh),
        ...(0,_docker_arguments_js__WEBPACK_IMPORTED_MODULE_8__/* .one */ .xH)('--target', inputs.target),
        (0,_context_js__WEBPACK_IMPORTED_MODULE_7__/* .contextArgument */ .j)(inputs.context),
    ];
}
/** The engine `buildah`: Dockerfile builds without a daemon. */
function createBuildahEngine(inputs, tools) {
    return {
        name: 'buildah',
        version: async () => await version(tools),
        check: async ({ workspace }) => [
            ...(0,_context_js__WEBPACK_IMPORTED_MODULE_7__/* .contextFaults */ .F)(inputs, workspace),
            ...(0,_secrets_js__WEBPACK_IMPORTED_MODULE_9__/* .secretFaults */ .u)(inputs, workspace, tools.environment),
        ],
        build: async (request) => await build(inputs, request, tools),
    };
}
async function version(tools) {
    const { environment } = tools;
    const { stdout } = await (0,_tool_js__WEBPACK_IMPORTED_MODULE_10__/* .runTool */ .q)(tools, 'buildah', ['--version'], { environment, quiet: true });
    return /\b(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] ?? 'unknown';
}
async function build(inputs, request, tools) {
    const options = { cwd: request.workspace, environment: withCredentials(request.environment) };
    const imageIdFile = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(request.temporary, 'buildah-image-id');
    // A name of its own for the local list: a second run must not add its platforms to the first one's.
    const manifest = (inputs.platforms?.length ?? 0) > 1 ? `localhost/build-once:${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomUUID)()}` : undefined;
    const args = buildahArguments(inputs, {
        imageIdFile: manifest === undefined ? imageIdFile : undefined,
        manifest,
        secrets: await (0,_secrets_js__WEBPACK_IMPORTED_MODULE_9__/* .writeSecrets */ .P)(inputs, request, tools.log),
        labels: (0,_provenance_js__WEBPACK_IMPORTED_MODULE_11__/* .withDefaults */ .r)((0,_provenance_js__WEBPACK_IMPORTED_MODULE_11__/* .provenancePairs */ .H)(request.provenance), inputs.labels ?? []),
    });
    await (0,_tool_js__WEBPACK_IMPORTED_MODULE_10__/* .runTool */ .q)(tools, 'buildah', args, options);
    if (!request.push)
        return {};
    if (manifest === undefined) {
        const imageId = (await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readFile)(imageIdFile, 'utf8')).trim();
        return { digest: await push(['push'], imageId, request, tools, options) };
    }
    const digest = await push(['manifest', 'push', '--all'], manifest, request, tools, options);
    await (0,_tool_js__WEBPACK_IMPORTED_MODULE_10__/* .runTool */ .q)(tools, 'buildah', ['manifest', 'rm', manifest], { ...options, quiet: true });
    return { digest };
}
/** Pushes under the staging tag; the digest file holds what this push sent, whatever the tag says afterwards. */
async function push(verb, image, request, tools, options) {
    const digestFile = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(request.temporary, 'buildah-digest');
    const reference = `${(0,_domain_reference_js__WEBPACK_IMPORTED_MODULE_6__/* .formatRepository */ .Sh)(request.repository)}:${await request.stagingTag('shared')}`;
    const tls = isLoopback(request.repository) ? ['--tls-verify=false'] : [];
    const args = [...verb, ...tls, '--digestfile', digestFile, image, `docker://${reference}`];
    await (0,_tool_js__WEBPACK_IMPORTED_MODULE_10__/* .runTool */ .q)(tools, 'buildah', args, options);
    const digest = (await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readFile)(digestFile, 'utf8')).trim();
    if ((0,_domain_digest_js__WEBPACK_IMPORTED_MODULE_4__/* .isDigest */ .Bc)(digest))
        return digest;
    throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_5__/* .EngineError */ .NJ('ENGINE_FAILED', 'buildah push wrote no digest into its digest file.', {
        hint: 'Update buildah.',
    });
}
/** Registries on this machine speak plain HTTP; nowhere else is TLS left out. */
function isLoopback({ registry }) {
    return /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d+)?$/.test(registry);
}
/** Older versions look for docker's credentials in the home folder only, not where DOCKER_CONFIG says. */
function withCredentials(environment) {
    const { DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: chosen } = environment;
    if (folder === undefined || folder === '' || chosen !== undefined)
        return environment;
    const file = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(folder, 'config.json');
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.existsSync)(file) ? { ...environment, REGISTRY_AUTH_FILE: file } : environment;
}


/***/ }),

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
