export const id = 481;
export const ids = [481];
export const modules = {

/***/ 42481:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   interpretSchemas: () => (/* binding */ interpretSchemas)
/* harmony export */ });
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(88532);

/**
 * Lets zod interpret schemas instead of compiling each to JavaScript first, which pays only for a schema that
 * is used many times; a step uses each once. To be called before the first schema is made.
 */
function interpretSchemas() {
    (0,zod__WEBPACK_IMPORTED_MODULE_0__/* .config */ .$W)({ jitless: true });
}


/***/ })

};
