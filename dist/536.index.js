export const id = 536;
export const ids = [536];
export const modules = {

/***/ 53536:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createFilesEngine: () => (/* binding */ createFilesEngine)
/* harmony export */ });
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(76760);
/* harmony import */ var _domain_files_artifact_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(36198);
/* harmony import */ var _domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(96837);
/* harmony import */ var _image_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(21954);
/* harmony import */ var _layer_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(62539);
/* harmony import */ var _domain_annotations_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(31790);
/* harmony import */ var _provenance_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(57132);
/* harmony import */ var _publish_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(56532);
/* harmony import */ var _source_folder_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(65671);
/* harmony import */ var _tree_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(65835);










/** The version of what the artifact looks like; part of the record. */
const FORMAT = '1';
/** The engine `files`: a folder as an OCI artifact that `unpack` and `oras pull` restore. */
function createFilesEngine(inputs, tools) {
    return {
        name: 'files',
        version: async () => `${FORMAT} (zlib ${process.versions.zlib})`,
        check: async ({ workspace }) => check(inputs, workspace),
        build: async (request) => await build(inputs, request, tools),
    };
}
function titleOf(inputs, workspace) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_0__.basename)((0,node_path__WEBPACK_IMPORTED_MODULE_0__.resolve)(workspace, inputs.path ?? ''));
}
function check(inputs, workspace) {
    const { path = '', annotations = [] } = inputs;
    const title = titleOf(inputs, workspace);
    const fault = (0,_domain_files_artifact_js__WEBPACK_IMPORTED_MODULE_1__/* .titleFault */ .Zn)(title);
    return [
        ...(0,_domain_annotations_js__WEBPACK_IMPORTED_MODULE_8__/* .annotationFaults */ .Z)(annotations, false),
        ...(fault === undefined
            ? (0,_source_folder_js__WEBPACK_IMPORTED_MODULE_6__.sourceFaults)(path, workspace, judge)
            : [`path: ${(0,_tree_js__WEBPACK_IMPORTED_MODULE_7__/* .quoted */ .T)(title)} cannot be the title of the artifact: ${fault}`]),
    ];
}
/** What could be packed but not unpacked again is refused here, where it can be corrected. */
function judge(tree) {
    const faults = tree.entries.flatMap(({ kind, name, target }) => {
        const fault = kind === 'link' ? (0,_domain_files_artifact_js__WEBPACK_IMPORTED_MODULE_1__/* .linkFault */ .$Q)(name, target) : undefined;
        return fault === undefined ? [] : [`${(0,_tree_js__WEBPACK_IMPORTED_MODULE_7__/* .quoted */ .T)(name)} is a link to ${(0,_tree_js__WEBPACK_IMPORTED_MODULE_7__/* .quoted */ .T)(target)}: ${fault}`];
    });
    // One entry more is written for the folder itself.
    if (tree.entries.length >= _domain_files_artifact_js__WEBPACK_IMPORTED_MODULE_1__/* .FILES_LIMITS */ .fl.entries)
        faults.push(`holds ${tree.entries.length} entries · expected less than ${_domain_files_artifact_js__WEBPACK_IMPORTED_MODULE_1__/* .FILES_LIMITS */ .fl.entries}`);
    if (tree.bytes > _domain_files_artifact_js__WEBPACK_IMPORTED_MODULE_1__/* .FILES_LIMITS */ .fl.bytes)
        faults.push(`holds ${tree.bytes} bytes · expected at most ${_domain_files_artifact_js__WEBPACK_IMPORTED_MODULE_1__/* .FILES_LIMITS */ .fl.bytes}`);
    return faults;
}
async function build(inputs, request, tools) {
    const { registry, log } = tools;
    const { repository } = request;
    const tree = (0,_source_folder_js__WEBPACK_IMPORTED_MODULE_6__/* .openSource */ .o)(inputs.path ?? '', request.workspace, judge);
    const title = titleOf(inputs, request.workspace);
    const layer = await (0,_layer_js__WEBPACK_IMPORTED_MODULE_4__/* .makeLayer */ .A)(tree, title, request, tools);
    log.info(`${tree.entries.length} entries, ${tree.bytes} bytes, layer ${layer.digest}${layer.blob === undefined ? ' (unchanged)' : ''}`);
    const descriptor = (0,_image_js__WEBPACK_IMPORTED_MODULE_3__/* .layerDescriptor */ .Br)(layer, [
        [_domain_files_artifact_js__WEBPACK_IMPORTED_MODULE_1__/* .FILES_ARTIFACT */ .fk.title, title],
        [_domain_files_artifact_js__WEBPACK_IMPORTED_MODULE_1__/* .FILES_ARTIFACT */ .fk.unpack, 'true'],
        [_domain_files_artifact_js__WEBPACK_IMPORTED_MODULE_1__/* .FILES_ARTIFACT */ .fk.contentDigest, layer.diffId],
    ]);
    const given = (0,_domain_annotations_js__WEBPACK_IMPORTED_MODULE_8__/* .parseAnnotations */ .K)(inputs.annotations ?? []).manifest;
    const manifest = (0,_image_js__WEBPACK_IMPORTED_MODULE_3__/* .encodeFilesManifest */ .XE)(descriptor, (0,_provenance_js__WEBPACK_IMPORTED_MODULE_9__/* .withDefaults */ .r)((0,_provenance_js__WEBPACK_IMPORTED_MODULE_9__/* .provenancePairs */ .H)(request.provenance), given));
    if (request.push) {
        if (layer.blob !== undefined)
            await registry.putBlob(repository, layer.blob);
        await registry.putBlob(repository, (0,_publish_js__WEBPACK_IMPORTED_MODULE_5__/* .blobOf */ .D)(_domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .EMPTY_CONFIG */ .$v));
        await registry.putManifest(repository, manifest.bytes, _domain_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .MEDIA_TYPES */ .Z2.ociManifest);
    }
    return { digest: manifest.descriptor.digest };
}


/***/ })

};
