export const id = 671;
export const ids = [671];
export const modules = {

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
