export const id = 349;
export const ids = [349];
export const modules = {

/***/ 17349:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  createLayersEngine: () => (/* binding */ createLayersEngine)
});

// EXTERNAL MODULE: ./lib/domain/manifest.js + 1 modules
var domain_manifest = __webpack_require__(96837);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 9 modules
var schemas = __webpack_require__(27597);
// EXTERNAL MODULE: ./lib/domain/digest.js
var digest = __webpack_require__(2002);
// EXTERNAL MODULE: ./lib/domain/error.js
var error = __webpack_require__(59342);
// EXTERNAL MODULE: ./lib/domain/json.js
var json = __webpack_require__(77708);
// EXTERNAL MODULE: ./lib/domain/reference.js
var domain_reference = __webpack_require__(68225);
// EXTERNAL MODULE: ./lib/domain/platform.js
var domain_platform = __webpack_require__(97737);
;// CONCATENATED MODULE: ./lib/engines/base.js







const configSchema = schemas/* looseObject */._H3({
    os: schemas/* string */.YjP().min(1),
    architecture: schemas/* string */.YjP().min(1),
    variant: schemas/* string */.YjP().optional(),
    rootfs: schemas/* looseObject */._H3({ diff_ids: schemas/* array */.YOg(schemas/* string */.YjP().refine(digest/* isDigest */.Bc, 'not a digest')).max(1000) }),
});
/** Docker's layer types and the OCI types of the same bytes: the image that is published is an OCI image. */
const LAYER_TYPES = {
    'application/vnd.docker.image.rootfs.diff.tar.gzip': domain_manifest/* MEDIA_TYPES */.Z2.ociTarGzip,
    'application/vnd.docker.image.rootfs.diff.tar': domain_manifest/* MEDIA_TYPES */.Z2.ociTar,
    'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip': 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
};
function unusable(name, why, hint, cause) {
    return new error/* EngineError */.NJ('ENGINE_FAILED', `base: ${name} ${why}`, { hint, cause });
}
/**
 * Reads the base and picks the image of each platform.
 * @throws {EngineError} when it does not exist or lacks a platform; registry errors as they are.
 */
async function resolveBase(registry, reference, platforms) {
    const name = (0,domain_reference/* formatReference */.FH)(reference);
    const { repository } = reference;
    const manifest = reference.kind === 'digest'
        ? await registry.readManifest(repository, reference.digest)
        : await registry.readTag(repository, reference.tag);
    if (manifest === undefined) {
        throw unusable(name, 'is not in the registry', 'Check the reference, and that its retention did not end.');
    }
    const read = async (image) => await readImage(registry, reference, image);
    if (manifest.kind === 'image') {
        const image = await read(manifest);
        const other = platforms.find((text) => !(0,domain_platform/* isSamePlatform */.SW)((0,domain_platform/* parsePlatform */.FL)(text), image.platform));
        if (other !== undefined)
            throw missingPlatform(name, other, [(0,domain_platform/* formatPlatform */.Bq)(image.platform)]);
        return { name, digest: manifest.digest, images: [image] };
    }
    const wanted = platforms.length === 0 ? [domain_platform/* DEFAULT_PLATFORM */.Er] : platforms;
    const children = wanted.map((text) => pickChild(name, manifest, text));
    const images = await Promise.all(children.map(async (child) => await read(await readChild(registry, reference, child))));
    return { name, digest: manifest.digest, images };
}
function pickChild(name, index, wanted) {
    const children = (0,domain_manifest/* platformChildren */.xq)(index);
    const found = children.find(({ platform }) => platform !== undefined && (0,domain_platform/* isSamePlatform */.SW)(platform, (0,domain_platform/* parsePlatform */.FL)(wanted)));
    if (found === undefined)
        throw missingPlatform(name, wanted, children.map(domain_manifest/* platformOf */.tj));
    return found;
}
function missingPlatform(name, wanted, there) {
    return unusable(name, `is not there for the platform · expected ${wanted}, got ${there.join(', ') || 'none'}`, 'Choose platforms the base has, or another base.');
}
async function readChild(registry, reference, child) {
    const manifest = await registry.readManifest(reference.repository, child.digest);
    if (manifest !== undefined) {
        (0,domain_manifest/* assertSize */.Sl)(manifest, child, `${(0,domain_reference/* formatReference */.FH)(reference)}: ${child.digest} for ${(0,domain_manifest/* platformOf */.tj)(child)}`);
        return manifest;
    }
    throw unusable((0,domain_reference/* formatReference */.FH)(reference), `is incomplete: ${child.digest} for ${(0,domain_manifest/* platformOf */.tj)(child)} is missing`, 'Push the base again.');
}
async function readImage(registry, reference, manifest) {
    const name = (0,domain_reference/* formatReference */.FH)(reference);
    const hint = 'The base must be an OCI or Docker image.';
    if (manifest.kind !== 'image')
        throw unusable(name, 'is an index inside an index', hint);
    const { config, layers } = manifest.document;
    let configuration;
    let checked;
    const bytes = await readSmallBlob(registry, reference, config);
    try {
        configuration = (0,json/* parseStrictJson */.RJ)(bytes, { maxBytes: domain_manifest/* MAX_MANIFEST_BYTES */.ZJ });
        checked = configSchema.parse(configuration);
    }
    catch (cause) {
        throw unusable(name, `has a configuration that is not of an image: ${(0,error/* messageOf */.bD)(cause)}`, hint, cause);
    }
    const diffIds = checked.rootfs.diff_ids.filter(digest/* isDigest */.Bc);
    if (diffIds.length !== layers.length) {
        throw unusable(name, `is inconsistent · expected ${layers.length} diff ids, got ${diffIds.length}`, hint);
    }
    const { os, architecture, variant } = checked;
    const osVersion = configuration['os.version'];
    return {
        platform: {
            os,
            architecture,
            ...(variant === undefined || variant === '' ? {} : { variant }),
            ...(typeof osVersion === 'string' ? { 'os.version': osVersion } : {}),
        },
        configuration,
        diffIds,
        layers: layers.map((layer) => ({ ...layer, mediaType: LAYER_TYPES[layer.mediaType] ?? layer.mediaType })),
    };
}
async function readSmallBlob(registry, reference, descriptor) {
    if (descriptor.size > domain_manifest/* MAX_MANIFEST_BYTES */.ZJ) {
        throw unusable((0,domain_reference/* formatReference */.FH)(reference), `has a configuration of ${descriptor.size} bytes`, 'No image has a configuration that large; choose another base.');
    }
    const chunks = [];
    for await (const chunk of registry.readBlob(reference.repository, descriptor))
        chunks.push(chunk);
    return Buffer.concat(chunks);
}

// EXTERNAL MODULE: ./lib/engines/image.js
var engines_image = __webpack_require__(21954);
// EXTERNAL MODULE: ./lib/engines/layer.js + 2 modules
var engines_layer = __webpack_require__(62539);
// EXTERNAL MODULE: ./lib/domain/annotations.js
var domain_annotations = __webpack_require__(31790);
// EXTERNAL MODULE: ./lib/engines/provenance.js
var engines_provenance = __webpack_require__(57132);
// EXTERNAL MODULE: ./lib/engines/publish.js
var publish = __webpack_require__(56532);
// EXTERNAL MODULE: ./lib/engines/source-folder.js
var source_folder = __webpack_require__(65671);
// EXTERNAL MODULE: ./lib/engines/tree.js
var engines_tree = __webpack_require__(65835);
;// CONCATENATED MODULE: ./lib/engines/layers.js










/** The version of what the layer and the documents look like; part of the record. */
const FORMAT = '1';
/** The engine `layers`: files as one reproducible layer on a base, straight to the registry, without a daemon. */
function createLayersEngine(inputs, tools) {
    return {
        name: 'layers',
        // The compressed bytes depend on zlib, so a record of two digests for the same files can be explained.
        version: async () => `${FORMAT} (zlib ${process.versions.zlib})`,
        check: async ({ workspace }) => check(inputs, workspace),
        build: async (request) => await build(inputs, request, tools),
    };
}
function check(inputs, workspace) {
    const { platforms = [], annotations = [] } = inputs;
    return [
        ...(0,domain_platform/* platformFaults */.r2)(platforms),
        ...(0,domain_annotations/* annotationFaults */.Z)(annotations, platforms.length > 1),
        ...workdirFaults(inputs.workdir),
        ...(0,source_folder.sourceFaults)(inputs.path ?? '', workspace, judge),
    ];
}
function workdirFaults(workdir) {
    if (workdir === undefined)
        return [];
    const isAbsolute = workdir.startsWith('/') && !workdir.split('/').some((part) => /^\.\.?$/.test(part));
    return isAbsolute ? [] : [`workdir: ${(0,engines_tree/* quoted */.T)(workdir)} · expected an absolute path without "." and ".."`];
}
function folderOf(workdir) {
    return (workdir ?? '').split('/').filter(Boolean).join('/');
}
/** Runtimes read a name with this start as "remove the file from the layers below". */
function judge(tree) {
    return tree.entries
        .filter((entry) => (entry.name.split('/').at(-1) ?? '').startsWith('.wh.'))
        .map((entry) => `${(0,engines_tree/* quoted */.T)(entry.name)} starts with ".wh.", which in a layer means a deletion`);
}
async function build(inputs, request, tools) {
    const { registry, log } = tools;
    const tree = (0,source_folder/* openSource */.o)(inputs.path ?? '', request.workspace, judge);
    const base = inputs.base === undefined ? undefined : await resolveBase(registry, inputs.base, inputs.platforms ?? []);
    const layer = await (0,engines_layer/* makeLayer */.A)(tree, folderOf(inputs.workdir), request, tools);
    log.info(`${tree.entries.length} entries, ${tree.bytes} bytes, layer ${layer.digest}${layer.blob === undefined ? ' (unchanged)' : ''}`);
    const images = describe(inputs, request, base, layer);
    const index = images.length > 1 ? indexOf(inputs, request, base, images) : undefined;
    if (request.push)
        await layers_publish(inputs, request, tools, { base, layer, images, index });
    const digest = (index ?? images[0]?.manifest)?.descriptor.digest;
    return digest === undefined ? {} : { digest };
}
function basesOf(inputs, base) {
    if (base !== undefined)
        return base.images;
    const platforms = inputs.platforms?.length ? inputs.platforms : [domain_platform/* DEFAULT_PLATFORM */.Er];
    return platforms.map((platform) => (0,engines_image/* emptyBase */.LU)((0,domain_platform/* parsePlatform */.FL)(platform)));
}
function defaultsOf(request, base) {
    const provenance = (0,engines_provenance/* provenancePairs */.H)(request.provenance);
    if (base === undefined)
        return provenance;
    return [
        ...provenance,
        ['org.opencontainers.image.base.name', base.name],
        ['org.opencontainers.image.base.digest', base.digest],
    ];
}
function describe(inputs, request, base, layer) {
    const defaults = defaultsOf(request, base);
    const annotations = (0,domain_annotations/* parseAnnotations */.K)(inputs.annotations ?? []).manifest;
    const folder = folderOf(inputs.workdir);
    const settings = {
        entrypoint: inputs.entrypoint ?? [],
        cmd: inputs.cmd ?? [],
        workdir: inputs.workdir === undefined ? undefined : `/${folder}`,
        environment: inputs.env ?? [],
        labels: (0,engines_provenance/* withDefaults */.r)(defaults, inputs.labels ?? []),
    };
    return basesOf(inputs, base).map((image) => {
        const config = (0,engines_image/* encodeConfig */.dI)(image, settings, {
            diffId: layer.diffId,
            created: request.provenance.created,
        });
        const layers = [...image.layers, (0,engines_image/* layerDescriptor */.Br)(layer)];
        const manifest = (0,engines_image/* encodeManifest */.Gb)(config.descriptor, layers, (0,engines_provenance/* withDefaults */.r)(defaults, annotations), image.platform);
        return { config, manifest };
    });
}
function indexOf(inputs, request, base, images) {
    const annotations = (0,domain_annotations/* parseAnnotations */.K)(inputs.annotations ?? []).index;
    return (0,engines_image/* encodeIndex */.bj)(images.map((image) => image.manifest.descriptor), (0,engines_provenance/* withDefaults */.r)(defaultsOf(request, base), annotations));
}
/** Blobs before the manifests that name them, manifests before the index: registries refuse anything else. */
async function layers_publish(inputs, request, { registry }, parts) {
    const { repository } = request;
    const { base, layer, images, index } = parts;
    if (layer.blob !== undefined)
        await registry.putBlob(repository, layer.blob);
    if (inputs.base !== undefined && base !== undefined) {
        const layers = base.images.flatMap((image) => image.layers);
        await (0,publish/* copyLayers */.c)(registry, inputs.base.repository, repository, layers);
    }
    for (const { config, manifest } of images) {
        await registry.putBlob(repository, (0,publish/* blobOf */.D)(config));
        await registry.putManifest(repository, manifest.bytes, domain_manifest/* MEDIA_TYPES */.Z2.ociManifest);
    }
    if (index !== undefined)
        await registry.putManifest(repository, index.bytes, domain_manifest/* MEDIA_TYPES */.Z2.ociIndex);
}


/***/ })

};
