export const id = 414;
export const ids = [414];
export const modules = {

/***/ 85414:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createCommandEngine: () => (/* binding */ createCommandEngine)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var _domain_digest_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2002);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(59342);
/* harmony import */ var _domain_reference_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(68225);
/* harmony import */ var _platform_exec_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(84927);
/* harmony import */ var _platform_script_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(47148);
/* harmony import */ var _tool_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(18529);








/** The engine `command`: the user's own builder. */
function createCommandEngine(inputs, tools) {
    return {
        name: 'command',
        version: async () => await version(tools),
        check: async () => ((inputs.run ?? '').trim() === '' ? ['run: is required by engine "command"'] : []),
        build: async (request) => await build(inputs.run ?? '', request, tools),
    };
}
async function version(tools) {
    const { environment } = tools;
    const { stdout } = await (0,_tool_js__WEBPACK_IMPORTED_MODULE_7__/* .runTool */ .q)(tools, 'bash', ['--version'], { environment, quiet: true });
    return `bash ${/\b(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'unknown'}`;
}
async function build(script, request, tools) {
    if (!request.push && !script.includes('BUILD_ONCE_PUSH')) {
        // Nothing may be pushed, and a script that never looks at the variable would try to.
        tools.log.info('run was not started: nothing is to be pushed, and it does not look at $BUILD_ONCE_PUSH.');
        return { isSkipped: true };
    }
    const tag = await request.stagingTag('exclusive');
    const digestFile = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(request.temporary, 'command-digest');
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.writeFile)(digestFile, '', { mode: 0o600 });
    const target = { kind: 'tag', repository: request.repository, tag };
    await run(script, request, tools, {
        BUILD_ONCE_REFERENCE: (0,_domain_reference_js__WEBPACK_IMPORTED_MODULE_4__/* .formatReference */ .FH)(target),
        BUILD_ONCE_IMAGE: (0,_domain_reference_js__WEBPACK_IMPORTED_MODULE_4__/* .formatRepository */ .Sh)(request.repository),
        BUILD_ONCE_TAG: tag,
        BUILD_ONCE_COMMIT: request.commit,
        BUILD_ONCE_DIGEST_FILE: digestFile,
        BUILD_ONCE_PUSH: String(request.push),
    });
    if (!request.push)
        return {};
    return { digest: (await readDigestFile(digestFile)) ?? (await readPushed(target, tools)) };
}
async function run(script, request, { exec, log }, variables) {
    let exitCode;
    try {
        const result = await (0,_platform_script_js__WEBPACK_IMPORTED_MODULE_6__/* .runScript */ .j)(script, {
            exec,
            folder: request.temporary,
            name: 'run',
            cwd: request.workspace,
            environment: { ...request.environment, ...variables },
            onOutput: (chunk) => log.raw(chunk),
        });
        exitCode = result.exitCode;
    }
    catch (cause) {
        if (!(0,_platform_exec_js__WEBPACK_IMPORTED_MODULE_5__/* .isMissingProgram */ .V6)(cause))
            throw cause;
        throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_3__/* .EngineError */ .NJ('ENGINE_MISSING', 'bash is not installed on this runner.', { cause });
    }
    if (exitCode === 0)
        return;
    throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_3__/* .EngineError */ .NJ('ENGINE_FAILED', `run: the script failed · expected exit code 0, got ${exitCode}`, {
        hint: 'Read its output above. Nothing was sealed.',
    });
}
/** The digest the script wrote down; undefined when it wrote none. */
async function readDigestFile(file) {
    const text = (await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(file, 'utf8')).trim();
    if (text === '')
        return undefined;
    if ((0,_domain_digest_js__WEBPACK_IMPORTED_MODULE_2__/* .isDigest */ .Bc)(text))
        return text;
    throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_3__/* .EngineError */ .NJ('ENGINE_FAILED', `run: $BUILD_ONCE_DIGEST_FILE does not hold a digest · got ${JSON.stringify(text.slice(0, 100))}`, { hint: 'Write the manifest digest alone, or nothing: then the tag is read from the registry.' });
}
async function readPushed(target, { registry }) {
    const manifest = await registry.readTag(target.repository, target.tag);
    if (manifest !== undefined)
        return manifest.digest;
    throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_3__/* .EngineError */ .NJ('ENGINE_FAILED', `run: nothing was pushed to $BUILD_ONCE_REFERENCE · expected ${(0,_domain_reference_js__WEBPACK_IMPORTED_MODULE_4__/* .formatReference */ .FH)(target)}, got nothing`, { hint: 'The script must push the image it builds to exactly this reference.' });
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


/***/ })

};
