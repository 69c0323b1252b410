export const id = 345;
export const ids = [345];
export const modules = {

/***/ 37345:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  secureAgent: () => (/* binding */ secureAgent)
});

// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(44708);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(41692);
// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
;// CONCATENATED MODULE: ./lib/registry/certificates.js





const MAX_BYTES = 1024 * 1024;
/** The folders in which docker, podman and skopeo look for the certificates of registries. */
function certificateFolders(environment) {
    const config = environment['XDG_CONFIG_HOME'] ?? '';
    const own = config === '' ? (0,external_node_path_.join)((0,external_node_os_.homedir)(), '.config') : config;
    return [
        (0,external_node_path_.join)(own, 'containers', 'certs.d'),
        (0,external_node_path_.join)(own, 'docker', 'certs.d'),
        '/etc/containers/certs.d',
        '/etc/docker/certs.d',
    ];
}
/**
 * What a host is to be believed by, and what it may ask of us: `*.crt` are authorities, `x.cert` and `x.key` our
 * own certificate, in `<folder>/<host[:port]>/`. They add to what is trusted anyway, for this host only.
 * @returns undefined when Node.js needs nothing beside its defaults.
 * @throws {RegistryError} CREDENTIALS_INVALID when a file is there and cannot be used.
 */
async function secureContextFor(url, folders, trust) {
    const found = [];
    for (const folder of folders) {
        for (const name of folderNames(url))
            found.push(await readFolder((0,external_node_path_.join)(folder, name)));
    }
    const authorities = found.flatMap(({ authorities: own }) => own);
    const identity = found.map(({ identity: own }) => own).find((own) => own !== undefined);
    if (authorities.length === 0 && identity === undefined && trust === 'usual')
        return undefined;
    // `ca` replaces the defaults, so they are given as well.
    const ca = [...(0,external_node_tls_.getCACertificates)('default'), ...authorities];
    if (trust === 'system')
        ca.push(...(0,external_node_tls_.getCACertificates)('system'));
    try {
        return (0,external_node_tls_.createSecureContext)({ ca: [...new Set(ca)], ...identity });
    }
    catch (error) {
        throw invalid(`${url.host} cannot be used`, error);
    }
}
/** `host:port` as references name it; the URL drops a port that goes without saying. */
function folderNames(url) {
    // Nothing but a host name may become the name of a folder.
    if (!/^(?:\[[0-9a-f:.]+\]|[a-z0-9_-][a-z0-9._-]*)(?::\d+)?$/.test(url.host))
        return [];
    return url.port === '' ? [url.host, `${url.host}:443`] : [url.host];
}
async function readFolder(folder) {
    const names = (await listed(folder)).toSorted();
    const ending = (end) => names.filter((name) => name.endsWith(end));
    const authorities = [];
    for (const name of ending('.crt'))
        authorities.push(await read((0,external_node_path_.join)(folder, name)));
    const certs = ending('.cert');
    const missing = [
        ...certs.map((name) => name.replace(/cert$/, 'key')),
        ...ending('.key').map((name) => name.replace(/key$/, 'cert')),
    ].find((name) => !names.includes(name));
    if (missing !== undefined)
        throw invalid(`${folder} lacks ${missing}`);
    const [cert] = certs;
    if (cert === undefined)
        return { authorities, identity: undefined };
    const identity = {
        cert: await read((0,external_node_path_.join)(folder, cert)),
        key: await read((0,external_node_path_.join)(folder, cert.replace(/cert$/, 'key'))),
    };
    return { authorities, identity };
}
async function listed(folder) {
    try {
        return await (0,promises_.readdir)(folder);
    }
    catch (error) {
        // Other programs' folders may be closed to us; without them the defaults count, as for those programs.
        if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(String(codeOf(error))))
            return [];
        throw invalid(`${folder} cannot be read`, error);
    }
}
async function read(file) {
    try {
        const found = await (0,promises_.stat)(file);
        if (!found.isFile() || found.size > MAX_BYTES)
            throw invalid(`${file} are no file of at most ${MAX_BYTES} bytes`);
        const text = await (0,promises_.readFile)(file, 'latin1');
        if (!text.includes('-----BEGIN '))
            throw invalid(`${file} are not in PEM`);
        return text;
    }
    catch (error) {
        throw error instanceof domain_error/* RegistryError */.gl ? error : invalid(`${file} cannot be read`, error);
    }
}
function codeOf(error) {
    return error instanceof Error && 'code' in error ? error.code : undefined;
}
function invalid(what, cause) {
    const why = cause === undefined ? '' : ` (${String(codeOf(cause))})`;
    return new domain_error/* RegistryError */.gl('CREDENTIALS_INVALID', `The certificates in ${what}${why}`, {
        cause,
        hint: 'Authorities are *.crt; a certificate for us is a pair of x.cert and x.key, all in PEM.',
    });
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(37067);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(77030);
// EXTERNAL MODULE: ./lib/registry/address.js
var address = __webpack_require__(79671);
// EXTERNAL MODULE: ./lib/registry/network-error.js
var network_error = __webpack_require__(44966);
// EXTERNAL MODULE: ./lib/registry/proxy.js
var proxy = __webpack_require__(58727);
// EXTERNAL MODULE: ./lib/registry/proxy-failure.js
var proxy_failure = __webpack_require__(76284);
;// CONCATENATED MODULE: ./lib/registry/tunnel.js








/** Connections to one https origin through a tunnel that a proxy opens (RFC 9110 §9.3.6). */
class TunnelAgent extends external_node_https_.Agent {
    #proxy;
    #target;
    #tls;
    #connectMs;
    #opening = new Set();
    constructor(proxy, target, options, connectMs) {
        super(options);
        this.#proxy = proxy;
        this.#target = target;
        this.#tls = options;
        this.#connectMs = connectMs;
    }
    /** Called by node:http for every connection it needs. */
    createConnection(_options, done) {
        this.#open().then((socket) => done?.(null, socket), 
        // node:http asks for a socket in any case.
        (error) => done?.((0,network_error/* networkError */.x6)(error), new external_node_net_.Socket()));
    }
    destroy() {
        for (const opening of this.#opening)
            opening.destroy();
        super.destroy();
    }
    async #open() {
        const socket = await this.#tunnel();
        return await new Promise((resolve, reject) => {
            const host = (0,address/* bareHost */.n0)(this.#target.hostname);
            const secured = (0,external_node_tls_.connect)({ ...this.#tls, host, servername: (0,address/* serverName */.L5)(host), socket });
            this.#opening.add(secured);
            socket.on('error', (error) => secured.destroy(error));
            secured.setTimeout(this.#connectMs, () => secured.destroy(this.#timeout()));
            secured.once('close', () => this.#opening.delete(secured));
            secured.once('error', reject);
            secured.once('secureConnect', () => {
                secured.off('error', reject);
                secured.setTimeout(0);
                this.#opening.delete(secured);
                resolve(secured);
            });
        });
    }
    async #tunnel() {
        return await new Promise((resolve, reject) => {
            const request = this.#ask();
            this.#opening.add(request);
            request.setTimeout(this.#connectMs, () => request.destroy(this.#timeout()));
            request.once('close', () => this.#opening.delete(request));
            request.once('error', (error) => reject((0,proxy_failure/* unreachable */.H)(this.#proxy, error)));
            request.once('connect', (response, socket) => {
                this.#opening.delete(request);
                if (response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300) {
                    socket.setTimeout(0);
                    resolve(socket);
                    return;
                }
                socket.destroy();
                reject((0,proxy_failure/* refusedBy */.i)(this.#proxy, response.statusCode ?? 0));
            });
            request.end();
        });
    }
    #ask() {
        const { url, authorization } = this.#proxy;
        const port = this.#target.port === '' ? '443' : this.#target.port;
        const path = `${this.#target.hostname}:${port}`;
        const headers = {
            host: path,
            ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
        };
        const options = { method: 'CONNECT', path, headers, agent: false, host: (0,address/* bareHost */.n0)(url.hostname) };
        if (url.protocol === 'http:')
            return (0,external_node_http_.request)({ ...options, port: (0,proxy/* portOf */.H)(url) });
        const servername = (0,address/* serverName */.L5)(options.host);
        return (0,external_node_https_.request)({ ...options, port: (0,proxy/* portOf */.H)(url), servername, rejectUnauthorized: true });
    }
    #timeout() {
        const seconds = Math.round(this.#connectMs / 100) / 10;
        return new network_error/* NetworkError */.Dr('ETIMEDOUT', `${this.#proxy.name} opened no tunnel within ${seconds} s`, true);
    }
}

;// CONCATENATED MODULE: ./lib/registry/secure-agent.js



/** Makes the connections that need TLS: to a host, through a tunnel, or to a proxy that forwards plain http. */
async function secureAgent(way) {
    const { url, proxy, connection, trust, environment, connectMs } = way;
    if (url.protocol === 'http:')
        return new external_node_https_.Agent({ ...connection, rejectUnauthorized: true });
    const folders = way.certificates ?? certificateFolders(environment);
    const secureContext = await secureContextFor(url, folders, trust);
    // Said explicitly, because NODE_TLS_REJECT_UNAUTHORIZED and NODE_OPTIONS change the defaults.
    const strict = { rejectUnauthorized: true, minVersion: 'TLSv1.2' };
    const secure = { ...connection, ...strict, ...(secureContext === undefined ? {} : { secureContext }) };
    return proxy === undefined ? new external_node_https_.Agent(secure) : new TunnelAgent(proxy, url, secure, connectMs);
}


/***/ })

};
