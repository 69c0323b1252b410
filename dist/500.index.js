export const id = 500;
export const ids = [500,671];
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

/***/ 21954:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Br: () => (/* binding */ layerDescriptor),
/* harmony export */   Gb: () => (/* binding */ encodeManifest),
/* harmony export */   LU: () => (/* binding */ emptyBase),
/* harmony export */   XE: () => (/* binding */ encodeFilesManifest),
/* harmony export */   bj: () => (/* binding */ encodeIndex),
/* harmony export */   dI: () => (/* binding */ encodeConfig)
/* harmony export */ });
/* harmony import */ var _domain_digest_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2002);
/* harmony import */ var _domain_json_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(77708);
/* harmony import */ var _domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(96837);
/* harmony import */ var _domain_files_artifact_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(36198);




/** The base of an image from scratch. */
function emptyBase(platform) {
    return { platform, configuration: {}, diffIds: [], layers: [] };
}
function encode(document, mediaType) {
    const bytes = new TextEncoder().encode((0,_domain_json_js__WEBPACK_IMPORTED_MODULE_1__/* .canonicalJson */ .dj)(document));
    return { bytes, descriptor: { mediaType, digest: (0,_domain_digest_js__WEBPACK_IMPORTED_MODULE_0__/* .digestOf */ .ol)(bytes), size: bytes.byteLength } };
}
/** The configuration of an image with one layer more than its base (image-spec config.md). */
function encodeConfig(base, settings, layer) {
    const { created, diffId } = layer;
    const { history: _, ...inherited } = base.configuration;
    const history = historyOf(base);
    return encode({
        ...inherited,
        ...base.platform,
        created,
        config: containerConfig(objectOf(base.configuration['config']), settings),
        rootfs: { type: 'layers', diff_ids: [...base.diffIds, diffId] },
        ...(history === undefined
            ? {}
            : { history: [...history, { created, created_by: 'build-once layers' }] }),
    }, _domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .MEDIA_TYPES */ .Z2.ociConfig);
}
function objectOf(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
/** As a Dockerfile would: an ENTRYPOINT resets the CMD of the base, variables and labels are added to its own. */
function containerConfig(base, settings) {
    const { Cmd: baseCmd, ...rest } = base;
    const { entrypoint, cmd, workdir } = settings;
    const inherited = entrypoint.length === 0 ? baseCmd : undefined;
    const finalCmd = cmd.length > 0 ? cmd : inherited;
    const environment = mergedEnvironment(base['Env'], settings.environment);
    return {
        ...rest,
        ...(entrypoint.length > 0 ? { Entrypoint: entrypoint } : {}),
        ...(finalCmd === undefined ? {} : { Cmd: finalCmd }),
        ...(workdir === undefined ? {} : { WorkingDir: workdir }),
        ...(environment.length > 0 ? { Env: environment } : {}),
        Labels: { ...objectOf(base['Labels']), ...Object.fromEntries(settings.labels) },
    };
}
function mergedEnvironment(base, added) {
    const inherited = (Array.isArray(base) ? base : []).filter((entry) => typeof entry === 'string');
    const names = new Set(added.map(([name]) => name));
    return [
        ...inherited.filter((entry) => !names.has(entry.split('=', 1)[0] ?? '')),
        ...added.map(([name, value]) => `${name}=${value}`),
    ];
}
/** The history of the base; undefined where it does not tell of every layer, since then it must be left out. */
function historyOf(base) {
    const found = base.configuration['history'];
    const history = Array.isArray(found) ? found : [];
    const layers = history.filter((entry) => objectOf(entry)['empty_layer'] !== true);
    return layers.length === base.layers.length ? history : undefined;
}
function annotationsOf(pairs) {
    return pairs.length === 0 ? {} : { annotations: Object.fromEntries(pairs) };
}
/** The layer's descriptor. */
function layerDescriptor(layer, annotations = []) {
    const { digest, size } = layer;
    return {
        mediaType: _domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .MEDIA_TYPES */ .Z2.ociTarGzip,
        digest,
        size,
        ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
    };
}
/** An image manifest; its descriptor names the platform, as an index wants it. */
function encodeManifest(config, layers, annotations, platform) {
    const manifest = encode({
        schemaVersion: 2,
        mediaType: _domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .MEDIA_TYPES */ .Z2.ociManifest,
        config: config,
        layers: layers,
        ...annotationsOf(annotations),
    }, _domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .MEDIA_TYPES */ .Z2.ociManifest);
    return platform === undefined
        ? manifest
        : { ...manifest, descriptor: { ...manifest.descriptor, platform: { ...platform } } };
}
/** An index over the manifests of several platforms. */
function encodeIndex(manifests, annotations) {
    return encode({
        schemaVersion: 2,
        mediaType: _domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .MEDIA_TYPES */ .Z2.ociIndex,
        manifests: manifests,
        ...annotationsOf(annotations),
    }, _domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .MEDIA_TYPES */ .Z2.ociIndex);
}
/** The manifest of a folder of files (image-spec manifest.md §Guidelines for Artifact Usage). */
function encodeFilesManifest(layer, annotations) {
    return encode({
        schemaVersion: 2,
        mediaType: _domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .MEDIA_TYPES */ .Z2.ociManifest,
        artifactType: _domain_files_artifact_js__WEBPACK_IMPORTED_MODULE_3__/* .FILES_ARTIFACT */ .fk.artifactType,
        config: _domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .EMPTY_CONFIG */ .$v.descriptor,
        layers: [layer],
        ...annotationsOf(annotations),
    }, _domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .MEDIA_TYPES */ .Z2.ociManifest);
}


/***/ }),

/***/ 62539:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  A: () => (/* binding */ makeLayer)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
// EXTERNAL MODULE: external "node:buffer"
var external_node_buffer_ = __webpack_require__(4573);
// EXTERNAL MODULE: external "node:stream/promises"
var promises_ = __webpack_require__(46466);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(38522);
// EXTERNAL MODULE: ./lib/domain/digest.js
var digest = __webpack_require__(2002);
// EXTERNAL MODULE: ./lib/engines/tree.js
var tree = __webpack_require__(65835);
;// CONCATENATED MODULE: ./lib/engines/archive.js









const CHUNK = 256 * 1024;
const EPOCH = new Date(0);
const GZIP_LEVEL = 6;
/** Position of the gzip header byte that names the operating system, and the value for Unix (RFC 1952). */
const GZIP_OS = { position: 9, unix: 3 };
/**
 * The tar of a tree: everything that differs between two checkouts of the same commit (times, owners, umask,
 * order) is fixed, so that the same files are the same bytes on every machine.
 * @param prefix folder all entries are placed in, without slashes at its ends; empty for none.
 */
async function* tarOf(tree, prefix) {
    const { createTarPacker } = await __webpack_require__.e(/* import() */ 561).then(__webpack_require__.bind(__webpack_require__, 51942));
    const { readable, controller } = createTarPacker();
    const writing = writeEntries(controller, tree, prefix).catch((error) => controller.error(error));
    let pending = [];
    let size = 0;
    // Headers and padding are small; hashing and compressing them one by one would cost more than the copy.
    for await (const chunk of readable) {
        pending.push(chunk);
        size += chunk.byteLength;
        if (size < CHUNK)
            continue;
        yield external_node_buffer_.Buffer.concat(pending, size);
        pending = [];
        size = 0;
    }
    await writing;
    if (size > 0)
        yield external_node_buffer_.Buffer.concat(pending, size);
}
async function writeEntries(controller, tree, prefix) {
    const parts = prefix === '' ? [] : prefix.split('/');
    for (let depth = 1; depth <= parts.length; depth += 1) {
        await controller.add(headerOf(`${parts.slice(0, depth).join('/')}/`, 'folder')).close();
    }
    for (const entry of tree.entries) {
        const name = `${prefix === '' ? '' : `${prefix}/`}${entry.name}${entry.kind === 'folder' ? '/' : ''}`;
        const body = controller.add(headerOf(name, entry.kind, entry)).getWriter();
        if (entry.kind === 'file')
            for (const chunk of fileChunks(tree.root, entry))
                await body.write(chunk);
        // Every entry has to be closed, those without a body too, or the packer refuses the next one.
        await body.close();
    }
    controller.finalize();
}
function headerOf(name, kind, entry) {
    const isRunnable = kind === 'folder' || entry?.executable === true;
    return {
        name,
        type: kind === 'folder' ? 'directory' : kind === 'link' ? 'symlink' : 'file',
        size: entry?.size ?? 0,
        mode: kind === 'link' ? 0o777 : isRunnable ? 0o755 : 0o644,
        mtime: EPOCH,
        uid: 0,
        gid: 0,
        ...(kind === 'link' ? { linkname: entry?.target ?? '' } : {}),
        // One way to write long names: the split into prefix and name that ustar has would leave the name of a
        // folder empty, which not every reader takes.
        ...(external_node_buffer_.Buffer.byteLength(name) > 100 ? { pax: { path: name } } : {}),
    };
}
function* fileChunks(root, entry) {
    const file = openFile(root, entry);
    try {
        const before = (0,external_node_fs_.fstatSync)(file);
        if (!before.isFile() || before.size !== entry.size)
            throw changed(entry);
        for (let remaining = entry.size; remaining > 0;) {
            const chunk = external_node_buffer_.Buffer.allocUnsafe(Math.min(CHUNK, remaining));
            const count = (0,external_node_fs_.readSync)(file, chunk, 0, chunk.byteLength, null);
            if (count === 0)
                throw changed(entry);
            remaining -= count;
            yield chunk.subarray(0, count);
        }
        const after = (0,external_node_fs_.fstatSync)(file);
        if (after.size !== entry.size || after.mtimeMs !== before.mtimeMs)
            throw changed(entry);
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
}
function openFile(root, entry) {
    // Not following a link and not waiting for a pipe that took the file's place since the folder was listed;
    // Windows has neither flag.
    const flags = external_node_fs_.constants.O_RDONLY | (external_node_fs_.constants.O_NOFOLLOW ?? 0) | (external_node_fs_.constants.O_NONBLOCK ?? 0);
    try {
        return (0,external_node_fs_.openSync)((0,external_node_path_.join)(root, entry.name), flags);
    }
    catch (cause) {
        throw new domain_error/* EngineError */.NJ('SOURCE_INVALID', `path: ${(0,tree/* quoted */.T)(entry.name)} cannot be read: ${(0,domain_error/* messageOf */.bD)(cause)}`, { cause });
    }
}
function changed(entry) {
    return new domain_error/* EngineError */.NJ('SOURCE_INVALID', `path: ${(0,tree/* quoted */.T)(entry.name)} changed while it was being read`, {
        hint: 'Let whatever writes the files finish before this step.',
    });
}
/** Digest of the tar alone: a tenth of the work of compressing it. */
async function digestTree(tree, prefix) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    for await (const chunk of tarOf(tree, prefix))
        hash.update(chunk);
    return (0,digest/* finishDigest */.g4)(hash);
}
/** Writes the gzipped tar into a new file, hashing the tar and the gzip on the way; memory use is constant. */
async function compressTree(tree, prefix, file) {
    const tarHash = (0,external_node_crypto_.createHash)('sha256');
    const gzipHash = (0,external_node_crypto_.createHash)('sha256');
    let size = 0;
    await (0,promises_.pipeline)(tarOf(tree, prefix), async function* (chunks) {
        for await (const chunk of chunks) {
            tarHash.update(chunk);
            yield chunk;
        }
    }, (0,external_node_zlib_.createGzip)({ level: GZIP_LEVEL, chunkSize: CHUNK }), async function* (chunks) {
        for await (const chunk of chunks) {
            fixOperatingSystem(chunk, size);
            gzipHash.update(chunk);
            size += chunk.byteLength;
            yield chunk;
        }
    }, (0,external_node_fs_.createWriteStream)(file, { flags: 'wx', mode: 0o600 }));
    return { diffId: (0,digest/* finishDigest */.g4)(tarHash), digest: (0,digest/* finishDigest */.g4)(gzipHash), size };
}
/** zlib writes the system it was built for; the same files must give the same bytes on all of them. */
function fixOperatingSystem(chunk, offset) {
    const index = GZIP_OS.position - offset;
    if (index >= 0 && index < chunk.byteLength)
        chunk[index] = GZIP_OS.unix;
}

// EXTERNAL MODULE: external "node:fs/promises"
var external_node_fs_promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 9 modules
var schemas = __webpack_require__(27597);
// EXTERNAL MODULE: ./lib/domain/json.js
var json = __webpack_require__(77708);
;// CONCATENATED MODULE: ./lib/engines/layer-memory.js







const FILE = 'layers.json';
const MAX_ENTRIES = 200;
const MAX_BYTES = 64 * 1024;
const layer_memory_digest = schemas/* string */.YjP().refine(digest/* isDigest */.Bc);
const schema = schemas/* strictObject */.rej({
    schema: schemas/* literal */.euz('build-once/layers/v1'),
    layers: schemas/* array */.YOg(schemas/* strictObject */.rej({ diffId: layer_memory_digest, digest: layer_memory_digest, size: schemas/* int */.Whr().nonnegative() })).max(MAX_ENTRIES),
});
/** Reads the memory in a folder; a missing or malformed one is empty. */
async function openLayerMemory(folder, log) {
    const layers = await readLayers((0,external_node_path_.join)(folder, FILE), log);
    return {
        isEmpty: layers.length === 0,
        find: (diffId) => layers.find((layer) => layer.diffId === diffId),
        remember: async (layer) => {
            const others = layers.filter((other) => other.diffId !== layer.diffId);
            await writeLayers(folder, [layer, ...others].slice(0, MAX_ENTRIES));
        },
    };
}
async function readLayers(file, log) {
    try {
        return schema.parse((0,json/* parseStrictJson */.RJ)(await (0,external_node_fs_promises_.readFile)(file), { maxBytes: MAX_BYTES })).layers;
    }
    catch (error) {
        log.debug(`No memory of compressed layers: ${(0,domain_error/* messageOf */.bD)(error)}`);
        return [];
    }
}
async function writeLayers(folder, layers) {
    await (0,external_node_fs_promises_.mkdir)(folder, { recursive: true });
    // Written beside and renamed, so that nobody reads half a file.
    const temporary = (0,external_node_path_.join)(folder, `${FILE}.${(0,external_node_crypto_.randomUUID)()}`);
    await (0,external_node_fs_promises_.writeFile)(temporary, JSON.stringify({ schema: 'build-once/layers/v1', layers }));
    await (0,external_node_fs_promises_.rename)(temporary, (0,external_node_path_.join)(folder, FILE));
}

;// CONCATENATED MODULE: ./lib/engines/layer.js






/** Makes the layer of a tree, or remembers it when its tar is one that was compressed before. */
async function makeLayer(tree, prefix, request, tools) {
    const memory = tools.memory === undefined ? undefined : await openLayerMemory(tools.memory, tools.log);
    if (memory === undefined || memory.isEmpty)
        return await compress(tree, prefix, request, memory);
    const diffId = await digestTree(tree, prefix);
    const known = memory.find(diffId);
    if (known !== undefined &&
        (!request.push || (await tools.registry.hasBlob(request.repository, known.digest))))
        return known;
    const layer = await compress(tree, prefix, request, memory);
    if (layer.diffId !== diffId) {
        throw new domain_error/* EngineError */.NJ('SOURCE_INVALID', 'path: the files changed while they were being read', {
            hint: 'Let whatever writes the files finish before this step.',
        });
    }
    return layer;
}
async function compress(tree, prefix, request, memory) {
    const file = (0,external_node_path_.join)(request.temporary, `layer-${(0,external_node_crypto_.randomUUID)()}.tar.gz`);
    const { diffId, digest, size } = await compressTree(tree, prefix, file);
    await memory?.remember({ diffId, digest, size });
    return { diffId, digest, size, blob: { digest, size, open: () => (0,external_node_fs_.createReadStream)(file) } };
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

/***/ 56532:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ blobOf),
/* harmony export */   c: () => (/* binding */ copyLayers)
/* harmony export */ });
/* harmony import */ var _domain_reference_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(68225);

/** Requests in flight at once: enough to hide the distance to the registry, few enough for its rate limits. */
const PARALLEL = 4;
/** A document as a blob. */
function blobOf({ bytes, descriptor }) {
    const { digest, size } = descriptor;
    return {
        digest,
        size,
        open: async function* () {
            yield bytes;
        },
    };
}
/** Brings the layers of a base into the repository; those that are kept elsewhere (`urls`) stay there. */
async function copyLayers(registry, from, to, layers) {
    if ((0,_domain_reference_js__WEBPACK_IMPORTED_MODULE_0__/* .formatRepository */ .Sh)(from) === (0,_domain_reference_js__WEBPACK_IMPORTED_MODULE_0__/* .formatRepository */ .Sh)(to))
        return;
    const byDigest = new Map(layers.map((layer) => [layer.digest, layer]));
    const queue = [...byDigest.values()].filter((layer) => (layer.urls ?? []).length === 0);
    const worker = async () => {
        for (let layer = queue.shift(); layer !== undefined; layer = queue.shift()) {
            await registry.copyBlob(from, to, layer);
        }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
}


/***/ }),

/***/ 65671:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   o: () => (/* binding */ openSource),
/* harmony export */   sourceFaults: () => (/* binding */ sourceFaults)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(59342);
/* harmony import */ var _tree_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(65835);




const SHOWN_FAULTS = 20;
/** Everything that is wrong with the folder given as `path`; the first twenty faults and how many there are. */
function sourceFaults(path, workspace, judge) {
    return inspect(path, workspace, judge).faults;
}
function inspect(path, workspace, judge) {
    const fault = folderFault(path, workspace);
    if (fault !== undefined)
        return { faults: [`path: ${fault}`] };
    // Only the folder itself may be a link: that is the user's choice. Below it nothing is followed.
    const tree = (0,_tree_js__WEBPACK_IMPORTED_MODULE_3__/* .scanTree */ .w)((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.realpathSync)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(workspace, path)));
    const found = [...tree.faults, ...judge(tree)];
    const isEmpty = found.length === 0 && tree.entries.length === 0;
    const all = isEmpty ? [`${(0,_tree_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .T)(path)} is an empty folder`] : found;
    const rest = all.length - SHOWN_FAULTS;
    const faults = all.slice(0, SHOWN_FAULTS).map((text) => `path: ${text}`);
    return { tree, faults: rest > 0 ? [...faults, `path: and ${rest} more faults of this kind`] : faults };
}
function folderFault(path, workspace) {
    if (path === '')
        return 'is required · expected the folder to publish';
    const stats = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(workspace, path), { throwIfNoEntry: false });
    if (stats === undefined)
        return `${(0,_tree_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .T)(path)} does not exist · expected a folder in ${workspace}`;
    return stats.isDirectory() ? undefined : `${(0,_tree_js__WEBPACK_IMPORTED_MODULE_3__/* .quoted */ .T)(path)} is not a folder`;
}
/**
 * Reads the folder again, right before it is archived.
 * @throws {EngineError} SOURCE_INVALID when it can no longer be archived.
 */
function openSource(path, workspace, judge) {
    const { faults, tree } = inspectOrReport(path, workspace, judge);
    if (faults.length === 0 && tree !== undefined)
        return tree;
    throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_2__/* .EngineError */ .NJ('SOURCE_INVALID', (0,_domain_error_js__WEBPACK_IMPORTED_MODULE_2__/* .listed */ .KE)('The files to publish cannot be archived', faults), {
        hint: 'Correct path, or let prepare create the files.',
    });
}
function inspectOrReport(path, workspace, judge) {
    try {
        return inspect(path, workspace, judge);
    }
    catch (cause) {
        return { faults: [`path: ${(0,_domain_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(cause)}`] };
    }
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
