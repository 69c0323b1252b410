export const id = 130;
export const ids = [130];
export const modules = {

/***/ 19130:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createExistingEngine: () => (/* binding */ createExistingEngine)
/* harmony export */ });
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);
/* harmony import */ var _domain_reference_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(68225);


/** The engine `existing`: adopts what another step of the same job built and pushed. */
function createExistingEngine(inputs, tools) {
    return {
        name: 'existing',
        // Which tool it was is known only to the step that ran it.
        version: async () => 'existing',
        check: async () => (inputs.digest === undefined ? ['digest: is required by engine "existing"'] : []),
        build: async (request) => await adopt(inputs, request, tools),
    };
}
async function adopt(inputs, request, tools) {
    const { digest } = inputs;
    if (digest === undefined)
        throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .EngineError */ .NJ('ENGINE_FAILED', 'The engine "existing" was given no digest.');
    const manifest = await tools.registry.readManifest(request.repository, digest);
    if (manifest !== undefined)
        return { digest };
    const reference = (0,_domain_reference_js__WEBPACK_IMPORTED_MODULE_1__/* .formatReference */ .FH)((0,_domain_reference_js__WEBPACK_IMPORTED_MODULE_1__/* .digestReference */ .O9)(request.repository, digest));
    throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .EngineError */ .NJ('ENGINE_FAILED', `digest: there is no such manifest in the repository · expected ${reference}, got nothing`, { hint: 'Push it to the repository named in image before this step, and pass its manifest digest.' });
}


/***/ })

};
