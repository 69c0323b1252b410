export const id = 338;
export const ids = [338];
export const modules = {

/***/ 34040:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Vp: () => (/* binding */ formatEvidence),
/* harmony export */   d5: () => (/* binding */ agree),
/* harmony export */   fn: () => (/* binding */ disagreement),
/* harmony export */   xR: () => (/* binding */ recordFor)
/* harmony export */ });
/* harmony import */ var _error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);
/* harmony import */ var _manifest_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5151);


/** The record of this commit in this repository about exactly this digest; the earliest, where racing builds left several. */
function recordFor(artifact, repository, commit) {
    return artifact?.records
        .filter((record) => record.digest === artifact.digest && record.commit === commit && record.repository === repository)
        .toSorted((a, b) => (a.createdAt + a.nonce < b.createdAt + b.nonce ? -1 : 1))[0];
}
function describe(testimony) {
    const { tag, requested, commit, repository, atTag, atRequested } = testimony;
    const rows = [];
    const isSealedWord = requested === 'sealed';
    rows.push({
        witness: 'workflow output',
        digest: isSealedWord ? null : requested,
        where: 'input digest',
        ...(isSealedWord ? { note: 'asks for the sealed digest' } : {}),
    });
    for (const artifact of [atRequested, atTag]) {
        if (artifact === undefined)
            continue;
        const record = recordFor(artifact, repository, commit);
        rows.push({
            witness: 'build record',
            digest: record?.digest ?? null,
            where: `referrer of ${repository}@${artifact.digest}`,
            ...(record === undefined ? { note: noteOnRecords(artifact) } : {}),
        });
    }
    rows.push({
        witness: 'SHA tag',
        digest: tag?.digest ?? null,
        where: `${repository}:${commit}`,
        ...(tag === undefined ? { note: 'not there' } : {}),
    });
    for (const { name, digest } of testimony.workflowArtifacts) {
        rows.push({ witness: 'workflow artifact', digest, where: `artifact ${name}`.slice(0, 600) });
    }
    return rows;
}
function noteOnRecords(artifact) {
    if (artifact.records.length === 0)
        return 'none attached';
    const commits = [...new Set(artifact.records.map((record) => record.commit))];
    return `only for commit ${commits.slice(0, 3).join(', ')}`.slice(0, 300);
}
function judgeTag(testimony, tagRecord) {
    const { tag, atTag, repository, commit } = testimony;
    if (tag === undefined) {
        return [
            {
                code: 'NOT_SEALED',
                message: `${repository}:${commit} does not exist · no build of this commit was sealed`,
            },
        ];
    }
    if (tagRecord !== undefined)
        return [];
    if ((atTag?.records.length ?? 0) > 0) {
        return [
            {
                code: 'RECORD_MISMATCH',
                message: `the record attached to ${tag.digest} is not for this commit and repository · expected ${repository} ${commit}, got ${describeRecords(atTag)}`,
            },
        ];
    }
    return [
        {
            code: 'NOT_SEALED',
            message: `${repository}:${commit} exists but has no build record · a tag alone proves nothing`,
        },
    ];
}
function describeRecords(artifact) {
    return (artifact?.records ?? [])
        .slice(0, 3)
        .map((record) => `${record.repository} ${record.commit} ${record.digest}`)
        .join('; ');
}
function judgeRequested(testimony, requested, tag, tagRecord) {
    if ((0,_manifest_js__WEBPACK_IMPORTED_MODULE_1__/* .identify */ .ls)(requested, tag).same)
        return [];
    const requestedRecord = recordFor(testimony.atRequested, testimony.repository, testimony.commit);
    const both = `expected ${requested} (asked for), got ${tag.digest} (SHA tag)`;
    if (requestedRecord !== undefined && tagRecord !== undefined) {
        return [
            {
                code: 'BUILT_TWICE',
                message: `two artifacts hold a build record for this commit · ${requested} and ${tag.digest}`,
            },
        ];
    }
    if (requestedRecord !== undefined) {
        return [{ code: 'TAG_MOVED', message: `the SHA tag was moved after the build · ${both}` }];
    }
    const others = testimony.atRequested?.records ?? [];
    const foreign = others.length === 0
        ? 'it has no build record at all'
        : `it was built for ${describeRecords(testimony.atRequested)}`;
    return [
        {
            code: 'DIGEST_MISMATCH',
            message: `the digest asked for was not built for this commit (${foreign}) · expected ${tag.digest} (sealed), got ${requested}`,
        },
    ];
}
function judgeArtifacts(testimony, agreed) {
    const named = [...new Set(testimony.workflowArtifacts.map((artifact) => artifact.digest))];
    if (named.length > 1) {
        return [
            {
                code: 'BUILT_TWICE',
                message: `the artifacts of this workflow run name ${named.length} digests · ${named.join(', ')}`,
            },
        ];
    }
    const [digest] = named;
    if (digest === undefined || agreed === undefined || digest === agreed.digest)
        return [];
    return [
        {
            code: 'DIGEST_MISMATCH',
            message: `this workflow run built another digest than the SHA tag shows · expected ${digest} (workflow artifact), got ${agreed.digest} (SHA tag)`,
        },
    ];
}
/**
 * Lets the witnesses agree. Each finding stands for itself; the order is by what explains most: a moved tag
 * before the missing record that follows from it.
 */
function agree(testimony) {
    const { tag, requested, repository, commit } = testimony;
    const tagRecord = recordFor(testimony.atTag, repository, commit);
    const findings = [];
    if (tag !== undefined && requested !== 'sealed')
        findings.push(...judgeRequested(testimony, requested, tag, tagRecord));
    // What is wrong with the tag's record follows from a moved tag and would only hide it.
    if (!findings.some((finding) => finding.code === 'TAG_MOVED'))
        findings.push(...judgeTag(testimony, tagRecord));
    findings.push(...judgeArtifacts(testimony, tag));
    const evidence = describe(testimony);
    if (findings.length > 0 || tag === undefined)
        return { evidence, findings, digest: undefined, child: undefined, record: tagRecord };
    const digest = requested === 'sealed' ? tag.digest : requested;
    const identity = (0,_manifest_js__WEBPACK_IMPORTED_MODULE_1__/* .identify */ .ls)(digest, tag);
    return { evidence, findings, digest, child: identity.same ? identity.child : undefined, record: tagRecord };
}
/** The witnesses as an aligned text table for messages and logs. */
function formatEvidence(evidence) {
    const rows = [
        ['witness', 'digest', 'where read'],
        ...evidence.map((row) => [row.witness, row.digest ?? `– (${row.note ?? 'nothing'})`, row.where]),
    ];
    const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    return rows
        .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
        .join('\n');
}
/** The error for witnesses that do not agree: every finding, then the table. */
function disagreement(agreement, hint) {
    const [first] = agreement.findings;
    const findings = agreement.findings.map((finding) => `${finding.code}: ${finding.message}`).join('\n');
    return new _error_js__WEBPACK_IMPORTED_MODULE_0__/* .VerificationError */ .mk(first?.code ?? 'NOT_SEALED', `The witnesses do not agree.\n${findings}\n\n${formatEvidence(agreement.evidence)}`, { hint });
}


/***/ }),

/***/ 92935:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   L5: () => (/* binding */ parseCommit),
/* harmony export */   WM: () => (/* binding */ isCommit),
/* harmony export */   kf: () => (/* binding */ commitFault)
/* harmony export */ });
/* harmony import */ var _error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);

/** True for a full commit id. */
function isCommit(value) {
    return typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
}
/** Why a text is not a full commit id, in words; undefined when it is one. */
function commitFault(text) {
    if (isCommit(text))
        return undefined;
    const shown = JSON.stringify(text.slice(0, 100));
    if (/^[0-9a-f]{4,63}$/.test(text)) {
        return `${shown} is a short commit id · expected 40 (or 64) hexadecimal digits, got ${text.length}`;
    }
    if (/^[0-9a-fA-F]{40}$|^[0-9a-fA-F]{64}$/.test(text))
        return `${shown} has upper-case digits · write it in lower case`;
    return `${shown} is not a commit id · expected 40 (or 64) hexadecimal digits, never a branch or tag name`;
}
/**
 * Parses a full commit id.
 * @throws {InputError} for anything else.
 */
function parseCommit(text, input = 'commit') {
    const fault = commitFault(text);
    if (fault !== undefined) {
        throw new _error_js__WEBPACK_IMPORTED_MODULE_0__/* .InputError */ .dz([`${input}: ${fault}`], { hint: 'Use the full id, for example ${{ github.sha }}.' });
    }
    return text;
}


/***/ }),

/***/ 2002:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Bc: () => (/* binding */ isDigest),
/* harmony export */   EX: () => (/* binding */ encodedOf),
/* harmony export */   Hy: () => (/* binding */ algorithmOf),
/* harmony export */   Og: () => (/* binding */ hashFor),
/* harmony export */   V7: () => (/* binding */ assertDigest),
/* harmony export */   g4: () => (/* binding */ finishDigest),
/* harmony export */   m: () => (/* binding */ parseDigest),
/* harmony export */   ol: () => (/* binding */ digestOf),
/* harmony export */   qb: () => (/* binding */ corrupt)
/* harmony export */ });
/* unused harmony export shortDigest */
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var _error_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(59342);


const ENCODED_LENGTH = { sha256: 64, sha512: 128 };
const GRAMMAR = /^(?<algorithm>[a-z0-9]+(?:[+._-][a-z0-9]+)*):(?<encoded>[A-Za-z0-9=_-]+)$/;
function faultOf(text) {
    // The longest digest known is 135 characters; a cap keeps the work bounded whatever is passed in.
    if (text.length > 256)
        return `it has ${text.length} characters`;
    const groups = GRAMMAR.exec(text)?.groups;
    if (groups === undefined)
        return 'it is not of the form sha256:<64 hexadecimal digits>';
    const { algorithm = '', encoded = '' } = groups;
    if (!Object.hasOwn(ENCODED_LENGTH, algorithm))
        return `the algorithm "${algorithm}" is not supported`;
    const expected = ENCODED_LENGTH[algorithm];
    if (encoded.length !== expected)
        return `expected ${expected} hexadecimal digits, got ${encoded.length}`;
    if (!/^[0-9a-f]+$/.test(encoded))
        return 'only the digits 0-9 and a-f (lower case) are allowed';
    return undefined;
}
/** True for a well-formed sha256 or sha512 digest. */
function isDigest(value) {
    return typeof value === 'string' && faultOf(value) === undefined;
}
/**
 * Parses a digest.
 * @throws {InvalidReferenceError} when the text is anything else; the message says why.
 */
function parseDigest(text) {
    const fault = faultOf(text);
    if (fault !== undefined) {
        throw new _error_js__WEBPACK_IMPORTED_MODULE_1__/* .InvalidReferenceError */ .x_(`Not a digest: ${JSON.stringify(text.slice(0, 200))}: ${fault}.`, {
            hint: 'Pass the `digest` output of build as it is, for example sha256:9f86d081…',
        });
    }
    return text;
}
/** The algorithm part of a digest. */
function algorithmOf(digest) {
    return digest.slice(0, digest.indexOf(':'));
}
/** The part after the colon. */
function encodedOf(digest) {
    return digest.slice(digest.indexOf(':') + 1);
}
/** Hashes bytes; what build-once writes is always sha256. */
function digestOf(bytes, algorithm = 'sha256') {
    return finishDigest((0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)(algorithm).update(bytes), algorithm);
}
/** A running hash of the digest's own algorithm, for streams. */
function hashFor(digest) {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)(algorithmOf(digest));
}
/** Turns a running hash into a digest. */
function finishDigest(hash, algorithm = 'sha256') {
    return `${algorithm}:${hash.digest('hex')}`;
}
/**
 * Checks that bytes hash to the digest they were asked for by.
 * @throws {RegistryError} CONTENT_CORRUPT naming both digests.
 */
function assertDigest(bytes, expected, what) {
    const actual = digestOf(bytes, algorithmOf(expected));
    if (actual !== expected)
        throw corrupt(what, expected, actual);
}
/** The error for content that does not hash to its name. */
function corrupt(what, expected, actual) {
    return new _error_js__WEBPACK_IMPORTED_MODULE_1__/* .RegistryError */ .gl('CONTENT_CORRUPT', `${what} is corrupt · expected ${expected}, got ${actual}`, {
        hint: 'Do not use this copy. Check the registry, its storage and any proxy in between.',
    });
}
/** A digest short enough for a log line; never used for identity. */
function shortDigest(digest) {
    return digest.replace(/^(sha\d+:)([0-9a-f]{12}).*$/, '$1$2…');
}


/***/ }),

/***/ 59342:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   I0: () => (/* binding */ TargetError),
/* harmony export */   KE: () => (/* binding */ listed),
/* harmony export */   NJ: () => (/* binding */ EngineError),
/* harmony export */   UM: () => (/* binding */ saysBlobIsMissing),
/* harmony export */   W1: () => (/* binding */ RecordError),
/* harmony export */   bD: () => (/* binding */ messageOf),
/* harmony export */   dz: () => (/* binding */ InputError),
/* harmony export */   gl: () => (/* binding */ RegistryError),
/* harmony export */   kb: () => (/* binding */ BuildOnceError),
/* harmony export */   mk: () => (/* binding */ VerificationError),
/* harmony export */   pn: () => (/* binding */ PolicyError),
/* harmony export */   vu: () => (/* binding */ isRefusal),
/* harmony export */   x_: () => (/* binding */ InvalidReferenceError)
/* harmony export */ });
/**
 * Base of every error meant for a user. `message` says *what · expected X, got Y*; `hint` says what to do.
 * Messages never hold secrets: whoever builds one passes URLs through redaction first.
 */
class BuildOnceError extends Error {
    code;
    hint;
    constructor(code, message, details = {}) {
        super(message, 'cause' in details ? { cause: details.cause } : undefined);
        this.name = new.target.name;
        this.code = code;
        this.hint = details.hint;
    }
}
/** Inputs that are missing, malformed or contradict each other; holds all faults, not the first. */
class InputError extends BuildOnceError {
    faults;
    constructor(faults, details = {}) {
        super('INPUT_INVALID', faults.length === 1 ? `${faults[0]}` : listed('The inputs are not valid', faults), details);
        this.faults = faults;
    }
}
/** A repository, tag or digest that does not follow the OCI grammar. */
class InvalidReferenceError extends BuildOnceError {
    constructor(message, details = {}) {
        super('REFERENCE_INVALID', message, details);
    }
}
/** A registry answered badly or not at all. Carries what a retry decision needs, never credentials. */
class RegistryError extends BuildOnceError {
    status;
    ociCodes;
    constructor(code, message, details = {}) {
        super(code, message, details);
        this.status = details.status;
        this.ociCodes = details.ociCodes ?? [];
    }
}
/** True for a registry that said no to a write. Some call an immutable tag a lack of rights (403). */
function isRefusal(error) {
    return error.code === 'REGISTRY_REFUSED' || error.code === 'REGISTRY_DENIED';
}
/**
 * True for OCI codes that say a blob is missing. After the caller made sure of the blob it is a passing fault:
 * registries that keep files (distribution 2.8) take a blob for missing while another client writes the same one.
 */
function saysBlobIsMissing(ociCodes) {
    return ociCodes.some((code) => code === 'MANIFEST_BLOB_UNKNOWN' || code === 'BLOB_UNKNOWN');
}
/** A record that is not a valid build-once document. */
class RecordError extends BuildOnceError {
    constructor(message, details = {}) {
        super('RECORD_INVALID', message, details);
    }
}
/** An engine, a prepare script or the files to publish failed. */
class EngineError extends BuildOnceError {
}
/** The place deployed to, or the script that deploys, failed. */
class TargetError extends BuildOnceError {
}
/** The evidence is bad: witnesses disagree, are missing or cannot be read. */
class VerificationError extends BuildOnceError {
}
/** The evidence is good, but what was asked is not allowed. */
class PolicyError extends BuildOnceError {
}
/** A heading followed by one indented line per entry. */
function listed(heading, entries) {
    return `${heading}:\n${entries.map((entry) => `  - ${entry.replaceAll('\n', '\n    ')}`).join('\n')}`;
}
/** The message of anything thrown, for use inside another message. */
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}


/***/ }),

/***/ 77708:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   RJ: () => (/* binding */ parseStrictJson),
/* harmony export */   dj: () => (/* binding */ canonicalJson),
/* harmony export */   qU: () => (/* binding */ shortKey)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);

/**
 * Parses JSON that a stranger may have written: bounded in size and depth, valid UTF-8, no byte order mark,
 * no key twice in one object (two parsers would disagree on which counts) and no `__proto__` key.
 * @throws {SyntaxError} saying what is wrong.
 */
function parseStrictJson(bytes, bounds) {
    if (bytes.byteLength > bounds.maxBytes)
        throw new SyntaxError(`larger than ${bounds.maxBytes} bytes`);
    const text = decode(bytes);
    scan(text, bounds.maxDepth ?? 32);
    return JSON.parse(text);
}
function decode(bytes) {
    try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    }
    catch (cause) {
        throw new SyntaxError('not valid UTF-8', { cause });
    }
}
/** One pass over the text for what JSON.parse does not report; JSON.parse judges the grammar afterwards. */
function scan(text, maxDepth) {
    const objects = [];
    // A string that is never closed is taken to the end, so that no text makes this quadratic.
    const token = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|[{}[\]]/gs;
    for (let match = token.exec(text); match !== null; match = token.exec(text)) {
        const found = match[0];
        if (found === '{' || found === '[') {
            objects.push(found === '{' ? new Set() : undefined);
            if (objects.length > maxDepth)
                throw new SyntaxError(`nested deeper than ${maxDepth}`);
        }
        else if (found === '}' || found === ']')
            objects.pop();
        else
            checkKey(text, token.lastIndex, found, objects.at(-1));
    }
}
function checkKey(text, end, literal, keys) {
    const colon = /\s*:/y;
    colon.lastIndex = end;
    if (keys === undefined || !literal.endsWith('"') || !colon.test(text))
        return;
    const key = JSON.parse(literal);
    if (keys.has(key))
        throw new SyntaxError(`the key ${JSON.stringify(key.slice(0, 80))} is there twice`);
    if (key === '__proto__')
        throw new SyntaxError('the key "__proto__" is not allowed');
    keys.add(key);
}
/** JSON with sorted keys and no white space: the same value is always the same bytes. */
function canonicalJson(value) {
    if (value === null || typeof value !== 'object')
        return JSON.stringify(value);
    if (Array.isArray(value))
        return `[${value.map((entry) => canonicalJson(entry)).join(',')}]`;
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`;
}
/** A short, stable key for a text in names that allow few characters. */
function shortKey(text, length = 12) {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(text).digest('hex').slice(0, length);
}


/***/ }),

/***/ 5151:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $T: () => (/* binding */ MANIFEST_MEDIA_TYPES),
/* harmony export */   $v: () => (/* binding */ EMPTY_CONFIG),
/* harmony export */   Ng: () => (/* binding */ parseManifest),
/* harmony export */   Z2: () => (/* binding */ MEDIA_TYPES),
/* harmony export */   ZJ: () => (/* binding */ MAX_MANIFEST_BYTES),
/* harmony export */   ZX: () => (/* binding */ bareMediaType),
/* harmony export */   ls: () => (/* binding */ identify),
/* harmony export */   nb: () => (/* binding */ descriptorOf),
/* harmony export */   tj: () => (/* binding */ platformOf),
/* harmony export */   xq: () => (/* binding */ platformChildren)
/* harmony export */ });
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(27597);
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(37428);
/* harmony import */ var _digest_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2002);
/* harmony import */ var _error_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(59342);
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(77708);




const MEDIA_TYPES = {
    ociIndex: 'application/vnd.oci.image.index.v1+json',
    ociManifest: 'application/vnd.oci.image.manifest.v1+json',
    dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
    dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
    ociConfig: 'application/vnd.oci.image.config.v1+json',
    ociEmpty: 'application/vnd.oci.empty.v1+json',
    ociTar: 'application/vnd.oci.image.layer.v1.tar',
    ociTarGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
};
/**
 * The media types asked for on every manifest read. Leaving one out makes some registries answer 404 for a
 * manifest that exists, which must never be read as "not built".
 */
const MANIFEST_MEDIA_TYPES = [
    MEDIA_TYPES.ociIndex,
    MEDIA_TYPES.ociManifest,
    MEDIA_TYPES.dockerIndex,
    MEDIA_TYPES.dockerManifest,
];
/** The limit registries and clients agree on (distribution-spec §Pushing manifests: at least 4 MB). */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** The two-byte JSON object `{}` that OCI artifacts use where there is no configuration. */
const EMPTY_CONFIG = {
    bytes: new TextEncoder().encode('{}'),
    descriptor: {
        mediaType: MEDIA_TYPES.ociEmpty,
        digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        size: 2,
    },
};
const digest = zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP().refine(_digest_js__WEBPACK_IMPORTED_MODULE_0__/* .isDigest */ .Bc, 'not a supported digest');
const size = zod__WEBPACK_IMPORTED_MODULE_3__/* .int */ .Whr().nonnegative();
const annotations = zod__WEBPACK_IMPORTED_MODULE_3__/* .record */ .g1P(zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP(), zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP());
const platform = zod__WEBPACK_IMPORTED_MODULE_3__/* .looseObject */ ._H3({
    os: zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP(),
    architecture: zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP(),
    variant: zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP().optional(),
    'os.version': zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP().optional(),
});
// Loose: unknown fields are kept by keeping the raw bytes; only what we act on is judged.
const descriptor = zod__WEBPACK_IMPORTED_MODULE_3__/* .looseObject */ ._H3({
    mediaType: zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP().min(1).max(255),
    digest,
    size,
    urls: zod__WEBPACK_IMPORTED_MODULE_3__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP()).optional(),
    annotations: annotations.optional(),
    artifactType: zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP().optional(),
    platform: platform.optional(),
});
const common = {
    schemaVersion: zod__WEBPACK_IMPORTED_MODULE_3__/* .literal */ .euz(2),
    mediaType: zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP().optional(),
    artifactType: zod__WEBPACK_IMPORTED_MODULE_3__/* .string */ .YjP().optional(),
    subject: descriptor.optional(),
    annotations: annotations.optional(),
};
const imageSchema = zod__WEBPACK_IMPORTED_MODULE_3__/* .looseObject */ ._H3({ ...common, config: descriptor, layers: zod__WEBPACK_IMPORTED_MODULE_3__/* .array */ .YOg(descriptor) });
const indexSchema = zod__WEBPACK_IMPORTED_MODULE_3__/* .looseObject */ ._H3({ ...common, manifests: zod__WEBPACK_IMPORTED_MODULE_3__/* .array */ .YOg(descriptor) });
function unexpected(what, why, cause) {
    return new _error_js__WEBPACK_IMPORTED_MODULE_1__/* .RegistryError */ .gl('REGISTRY_UNEXPECTED', `${what} is not a usable manifest: ${why}`, {
        hint: 'build-once reads OCI and Docker schema 2 manifests and indexes only.',
        cause,
    });
}
/** Drops media type parameters and case: `application/JSON; charset=utf-8` → `application/json`. */
function bareMediaType(contentType) {
    return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
function isManifestMediaType(type) {
    return MANIFEST_MEDIA_TYPES.includes(type);
}
/**
 * Parses manifest bytes. The type is decided by the Content-Type and must agree with the body: its
 * `mediaType` where it has one, and exclusively `manifests` or `config` and `layers` (CVE-2021-41190).
 * @throws {RegistryError} REGISTRY_UNEXPECTED.
 */
function parseManifest(bytes, contentType, what) {
    const mediaType = bareMediaType(contentType);
    if (!isManifestMediaType(mediaType))
        throw unexpected(what, `its media type is ${JSON.stringify(mediaType.slice(0, 100))}`);
    let body;
    try {
        body = (0,_json_js__WEBPACK_IMPORTED_MODULE_2__/* .parseStrictJson */ .RJ)(bytes, { maxBytes: MAX_MANIFEST_BYTES });
    }
    catch (cause) {
        throw unexpected(what, cause instanceof Error ? cause.message : 'not JSON', cause);
    }
    const isIndex = mediaType === MEDIA_TYPES.ociIndex || mediaType === MEDIA_TYPES.dockerIndex;
    const fault = shapeFault(body, mediaType, isIndex);
    if (fault !== undefined)
        throw unexpected(what, fault);
    const identity = { bytes, digest: (0,_digest_js__WEBPACK_IMPORTED_MODULE_0__/* .digestOf */ .ol)(bytes), mediaType };
    return isIndex
        ? { ...identity, kind: 'index', document: checked(indexSchema, body, what) }
        : { ...identity, kind: 'image', document: checked(imageSchema, body, what) };
}
function shapeFault(body, mediaType, isIndex) {
    if (typeof body !== 'object' || body === null)
        return 'it is not a JSON object';
    if ('mediaType' in body && body.mediaType !== mediaType) {
        return `the body says ${JSON.stringify(body.mediaType).slice(0, 100)}, the registry said "${mediaType}"`;
    }
    const looksLikeIndex = 'manifests' in body;
    const looksLikeImage = 'layers' in body || 'config' in body;
    if (looksLikeIndex && looksLikeImage)
        return 'it has the fields of an index and of an image';
    if (looksLikeIndex !== isIndex)
        return `it does not have the fields of "${mediaType}"`;
    return undefined;
}
function checked(schema, body, what) {
    const result = schema.safeParse(body);
    if (!result.success)
        throw unexpected(what, zod__WEBPACK_IMPORTED_MODULE_4__/* .prettifyError */ .S1(result.error).slice(0, 500));
    return result.data;
}
/** The descriptor of a manifest: what another document points at it with. */
function descriptorOf(manifest) {
    return { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.byteLength };
}
/** A child of an index that a machine can run: attestation children (`unknown/unknown`) are not artifacts. */
function isRunnable(child) {
    if (child.annotations?.['vnd.docker.reference.type'] !== undefined)
        return false;
    return child.platform === undefined || child.platform.os !== 'unknown';
}
/** `linux/arm64/v8`, or `unknown` where the descriptor does not say. */
function platformOf(child) {
    const { os, architecture, variant } = child.platform ?? {};
    if (os === undefined || architecture === undefined)
        return 'unknown';
    return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
}
/** The runnable children of an index, in the order of the index; none for a single image. */
function platformChildren(manifest) {
    return manifest.kind === 'index' ? manifest.document.manifests.filter(isRunnable) : [];
}
/**
 * Index-aware equality: the sealed digest itself, or a runnable platform child of the sealed index, is the
 * same artifact. Runtimes report either.
 */
function identify(digest, sealed) {
    if (digest === sealed.digest)
        return { same: true };
    const child = platformChildren(sealed).find((entry) => entry.digest === digest);
    return child === undefined ? { same: false } : { same: true, child: platformOf(child) };
}


/***/ }),

/***/ 26039:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C0: () => (/* binding */ propertyTable),
/* harmony export */   FV: () => (/* binding */ escapeMarkdown),
/* harmony export */   UU: () => (/* binding */ humanDuration),
/* harmony export */   aY: () => (/* binding */ code),
/* harmony export */   nf: () => (/* binding */ link)
/* harmony export */ });
/* unused harmony export humanSize */
/** Text from anywhere as text in Markdown: no markup, no HTML, no line breaks, no mentions or links. */
function escapeMarkdown(text) {
    return (text
        .replace(/\p{Cc}+/gu, ' ')
        .replace(/[&<>]/g, (character) => (character === '&' ? '&amp;' : character === '<' ? '&lt;' : '&gt;'))
        .replace(/[\\`*_{}[\]()#+!|~@-]/g, (character) => `\\${character}`)
        // GitHub makes links of addresses without any markup.
        .replace(/:\/\//g, String.raw `:\/\/`)
        .replace(/\bwww\./gi, (start) => start.replace('.', String.raw `\.`)));
}
/**
 * Text as inline code. A backtick or a table bar inside would end it early, and code has no escapes (a backslash
 * before the bar would hide one behind a backslash in the text), so characters that look like them stand there.
 */
function code(text) {
    return `\`${text
        .replace(/\p{Cc}+/gu, ' ')
        .replaceAll('`', 'ˋ')
        .replaceAll('|', '│')}\``;
}
/** A link, only for http(s) addresses; anything else stays plain text. */
function link(text, url) {
    return /^https?:\/\/[^\s()<>"'`\\|]+$/.test(url)
        ? `[${escapeMarkdown(text)}](${url})`
        : escapeMarkdown(text);
}
/** Two columns without a heading row, as GitHub renders tables. */
function propertyTable(rows) {
    return [
        '| | |',
        '| --- | --- |',
        ...rows.map(([name, value]) => `| **${escapeMarkdown(name)}** | ${value} |`),
    ].join('\n');
}
/** `850 ms`, `4.2 s` or `3 min 12 s`. */
function humanDuration(milliseconds) {
    if (milliseconds < 1000)
        return `${Math.round(milliseconds)} ms`;
    if (milliseconds < 59_950)
        return `${(milliseconds / 1000).toFixed(1)} s`;
    const seconds = Math.round(milliseconds / 1000);
    return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
/** `512 B`, `3.4 MB`. */
function humanSize(bytes) {
    if (bytes < 1000)
        return `${bytes} B`;
    const units = ['kB', 'MB', 'GB', 'TB'];
    const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
    return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1]}`;
}


/***/ }),

/***/ 43111:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $l: () => (/* binding */ recordTime),
/* harmony export */   AN: () => (/* binding */ decodeBuildRecord),
/* harmony export */   X5: () => (/* binding */ decodeDeploymentRecord),
/* harmony export */   Ym: () => (/* binding */ encodeRecord),
/* harmony export */   c4: () => (/* binding */ RECORD_TYPES),
/* harmony export */   xR: () => (/* binding */ MAX_RECORD_BYTES)
/* harmony export */ });
/* unused harmony exports buildRecordSchema, deploymentRecordSchema */
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(27597);
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(64377);
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(37428);
/* harmony import */ var _commit_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(92935);
/* harmony import */ var _digest_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2002);
/* harmony import */ var _error_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(59342);
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(77708);





/** artifactType of the OCI artifacts that carry records (design: records are referrers of the artifact). */
const RECORD_TYPES = {
    build: 'application/vnd.build-once.build.v1+json',
    deployment: 'application/vnd.build-once.deployment.v1+json',
};
/** A record is small by design; anything larger is not one of ours. */
const MAX_RECORD_BYTES = 64 * 1024;
// Control characters have no place in a record and could forge workflow commands or terminal output.
const text = (max) => zod__WEBPACK_IMPORTED_MODULE_4__/* .string */ .YjP()
    .max(max)
    .regex(/^\P{Cc}*$/u, 'holds control characters');
const digest = zod__WEBPACK_IMPORTED_MODULE_4__/* .string */ .YjP().refine(_digest_js__WEBPACK_IMPORTED_MODULE_1__/* .isDigest */ .Bc, 'not a digest');
const commit = zod__WEBPACK_IMPORTED_MODULE_4__/* .string */ .YjP().refine(_commit_js__WEBPACK_IMPORTED_MODULE_0__/* .isCommit */ .WM, 'not a full commit id');
const time = zod__WEBPACK_IMPORTED_MODULE_5__/* .datetime */ .w$({ precision: 3 });
const workflowRun = zod__WEBPACK_IMPORTED_MODULE_4__/* .strictObject */ .rej({
    id: text(40),
    attempt: zod__WEBPACK_IMPORTED_MODULE_4__/* .int */ .Whr().min(1),
    url: text(500),
    workflow: text(300),
    job: text(200),
});
const source = zod__WEBPACK_IMPORTED_MODULE_4__/* .strictObject */ .rej({
    server: text(300),
    repository: text(300),
    gitRef: text(300),
});
const buildRecordSchema = zod__WEBPACK_IMPORTED_MODULE_4__/* .strictObject */ .rej({
    schema: zod__WEBPACK_IMPORTED_MODULE_4__/* .literal */ .euz('build-once/build/v1'),
    repository: text(260),
    commit,
    digest,
    mediaType: text(255),
    size: zod__WEBPACK_IMPORTED_MODULE_4__/* .int */ .Whr().nonnegative(),
    platforms: zod__WEBPACK_IMPORTED_MODULE_4__/* .array */ .YOg(text(80)).max(200),
    event: text(100),
    engine: zod__WEBPACK_IMPORTED_MODULE_4__/* .strictObject */ .rej({ name: text(40), version: text(100) }),
    inputsDigest: digest,
    source: source.nullable(),
    workflowRun: workflowRun.nullable(),
    actor: text(200),
    createdAt: time,
    nonce: zod__WEBPACK_IMPORTED_MODULE_4__/* .string */ .YjP().regex(/^[0-9a-f]{32}$/),
})
    .describe('One build: the artifact that was built from a commit, once.');
const witness = zod__WEBPACK_IMPORTED_MODULE_4__/* .strictObject */ .rej({
    witness: text(60),
    digest: digest.nullable(),
    where: text(600),
    note: text(300).optional(),
});
const deploymentRecordSchema = zod__WEBPACK_IMPORTED_MODULE_4__/* .strictObject */ .rej({
    schema: zod__WEBPACK_IMPORTED_MODULE_4__/* .literal */ .euz('build-once/deployment/v1'),
    id: zod__WEBPACK_IMPORTED_MODULE_4__/* .string */ .YjP().regex(/^[0-9a-f]{32}$/),
    releaseId: text(80).nullable(),
    environment: text(255),
    repository: text(260),
    digest: digest.nullable(),
    commit,
    state: zod__WEBPACK_IMPORTED_MODULE_4__/* ["enum"] */ .k5n(['success', 'failure', 'refused', 'rolled-back']),
    reason: zod__WEBPACK_IMPORTED_MODULE_4__/* .strictObject */ .rej({ code: text(60), message: zod__WEBPACK_IMPORTED_MODULE_4__/* .string */ .YjP().max(4000) }).nullable(),
    configDigest: digest.nullable(),
    previousDigest: digest.nullable(),
    evidence: zod__WEBPACK_IMPORTED_MODULE_4__/* .array */ .YOg(witness).max(50),
    workflowRun: workflowRun.nullable(),
    actor: text(200),
    startedAt: time,
    finishedAt: time,
    rollback: zod__WEBPACK_IMPORTED_MODULE_4__/* .boolean */ .zMY(),
    overrides: zod__WEBPACK_IMPORTED_MODULE_4__/* .array */ .YOg(text(100)).max(50),
})
    .describe('One attempt to deploy an artifact to an environment, also when it failed or was refused.');
/**
 * A record as bytes: canonical JSON, so that writing the same record twice gives the same digest.
 * @throws {RecordError} for a record nobody could read again; better no seal than one that cannot be read.
 */
function encodeRecord(record) {
    const schema = record.schema === 'build-once/build/v1' ? buildRecordSchema : deploymentRecordSchema;
    const result = schema.safeParse(record);
    if (!result.success)
        throw new _error_js__WEBPACK_IMPORTED_MODULE_2__/* .RecordError */ .W1(`The record cannot be written:\n${zod__WEBPACK_IMPORTED_MODULE_6__/* .prettifyError */ .S1(result.error).slice(0, 1000)}`);
    return new TextEncoder().encode((0,_json_js__WEBPACK_IMPORTED_MODULE_3__/* .canonicalJson */ .dj)(record));
}
function decode(schema, bytes, what) {
    let body;
    try {
        body = (0,_json_js__WEBPACK_IMPORTED_MODULE_3__/* .parseStrictJson */ .RJ)(bytes, { maxBytes: MAX_RECORD_BYTES, maxDepth: 8 });
    }
    catch (cause) {
        throw new _error_js__WEBPACK_IMPORTED_MODULE_2__/* .RecordError */ .W1(`${what} is not a record: ${cause instanceof Error ? cause.message : 'not JSON'}`, {
            cause,
        });
    }
    const result = schema.safeParse(body);
    if (!result.success) {
        throw new _error_js__WEBPACK_IMPORTED_MODULE_2__/* .RecordError */ .W1(`${what} is not a valid record:\n${zod__WEBPACK_IMPORTED_MODULE_6__/* .prettifyError */ .S1(result.error).slice(0, 1000)}`, {
            hint: 'A newer version of build-once may have written it; update build-once.',
        });
    }
    return result.data;
}
/**
 * Reads a build record written by a stranger: bounded, strict, unknown fields and versions refused.
 * @throws {RecordError}
 */
function decodeBuildRecord(bytes, what) {
    return decode(buildRecordSchema, bytes, what);
}
/**
 * Reads a deployment record written by a stranger.
 * @throws {RecordError}
 */
function decodeDeploymentRecord(bytes, what) {
    return decode(deploymentRecordSchema, bytes, what);
}
/** `2026-11-23T01:43:50.000Z`, the only form of time in records. */
function recordTime(time) {
    return time.toISOString();
}


/***/ }),

/***/ 68225:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   F2: () => (/* binding */ parseReference),
/* harmony export */   FH: () => (/* binding */ formatReference),
/* harmony export */   O9: () => (/* binding */ digestReference),
/* harmony export */   SU: () => (/* binding */ parseRepository),
/* harmony export */   Sh: () => (/* binding */ formatRepository),
/* harmony export */   nJ: () => (/* binding */ tagFault)
/* harmony export */ });
/* harmony import */ var _digest_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2002);
/* harmony import */ var _error_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(59342);


// Grammar: distribution/reference, made stricter: the registry host is required (no docker.io guess), hosts
// are lower case, ports are 1-65535, tags are never defaulted. Every pattern is anchored and linear.
const HOST_NAME = /^(?:[a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9])(?:\.(?:[a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9]))*$/;
const IPV6 = /^\[[0-9a-f:]{2,45}\]$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const MAX_NAME = 255;
const MAX_TEXT = 1024;
function invalid(text, why) {
    return new _error_js__WEBPACK_IMPORTED_MODULE_1__/* .InvalidReferenceError */ .x_(`Not a valid reference: ${JSON.stringify(text.slice(0, 200))}: ${why}.`, {
        hint: 'Write registry host and repository in lower case, for example ghcr.io/owner/app.',
    });
}
/** Why a text is not a tag, in words; undefined when it is one (distribution-spec §Pulling manifests). */
function tagFault(tag) {
    if (TAG.test(tag))
        return undefined;
    if (tag === '')
        return 'the tag is empty';
    if (tag.includes('/'))
        return 'a tag cannot hold a slash';
    if (tag.length > 128)
        return `a tag has at most 128 characters, this one has ${tag.length}`;
    return 'a tag holds letters, digits, "_", "." and "-", and does not start with "." or "-"';
}
function splitRegistry(text, name) {
    const slash = name.indexOf('/');
    if (slash <= 0)
        throw invalid(text, 'it has no registry host before the repository');
    return { registry: name.slice(0, slash), path: name.slice(slash + 1) };
}
function checkRegistry(text, registry) {
    const bracket = registry.startsWith('[') ? registry.indexOf(']') + 1 : registry.indexOf(':');
    const host = bracket > 0 ? registry.slice(0, bracket) : registry;
    const port = bracket > 0 ? registry.slice(bracket) : '';
    if (registry !== registry.toLowerCase())
        throw invalid(text, 'the registry host must be in lower case');
    if (!(HOST_NAME.test(host) && host.length <= 253) && !isIpv6(host))
        throw invalid(text, `"${host.slice(0, 80)}" is not a host name`);
    if (port !== '' && !(/^:[1-9]\d{0,4}$/.test(port) && Number(port.slice(1)) <= 65535)) {
        throw invalid(text, `the port must be 1 to 65535, got "${port.slice(1, 20)}"`);
    }
    const looksLikeHost = host === 'localhost' || host.includes('.') || host.startsWith('[') || port !== '';
    if (!looksLikeHost)
        throw invalid(text, `"${registry}" is not a registry host (no dot, no port); name the registry explicitly`);
}
function isIpv6(host) {
    return IPV6.test(host) && URL.canParse(`http://${host}/`);
}
function checkPath(text, path) {
    if (path === '')
        throw invalid(text, 'the repository name is empty');
    if (path !== path.toLowerCase())
        throw invalid(text, 'the repository name must be in lower case');
    if (path.length > MAX_NAME)
        throw invalid(text, `the repository name has more than ${MAX_NAME} characters`);
    const component = path.split('/').find((part) => !PATH_COMPONENT.test(part));
    if (component !== undefined) {
        throw invalid(text, component === ''
            ? 'a part of the repository name is empty'
            : `"${component.slice(0, 80)}" is not a valid part of a repository name`);
    }
}
/**
 * Parses a repository without tag and digest, `host[:port]/path`.
 * @throws {InvalidReferenceError}
 */
function parseRepository(text) {
    if (text.length > MAX_TEXT)
        throw invalid(text, `it has ${text.length} characters`);
    if (text === '')
        throw invalid(text, 'it is empty');
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
        throw invalid(text, 'it is a URL; leave the scheme out');
    if (text.includes('@'))
        throw invalid(text, 'it holds a digest or user name; give the repository only');
    const { registry, path } = splitRegistry(text, text);
    if (path.includes(':'))
        throw invalid(text, 'it holds a tag; give the repository only');
    checkRegistry(text, registry);
    checkPath(text, path);
    if (registry.length + 1 + path.length > MAX_NAME)
        throw invalid(text, `it has more than ${MAX_NAME} characters`);
    return { registry, path };
}
/**
 * Parses `host/path:tag`, `host/path@digest` or `host/path:tag@digest`.
 * @throws {InvalidReferenceError} also when neither tag nor digest is there: there is no default tag.
 */
function parseReference(text) {
    if (text.length > MAX_TEXT)
        throw invalid(text, `it has ${text.length} characters`);
    const at = text.indexOf('@');
    const name = at < 0 ? text : text.slice(0, at);
    const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
    const tag = colon > 0 && name.includes('/') ? name.slice(colon + 1) : undefined;
    const repository = parseRepository(tag === undefined ? name : name.slice(0, colon));
    const fault = tag === undefined ? undefined : tagFault(tag);
    if (fault !== undefined)
        throw invalid(text, fault);
    if (at >= 0)
        return digestReference(repository, (0,_digest_js__WEBPACK_IMPORTED_MODULE_0__/* .parseDigest */ .m)(text.slice(at + 1)), tag);
    if (tag === undefined)
        throw invalid(text, 'it has neither tag nor digest');
    return { kind: 'tag', repository, tag };
}
/** A digest reference; the tag, where there is one, is only a remark. */
function digestReference(repository, digest, tag) {
    return tag === undefined
        ? { kind: 'digest', repository, digest }
        : { kind: 'digest', repository, digest, tag };
}
/** `host/path`. */
function formatRepository(repository) {
    return `${repository.registry}/${repository.path}`;
}
/** The inverse of {@link parseReference}. */
function formatReference(reference) {
    const name = formatRepository(reference.repository);
    if (reference.kind === 'tag')
        return `${name}:${reference.tag}`;
    return `${name}${reference.tag === undefined ? '' : `:${reference.tag}`}@${reference.digest}`;
}


/***/ }),

/***/ 18328:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ createWorkflowArtifacts)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(59342);
/* harmony import */ var _domain_json_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(77708);
/* harmony import */ var _domain_record_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(43111);





/** How the artifact of a record is called: digests hold a colon, which artifact names may not. */
function prefixOf(repository, commit) {
    return `build-once-${commit}-${(0,_domain_json_js__WEBPACK_IMPORTED_MODULE_3__/* .shortKey */ .qU)(repository)}-`;
}
/** Named by the record: whoever uploads it again in the same workflow run uploads the same bytes. */
function nameOf(record) {
    const attempt = record.workflowRun?.attempt ?? 1;
    return `${prefixOf(record.repository, record.commit)}${attempt}-${record.nonce.slice(0, 8)}.json`;
}
/** The artifact client refuses GitHub Enterprise Server, and outside a runner there is no service to ask. */
function absence(environment) {
    if (!environment['ACTIONS_RESULTS_URL'] || !environment['ACTIONS_RUNTIME_TOKEN'])
        return 'there is no results service here';
    const host = new URL(environment['GITHUB_SERVER_URL'] || 'https://github.com').hostname.toLowerCase();
    const isGitHub = host === 'github.com' || host.endsWith('.ghe.com') || host.endsWith('.localhost');
    return isGitHub ? undefined : 'GitHub Enterprise Server has no artifact service of this version';
}
/** Workflow artifacts through the toolkit's client, which is loaded only when there is a service. */
function createWorkflowArtifacts(environment, temporary, log) {
    const why = absence(environment);
    const client = async () => {
        const { DefaultArtifactClient } = await Promise.all(/* import() */[__webpack_require__.e(335), __webpack_require__.e(888)]).then(__webpack_require__.bind(__webpack_require__, 37888));
        return new DefaultArtifactClient();
    };
    return {
        upload: async (record, bytes) => {
            if (why !== undefined) {
                log.notice(`The build record was not uploaded as a workflow artifact: ${why}.`);
                return undefined;
            }
            return await uploadOrWarn(await client(), temporary, nameOf(record), bytes, log);
        },
        find: async (repository, commit) => {
            if (why !== undefined)
                return [];
            return await findRecords(await client(), temporary, prefixOf(repository, commit));
        },
    };
}
/**
 * The commit is sealed when its record is uploaded, and the registry has the record, so a service that fails
 * takes nothing but a witness away. Another job of this workflow run may have uploaded the same record before;
 * the client reports that by a message only, so what is listed decides.
 */
async function uploadOrWarn(client, temporary, name, bytes, log) {
    try {
        return await uploadRecord(client, temporary, name, bytes);
    }
    catch (error) {
        const there = await findByName(client, name).catch(() => undefined);
        if (there === undefined)
            log.warning(`The build record was not uploaded as a workflow artifact: ${(0,_domain_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error)}`);
        return there;
    }
}
async function findByName(client, name) {
    const { artifacts } = await client.listArtifacts();
    return artifacts.find((artifact) => artifact.name === name)?.id;
}
async function uploadRecord(client, temporary, name, bytes) {
    const folder = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.mkdtemp)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(temporary, 'build-once-record-'));
    try {
        const file = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, name);
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.writeFile)(file, bytes);
        // Not archived: the digest of a zip depends on times, and the record should be readable in the browser.
        const { id } = await client.uploadArtifact(name, [file], folder, { skipArchive: true });
        return id;
    }
    finally {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(folder, { recursive: true, force: true });
    }
}
async function findRecords(client, temporary, prefix) {
    try {
        const { artifacts } = await client.listArtifacts();
        const ours = artifacts.filter((artifact) => artifact.name.startsWith(prefix) && artifact.name.endsWith('.json'));
        const found = [];
        for (const artifact of ours)
            found.push({ name: artifact.name, record: await readRecord(client, temporary, artifact) });
        return found;
    }
    catch (cause) {
        throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_2__/* .VerificationError */ .mk('WITNESS_UNREADABLE', `The artifacts of this workflow run could not be read: ${(0,_domain_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(cause)}`, {
            hint: 'An unreadable witness is a failure, not an absence. Run the job again.',
            cause,
        });
    }
}
async function readRecord(client, temporary, artifact) {
    const folder = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.mkdtemp)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(temporary, 'build-once-witness-'));
    try {
        const expected = artifact.digest === undefined ? {} : { expectedHash: artifact.digest };
        const { downloadPath, digestMismatch } = await client.downloadArtifact(artifact.id, {
            path: folder,
            ...expected,
        });
        if (digestMismatch === true)
            throw new Error(`artifact ${artifact.name} does not have the digest it is listed with`);
        const file = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(downloadPath ?? folder, artifact.name);
        if ((await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.stat)(file)).size > _domain_record_js__WEBPACK_IMPORTED_MODULE_4__/* .MAX_RECORD_BYTES */ .xR)
            throw new Error(`artifact ${artifact.name} is larger than a record can be`);
        return (0,_domain_record_js__WEBPACK_IMPORTED_MODULE_4__/* .decodeBuildRecord */ .AN)(await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(file), `Workflow artifact ${artifact.name}`);
    }
    finally {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(folder, { recursive: true, force: true });
    }
}


/***/ }),

/***/ 88120:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   B7: () => (/* binding */ isForkPullRequest),
/* harmony export */   Dm: () => (/* binding */ recordedEvent),
/* harmony export */   ef: () => (/* binding */ eventCommit),
/* harmony export */   vH: () => (/* binding */ knownCommit),
/* harmony export */   yI: () => (/* binding */ readContext)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(48161);
/* harmony import */ var _domain_commit_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(92935);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(59342);
/* harmony import */ var _domain_json_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(77708);





const MAX_EVENT_BYTES = 26 * 1024 * 1024;
/** Reads the context from the runner's environment variables and the event file. */
function readContext(environment) {
    const text = (name) => environment[name] ?? '';
    // What goes into records keeps their bounds, so that a workflow with an odd name still has readable ones.
    const shown = (name, max) => text(name)
        .replaceAll(/\p{Cc}+/gu, ' ')
        .slice(0, max);
    const repository = text('GITHUB_REPOSITORY');
    const server = text('GITHUB_SERVER_URL') || 'https://github.com';
    const id = text('GITHUB_RUN_ID');
    const temporary = text('RUNNER_TEMP') || (0,node_os__WEBPACK_IMPORTED_MODULE_1__.tmpdir)();
    const sha = text('GITHUB_SHA');
    return {
        event: text('GITHUB_EVENT_NAME') || 'unknown',
        gitRef: text('GITHUB_REF'),
        headCommit: (0,_domain_commit_js__WEBPACK_IMPORTED_MODULE_2__/* .isCommit */ .WM)(sha) ? sha : undefined,
        payload: readPayload(text('GITHUB_EVENT_PATH')),
        source: repository === '' ? null : { server, repository, gitRef: shown('GITHUB_REF', 300) },
        workflowRun: id === ''
            ? null
            : {
                id,
                attempt: Math.max(1, Number.parseInt(text('GITHUB_RUN_ATTEMPT') || '1', 10) || 1),
                url: `${server}/${repository}/actions/runs/${id}`,
                workflow: shown('GITHUB_WORKFLOW', 300),
                job: shown('GITHUB_JOB', 200),
            },
        actor: shown('GITHUB_ACTOR', 200) || 'unknown',
        workspace: text('GITHUB_WORKSPACE') || process.cwd(),
        temporary,
        cacheFolder: text('RUNNER_TOOL_CACHE') || temporary,
    };
}
function readPayload(path) {
    if (path === '')
        return {};
    const body = (0,_domain_json_js__WEBPACK_IMPORTED_MODULE_4__/* .parseStrictJson */ .RJ)((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readFileSync)(path), { maxBytes: MAX_EVENT_BYTES, maxDepth: 100 });
    const workflowRunHead = textAt(body, ['workflow_run', 'head_sha']);
    const workflowRunEvent = textAt(body, ['workflow_run', 'event']);
    const headRepository = textAt(body, ['pull_request', 'head', 'repo', 'full_name']);
    const baseRepository = textAt(body, ['pull_request', 'base', 'repo', 'full_name']);
    return {
        ...(workflowRunHead === undefined ? {} : { workflowRunHead }),
        ...(workflowRunEvent === undefined ? {} : { workflowRunEvent }),
        ...(headRepository === undefined ? {} : { headRepository }),
        ...(baseRepository === undefined ? {} : { baseRepository }),
    };
}
function textAt(body, path) {
    let value = body;
    for (const key of path) {
        if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key))
            return undefined;
        value = value[key];
    }
    return typeof value === 'string' ? value : undefined;
}
/**
 * The commit an event is about. Never bare `GITHUB_SHA`: for `workflow_run` that is the tip of the default
 * branch, and `pull_request_target` runs trusted code about untrusted commits.
 * @throws {PolicyError} EVENT_REFUSED when the event does not say safely.
 */
function eventCommit(context) {
    const refuse = (why) => new _domain_error_js__WEBPACK_IMPORTED_MODULE_3__/* .PolicyError */ .pn('EVENT_REFUSED', `The event "${context.event}" does not say which commit to use: ${why}`, {
        hint: 'Give the commit input, for example commit: ${{ github.sha }}.',
    });
    if (context.event === 'pull_request_target') {
        throw refuse('it runs with the rights of the base branch about a commit nobody has reviewed');
    }
    if (context.event === 'workflow_run') {
        if ((0,_domain_commit_js__WEBPACK_IMPORTED_MODULE_2__/* .isCommit */ .WM)(context.payload.workflowRunHead))
            return context.payload.workflowRunHead;
        throw refuse('its payload has no workflow_run.head_sha');
    }
    if (context.headCommit === undefined)
        throw refuse('GITHUB_SHA is not a full commit id');
    return context.headCommit;
}
/** The commit of the event; undefined where the event does not say. */
function knownCommit(context) {
    try {
        return eventCommit(context);
    }
    catch (error) {
        if (error instanceof _domain_error_js__WEBPACK_IMPORTED_MODULE_3__/* .PolicyError */ .pn)
            return undefined;
        throw error;
    }
}
/**
 * The event for the record. A workflow run about a pull request's run builds what nobody has merged, however
 * trusted it is itself; what it builds is no more a release candidate than the pull request's own build.
 */
function recordedEvent(context) {
    const { workflowRunEvent = '' } = context.payload;
    const isAboutPullRequest = context.event === 'workflow_run' && workflowRunEvent.startsWith('pull_request');
    return isAboutPullRequest ? 'pull_request' : context.event;
}
/**
 * True for a pull request from another repository: its token is read-only, so nothing can be pushed. Not so for
 * `pull_request_target`, which has the rights of the base branch.
 */
function isForkPullRequest(context) {
    const { headRepository, baseRepository } = context.payload;
    const isPullRequest = context.event.startsWith('pull_request') && context.event !== 'pull_request_target';
    if (!isPullRequest || baseRepository === undefined)
        return false;
    return headRepository === undefined || headRepository.toLowerCase() !== baseRepository.toLowerCase();
}


/***/ }),

/***/ 96174:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   K: () => (/* binding */ readInputs)
/* harmony export */ });
/**
 * The inputs of this step as the runner passes them: `INPUT_<NAME>`, upper case, spaces as underscores, declared
 * and undeclared ones alike. Only ASCII white space is trimmed: a byte order mark or a no-break space inside a
 * value must reach the parser and be refused, not vanish.
 */
function readInputs(environment) {
    const inputs = new Map();
    for (const [name, value] of Object.entries(environment)) {
        if (!name.startsWith('INPUT_') || value === undefined)
            continue;
        inputs.set(name.slice('INPUT_'.length).toLowerCase(), value.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''));
    }
    return inputs;
}


/***/ }),

/***/ 30853:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Q: () => (/* binding */ githubLog)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(86120);

/** The log of a step: workflow commands of the runner, written and escaped by the toolkit. */
const githubLog = {
    info: (message) => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .info */ .pq(neutral(message)),
    debug: (message) => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .debug */ .Yz(message),
    notice: (message) => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .notice */ .lm(message),
    warning: (message) => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .warning */ .$e(message),
    group: async (title, work) => await _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .group */ .Os(title, work),
    raw: (chunk) => {
        process.stdout.write(chunk);
    },
    mask: (secret) => {
        for (const form of forms(secret))
            _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setSecret */ .Pq(form);
    },
};
/** Texts from a registry or a record may hold a workflow command: `::` starts a line, `##[` stands anywhere in it. */
function neutral(message) {
    return message.replace(/^(\s*)::/gm, '$1\u200b::').replaceAll('##[', '##\u200b[');
}
/** A secret shows up as itself or in base64, alone or inside `user:secret`; short values would mask half the log. */
function forms(secret) {
    if (secret.length < 4)
        return secret === '' ? [] : [secret];
    const lines = secret.split(/\r?\n/).filter((line) => line.trim().length >= 4);
    return [...new Set([secret, Buffer.from(secret).toString('base64'), ...lines, ...shifted(secret)])];
}
/** What base64 makes of the secret behind 0, 1 or 2 other bytes: the characters that hold nothing but the secret. */
function shifted(secret) {
    return [0, 1, 2].map((before) => {
        const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
        return bytes
            .toString('base64')
            .slice(before === 0 ? 0 : before + 1, Math.floor((bytes.byteLength * 4) / 3));
    });
}


/***/ }),

/***/ 65671:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ writeSummary)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(59342);


/** GitHub drops a summary of more than 1 MiB without failing the step. */
const MAX_SUMMARY_BYTES = 1024 * 1024;
/** Adds Markdown to the job summary. A summary is a courtesy: where it cannot be written, the step goes on. */
async function writeSummary(environment, markdown, log) {
    const path = environment['GITHUB_STEP_SUMMARY'];
    if (path === undefined || path === '')
        return;
    try {
        const used = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.stat)(path).then((file) => file.size, () => 0);
        const text = `${markdown}\n`;
        if (used + Buffer.byteLength(text) <= MAX_SUMMARY_BYTES)
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.appendFile)(path, text);
        else
            log.warning('The job summary is full; the summary of this step was left out.');
    }
    catch (error) {
        log.warning(`The job summary could not be written: ${(0,_domain_error_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(error)}`);
    }
}


/***/ }),

/***/ 49475:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   x: () => (/* binding */ reportFailure)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(86120);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);


/** The one place where an error ends a step: the message and the remedy for everyone, the causes for debugging. */
function reportFailure(error) {
    if (error instanceof _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildOnceError */ .kb) {
        _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .setFailed */ .C1(`${error.code}: ${error.message}${error.hint === undefined ? '' : `\n→ ${error.hint}`}`);
    }
    else {
        _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .setFailed */ .C1(`INTERNAL: ${(0,_domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)}\n→ This is a defect in build-once; please report it with the log of a run with debug logging.`);
        if (error instanceof Error && error.stack !== undefined)
            _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .debug */ .Yz(error.stack);
    }
    for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause))
        _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .debug */ .Yz(`Caused by: ${(0,_domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(cause)}`);
}
function causeOf(error) {
    return error instanceof Error ? error.cause : undefined;
}


/***/ }),

/***/ 45283:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   JZ: () => (/* binding */ buildOutputs),
/* harmony export */   gf: () => (/* binding */ deployOutputs),
/* harmony export */   n0: () => (/* binding */ setOutputs)
/* harmony export */ });
/* unused harmony exports BUILD_OUTPUTS, DEPLOY_OUTPUTS */
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(86120);
/* harmony import */ var _domain_reference_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(68225);


/** The outputs of the build action, in the order of `action.yml`. */
const BUILD_OUTPUTS = [
    ...[
        'digest',
        'commit',
        'built',
        'image',
        'tag',
        'reference',
        'media-type',
        'platforms',
        'record',
    ],
    'record-artifact-id',
];
/** The outputs of the deploy action, in the order of `deploy/action.yml`. */
const DEPLOY_OUTPUTS = (/* unused pure expression or super */ null && ([
    'digest',
    'reference',
    'previous-digest',
    'release-id',
    'deployment-id',
    'evidence',
]));
/** The outputs of a build; empty where nothing was pushed, because nothing may be deployed from it. */
function buildOutputs(result) {
    const { target, sealed } = result;
    const image = (0,_domain_reference_js__WEBPACK_IMPORTED_MODULE_0__/* .formatRepository */ .Sh)(target.repository);
    return {
        digest: sealed?.manifest.digest ?? '',
        commit: target.commit,
        built: String(result.outcome === 'built'),
        image,
        tag: sealed === undefined ? '' : target.commit,
        reference: sealed === undefined ? '' : (0,_domain_reference_js__WEBPACK_IMPORTED_MODULE_0__/* .formatReference */ .FH)((0,_domain_reference_js__WEBPACK_IMPORTED_MODULE_0__/* .digestReference */ .O9)(target.repository, sealed.manifest.digest)),
        'media-type': sealed?.manifest.mediaType ?? '',
        platforms: sealed?.record.platforms.join(',') ?? '',
        record: sealed === undefined ? '' : JSON.stringify(sealed.record),
        'record-artifact-id': result.recordArtifactId === undefined ? '' : String(result.recordArtifactId),
    };
}
/** The outputs of a deployment. */
function deployOutputs(result) {
    return {
        digest: result.digest,
        reference: result.reference,
        'previous-digest': result.previousDigest ?? '',
        'release-id': result.releaseId,
        'deployment-id': result.deploymentId ?? '',
        evidence: JSON.stringify(result.verified.agreement.evidence),
    };
}
/** Hands outputs to the runner; empty ones too, so that an expression never sees a value of an earlier step. */
function setOutputs(values) {
    for (const [name, value] of Object.entries(values))
        _actions_core__WEBPACK_IMPORTED_MODULE_1__/* .setOutput */ .uH(name, value);
}


/***/ }),

/***/ 13902:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  N: () => (/* binding */ connect)
});

// EXTERNAL MODULE: ./lib/platform/clock.js
var clock = __webpack_require__(88005);
// EXTERNAL MODULE: ./lib/platform/environment.js
var platform_environment = __webpack_require__(72734);
// EXTERNAL MODULE: ./lib/platform/exec.js
var exec = __webpack_require__(12358);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 9 modules
var schemas = __webpack_require__(27597);
// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
;// CONCATENATED MODULE: ./lib/registry/credential-helper.js




const TIMEOUT_MS = 30_000;
const MAX_OUTPUT = 64 * 1024;
const helperOutput = schemas/* looseObject */._H3({ Username: schemas/* string */.YjP(), Secret: schemas/* string */.YjP().min(1) });
/**
 * Asks `docker-credential-NAME` (docker/docker-credential-helpers protocol). Its output is never shown: helpers
 * print secrets, also to standard error. Undefined when it knows no credentials for the server.
 */
async function readHelper(name, server, run, environment) {
    // The name comes from a file: a path separator in it would run any program.
    if (!/^[A-Za-z0-9._-]{1,100}$/.test(name))
        throw invalid(JSON.stringify(name.slice(0, 60)), 'its name is not allowed');
    const program = `docker-credential-${name}`;
    const result = await start(program, server, run, environment);
    if (result.timedOut)
        throw invalid(program, `it did not answer within ${TIMEOUT_MS / 1000} s`);
    if (result.exitCode !== 0) {
        if (/credentials not found|no credentials/i.test(`${result.stdout} ${result.stderr}`))
            return undefined;
        throw invalid(program, `it failed for ${server} with exit code ${result.exitCode}`);
    }
    const { Username, Secret } = parseOutput(program, result.stdout);
    return Username === '<token>'
        ? { kind: 'identity-token', token: Secret }
        : { kind: 'password', username: Username, password: Secret };
}
async function start(program, server, run, environment) {
    try {
        return await run(program, ['get'], {
            environment: (0,platform_environment/* childEnvironment */.Q)(environment),
            input: server,
            maxCapture: MAX_OUTPUT,
            timeoutMs: TIMEOUT_MS,
        });
    }
    catch (error) {
        throw invalid(program, (0,exec/* isMissingProgram */.V)(error) ? 'it is not installed' : 'it could not be started', error);
    }
}
function parseOutput(program, output) {
    try {
        return helperOutput.parse(JSON.parse(output));
    }
    catch {
        // No cause: what cannot be parsed is quoted in the message of the SyntaxError, and it may be a secret.
        throw invalid(program, 'its answer is not JSON with Username and Secret');
    }
}
function invalid(what, why, cause) {
    return new domain_error/* RegistryError */.gl('CREDENTIALS_INVALID', `The credential helper ${what} could not be used: ${why}`, {
        ...(cause === undefined ? {} : { cause }),
        hint: 'Correct the docker configuration, or give `username` and `password`.',
    });
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/errors.js
var errors = __webpack_require__(961);
// EXTERNAL MODULE: ./lib/domain/json.js
var domain_json = __webpack_require__(77708);
;// CONCATENATED MODULE: ./lib/registry/docker-config.js




const MAX_CONFIG_BYTES = 1024 * 1024;
// Only what is used is judged; entries one by one, when they are needed (one bad entry is not everyone's).
const configSchema = schemas/* looseObject */._H3({
    auths: schemas/* record */.g1P(schemas/* string */.YjP(), schemas/* unknown */.L5J()).nullish(),
    credHelpers: schemas/* record */.g1P(schemas/* string */.YjP(), schemas/* string */.YjP()).nullish(),
    credsStore: schemas/* string */.YjP().nullish(),
});
const entrySchema = schemas/* looseObject */._H3({
    auth: schemas/* string */.YjP().nullish(),
    username: schemas/* string */.YjP().nullish(),
    password: schemas/* string */.YjP().nullish(),
    identitytoken: schemas/* string */.YjP().nullish(),
    registrytoken: schemas/* string */.YjP().nullish(),
});
/**
 * Reads a configuration file; undefined when there is none, or it is empty.
 * @throws {RegistryError} CREDENTIALS_INVALID when it is there and cannot be used.
 */
async function readAuthFile(file) {
    let bytes;
    try {
        bytes = await (0,promises_.readFile)(file);
    }
    catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        if (code === 'ENOENT' || code === 'ENOTDIR')
            return undefined;
        throw docker_config_invalid(file, `it cannot be read (${String(code)})`);
    }
    if (Buffer.from(bytes).toString('latin1').trim() === '')
        return undefined;
    try {
        return configSchema.parse((0,domain_json/* parseStrictJson */.RJ)(bytes, { maxBytes: MAX_CONFIG_BYTES }));
    }
    catch (error) {
        // No cause: a SyntaxError quotes the text around the fault, which may be a password.
        const why = error instanceof errors/* ZodError */.G
            ? 'its auths, credHelpers or credsStore are malformed'
            : 'it is not valid JSON';
        throw docker_config_invalid(file, why);
    }
}
/** The helper responsible for a registry: its own, else the one for everything. */
function helperFor(config, names) {
    const own = Object.entries(config.credHelpers ?? {}).find(([key]) => names.includes(keyOf(key).host));
    const name = own?.[1] ?? config.credsStore ?? undefined;
    return name === '' ? undefined : name;
}
/**
 * The entry for a repository. Hosts are compared whole: a part of one, or one that merely contains the other,
 * is another registry. Among keys with a path (podman) the longest that is a parent of the repository counts.
 */
function findEntry(config, names, path) {
    const matching = Object.entries(config.auths ?? {}).flatMap(([key, value]) => {
        const { host, path: scope } = keyOf(key);
        const covers = scope === '' || scope === path || path.startsWith(`${scope}/`);
        const isEmpty = JSON.stringify(value) === '{}';
        // docker leaves an empty entry for registries whose credentials are in a helper.
        return names.includes(host) && covers && !isEmpty ? [{ key, value, host, scope }] : [];
    });
    const [best] = matching.toSorted((a, b) => b.scope.length - a.scope.length || names.indexOf(a.host) - names.indexOf(b.host));
    return best === undefined ? undefined : { key: best.key, value: best.value };
}
/** `https://index.docker.io/v1/` → index.docker.io; `quay.io/org/app` → quay.io and org/app. */
function keyOf(key) {
    const hasScheme = /^https?:\/\//i.test(key);
    const bare = key.replace(/^https?:\/\//i, '').replace(/\/+$/, '');
    const slash = bare.indexOf('/');
    const host = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase();
    const path = slash < 0 ? '' : bare.slice(slash + 1);
    // Addresses of an API (`/v1/`, `/v2/`) name the whole registry.
    return { host, path: hasScheme || /^v[12]$/.test(path) ? '' : path };
}
/**
 * Reads an entry: registry token, identity token, `auth`, then user name and password, the first that is there.
 * @throws {RegistryError} CREDENTIALS_INVALID, naming the key and never the value.
 */
function readEntry({ key, value }, file) {
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success)
        throw docker_config_invalid(file, `the entry "${key.slice(0, 100)}" is malformed`);
    const { registrytoken, identitytoken, auth, username, password } = parsed.data;
    if (isPresent(registrytoken))
        return { kind: 'registry-token', token: registrytoken };
    if (isPresent(identitytoken))
        return { kind: 'identity-token', token: identitytoken };
    if (isPresent(auth))
        return readAuth(auth, key, file);
    if (isPresent(username) && isPresent(password))
        return { kind: 'password', username, password };
    return undefined;
}
function isPresent(text) {
    return text !== undefined && text !== null && text !== '';
}
function readAuth(auth, key, file) {
    const what = `the "auth" of "${key.slice(0, 100)}"`;
    const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(auth);
    if (!isBase64)
        throw docker_config_invalid(file, `${what} is not base64`);
    // docker pads with NUL; a password may hold colons, a user name may not.
    const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
    const colon = text.indexOf(':');
    if (colon <= 0)
        throw docker_config_invalid(file, `${what} does not hold a user name and a password`);
    return { kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1) };
}
function docker_config_invalid(file, why) {
    return new domain_error/* RegistryError */.gl('CREDENTIALS_INVALID', `The docker configuration ${file} could not be used: ${why}`, {
        hint: 'Correct the file, log in again, or give `username` and `password`.',
    });
}

;// CONCATENATED MODULE: ./lib/registry/credentials.js





/** No credentials for anything. */
const anonymous = { find: async () => undefined };
/** A user name and password for exactly one registry. */
function explicitCredentials(registry, username, password) {
    const names = new Set(registryNames(registry));
    return {
        find: async (repository) => names.has(repository.registry) ? { kind: 'password', username, password } : undefined,
    };
}
/** The first source that has an answer. */
function firstOf(...sources) {
    return {
        async find(repository) {
            for (const source of sources) {
                const found = await source.find(repository);
                if (found !== undefined)
                    return found;
            }
            return undefined;
        },
    };
}
/** What `docker login` and `podman login` left: configuration files and credential helpers. */
function dockerCredentials(options) {
    return firstOf(...authFiles(options).map((file) => fileCredentials(file, options)));
}
/** Every file that may hold credentials, in the order they count. */
function authFiles({ environment, home = (0,external_node_os_.homedir)() }) {
    const folder = (value, ...rest) => value === undefined || value === '' ? [] : [(0,external_node_path_.join)(value, ...rest)];
    const docker = folder(environment['DOCKER_CONFIG'], 'config.json');
    return [
        ...(docker.length > 0 ? docker : folder(home, '.docker', 'config.json')),
        ...folder(environment['REGISTRY_AUTH_FILE']),
        ...folder(environment['XDG_RUNTIME_DIR'], 'containers', 'auth.json'),
        ...folder(home, '.config', 'containers', 'auth.json'),
    ];
}
function fileCredentials(file, options) {
    const run = options.exec ?? exec/* exec */.m;
    let reading;
    return {
        async find(repository) {
            reading ??= readAuthFile(file);
            const config = await reading;
            if (config === undefined)
                return undefined;
            const names = registryNames(repository.registry);
            const helper = helperFor(config, names);
            if (helper !== undefined) {
                const found = await readHelper(helper, serverName(names), run, options.environment);
                if (found !== undefined)
                    return found;
            }
            const entry = findEntry(config, names, repository.path);
            return entry === undefined ? undefined : readEntry(entry, file);
        },
    };
}
const HUB_NAMES = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];
/** The names a registry goes by; only Docker Hub has more than one. */
function registryNames(registry) {
    return HUB_NAMES.includes(registry) ? ['index.docker.io', 'docker.io', 'registry-1.docker.io'] : [registry];
}
/** How docker names a registry to a helper. */
function serverName(names) {
    return names.length > 1 ? 'https://index.docker.io/v1/' : (names[0] ?? '');
}

// EXTERNAL MODULE: ./lib/domain/digest.js
var domain_digest = __webpack_require__(2002);
// EXTERNAL MODULE: ./lib/domain/reference.js
var reference = __webpack_require__(68225);
// EXTERNAL MODULE: ./lib/domain/manifest.js
var domain_manifest = __webpack_require__(5151);
;// CONCATENATED MODULE: ./lib/registry/redact.js
/** A URL for messages: without user name, query (signatures, session state) and fragment. */
function redactUrl(url) {
    return `${url.protocol}//${url.host}${url.pathname}`;
}
/** Foreign text for one line of a message: no control or format characters, bounded. */
function printable(text, max = 300) {
    const line = text
        .slice(0, max * 4)
        .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
        .replaceAll(/ {2,}/g, ' ')
        .trim();
    return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}
// Replacing every "a" because a password is "a" would hide nothing and destroy the message.
const SHORTEST_SECRET = 4;
/** Remembers secrets, so that a registry that echoes one cannot bring it into a message. */
class Redactor {
    #secrets = new Set();
    #mask;
    constructor(mask) {
        this.#mask = mask;
    }
    /** Hides a secret in the log and in every message from now on, as it is and in base64. */
    hide(secret) {
        if (secret === '' || this.#secrets.has(secret))
            return;
        this.#mask(secret);
        this.#secrets.add(secret);
        this.#secrets.add(Buffer.from(secret).toString('base64'));
    }
    /** Foreign text that is safe to show. */
    clean(text) {
        let shown = text;
        for (const secret of this.#secrets) {
            if (secret.length >= SHORTEST_SECRET)
                shown = shown.replaceAll(secret, '***');
        }
        return printable(shown);
    }
}

;// CONCATENATED MODULE: ./lib/registry/answers.js




/** The largest error body that is read. */
const MAX_ERROR_BODY = 64 * 1024;
const ABSENT = new Set(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND', 'BLOB_UNKNOWN']);
/** Reads the errors of an OCI error body; anything else has none. */
function parseFaults(body, clean) {
    let json;
    try {
        json = (0,domain_json/* parseStrictJson */.RJ)(body, { maxBytes: MAX_ERROR_BODY });
    }
    catch (error) {
        if (error instanceof SyntaxError)
            return [];
        throw error;
    }
    if (typeof json !== 'object' || json === null || !('errors' in json) || !Array.isArray(json.errors))
        return [];
    return json.errors.slice(0, 10).flatMap((entry) => {
        if (typeof entry !== 'object' || entry === null || !('code' in entry))
            return [];
        if (typeof entry.code !== 'string' || !/^[A-Za-z0-9_.-]{1,64}$/.test(entry.code))
            return [];
        const message = 'message' in entry && typeof entry.message === 'string' ? clean(entry.message) : '';
        return [{ code: entry.code.toUpperCase(), message }];
    });
}
/**
 * Judges an answer as an absence. Only the registry's own OCI error is one; an empty body leaves it open (the
 * caller must make sure that a registry answered); HTML, plain text and other hosts never are.
 */
function absenceOf(answer) {
    if (answer.status !== 404 || !answer.isOwn)
        return 'no';
    if (answer.faults.length > 0)
        return answer.faults.every(({ code }) => ABSENT.has(code)) ? 'absent' : 'no';
    return answer.body.byteLength === 0 && !isHtml(answer) ? 'unclear' : 'no';
}
/** True for an answer that says it is a web page. */
function isHtml(answer) {
    return /html/.test((0,domain_manifest/* bareMediaType */.ZX)(answer.headers['content-type']));
}
/** True for a status that the same request may not meet a moment later. */
function isTransientStatus(status) {
    return [408, 429, 500, 502, 503, 504].includes(status);
}
function codeFor(answer) {
    const { method, status } = answer;
    if (status === 401 || status === 403)
        return 'REGISTRY_DENIED';
    if (status === 408 || status === 429 || status >= 500)
        return 'REGISTRY_UNAVAILABLE';
    const isWrite = method !== 'GET' && method !== 'HEAD';
    const isRefusal = isWrite && status >= 400 && status !== 407 && !isHtml(answer);
    return isRefusal ? 'REGISTRY_REFUSED' : 'REGISTRY_UNEXPECTED';
}
function saysWhat(answer) {
    const shown = answer.faults.slice(0, 3).map(({ code, message }) => {
        return message === '' ? code : `${code}: ${message}`;
    });
    if (shown.length > 0)
        return ` ${shown.join('; ')}`;
    if (answer.body.byteLength === 0)
        return '';
    const type = (0,domain_manifest/* bareMediaType */.ZX)(answer.headers['content-type']);
    return ` (${/^[\w.+/-]{1,80}$/.test(type) ? type : 'a body'}, not an OCI error)`;
}
/** `GET https://ghcr.io/v2/o/app/manifests/x answered 403 DENIED: permission denied`, safe to show. */
function describeAnswer(answer) {
    return `${answer.method} ${redactUrl(answer.url)} answered ${answer.status}${saysWhat(answer)}`;
}
/** The error for an answer that is not what was asked for. */
function failureOf(answer, why, hint) {
    const message = describeAnswer(answer) + (why === undefined ? '' : ` · ${why}`);
    return new domain_error/* RegistryError */.gl(codeFor(answer), message, {
        status: answer.status,
        ociCodes: answer.faults.map(({ code }) => code),
        ...(hint === undefined ? {} : { hint }),
    });
}
/** The error for an answer that breaks the protocol although its status is fine. */
function unexpected(answer, why) {
    return new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${answer.method} ${redactUrl(answer.url)} answered ${answer.status} · ${why}`, { status: answer.status });
}
/** The error for an exchange that failed. A connection that could not be understood is not an outage. */
function networkFailure(method, url, error, tries) {
    const isProtocol = /^(?:HPE_|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(error.code);
    const after = tries > 1 ? ` (${tries} tries)` : '';
    return new domain_error/* RegistryError */.gl(isProtocol ? 'REGISTRY_UNEXPECTED' : 'REGISTRY_UNAVAILABLE', `${method} ${redactUrl(url)} failed: ${error.message} [${error.code}]${after}`, { cause: error });
}

// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(77030);
;// CONCATENATED MODULE: ./lib/registry/endpoint.js

const HUB_API = 'registry-1.docker.io';
const endpoint_HUB_NAMES = ['docker.io', 'index.docker.io'];
const PRIVATE = new external_node_net_.BlockList();
const SUBNETS = [
    ['0.0.0.0', 8, 'ipv4'],
    ['10.0.0.0', 8, 'ipv4'],
    ['100.64.0.0', 10, 'ipv4'],
    ['127.0.0.0', 8, 'ipv4'],
    ['169.254.0.0', 16, 'ipv4'],
    ['172.16.0.0', 12, 'ipv4'],
    ['192.168.0.0', 16, 'ipv4'],
    ['::', 127, 'ipv6'],
    ['fc00::', 7, 'ipv6'],
    ['fe80::', 10, 'ipv6'],
];
for (const [address, bits, family] of SUBNETS)
    PRIVATE.addSubnet(address, bits, family);
/** `[::1]` → `::1`; the dot of a fully qualified name is dropped. */
function bareHost(hostname) {
    return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
/** True for the literal names of this machine: localhost, 127.0.0.0/8 and ::1. */
function isLoopback(hostname) {
    const host = bareHost(hostname);
    return host === 'localhost' || host === '::1' || ((0,external_node_net_.isIP)(host) === 4 && host.startsWith('127.'));
}
/**
 * True for a literal address of a private, link-local or loopback network, and for localhost. Ask it about
 * `URL.hostname` only: the URL parser turns `2130706433`, `0x7f.1` and full-width digits into 127.0.0.1.
 */
function isPrivateAddress(hostname) {
    const host = bareHost(hostname);
    const family = (0,external_node_net_.isIP)(host);
    if (family === 0)
        return host === 'localhost' || host.endsWith('.localhost');
    return PRIVATE.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
function isInternalName(hostname) {
    const host = bareHost(hostname);
    return (0,external_node_net_.isIP)(host) === 0 && (!host.includes('.') || /\.(?:internal|local|lan|corp|home)$/.test(host));
}
/** Finds the API of a registry. `insecure` lists the registries that may be spoken to without TLS. */
function endpointOf(registry, insecure) {
    const host = endpoint_HUB_NAMES.includes(registry) ? HUB_API : registry;
    const allowsPlainHttp = (url) => isLoopback(url.hostname) || insecure.includes(url.host);
    const { hostname } = new URL(`https://${host}`);
    const isInsecure = isLoopback(hostname) || insecure.includes(registry);
    const url = new URL(`${isInsecure ? 'http' : 'https'}://${host}`);
    return {
        registry,
        origin: url.origin,
        host: url.host,
        isPublic: !(isPrivateAddress(hostname) || isInternalName(hostname) || isInsecure),
        allowsPlainHttp,
    };
}
/** The name of a repository in the API: official images of Docker Hub live below `library/`. */
function apiPath(repository) {
    const isOfficial = endpoint_HUB_NAMES.includes(repository.registry) && !repository.path.includes('/');
    return isOfficial ? `library/${repository.path}` : repository.path;
}
/**
 * Why an address that a registry named (redirect, upload location, next page, token server) must not be
 * contacted; undefined when it may.
 */
function addressFault(url, endpoint) {
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
        return `its scheme is "${url.protocol}"`;
    if (url.username !== '' || url.password !== '')
        return 'it holds a user name';
    if (url.protocol === 'http:' && !endpoint.allowsPlainHttp(url))
        return 'it is not https';
    if (url.protocol === 'http:' && endpoint.origin.startsWith('https:'))
        return 'it leaves https';
    // A registry on the internet has no business in the network of the runner (cloud metadata services).
    if (endpoint.isPublic && isPrivateAddress(url.hostname))
        return 'it is in a private network';
    return undefined;
}

;// CONCATENATED MODULE: ./lib/registry/network-error.js
/** The exchange itself failed: no answer, or not a whole one. Becomes a RegistryError before it leaves this folder. */
class NetworkError extends Error {
    code;
    /** True when the same request may succeed a moment later. */
    isTransient;
    constructor(code, message, isTransient, cause) {
        super(message, { cause });
        this.name = 'NetworkError';
        this.code = code;
        this.isTransient = isTransient;
    }
}
// Node reports a body shorter than its Content-Length as ECONNRESET or ERR_STREAM_PREMATURE_CLOSE.
const TRANSIENT = new Set([
    'ECONNRESET',
    'ECONNREFUSED',
    'ECONNABORTED',
    'EPIPE',
    'ETIMEDOUT',
    'EAI_AGAIN',
    'ENETUNREACH',
    'EHOSTUNREACH',
    'ERR_STREAM_PREMATURE_CLOSE',
    'ERR_PROXY_TUNNEL',
]);
function codeOf(error) {
    return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}
/** Classifies what node:http throws. Certificate and protocol errors do not go away by asking again. */
function networkError(error) {
    if (error instanceof NetworkError)
        return error;
    // Connecting to a name with several addresses fails with one error per address.
    const first = error instanceof AggregateError ? error.errors[0] : error;
    const code = codeOf(error) === 'UNKNOWN' ? codeOf(first) : codeOf(error);
    const message = first instanceof Error && first.message !== '' ? first.message : String(error);
    return new NetworkError(code, message, TRANSIENT.has(code), error);
}
/** True when a kept-alive connection was closed by the server before it took the request. */
function isClosedConnection(error) {
    return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

;// CONCATENATED MODULE: ./lib/registry/scopes.js
function scope(path, actions) {
    const sorted = [...new Set(actions)].toSorted();
    return { path, actions: sorted, toString: () => `repository:${path}:${sorted.join(',')}` };
}
function pullScope(path) {
    return scope(path, ['pull']);
}
function pushScope(path) {
    return scope(path, ['pull', 'push']);
}
function withActions(known, actions) {
    return scope(known.path, [...known.actions, ...actions]);
}
/** One key for a set of scopes. */
function scopeKey(scopes) {
    return scopes.map(String).toSorted().join(' ');
}
/**
 * The actions beside pull and push that a challenge asks for, on the repositories of the request only: a
 * registry does not get a token for what it was not asked about. `*` is never asked for.
 */
function extraActions(text, wanted) {
    return (text ?? '')
        .slice(0, 4096)
        .split(' ')
        .flatMap((entry) => {
        const match = /^repository:(?<path>[a-z0-9._/-]+):(?<actions>[a-z_,]+)$/.exec(entry);
        const { path = '', actions = '' } = match?.groups ?? {};
        const extra = actions.split(',').filter((action) => !['', 'pull', 'push'].includes(action));
        return extra.length > 0 && wanted.some((scope) => scope.path === path) ? [[path, extra]] : [];
    });
}

;// CONCATENATED MODULE: ./lib/registry/verified-stream.js

/**
 * Passes a stream on while hashing it. The last chunk is held back until the whole hashes to its name, so
 * that whoever receives the stream never has all bytes of corrupt content and cannot commit it by accident.
 */
async function* verifiedStream(chunks, expected, what) {
    const hash = (0,domain_digest/* hashFor */.Og)(expected.digest);
    let size = 0;
    let held;
    for await (const chunk of chunks) {
        if (chunk.byteLength === 0)
            continue;
        size += chunk.byteLength;
        if (size > expected.size)
            throw (0,domain_digest/* corrupt */.qb)(what, expected.digest, `more than ${expected.size} bytes`);
        hash.update(chunk);
        if (held !== undefined)
            yield held;
        held = chunk;
    }
    if (size < expected.size)
        throw (0,domain_digest/* corrupt */.qb)(what, expected.digest, `${size} bytes instead of ${expected.size}`);
    const actual = (0,domain_digest/* finishDigest */.g4)(hash, (0,domain_digest/* algorithmOf */.Hy)(expected.digest));
    if (actual !== expected.digest)
        throw (0,domain_digest/* corrupt */.qb)(what, expected.digest, actual);
    if (held !== undefined)
        yield held;
}

;// CONCATENATED MODULE: ./lib/registry/blobs.js








/** The body of a blob look-up or upload answer is of no interest; a page of text is more than any has. */
const SMALL_BODY = 64 * 1024;
/** The right to read a repository. */
function pullGrant(repository) {
    return { repository, scopes: [pullScope(apiPath(repository))] };
}
/** Asks for a blob without reading it. */
async function headBlob(session, repository, digest, grant, deadline) {
    const call = {
        method: 'HEAD',
        url: session.urlOf(repository, `blobs/${digest}`),
        grant,
        limit: SMALL_BODY,
        follows: true,
        ...(deadline === undefined ? {} : { deadline }),
    };
    const answer = await session.call(call);
    if (answer.status === 200 && isHtml(answer))
        throw unexpected(answer, 'expected a blob, got a web page');
    return answer;
}
/** True when the blob is in the repository; false only when the registry says that it is not. */
async function hasBlob(session, repository, digest) {
    const grant = pullGrant(repository);
    const answer = await headBlob(session, repository, digest, grant);
    if (answer.status === 200)
        return true;
    if (await session.saysAbsent(answer, grant))
        return false;
    throw await session.failure(answer, grant);
}
async function getBlob(session, repository, blob, how) {
    const grant = pullGrant(repository);
    const url = session.urlOf(repository, `blobs/${blob.digest}`);
    const answer = await session.call({ method: 'GET', url, grant, follows: true, ...how });
    if (answer.status === 200)
        return answer;
    if (await session.saysAbsent(answer, grant)) {
        const what = nameOf(repository, blob);
        throw new domain_error/* RegistryError */.gl('REGISTRY_NOT_FOUND', `${what} is not in the repository`, { status: 404 });
    }
    throw await session.failure(answer, grant);
}
/** Streams a blob; its last chunk comes only when the whole hashes to its digest. Throws NetworkError when it breaks off. */
async function* streamBlob(session, repository, blob) {
    const answer = await getBlob(session, repository, blob, { limit: SMALL_BODY, streams: true });
    if (answer.chunks === undefined)
        throw unexpected(answer, 'expected a body');
    yield* verifiedStream(answer.chunks, blob, nameOf(repository, blob));
}
/** Streams a blob for use outside of this folder, where every failure is a RegistryError. */
async function* readBlob(session, repository, blob) {
    try {
        yield* streamBlob(session, repository, blob);
    }
    catch (error) {
        if (!(error instanceof NetworkError))
            throw error;
        throw networkFailure('GET', session.urlOf(repository, `blobs/${blob.digest}`), error, 1);
    }
}
/** Reads a small blob at once, repeating the read when it breaks off. */
async function fetchBlob(session, repository, blob) {
    const answer = await getBlob(session, repository, blob, { limit: blob.size });
    (0,domain_digest/* assertDigest */.V7)(answer.body, blob.digest, nameOf(repository, blob));
    return answer.body;
}
function nameOf(repository, blob) {
    return `${(0,reference/* formatRepository */.Sh)(repository)}@${blob.digest}`;
}

;// CONCATENATED MODULE: ./lib/registry/deadline.js
/** The moment by which an operation with all its retries must be done. */
class Deadline {
    #end;
    #total;
    constructor(milliseconds) {
        this.#total = milliseconds;
        this.#end = performance.now() + milliseconds;
    }
    /** Milliseconds left; never negative. */
    get remaining() {
        return Math.max(0, this.#end - performance.now());
    }
    /** The whole time allowed, for messages. */
    get total() {
        return this.#total;
    }
}

;// CONCATENATED MODULE: ./lib/registry/manifests.js








const ACCEPT = domain_manifest/* MANIFEST_MEDIA_TYPES */.$T.join(', ');
/** Reads what a tag or digest names. The digest is computed from the bytes; a header only may contradict. */
async function fetchManifest(session, repository, name) {
    const grant = { repository, scopes: [pullScope(apiPath(repository))] };
    const answer = await session.call({
        method: 'GET',
        url: session.urlOf(repository, `manifests/${name}`),
        grant,
        headers: { accept: ACCEPT },
        limit: domain_manifest/* MAX_MANIFEST_BYTES */.ZJ,
        follows: true,
    });
    if (answer.status !== 200) {
        if (await session.saysAbsent(answer, grant))
            return undefined;
        throw await session.failure(answer, grant);
    }
    const what = `${(0,reference/* formatRepository */.Sh)(repository)}${(0,domain_digest/* isDigest */.Bc)(name) ? '@' : ':'}${name}`;
    return checkManifest(answer, name, what);
}
function checkManifest(answer, name, what) {
    const encoding = answer.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() !== 'identity')
        throw unexpected(answer, 'it is compressed, which was not asked for');
    if ((0,domain_digest/* isDigest */.Bc)(name))
        (0,domain_digest/* assertDigest */.V7)(answer.body, name, what);
    assertHeaderDigest(answer, answer.body, what);
    return (0,domain_manifest/* parseManifest */.Ng)(answer.body, answer.headers['content-type'], what);
}
/** Docker-Content-Digest is not needed, but one that names other bytes means something is wrong in between. */
function assertHeaderDigest(answer, bytes, what) {
    const header = answer.headers['docker-content-digest'] ?? '';
    for (const value of String(header).split(',')) {
        const named = value.trim();
        if ((0,domain_digest/* isDigest */.Bc)(named))
            (0,domain_digest/* assertDigest */.V7)(bytes, named, `${what} as named by Docker-Content-Digest`);
        else if (named.startsWith('sha256:'))
            throw (0,domain_digest/* corrupt */.qb)(`${what} as named by Docker-Content-Digest`, (0,domain_digest/* digestOf */.ol)(bytes), named.slice(0, 80));
    }
}
/**
 * Stores exact bytes under a tag or under their digest. Registries refuse an existing immutable tag with five
 * different statuses and even when the bytes are the same, so after any refusal what is there decides.
 */
async function storeManifest(session, repository, { bytes, mediaType, tag, deadline }) {
    const digest = (0,domain_digest/* digestOf */.ol)(bytes);
    if (bytes.byteLength > domain_manifest/* MAX_MANIFEST_BYTES */.ZJ)
        throw tooLarge(repository, bytes);
    const grant = { repository, scopes: [pushScope(apiPath(repository))] };
    const call = {
        method: 'PUT',
        url: session.urlOf(repository, `manifests/${tag ?? digest}`),
        grant,
        headers: { 'content-type': mediaType },
        body: bytes,
        limit: domain_manifest/* MAX_MANIFEST_BYTES */.ZJ,
        isPassing: missesBlob,
        ...(deadline === undefined ? {} : { deadline, isSentOnce: true }),
    };
    const answer = await send(session, call);
    if ([200, 201, 202].includes(answer.status) && !isHtml(answer)) {
        assertHeaderDigest(answer, bytes, `${(0,reference/* formatRepository */.Sh)(repository)} after writing`);
        return digest;
    }
    const refusal = await session.failure(answer, grant);
    if (answer.status < 400)
        throw refusal;
    const there = await readAfterRefusal(session, repository, tag ?? digest, refusal);
    if (there?.digest === digest)
        return digest;
    throw there === undefined ? refusal : occupied(answer, repository, tag ?? '', there.digest, digest, refusal);
}
function missesBlob({ status, faults }) {
    return (status === 400 || status === 404) && (0,domain_error/* saysBlobIsMissing */.UM)(faults.map(({ code }) => code));
}
/** A single attempt fails with the bare network error, which is made one of the registry here. */
async function send(session, call) {
    try {
        return await session.call(call);
    }
    catch (error) {
        throw error instanceof NetworkError ? networkFailure(call.method, call.url, error, 1) : error;
    }
}
async function readAfterRefusal(session, repository, name, refusal) {
    try {
        return await fetchManifest(session, repository, name);
    }
    catch (error) {
        // The refusal is what the user must see; that the tag cannot be read either does not change it.
        if (error instanceof domain_error/* RegistryError */.gl)
            throw refusal;
        throw error;
    }
}
function occupied(answer, repository, tag, there, ours, cause) {
    return new domain_error/* RegistryError */.gl('REGISTRY_REFUSED', `The tag ${(0,reference/* formatRepository */.Sh)(repository)}:${tag} was not changed · expected ${ours}, got ${there} (${describeAnswer(answer)})`, {
        status: answer.status,
        ociCodes: answer.faults.map(({ code }) => code),
        cause,
        hint: 'The tag already holds something else; it is immutable, or may not be overwritten.',
    });
}
function tooLarge(repository, bytes) {
    return new domain_error/* RegistryError */.gl('REGISTRY_REFUSED', `A manifest for ${(0,reference/* formatRepository */.Sh)(repository)} is too large · expected at most ${domain_manifest/* MAX_MANIFEST_BYTES */.ZJ} bytes, got ${bytes.byteLength}`);
}
/** True when a Content-Type, with or without parameters, is the given one. */
function hasMediaType(answer, mediaType) {
    return (0,domain_manifest/* bareMediaType */.ZX)(answer.headers['content-type']) === mediaType;
}

;// CONCATENATED MODULE: ./lib/registry/redirects.js



const MAX_REDIRECTS = 5;
/** True for the statuses that name another address for the same request. */
function isRedirect(status) {
    return [301, 302, 303, 307, 308].includes(status);
}
/** Sends a read and goes where the registry points, without credentials once it leaves the registry. */
async function sendFollowing(transport, outgoing, endpoint, deadline) {
    let current = outgoing;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
        const incoming = await transport.send(current, deadline);
        if (!isRedirect(incoming.status))
            return { incoming, url: current.url };
        incoming.discard();
        current = redirected(current, incoming.headers.location, endpoint);
    }
    throw refusal(outgoing, `it redirects more than ${MAX_REDIRECTS} times`);
}
function redirected(current, location, endpoint) {
    const url = resolveLocation(location, current.url);
    if (url === undefined)
        throw refusal(current, 'it redirects without a usable Location');
    const fault = addressFault(url, endpoint);
    if (fault !== undefined)
        throw refusal(current, `it redirects to ${redactUrl(url)}, which is refused: ${fault}`);
    if (url.origin === current.url.origin)
        return { ...current, url };
    // Removed for good: coming back to the registry later does not bring the credentials back.
    const { authorization: _, ...headers } = current.headers;
    return { ...current, url, headers };
}
/** Resolves a Location or Link target against the address of the request; undefined when it is no address. */
function resolveLocation(location, base) {
    if (location === undefined || location === '' || !URL.canParse(location, base.href))
        return undefined;
    const url = new URL(location, base);
    url.hash = '';
    return url;
}
function refusal(outgoing, why) {
    return new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${outgoing.method} ${redactUrl(outgoing.url)} · ${why}`, {
        hint: 'Check the registry host, and any proxy in between.',
    });
}

;// CONCATENATED MODULE: ./lib/registry/paging.js




const MAX_PAGES = 1000;
/** The address of the next page, which must be on the same registry and path as this one. */
function nextPage(answer) {
    const header = String(answer.headers['link'] ?? '');
    const match = /<([^<>]{0,2048})>\s*;[^,<]*\brel="?next"?(?![\w-])/i.exec(header);
    if (match === null)
        return undefined;
    const url = resolveLocation(match[1], answer.url);
    if (url === undefined || url.origin !== answer.url.origin || url.pathname !== answer.url.pathname) {
        throw unexpected(answer, 'its next page is on another host or path');
    }
    return url;
}
/** Reads page after page; a registry that names a page again, or without end, is refused. */
async function readPages(first, read) {
    const seen = new Set();
    for (let url = first; url !== undefined;) {
        if (seen.has(url.href) || seen.size >= MAX_PAGES)
            throw endless(url);
        seen.add(url.href);
        const answer = await read(url);
        url = answer === undefined ? undefined : nextPage(answer);
    }
}
function endless(url) {
    return new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `GET ${redactUrl(url)} · its pages have no end`);
}

;// CONCATENATED MODULE: ./lib/registry/tags.js






// Some registries ignore `n` and send everything at once; ECR refuses more than 1,000 with 405.
const PAGE_SIZE = 1000;
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
// Go writes an empty list as null.
const tagList = schemas/* looseObject */._H3({ tags: schemas/* array */.YOg(schemas/* string */.YjP()).nullable() });
/** Every tag of a repository, each once; none when the registry says that there is no such repository. */
async function listTags(session, repository) {
    const grant = pullGrant(repository);
    const tags = new Set();
    await readPages(session.urlOf(repository, `tags/list?n=${PAGE_SIZE}`), async (url) => {
        const answer = await session.call({ method: 'GET', url, grant, limit: MAX_PAGE_BYTES });
        if (answer.status !== 200) {
            if (await session.saysAbsent(answer, grant))
                return undefined;
            throw await session.failure(answer, grant);
        }
        for (const tag of parseTags(answer)) {
            if ((0,reference/* tagFault */.nJ)(tag) === undefined)
                tags.add(tag);
        }
        return answer;
    });
    return [...tags];
}
function parseTags(answer) {
    try {
        return tagList.parse((0,domain_json/* parseStrictJson */.RJ)(answer.body, { maxBytes: MAX_PAGE_BYTES })).tags ?? [];
    }
    catch (error) {
        if (!(error instanceof SyntaxError || error instanceof errors/* ZodError */.G))
            throw error;
        throw unexpected(answer, 'expected a list of tags as JSON');
    }
}

;// CONCATENATED MODULE: ./lib/registry/uploads.js











/** How long the clean-up of an abandoned upload may take; it is a courtesy to the registry. */
const CANCEL_MS = 10_000;
function pushGrant(repository) {
    return { repository, scopes: [pushScope(apiPath(repository))] };
}
/** Makes sure a blob is in a repository; the upload is only committed when it hashes to its digest. */
async function putBlob(session, repository, blob) {
    if (await isThere(session, repository, blob.digest))
        return 'present';
    await upload(session, repository, blob, undefined);
    return 'uploaded';
}
/** Brings a blob from another repository: mounted within one registry where it can be, else as a stream. */
async function copyBlob(source, from, session, to, descriptor) {
    const { digest, size } = descriptor;
    if (await isThere(session, to, digest))
        return 'present';
    const isSameRegistry = source === session && apiPath(from) !== apiPath(to);
    const mount = isSameRegistry ? await tryMount(session, from, to, digest) : undefined;
    if (mount?.status === 201)
        return 'mounted';
    const started = mount?.status === 202 ? mount : undefined;
    const blob = { digest, size, open: () => streamBlob(source, from, descriptor) };
    await upload(session, to, blob, started);
    return 'uploaded';
}
/** A look-up before an upload: a doubtful "no" only costs an upload, so it is not examined further. */
async function isThere(session, repository, digest) {
    // Asked with the right to push, so that one token serves the look-up and the upload.
    const grant = pushGrant(repository);
    const answer = await headBlob(session, repository, digest, grant);
    if (answer.status === 200)
        return true;
    if ([404, 405].includes(answer.status) && !isHtml(answer))
        return false;
    throw await session.failure(answer, grant);
}
async function tryMount(session, from, to, digest) {
    const query = `?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(apiPath(from))}`;
    const grant = { repository: to, scopes: [pushScope(apiPath(to)), pullScope(apiPath(from))] };
    const url = session.urlOf(to, `blobs/uploads/${query}`);
    try {
        return await session.call({ method: 'POST', url, grant, limit: SMALL_BODY });
    }
    catch (error) {
        // A token for two repositories may be refused although each alone is allowed; the upload will tell.
        if (error instanceof domain_error/* RegistryError */.gl && error.code === 'REGISTRY_DENIED')
            return undefined;
        throw error;
    }
}
async function upload(session, repository, blob, started) {
    const grant = pushGrant(repository);
    const url = session.urlOf(repository, 'blobs/uploads/');
    const answer = await session.repeat({ method: 'PUT', url }, async (deadline, tries) => {
        if (tries > 1) {
            // The answer may have been lost after the upload was committed.
            const there = await headBlob(session, repository, blob.digest, grant, deadline);
            if (there.status === 200 || isTransientStatus(there.status))
                return there;
        }
        const begin = { method: 'POST', url, grant, limit: SMALL_BODY, deadline };
        const start = tries === 1 && started !== undefined ? started : await session.call(begin);
        return start.status === 202 ? await uploads_send(session, repository, blob, start, deadline) : start;
    });
    if ([200, 201].includes(answer.status) && !isHtml(answer))
        return;
    const refusal = await session.failure(answer, grant);
    // Two uploads of one blob at a time make some registries refuse the second: present is success.
    if (answer.status >= 400 && (await isThere(session, repository, blob.digest)))
        return;
    throw refusal;
}
async function uploads_send(session, repository, blob, start, deadline) {
    const grant = pushGrant(repository);
    const location = uploadLocation(session, start);
    const url = new URL(location);
    // By hand: URLSearchParams would rewrite the state that the registry put into the query.
    url.search += `${url.search === '' ? '?' : '&'}digest=${encodeURIComponent(blob.digest)}`;
    const what = `${(0,reference/* formatRepository */.Sh)(repository)}@${blob.digest} to upload`;
    const body = { size: blob.size, open: () => verifiedStream(blob.open(), blob, what) };
    const headers = { 'content-type': 'application/octet-stream' };
    try {
        return await session.call({ method: 'PUT', url, grant, headers, body, limit: SMALL_BODY, deadline });
    }
    catch (error) {
        if (!(error instanceof NetworkError))
            await cancel(session, location, grant);
        throw error;
    }
}
function uploadLocation(session, start) {
    const url = resolveLocation(start.headers.location, start.url);
    if (url === undefined)
        throw unexpected(start, 'it opens an upload without a usable Location');
    const fault = addressFault(url, session.endpoint);
    if (fault === undefined)
        return url;
    throw unexpected(start, `the upload would go to ${redactUrl(url)}, which is refused: ${fault}`);
}
/** Ends an upload whose source turned out bad, so that nothing can ever be committed from it. */
async function cancel(session, location, grant) {
    const deadline = new Deadline(CANCEL_MS);
    try {
        await session.call({ method: 'DELETE', url: location, grant, limit: SMALL_BODY, deadline });
    }
    catch (error) {
        // What went wrong with the source is the news; an upload that cannot be cancelled expires by itself.
        if (!(error instanceof NetworkError || error instanceof domain_error/* RegistryError */.gl))
            throw error;
    }
}

;// CONCATENATED MODULE: ./lib/registry/client.js





/** The distribution API over node:http. */
class RegistryClient {
    #sessions;
    constructor(sessions) {
        this.#sessions = sessions;
    }
    async readTag(repository, tag) {
        return await fetchManifest(this.#sessions.of(repository), repository, tag);
    }
    async readManifest(repository, digest) {
        return await fetchManifest(this.#sessions.of(repository), repository, digest);
    }
    async putManifest(repository, bytes, mediaType, tag, withinMs) {
        const deadline = withinMs === undefined ? undefined : new Deadline(withinMs);
        return await storeManifest(this.#sessions.of(repository), repository, { bytes, mediaType, tag, deadline });
    }
    async listTags(repository) {
        return await listTags(this.#sessions.of(repository), repository);
    }
    async hasBlob(repository, digest) {
        return await hasBlob(this.#sessions.of(repository), repository, digest);
    }
    readBlob(repository, descriptor) {
        return readBlob(this.#sessions.of(repository), repository, descriptor);
    }
    async putBlob(repository, blob) {
        return await putBlob(this.#sessions.of(repository), repository, blob);
    }
    async copyBlob(from, to, descriptor) {
        return await copyBlob(this.#sessions.of(from), from, this.#sessions.of(to), to, descriptor);
    }
}

;// CONCATENATED MODULE: ./lib/registry/concurrency.js
/** Maps with at most `limit` at a time; results keep the order of the input. The first failure ends it. */
async function mapLimited(items, limit, work) {
    const results = [];
    const queue = items.entries();
    const worker = async () => {
        for (const [index, item] of queue)
            results[index] = await work(item);
    };
    await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
    return results;
}

;// CONCATENATED MODULE: ./lib/registry/fallback.js



/** The tag under which registries without the API list referrers (distribution-spec §Referrers Tag Schema). */
function fallbackTag(subject) {
    return `${(0,domain_digest/* algorithmOf */.Hy)(subject)}-${(0,domain_digest/* encodedOf */.EX)(subject).slice(0, 64)}`;
}
/** Our own tag for one record: named by its content, written once, so that no other writer can lose it. */
function writeOnceTag(subject, record) {
    return `${fallbackTag(subject)}.bo-${(0,domain_digest/* encodedOf */.EX)(record).slice(0, 16)}`;
}
/** The beginning of the record digest in a write-once tag of this subject; undefined for any other tag. */
function recordPrefix(tag, subject) {
    const prefix = `${fallbackTag(subject)}.bo-`;
    const rest = tag.slice(prefix.length);
    return tag.startsWith(prefix) && /^[0-9a-f]{16}$/.test(rest) ? rest : undefined;
}
/** The entries of the fallback index; none when there is no index under that tag. */
async function readFallback(registry, repository, subject) {
    return indexOf(await registry.readTag(repository, fallbackTag(subject)))?.manifests ?? [];
}
function indexOf(manifest) {
    const isIndex = manifest?.kind === 'index' && manifest.mediaType === domain_manifest/* MEDIA_TYPES */.Z2.ociIndex;
    return isIndex ? manifest.document : undefined;
}
const MAX_ROUNDS = 20;
/**
 * Adds an entry to the fallback index, for tools that know only it. Registries have no compare-and-swap, so
 * concurrent writers overwrite each other: read again after a pause that grows, and merge again, until the
 * entry stays. Entries seen meanwhile are put back too. Ours is safe without the index (write-once tag), so an
 * index that cannot be changed is no failure.
 */
async function mergeIntoFallback({ registry, clock, log }, repository, subject, entry) {
    const tag = fallbackTag(subject);
    const known = new Map([[entry.digest, entry]]);
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
        const current = await registry.readTag(repository, tag);
        const index = indexOf(current);
        if (current !== undefined && index === undefined) {
            log.debug(`${tag} is not an index; the record is found by its own tag.`);
            return;
        }
        const listed = new Set(index?.manifests.map(({ digest }) => digest));
        if ([...known.keys()].every((digest) => listed.has(digest)))
            return;
        for (const other of index?.manifests ?? [])
            known.set(other.digest, other);
        const bytes = encodeIndex(index, [...known.values()]);
        if (bytes.byteLength > domain_manifest/* MAX_MANIFEST_BYTES */.ZJ)
            return;
        if (!(await canWrite(registry, repository, bytes, tag, log)))
            return;
        // 150-250 ms a round: measured to keep every entry of eight writers; a fixed or no pause loses some.
        await clock.sleep(Math.round((150 + Math.random() * 100) * round));
    }
    log.debug(`${tag} kept changing; the record is found by its own tag.`);
}
function encodeIndex(index, manifests) {
    const base = index ?? { schemaVersion: 2, mediaType: domain_manifest/* MEDIA_TYPES */.Z2.ociIndex };
    const sorted = manifests.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
    return new TextEncoder().encode(JSON.stringify({ ...base, manifests: sorted }));
}
async function canWrite(registry, repository, bytes, tag, log) {
    try {
        await registry.putManifest(repository, bytes, domain_manifest/* MEDIA_TYPES */.Z2.ociIndex, tag);
        return true;
    }
    catch (error) {
        if (!(error instanceof domain_error/* RegistryError */.gl && error.code === 'REGISTRY_REFUSED'))
            throw error;
        log.debug(`${tag} cannot be changed (${error.message}); the record is found by its own tag.`);
        return false;
    }
}

// EXTERNAL MODULE: ./lib/domain/record.js
var record = __webpack_require__(43111);
;// CONCATENATED MODULE: ./lib/registry/record-manifest.js





/** Wraps a record into an OCI artifact. The same record gives the same bytes, so writing twice changes nothing. */
function recordArtifact(record, subject) {
    const annotations = { 'org.opencontainers.image.created': record.created };
    const layer = {
        mediaType: record.type,
        digest: (0,domain_digest/* digestOf */.ol)(record.bytes),
        size: record.bytes.byteLength,
        annotations: { 'org.opencontainers.image.title': titleOf(record.type) },
    };
    const manifest = {
        schemaVersion: 2,
        mediaType: domain_manifest/* MEDIA_TYPES */.Z2.ociManifest,
        artifactType: record.type,
        config: domain_manifest/* EMPTY_CONFIG */.$v.descriptor,
        layers: [layer],
        annotations,
        ...(subject === undefined ? {} : { subject: bareDescriptor(subject) }),
    };
    const bytes = new TextEncoder().encode((0,domain_json/* canonicalJson */.dj)(manifest));
    const digest = (0,domain_digest/* digestOf */.ol)(bytes);
    const descriptor = {
        mediaType: domain_manifest/* MEDIA_TYPES */.Z2.ociManifest,
        digest,
        size: bytes.byteLength,
        artifactType: record.type,
        annotations,
    };
    return { bytes, digest, blobs: [blobOf(domain_manifest/* EMPTY_CONFIG */.$v.bytes), blobOf(record.bytes)], descriptor };
}
function titleOf(type) {
    return type === record/* RECORD_TYPES */.c4.build ? 'build.json' : 'deployment.json';
}
function bareDescriptor({ mediaType, digest, size }) {
    return { mediaType, digest, size };
}
function blobOf(bytes) {
    return {
        digest: (0,domain_digest/* digestOf */.ol)(bytes),
        size: bytes.byteLength,
        async *open() {
            yield bytes;
        },
    };
}
/** True for a manifest that says itself that it is a record of this type about this subject. */
function isRecordOf(manifest, type, subject) {
    return manifest.document.artifactType === type && manifest.document.subject?.digest === subject;
}
/**
 * The descriptor of the document in a record's manifest.
 * @throws {RecordError} when it is not one layer of the right kind and size.
 */
function recordLayer(manifest, type, what) {
    const layers = manifest.kind === 'image' ? manifest.document.layers : [];
    const [layer] = layers;
    if (manifest.document.artifactType !== type || layers.length !== 1 || layer?.mediaType !== type) {
        throw new domain_error/* RecordError */.W1(`${what} is not a record · expected one layer of type ${type}`);
    }
    if (layer.size > record/* MAX_RECORD_BYTES */.xR) {
        throw new domain_error/* RecordError */.W1(`${what} is not a record · expected at most ${record/* MAX_RECORD_BYTES */.xR} bytes, got ${layer.size}`);
    }
    return layer;
}

;// CONCATENATED MODULE: ./lib/registry/referrers.js









// Go writes an empty list as null. Entries are judged one by one: a foreign one must not hide ours.
const referrerList = schemas/* looseObject */._H3({ manifests: schemas/* array */.YOg(schemas/* unknown */.L5J()).nullable() });
const referrers_entrySchema = schemas/* looseObject */._H3({
    digest: schemas/* string */.YjP().refine(domain_digest/* isDigest */.Bc),
    mediaType: schemas/* string */.YjP(),
    artifactType: schemas/* string */.YjP().optional(),
});
// 3xx is GHCR's, 400 Quay's for an unknown subject, 404 the rest's (distribution-spec §Listing Referrers).
const UNSUPPORTED = [400, 404, 405, 406, 415];
/**
 * Asks the referrers API; undefined when the registry has none. Only an OCI index proves the API: headers such
 * as OCI-Subject have been sent without it, and been missing with it.
 */
async function fetchReferrers(session, repository, subject, artifactType) {
    const grant = pullGrant(repository);
    const query = `artifactType=${encodeURIComponent(artifactType)}`;
    const first = session.urlOf(repository, `referrers/${subject}?${query}`);
    const entries = [];
    let isSupported = true;
    await readPages(first, async (url) => {
        const headers = { accept: domain_manifest/* MEDIA_TYPES */.Z2.ociIndex };
        const answer = await session.call({ method: 'GET', url, grant, headers, limit: domain_manifest/* MAX_MANIFEST_BYTES */.ZJ });
        if (![200, ...UNSUPPORTED].includes(answer.status) && !isRedirect(answer.status)) {
            throw await session.failure(answer, grant);
        }
        const page = parsePage(answer);
        if (page === undefined && url !== first)
            throw unexpected(answer, 'expected a further page of referrers');
        isSupported = page !== undefined;
        entries.push(...(page ?? []));
        return page === undefined ? undefined : answer;
    });
    return isSupported ? entries : undefined;
}
function parsePage(answer) {
    if (answer.status !== 200 || !hasMediaType(answer, domain_manifest/* MEDIA_TYPES */.Z2.ociIndex))
        return undefined;
    try {
        const list = referrerList.parse((0,domain_json/* parseStrictJson */.RJ)(answer.body, { maxBytes: domain_manifest/* MAX_MANIFEST_BYTES */.ZJ }));
        return (list.manifests ?? []).flatMap((entry) => {
            const parsed = referrers_entrySchema.safeParse(entry);
            if (!parsed.success)
                return [];
            const { digest, mediaType, artifactType } = parsed.data;
            return [{ digest, mediaType, artifactType }];
        });
    }
    catch (error) {
        if (error instanceof SyntaxError || error instanceof errors/* ZodError */.G)
            return undefined;
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/registry/records.js









/** More candidates than this at one artifact are no records of ours. */
const MAX_CANDIDATES = 1000;
const CONCURRENCY = 8;
/** Reads until our own entry shows up in the API; caches in front of registries lag behind. */
const PROOF_READS = 4;
const PROOF_PAUSE_MS = 150;
/** The same for a record that a list names: registries that keep files list a tag before it can be read. */
const LISTED_READS = 4;
/** Records as referrers, found through the API, the fallback index or their write-once tags. */
class Records {
    #options;
    /** Registries that were seen to have no referrers API. */
    #withoutApi = new Set();
    constructor(options) {
        this.#options = options;
    }
    async attach(repository, subject, record) {
        const { registry } = this.#options;
        const artifact = recordArtifact(record, subject);
        await this.#putBlobs(repository, artifact);
        await registry.putManifest(repository, artifact.bytes, domain_manifest/* MEDIA_TYPES */.Z2.ociManifest);
        if (await this.#isProven(repository, subject.digest, artifact, record.type))
            return artifact.digest;
        const tag = writeOnceTag(subject.digest, artifact.digest);
        await registry.putManifest(repository, artifact.bytes, domain_manifest/* MEDIA_TYPES */.Z2.ociManifest, tag);
        await mergeIntoFallback(this.#options, repository, subject.digest, artifact.descriptor);
        return artifact.digest;
    }
    async list(repository, subject, type) {
        const { listed, tagged } = await this.#candidates(repository, subject, type);
        const found = new Map();
        const load = async (candidates, before) => {
            if (before + candidates.length > MAX_CANDIDATES)
                throw tooMany(repository, subject, type, before + candidates.length);
            await mapLimited(candidates, CONCURRENCY, async (candidate) => {
                const record = await this.#load(repository, subject, type, candidate);
                if (record !== undefined)
                    found.set(record.manifestDigest, record);
            });
        };
        // The tags are still being listed while what the indexes name is read.
        await Promise.all([
            load(listed, 0),
            tagged.then(async (candidates) => await load(candidates, listed.length)),
        ]);
        return [...found.values()].toSorted((a, b) => (a.manifestDigest < b.manifestDigest ? -1 : 1));
    }
    async attachNamed(repository, subject, record, tag) {
        const { registry } = this.#options;
        const artifact = recordArtifact(record, subject);
        await this.#assertFree(repository, tag, artifact.digest);
        if (subject === undefined)
            await this.#putBlobs(repository, artifact);
        else
            await this.attach(repository, subject, record);
        await registry.putManifest(repository, artifact.bytes, domain_manifest/* MEDIA_TYPES */.Z2.ociManifest, tag);
        await this.#assertFree(repository, tag, artifact.digest);
        return artifact.digest;
    }
    async readNamed(repository, tag, type) {
        const manifest = await this.#options.registry.readTag(repository, tag);
        return manifest === undefined ? undefined : await this.#open(repository, manifest, type);
    }
    async #putBlobs(repository, artifact) {
        await Promise.all(artifact.blobs.map(async (blob) => await this.#options.registry.putBlob(repository, blob)));
    }
    /** A write-once tag is free, or already holds exactly this record. */
    async #assertFree(repository, tag, ours) {
        const there = await this.#options.registry.readTag(repository, tag);
        if (there === undefined || there.digest === ours)
            return;
        throw new domain_error/* RegistryError */.gl('REGISTRY_REFUSED', `The tag ${(0,reference/* formatRepository */.Sh)(repository)}:${tag} is written once, and taken · expected ${ours}, got ${there.digest}`);
    }
    /** True when the referrers API lists the record just written. */
    async #isProven(repository, subject, artifact, type) {
        const { clock, log } = this.#options;
        for (let read = 1; read <= PROOF_READS; read += 1) {
            const entries = await this.#referrers(repository, subject, type);
            if (entries === undefined)
                return false;
            if (entries.some(({ digest }) => digest === artifact.digest))
                return true;
            if (read < PROOF_READS)
                await clock.sleep(PROOF_PAUSE_MS * read);
        }
        log.debug(`The referrers API of ${repository.registry} does not list ${artifact.digest}; tags are used.`);
        return false;
    }
    async #referrers(repository, subject, type) {
        const session = this.#options.sessions.of(repository);
        const entries = await fetchReferrers(session, repository, subject, type);
        if (entries === undefined)
            this.#withoutApi.add(repository.registry);
        return entries;
    }
    async #candidates(repository, subject, type) {
        const { registry } = this.#options;
        // Where the API is known to be missing the tags are needed anyway: ask for them at once.
        const early = this.#withoutApi.has(repository.registry) ? registry.listTags(repository) : undefined;
        const [api, fallback, tagsRead] = await Promise.all([
            this.#referrers(repository, subject, type),
            readFallback(registry, repository, subject),
            early,
        ]);
        const byDigest = new Map();
        for (const entry of [...(api ?? []), ...fallback]) {
            if (!mayBeRecord(entry, type))
                continue;
            const isDeclared = entry.artifactType === type || byDigest.get(entry.digest)?.isDeclared === true;
            byDigest.set(entry.digest, { name: entry.digest, isDeclared });
        }
        // An API that lists a record of ours is proven; one that lists none may have lost what was written by tag.
        const listed = [...byDigest.values()];
        if (api?.some(({ artifactType }) => artifactType === type) === true)
            return { listed, tagged: Promise.resolve([]) };
        const tags = tagsRead === undefined ? registry.listTags(repository) : Promise.resolve(tagsRead);
        return { listed, tagged: tags.then((all) => tagCandidates(all, subject, [...byDigest.keys()])) };
    }
    async #load(repository, subject, type, { name, isDeclared }) {
        const manifest = await this.#readListed(repository, name, isDeclared ? LISTED_READS : 1);
        if (manifest === undefined) {
            if (!isDeclared)
                return undefined;
            const what = typeof name === 'string' ? `@${name}` : `:${name.tag}`;
            throw new domain_error/* RegistryError */.gl('REGISTRY_NOT_FOUND', `The record ${(0,reference/* formatRepository */.Sh)(repository)}${what} is listed at ${subject}, but is not in the repository`);
        }
        return isRecordOf(manifest, type, subject) ? await this.#open(repository, manifest, type) : undefined;
    }
    async #readListed(repository, name, reads) {
        for (let read = 1;; read += 1) {
            const manifest = await this.#read(repository, name);
            if (manifest !== undefined || read >= reads)
                return manifest;
            await this.#options.clock.sleep(PROOF_PAUSE_MS * read);
        }
    }
    async #read(repository, name) {
        const { registry } = this.#options;
        if (typeof name === 'string')
            return await registry.readManifest(repository, name);
        const manifest = await registry.readTag(repository, name.tag);
        if (manifest === undefined || (0,domain_digest/* encodedOf */.EX)(manifest.digest).startsWith(name.prefix))
            return manifest;
        const expected = `sha256:${name.prefix}…`;
        throw (0,domain_digest/* corrupt */.qb)(`The record tag ${(0,reference/* formatRepository */.Sh)(repository)}:${name.tag}`, expected, manifest.digest);
    }
    async #open(repository, manifest, type) {
        const what = `${(0,reference/* formatRepository */.Sh)(repository)}@${manifest.digest}`;
        const layer = recordLayer(manifest, type, what);
        const bytes = await fetchBlob(this.#options.sessions.of(repository), repository, layer);
        return { manifestDigest: manifest.digest, bytes };
    }
}
function tooMany(repository, subject, type, count) {
    return new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${(0,reference/* formatRepository */.Sh)(repository)}@${subject} has ${count} records of type ${type} · expected at most ${MAX_CANDIDATES}`);
}
/**
 * What must be fetched to know. The type in a list is not evidence: some writers list every artifact with the
 * type of its empty config, and some with none.
 */
function mayBeRecord(entry, type) {
    if (entry.mediaType !== domain_manifest/* MEDIA_TYPES */.Z2.ociManifest)
        return false;
    return [type, domain_manifest/* MEDIA_TYPES */.Z2.ociEmpty, undefined, ''].includes(entry.artifactType);
}
function tagCandidates(tags, subject, known) {
    return tags.flatMap((tag) => {
        const prefix = recordPrefix(tag, subject);
        const isKnown = prefix === undefined || known.some((digest) => (0,domain_digest/* encodedOf */.EX)(digest).startsWith(prefix));
        return isKnown ? [] : [{ name: { tag, prefix }, isDeclared: true }];
    });
}

;// CONCATENATED MODULE: ./lib/registry/retry.js



const DEFAULT_RETRY = { tries: 5, baseMs: 500, capMs: 15_000, retryAfterCapMs: 60_000 };
/** The pause a server asks for, in milliseconds: seconds or an HTTP date; undefined when it names none. */
function retryAfter(header, now) {
    const text = header?.trim() ?? '';
    if (/^\d{1,12}$/.test(text))
        return Number(text) * 1000;
    const isDate = /^[A-Z][a-z]+, .*GMT$/.test(text);
    const time = isDate ? Date.parse(text) : Number.NaN;
    return Number.isNaN(time) ? undefined : Math.max(0, time - now.getTime());
}
/**
 * Repeats an attempt while it fails in a way that may pass. Other errors and other statuses come back at once;
 * a failure that does not pass is thrown as REGISTRY_UNAVAILABLE.
 */
async function withRetries(operation, attempt) {
    for (let tries = 1;; tries += 1) {
        const outcome = await outcomeOf(attempt(tries));
        if ('answer' in outcome && !isTransient(operation, outcome.answer))
            return outcome.answer;
        const pause = pauseBefore(operation, tries, outcome);
        if (pause === undefined)
            throw exhausted(operation, tries, outcome);
        await operation.clock.sleep(pause);
    }
}
function isTransient({ isPassing }, answer) {
    return isTransientStatus(answer.status) || isPassing?.(answer) === true;
}
async function outcomeOf(attempt) {
    try {
        return { answer: await attempt };
    }
    catch (error) {
        if (error instanceof NetworkError)
            return { error };
        throw error;
    }
}
/** Milliseconds until the next attempt; undefined when there is to be none. */
function pauseBefore(operation, tries, outcome) {
    const { policy, deadline, clock } = operation;
    const asked = 'answer' in outcome ? retryAfter(outcome.answer.headers['retry-after'], clock.now()) : undefined;
    if (asked !== undefined && asked > policy.retryAfterCapMs)
        throw tooLong(outcome, asked);
    if (tries >= policy.tries || ('error' in outcome && !outcome.error.isTransient))
        return undefined;
    const pause = asked ?? Math.random() * Math.min(policy.capMs, policy.baseMs * 2 ** (tries - 1));
    return pause < deadline.remaining ? pause : undefined;
}
function tooLong(outcome, asked) {
    const said = 'answer' in outcome ? describeAnswer(outcome.answer) : '';
    const seconds = Math.ceil(asked / 1000);
    return new domain_error/* RegistryError */.gl('REGISTRY_UNAVAILABLE', `${said} · it asks to wait ${seconds} s`, {
        hint: `Run the job again after ${seconds} seconds; the limit is the registry’s.`,
        ...('answer' in outcome ? { status: outcome.answer.status } : {}),
    });
}
function exhausted(operation, tries, outcome) {
    if ('error' in outcome)
        return networkFailure(operation.method, operation.url, outcome.error, tries);
    return failureOf(outcome.answer, tries > 1 ? `after ${tries} tries` : undefined);
}

;// CONCATENATED MODULE: ./lib/registry/challenge.js
// RFC 9110 §11: challenges are separated by commas, and so are the parameters of one challenge; only the
// token before "=" or its absence tells them apart. Unquoted values are read leniently (`realm=/` exists).
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const PARAMETER = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/sy;
const TOKEN68 = /[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y;
const SEPARATOR = /[ \t]*(?:,[ \t]*)+/y;
const SPACES = /[ \t]*/y;
/** The longest header read; a header larger than this is no challenge. */
const MAX_LENGTH = 16 * 1024;
class Cursor {
    #text;
    #at = 0;
    constructor(text) {
        this.#text = text;
    }
    get isAtEnd() {
        return this.#at >= this.#text.length;
    }
    take(pattern) {
        pattern.lastIndex = this.#at;
        const match = pattern.exec(this.#text);
        if (match === null)
            return undefined;
        this.#at += match[0].length;
        return match;
    }
    /** True when a parameter, not a scheme, comes next. */
    peeksParameter() {
        const start = this.#at;
        const found = this.take(PARAMETER) !== undefined;
        this.#at = start;
        return found;
    }
    fault(why) {
        return new SyntaxError(`${why} at character ${this.#at}`);
    }
}
/**
 * Reads one WWW-Authenticate header.
 * @throws {SyntaxError} when it does not follow the grammar; a guess could send credentials elsewhere.
 */
function parseChallenges(header) {
    if (header.length > MAX_LENGTH)
        throw new SyntaxError(`longer than ${MAX_LENGTH} characters`);
    const cursor = new Cursor(header);
    const challenges = [];
    cursor.take(SPACES);
    while (!cursor.isAtEnd) {
        challenges.push(readChallenge(cursor));
        cursor.take(SPACES);
    }
    return challenges;
}
function readChallenge(cursor) {
    if (cursor.peeksParameter())
        throw cursor.fault('a parameter without a scheme');
    const scheme = cursor.take(TOKEN)?.[0];
    if (scheme === undefined)
        throw cursor.fault('not a scheme');
    const params = {};
    if (cursor.take(TOKEN68) === undefined)
        readParameters(cursor, params);
    const more = cursor.take(SEPARATOR) !== undefined;
    cursor.take(SPACES);
    if (!more && !cursor.isAtEnd)
        throw cursor.fault('unexpected text');
    return { scheme: scheme.toLowerCase(), params };
}
const SPACES_THEN_PARAMETER = /[ \t]+(?=[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*=)/y;
const COMMA_THEN_PARAMETER = /[ \t]*(?:,[ \t]*)+(?=[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*=)/y;
function readParameters(cursor, params) {
    let separator = SPACES_THEN_PARAMETER;
    while (cursor.take(separator) !== undefined) {
        const match = cursor.take(PARAMETER);
        if (match === undefined)
            throw cursor.fault('not a parameter');
        const name = (match[1] ?? '').toLowerCase();
        if (Object.hasOwn(params, name))
            throw cursor.fault(`the parameter "${name}" is there twice`);
        params[name] = match[2] === undefined ? (match[3] ?? '') : match[2].replaceAll(/\\(.)/gs, '$1');
        separator = COMMA_THEN_PARAMETER;
    }
}

;// CONCATENATED MODULE: ./lib/registry/realm.js



/** Registries whose token server is known to be on another host. */
const KNOWN_TOKEN_HOSTS = {
    'registry-1.docker.io': 'auth.docker.io',
    'registry.gitlab.com': 'gitlab.com',
};
/**
 * Judges the token server a registry names. Other clients send the password wherever the registry says; here
 * it goes to the registry's own host and port, or to the known token host of that registry, and nowhere else.
 * @throws {RegistryError} REGISTRY_UNEXPECTED when the address must not be contacted at all.
 */
function judgeRealm(text, endpoint) {
    if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
        throw realm_refusal(endpoint, `"${printable(text, 100)}"`, 'it is not an absolute http(s) address');
    }
    const url = new URL(text);
    url.hash = '';
    const fault = addressFault(url, endpoint);
    if (fault !== undefined)
        throw realm_refusal(endpoint, redactUrl(url), fault);
    const isKnown = url.protocol === 'https:' && KNOWN_TOKEN_HOSTS[endpoint.host] === url.host;
    return { url, isTrusted: url.origin === endpoint.origin || isKnown };
}
function realm_refusal(endpoint, realm, why) {
    return new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${endpoint.registry} names the token server ${realm}, which is refused: ${why}`, { hint: 'Check the registry host; no credentials were sent.' });
}

;// CONCATENATED MODULE: ./lib/registry/token.js




/** The largest token answer that is read. */
const MAX_TOKEN_BODY = 128 * 1024;
const CLIENT_ID = 'build-once';
const DEFAULT_LIFETIME = 60;
const LONGEST_LIFETIME = 3600;
const RENEW_EARLY = 5;
const tokenBody = schemas/* looseObject */._H3({
    token: schemas/* string */.YjP().optional(),
    access_token: schemas/* string */.YjP().optional(),
    expires_in: schemas/* unknown */.L5J().optional(),
});
/** `Basic …` for a user name and password. */
function basicAuthorization(username, password) {
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
/** The request for a token: GET with Basic, or POST with the refresh token for identity tokens (oauth2). */
function tokenRequest(request) {
    const { realm, service, scopes, credentials } = request;
    if (credentials?.kind === 'identity-token')
        return refreshRequest(request, credentials.token);
    const url = new URL(realm.url);
    if (service !== undefined)
        url.searchParams.set('service', service);
    for (const scope of scopes)
        url.searchParams.append('scope', scope);
    const authorization = credentials?.kind === 'password'
        ? { authorization: basicAuthorization(credentials.username, credentials.password) }
        : {};
    return { method: 'GET', url, headers: { accept: 'application/json', ...authorization } };
}
function refreshRequest({ realm, service, scopes }, refreshToken) {
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT_ID });
    if (service !== undefined)
        form.set('service', service);
    if (scopes.length > 0)
        form.set('scope', scopes.join(' '));
    form.set('refresh_token', refreshToken);
    return {
        method: 'POST',
        url: realm.url,
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: Buffer.from(form.toString()),
    };
}
/** Reads a token answer, received at `now`. The registry's clock is not asked: lifetimes count from receipt. */
function readToken(answer, now) {
    if (answer.status !== 200)
        throw tokenFailure(answer);
    const body = parseTokenBody(answer);
    const value = body.token ?? body.access_token ?? '';
    // Anything else in a header value would be header injection.
    if (!/^[\x21-\x7e]{1,32768}$/.test(value))
        throw unexpected(answer, 'it holds no usable token');
    const lifetime = Math.min(lifetimeOf(body.expires_in), LONGEST_LIFETIME) - RENEW_EARLY;
    return { value, expires: now.getTime() + lifetime * 1000 };
}
function parseTokenBody(answer) {
    try {
        return tokenBody.parse((0,domain_json/* parseStrictJson */.RJ)(answer.body, { maxBytes: MAX_TOKEN_BODY }));
    }
    catch (error) {
        if (error instanceof SyntaxError || error instanceof errors/* ZodError */.G) {
            throw unexpected(answer, 'expected a token as JSON');
        }
        throw error;
    }
}
function lifetimeOf(value) {
    const seconds = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    const isUsable = typeof seconds === 'number' && Number.isFinite(seconds);
    return isUsable ? Math.max(seconds, DEFAULT_LIFETIME) : DEFAULT_LIFETIME;
}
/** Token servers refuse with 400, 401, 403, and 404 or 405 where oauth2 is not spoken: all mean "no token for you". */
function tokenFailure(answer) {
    const failure = failureOf(answer, 'no token was given');
    const isRefusal = [400, 401, 403].includes(answer.status) || (answer.method === 'POST' && answer.status < 500);
    const details = { status: answer.status, ociCodes: failure.ociCodes };
    return isRefusal ? new domain_error/* RegistryError */.gl('REGISTRY_DENIED', failure.message, details) : failure;
}

;// CONCATENATED MODULE: ./lib/registry/auth.js





/**
 * The Authorization of one registry. Nothing is sent before the registry asks: a raw credential attached
 * unasked makes some registries answer 403 without saying what they want.
 */
class Authorizer {
    #options;
    #credentials = new Map();
    #tokens = new Map();
    /** Actions beside pull and push that the registry asked for, by repository path. */
    #extra = new Map();
    #scheme;
    constructor(options) {
        this.#options = options;
    }
    /** The Authorization to begin with: none until the registry has asked once. */
    async current(grant) {
        if (this.#scheme === undefined)
            return undefined;
        return await this.#authorization(this.#scheme, grant);
    }
    /**
     * The Authorization that answers a challenge; undefined when there is none better than what was refused.
     * @throws {RegistryError} when the challenge cannot be used, or the token server refuses.
     */
    async answer(refusal, grant, refused) {
        const challenge = chooseChallenge(refusal.challenges, this.#options.endpoint);
        this.#scheme = this.#schemeOf(challenge);
        for (const [path, actions] of extraActions(challenge.params['scope'], grant.scopes)) {
            this.#extra.set(path, actions);
        }
        if (refused !== undefined)
            await this.#forget(refused);
        const authorization = await this.#authorization(this.#scheme, grant);
        return authorization === refused ? undefined : authorization;
    }
    /** What to tell a user whose request was denied. */
    async hintFor(repository) {
        const { registry } = this.#options.endpoint;
        const credentials = await this.#find(repository);
        if (credentials === undefined) {
            return `No credentials for ${registry} were found. Log in before this step, or give \`username\` and \`password\`.`;
        }
        if (this.#scheme?.kind === 'bearer' && !this.#scheme.realm.isTrusted) {
            const host = this.#scheme.realm.url.host;
            return `The credentials for ${registry} were not sent: its token server ${host} is on another host.`;
        }
        return `The credentials for ${registry} were refused, or do not allow this; check the permissions.`;
    }
    async #authorization(scheme, grant) {
        const credentials = await this.#find(grant.repository);
        if (credentials?.kind === 'registry-token')
            return `Bearer ${credentials.token}`;
        if (scheme.kind === 'bearer')
            return `Bearer ${(await this.#token(scheme, grant, credentials)).value}`;
        if (credentials?.kind !== 'password')
            return undefined;
        return basicAuthorization(credentials.username, credentials.password);
    }
    async #find(repository) {
        const known = this.#credentials.get(repository.path);
        if (known !== undefined)
            return await known;
        const found = this.#options.credentials.find(repository).then((credentials) => {
            this.#hide(credentials);
            return credentials;
        });
        this.#credentials.set(repository.path, found);
        return await found;
    }
    #hide(credentials) {
        if (credentials === undefined)
            return;
        const { redactor } = this.#options;
        redactor.hide(credentials.kind === 'password' ? credentials.password : credentials.token);
        if (credentials.kind === 'password')
            redactor.hide(`${credentials.username}:${credentials.password}`);
    }
    /** A token from the cache, or a new one; requests at the same time share one. */
    async #token(scheme, grant, credentials) {
        const { realm, service } = scheme;
        const wanted = grant.scopes.map((scope) => withActions(scope, this.#extra.get(scope.path) ?? []));
        const prefix = `${realm.url.href} ${service ?? ''}`;
        // A token that may push may also pull.
        for (const scopes of [wanted, wanted.map((scope) => withActions(scope, ['pull', 'push']))]) {
            const token = await this.#tokens.get(`${prefix} ${scopeKey(scopes)}`)?.catch(() => undefined);
            if (token !== undefined && token.expires > this.#options.clock.now().getTime())
                return token;
        }
        const shown = realm.isTrusted ? credentials : undefined;
        const minted = this.#mint(tokenRequest({ realm, service, scopes: wanted.map(String), credentials: shown }));
        this.#tokens.set(`${prefix} ${scopeKey(wanted)}`, minted);
        return await minted;
    }
    async #mint(outgoing) {
        const token = readToken(await this.#options.ask(outgoing), this.#options.clock.now());
        this.#options.redactor.hide(token.value);
        return token;
    }
    async #forget(authorization) {
        for (const [key, pending] of this.#tokens) {
            const token = await pending.catch(() => undefined);
            if (token === undefined || `Bearer ${token.value}` === authorization)
                this.#tokens.delete(key);
        }
    }
    #schemeOf(challenge) {
        const realm = challenge.params['realm'];
        if (challenge.scheme === 'basic' || realm === undefined)
            return { kind: 'basic' };
        const { service } = challenge.params;
        return { kind: 'bearer', realm: judgeRealm(realm, this.#options.endpoint), service };
    }
}
/** True when a refusal says that a token of the right kind would be enough. */
function asksForScope(challenges) {
    return challenges.some((header) => /error="?insufficient_scope/i.test(header));
}
function chooseChallenge(headers, endpoint) {
    const faults = [];
    const offered = headers.flatMap((header) => {
        try {
            return parseChallenges(header);
        }
        catch (error) {
            if (!(error instanceof SyntaxError))
                throw error;
            faults.push(error.message);
            return [];
        }
    });
    const bearer = offered.find(({ scheme, params }) => scheme === 'bearer' && params['realm'] !== undefined);
    const chosen = bearer ?? offered.find(({ scheme }) => scheme === 'basic');
    if (chosen !== undefined)
        return chosen;
    const got = [...offered.map(({ scheme }) => scheme), ...faults].join(', ').slice(0, 200);
    throw new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${endpoint.registry} asks for authentication in a way that is not understood · expected Bearer with a realm, or Basic, got ${got === '' ? 'no challenge' : got}`);
}

;// CONCATENATED MODULE: ./lib/registry/body.js
/** Reads a body, never holding more than the limit, whatever Content-Length says. */
async function readBody(chunks, limit) {
    const parts = [];
    let size = 0;
    for await (const chunk of chunks) {
        const room = limit - size;
        if (chunk.byteLength > room) {
            parts.push(chunk.subarray(0, room));
            return { bytes: joined(parts), isTruncated: true };
        }
        size += chunk.byteLength;
        parts.push(chunk);
    }
    return { bytes: joined(parts), isTruncated: false };
}
/** One plain array: a Buffer compares and serializes differently, which is nobody's business outside. */
function joined(parts) {
    const whole = Buffer.concat(parts);
    return new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
}

;// CONCATENATED MODULE: ./lib/registry/session.js








const DEFAULT_TIMEOUTS = { idleMs: 60_000, totalMs: 180_000, transferMs: 3_600_000 };
/** Authentication, redirects, retries and bounded reading for one registry. */
class Session {
    #options;
    #authorizer;
    #isRegistry;
    constructor(options) {
        this.#options = options;
        const { endpoint, credentials, redactor, clock } = options;
        const ask = async (outgoing) => await this.#repeat(outgoing, async (deadline) => await this.#askToken(outgoing, deadline));
        this.#authorizer = new Authorizer({ endpoint, credentials, redactor, clock, ask });
    }
    get endpoint() {
        return this.#options.endpoint;
    }
    /** The address of something in a repository. Every part comes from a validated type; nothing is encoded. */
    urlOf(repository, suffix) {
        return new URL(`${this.endpoint.origin}/v2/${apiPath(repository)}/${suffix}`);
    }
    /** Sends a request, authenticating as the registry asks; the answer is any that is neither 408, 429 nor 5xx. */
    async call(call) {
        const isOwn = call.url.origin === this.endpoint.origin;
        if (!isOwn)
            return await this.#attempts(call, undefined);
        const known = await this.#authorizer.current(call.grant);
        const first = await this.#attempts(call, known);
        if (!wantsAuthorization(first))
            return first;
        const answered = await this.#authorizer.answer(await this.#challenged(first, call), call.grant, known);
        if (answered === undefined)
            return first;
        const second = await this.#attempts(call, answered);
        // A token just minted is only replaced when the registry says that a wider one would do. Then no more.
        if (!wantsAuthorization(second) || !asksForScope(second.challenges))
            return second;
        const wider = await this.#authorizer.answer(second, call.grant, answered);
        return wider === undefined ? second : await this.#attempts(call, wider);
    }
    /** The error for an answer, with what the user can do about a denial. */
    async failure(answer, grant, why) {
        const isDenial = answer.isOwn && (answer.status === 401 || answer.status === 403);
        return failureOf(answer, why, isDenial ? await this.#authorizer.hintFor(grant.repository) : undefined);
    }
    /**
     * True when the registry says that the thing is not there. A 404 without a word is believed only from
     * something that is otherwise known to be a registry.
     */
    async saysAbsent(answer, grant) {
        const absence = absenceOf(answer);
        if (absence !== 'unclear')
            return absence === 'absent';
        this.#isRegistry ??= this.#ping(grant);
        return await this.#isRegistry;
    }
    /** Repeats work that is more than one request, under the policy of this registry. */
    async repeat(request, work) {
        return await this.#repeat(request, work, { milliseconds: this.#options.timeouts.transferMs });
    }
    async #repeat({ method, url }, work, given = {}) {
        const { retry: policy, clock, timeouts } = this.#options;
        const deadline = new Deadline(given.milliseconds ?? timeouts.totalMs);
        const isPassing = given.isPassing ?? (() => false);
        const operation = { method, url, policy, clock, deadline, isPassing };
        return await withRetries(operation, async (tries) => await work(deadline, tries));
    }
    async #ping(grant) {
        const url = new URL(`${this.endpoint.origin}/v2/`);
        const answer = await this.call({ method: 'GET', url, grant, limit: MAX_ERROR_BODY });
        const type = answer.headers['content-type'] ?? '';
        const isApi = answer.headers['docker-distribution-api-version'] !== undefined || /json/i.test(type);
        return answer.status === 200 && isApi && !isHtml(answer);
    }
    /** A refusal that carries a challenge; where it has none, the root of the API is asked for one. */
    async #challenged(refusal, call) {
        if (refusal.challenges.length > 0)
            return refusal;
        const url = new URL(`${this.endpoint.origin}/v2/`);
        const root = { method: 'GET', url, grant: call.grant, limit: MAX_ERROR_BODY };
        return await this.#attempts(root, undefined);
    }
    async #attempts(call, authorization) {
        if (call.deadline !== undefined)
            return await this.#attempt(call, authorization, call.deadline);
        const { totalMs, transferMs } = this.#options.timeouts;
        const milliseconds = call.streams === true ? transferMs : totalMs;
        const { isPassing } = call;
        return await this.#repeat(call, async (deadline) => await this.#attempt(call, authorization, deadline), isPassing === undefined ? { milliseconds } : { milliseconds, isPassing });
    }
    async #attempt(call, authorization, deadline) {
        const { transport, endpoint } = this.#options;
        const outgoing = outgoingOf(call, authorization);
        const { incoming, url } = call.follows === true
            ? await sendFollowing(transport, outgoing, endpoint, deadline)
            : { incoming: await transport.send(outgoing, deadline), url: call.url };
        return await this.#answer({ incoming, url }, call);
    }
    async #askToken(outgoing, deadline) {
        const incoming = await this.#options.transport.send(outgoing, deadline);
        return await this.#answer({ incoming, url: outgoing.url }, { method: outgoing.method, limit: MAX_TOKEN_BODY });
    }
    async #answer({ incoming, url }, call) {
        const { status, headers, challenges, chunks } = incoming;
        const isOwn = url.origin === this.endpoint.origin;
        const head = { method: call.method, url, isOwn, status, headers, challenges };
        const isSuccess = status >= 200 && status < 300;
        const nothing = new Uint8Array();
        if (isSuccess && call.streams === true)
            return { ...head, body: nothing, faults: [], chunks };
        const { bytes, isTruncated } = await readBody(chunks, isSuccess ? call.limit : MAX_ERROR_BODY);
        if (isSuccess && isTruncated)
            throw unexpected(head, `its body is larger than ${call.limit} bytes`);
        const { redactor } = this.#options;
        const faults = isSuccess ? [] : parseFaults(bytes, (text) => redactor.clean(text));
        return { ...head, body: bytes, faults };
    }
}
function outgoingOf(call, authorization) {
    const headers = {
        'user-agent': 'build-once',
        'accept-encoding': 'identity',
        ...call.headers,
        ...(authorization === undefined ? {} : { authorization }),
    };
    const { method, url, body, isSentOnce = false } = call;
    const head = { method, url, headers, isSentOnce };
    return body === undefined ? head : { ...head, body };
}
function wantsAuthorization(answer) {
    if (!answer.isOwn)
        return false;
    return answer.status === 401 || (answer.status === 403 && asksForScope(answer.challenges));
}

;// CONCATENATED MODULE: ./lib/registry/sessions.js


/** The sessions of all registries of this process: tokens and connections are shared by everything. */
class Sessions {
    #options;
    #sessions = new Map();
    constructor(options) {
        this.#options = options;
    }
    /** The session of a repository's registry. */
    of({ registry }) {
        const known = this.#sessions.get(registry);
        if (known !== undefined)
            return known;
        const session = new Session({
            ...this.#options,
            endpoint: endpointOf(registry, this.#options.insecure),
        });
        this.#sessions.set(registry, session);
        return session;
    }
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(37067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(44708);
;// CONCATENATED MODULE: ./lib/registry/transport.js




const WORTH_DRAINING = 64 * 1024;
function createTransport(options) {
    const agents = new Map();
    const agentFor = (url, reuse) => {
        const isDirect = isLoopback(url.hostname);
        const key = `${url.protocol} ${isDirect ? 'direct' : 'proxied'} ${reuse}`;
        const known = agents.get(key);
        if (known !== undefined)
            return known;
        // A proxy cannot reach the loopback of this machine, so it is never asked to.
        const proxy = isDirect ? {} : { proxyEnv: options.environment };
        const settings = { keepAlive: reuse === 'kept-alive', ...proxy };
        const agent = url.protocol === 'https:' ? new external_node_https_.Agent(settings) : new external_node_http_.Agent(settings);
        agents.set(key, agent);
        return agent;
    };
    const once = async (outgoing, deadline, reuse) => await new Exchange(outgoing, deadline, options.idleMs, agentFor(outgoing.url, reuse)).run();
    return {
        async send(outgoing, deadline) {
            if (outgoing.isSentOnce === true)
                return await once(outgoing, deadline, 'fresh');
            try {
                return await once(outgoing, deadline, 'kept-alive');
            }
            catch (error) {
                if (!(error instanceof StaleConnectionError))
                    throw error;
                return await once(outgoing, deadline, 'fresh');
            }
        },
        close() {
            for (const agent of agents.values())
                agent.destroy();
        },
    };
}
/** A kept-alive connection that the server had closed meanwhile: the request was not processed. */
class StaleConnectionError extends NetworkError {
}
/** One request and its answer on one connection. */
class Exchange {
    #outgoing;
    #request;
    #failure;
    #answered = false;
    #refused = false;
    constructor(outgoing, deadline, idleMs, agent) {
        this.#outgoing = outgoing;
        const open = outgoing.url.protocol === 'https:' ? external_node_https_.request : external_node_http_.request;
        const { method, headers } = outgoing;
        this.#request = open(outgoing.url, { method, headers: { ...headers, ...lengthOf(outgoing) }, agent });
        const timer = setTimeout(() => this.#fail(timeout(`no complete answer within ${seconds(deadline.total)}`)), deadline.remaining);
        this.#request.once('close', () => clearTimeout(timer));
        this.#request.setTimeout(idleMs, () => this.#fail(timeout(`silent for ${seconds(idleMs)}`)));
    }
    /** The first failure is the reason; what the destroyed connection reports afterwards is its consequence. */
    #fail(error) {
        this.#failure ??= error;
        this.#request.destroy(error);
    }
    async run() {
        return await new Promise((resolve, reject) => {
            this.#request.on('error', (error) => reject(this.#reasonOf(error)));
            const pumped = this.#send();
            pumped.catch((error) => {
                this.#fail(error instanceof Error ? error : new Error(String(error)));
                reject(this.#reasonOf(error));
            });
            this.#request.once('response', (response) => {
                this.#answered = true;
                this.#refused = (response.statusCode ?? 0) >= 300;
                // Success before the whole body was taken is not success yet: the body may still turn out corrupt.
                if (this.#refused)
                    resolve(this.#incoming(response));
                else
                    pumped.then(() => resolve(this.#incoming(response)), reject);
            });
        });
    }
    #reasonOf(error) {
        if (this.#failure !== undefined)
            return this.#failure;
        const found = networkError(error);
        // A streamed body is repeated by its caller, who first asks whether it had arrived after all.
        const { body } = this.#outgoing;
        const isRepeatable = body === undefined || body instanceof Uint8Array;
        const isStale = !this.#answered && this.#request.reusedSocket && isClosedConnection(found);
        return isStale && isRepeatable ? new StaleConnectionError(found.code, found.message, true, error) : found;
    }
    async #send() {
        const { body } = this.#outgoing;
        if (body === undefined || body instanceof Uint8Array) {
            this.#request.end(body);
            return;
        }
        for await (const chunk of body.open()) {
            // A refusal came before the end of the body; the rest is of no use to anyone.
            if (this.#refused || this.#request.destroyed)
                return;
            if (!this.#request.write(chunk))
                await this.#drained();
        }
        this.#request.end();
    }
    async #drained() {
        await new Promise((resolve) => {
            const go = () => {
                for (const event of ['drain', 'close', 'response'])
                    this.#request.off(event, go);
                resolve();
            };
            for (const event of ['drain', 'close', 'response'])
                this.#request.on(event, go);
        });
    }
    #incoming(response) {
        return {
            status: response.statusCode ?? 0,
            headers: response.headers,
            challenges: response.headersDistinct['www-authenticate'] ?? [],
            chunks: this.#chunks(response),
            discard: () => {
                // Reading a short body keeps the connection; reading a long one costs more than a new connection.
                if (Number(response.headers['content-length']) <= WORTH_DRAINING)
                    response.resume();
                else
                    this.#request.destroy();
            },
        };
    }
    async *#chunks(response) {
        try {
            for await (const chunk of response)
                yield chunk;
        }
        catch (error) {
            throw this.#reasonOf(error);
        }
        finally {
            if (!this.#request.writableFinished)
                this.#request.destroy();
        }
    }
}
function lengthOf(outgoing) {
    const { body, method } = outgoing;
    if (body instanceof Uint8Array)
        return { 'content-length': String(body.byteLength) };
    if (body !== undefined)
        return { 'content-length': String(body.size) };
    return method === 'PUT' || method === 'POST' ? { 'content-length': '0' } : {};
}
function timeout(message) {
    return new NetworkError('ETIMEDOUT', message, true);
}
function seconds(milliseconds) {
    return `${Math.round(milliseconds / 100) / 10} s`;
}

;// CONCATENATED MODULE: ./lib/registry/index.js







/** Makes the registry client. Nothing is sent, and no credentials are read, until something is asked. */
function createRegistry(options) {
    const { credentials, log, clock } = options;
    const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    const transport = createTransport({ environment: options.environment, idleMs: timeouts.idleMs });
    const sessions = new Sessions({
        transport,
        credentials,
        redactor: new Redactor((secret) => log.mask(secret)),
        clock,
        retry: { ...DEFAULT_RETRY, ...options.retry },
        timeouts,
        insecure: options.insecure ?? [],
    });
    const registry = new RegistryClient(sessions);
    const records = new Records({ registry, sessions, clock, log });
    return { registry, records, close: () => transport.close() };
}

;// CONCATENATED MODULE: ./lib/main/registry.js





/** Makes the registry client for a step: credentials from the inputs, else from the docker configuration. */
function connect(inputs, log, environment) {
    return createRegistry({
        credentials: credentials(inputs, environment),
        log,
        clock: clock/* systemClock */.m,
        environment,
        insecure: inputs.insecure ?? [],
    });
}
function credentials({ image, username, password }, environment) {
    const configured = dockerCredentials({ environment: (0,platform_environment/* childEnvironment */.Q)(environment), exec: exec/* exec */.m });
    if (username === undefined || password === undefined)
        return configured;
    return firstOf(explicitCredentials(image.registry, username, password), configured);
}


/***/ }),

/***/ 88005:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   m: () => (/* binding */ systemClock)
/* harmony export */ });
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(58500);

const systemClock = {
    now: () => new Date(),
    sleep: async (milliseconds) => {
        await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_0__.setTimeout)(milliseconds);
    },
};


/***/ }),

/***/ 72734:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Q: () => (/* binding */ childEnvironment)
/* harmony export */ });
/** Variables of the action itself, which the runner gives to no `run:` step either. */
const PRIVATE = /^(?:INPUT_|STATE_|ACTIONS_RUNTIME_|ACTIONS_RESULTS_URL$|ACTIONS_CACHE_|BUILD_ONCE_GUARD)/;
/** The environment for scripts and tools: the caller's, without inputs (they may hold passwords) and runtime tokens. */
function childEnvironment(environment) {
    return Object.fromEntries(Object.entries(environment).filter(([name]) => !PRIVATE.test(name)));
}


/***/ }),

/***/ 12358:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   V: () => (/* binding */ isMissingProgram),
/* harmony export */   m: () => (/* binding */ exec)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(31421);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(48161);


const DEFAULT_CAPTURE = 1024 * 1024;
/**
 * How long to wait, after a program ended, for what it left running to let go of its output. A script may leave
 * a process in the background on purpose, and waiting for that one to end could take for ever.
 */
const OUTPUT_GRACE_MS = 5_000;
class Capture {
    #decoder = new TextDecoder();
    #limit;
    #text = '';
    isTruncated = false;
    constructor(limit) {
        this.#limit = limit;
    }
    /** Decodes a chunk and keeps what fits; returns the decoded text. */
    take(chunk) {
        const text = this.#decoder.decode(chunk, { stream: true });
        // Keep the end rather than the beginning: tools print their result last.
        const all = this.#text + text;
        this.isTruncated ||= all.length > this.#limit;
        this.#text = all.slice(-this.#limit);
        return text;
    }
    get text() {
        return this.#text;
    }
}
const exec = async (program, args, options) => new Promise((resolve, reject) => {
    const child = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawn)(program, args, {
        cwd: options.cwd,
        env: options.environment,
        // Whatever the program starts inherits the fourth pipe, so it closes when the last of them has ended.
        stdio: ['pipe', 'pipe', 'pipe', ...(options.waitsForAll === true ? ['pipe'] : [])],
        windowsHide: true,
    });
    const limit = options.maxCapture ?? DEFAULT_CAPTURE;
    const stdout = new Capture(limit);
    const stderr = new Capture(limit);
    let timedOut = false;
    const timer = options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill('SIGKILL');
        }, options.timeoutMs);
    const pass = (text) => options.onOutput?.(text);
    child.stdout.on('data', (chunk) => pass(stdout.take(chunk)));
    child.stderr.on('data', (chunk) => pass(stderr.take(chunk)));
    // A child that does not read its input closes the pipe; that is its right, not an error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
    });
    const finish = (code, signal) => {
        clearTimeout(timer);
        clearTimeout(grace);
        const exitCode = code ?? 128 + (signal === null ? 0 : node_os__WEBPACK_IMPORTED_MODULE_1__.constants.signals[signal]);
        resolve({
            exitCode,
            stdout: stdout.text,
            stderr: stderr.text,
            isTruncated: stdout.isTruncated,
            timedOut,
        });
    };
    let grace;
    child.on('exit', (code, signal) => {
        grace = setTimeout(() => {
            for (const stream of child.stdio)
                stream?.destroy();
            finish(code, signal);
        }, OUTPUT_GRACE_MS);
    });
    child.on('close', finish);
});
/** True when a program could not be started because it is not installed. */
function isMissingProgram(error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}


/***/ }),

/***/ 58864:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   EX: () => (/* binding */ withTemporaryFolder),
/* harmony export */   io: () => (/* binding */ readBytes),
/* harmony export */   lY: () => (/* binding */ findFiles)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);


/** Makes a private folder, hands it to the work, and removes it however the work ends. */
async function withTemporaryFolder(parent, work) {
    const folder = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.mkdtemp)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(parent, 'build-once-'));
    try {
        return await work(folder);
    }
    finally {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(folder, { recursive: true, force: true });
    }
}
/** The files a pattern names below a folder, sorted by name. A pattern without wildcards names itself. */
async function findFiles(folder, pattern) {
    const found = [];
    for await (const name of (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.glob)(pattern, { cwd: folder })) {
        const path = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(folder, name);
        if ((await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.stat)(path)).isFile())
            found.push({ name: (0,node_path__WEBPACK_IMPORTED_MODULE_1__.relative)(folder, path).split(node_path__WEBPACK_IMPORTED_MODULE_1__.sep).join('/'), path });
    }
    return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
/** Reads a whole file. */
async function readBytes(path) {
    return await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(path);
}


/***/ }),

/***/ 47148:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   j: () => (/* binding */ runScript)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);


/**
 * Runs a script the way the runner runs `shell: bash` steps: from a file, stopping at the first failure, also
 * inside a pipe. Resolves whatever the exit code is; rejects with the system error when bash is missing.
 */
async function runScript(text, options) {
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.mkdir)(options.folder, { recursive: true, mode: 0o700 });
    const file = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(options.folder, `${options.name}.sh`);
    // A workflow file with Windows line ends is common, and bash would take the CR as part of the last word.
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.writeFile)(file, `${text.replaceAll('\r\n', '\n')}\n`, { mode: 0o600 });
    const { exec, cwd, environment, onOutput, timeoutMs, waitsForAll } = options;
    return await exec('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file], {
        cwd,
        environment,
        ...(onOutput === undefined ? {} : { onOutput }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(waitsForAll === undefined ? {} : { waitsForAll }),
    });
}


/***/ }),

/***/ 24053:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   z: () => (/* binding */ readBuildRecords)
/* harmony export */ });
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);
/* harmony import */ var _domain_record_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(43111);


/**
 * Reads every build record attached to a digest. Anyone who can push can attach documents, so one that is
 * malformed is reported and passed over; the caller decides what it means when nothing valid is left.
 */
async function readBuildRecords(ports, repository, digest) {
    const records = [];
    let broken;
    for (const { bytes, manifestDigest } of await ports.records.list(repository, digest, _domain_record_js__WEBPACK_IMPORTED_MODULE_1__/* .RECORD_TYPES */ .c4.build)) {
        try {
            records.push((0,_domain_record_js__WEBPACK_IMPORTED_MODULE_1__/* .decodeBuildRecord */ .AN)(bytes, `Build record ${manifestDigest}`));
        }
        catch (error) {
            if (!(error instanceof _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .RecordError */ .W1))
                throw error;
            ports.log.warning(`Passed over a document that is not a build record: ${error.message}`);
            broken ??= error;
        }
    }
    return { records, broken };
}


/***/ }),

/***/ 17961:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E1: () => (/* binding */ parseList),
/* harmony export */   E9: () => (/* binding */ parseDuration),
/* harmony export */   L5: () => (/* binding */ parseFields),
/* harmony export */   Li: () => (/* binding */ parseLines),
/* harmony export */   We: () => (/* binding */ parseArguments),
/* harmony export */   ZZ: () => (/* binding */ field),
/* harmony export */   lq: () => (/* binding */ optional),
/* harmony export */   mR: () => (/* binding */ optionalText),
/* harmony export */   mw: () => (/* binding */ required),
/* harmony export */   xg: () => (/* binding */ parsePairs),
/* harmony export */   yL: () => (/* binding */ oneOf),
/* harmony export */   zM: () => (/* binding */ boolean),
/* harmony export */   zp: () => (/* binding */ FieldFault)
/* harmony export */ });
/* unused harmony export requiredText */
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(27597);
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(88532);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);


/**
 * The one place where texts of inputs become values. A field is a zod schema from the raw text, with its
 * default, to the value; an empty text is an input that was not given, as everywhere on GitHub, and an
 * expression that came out empty therefore means the default too.
 */
/** A text that cannot be read as what it should be; becomes a fault of its input. */
class FieldFault extends Error {
}
/** Makes a field from a parser; whatever the parser throws as a user error becomes the input's fault. */
function field(parse, fallback = '') {
    return zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()
        .default(fallback)
        .transform((text, context) => {
        try {
            return parse(text === '' ? fallback : text);
        }
        catch (error) {
            if (!(error instanceof FieldFault) && !(error instanceof _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildOnceError */ .kb))
                throw error;
            context.addIssue({ code: 'custom', message: error.message });
            return zod__WEBPACK_IMPORTED_MODULE_2__/* .NEVER */ .tm;
        }
    });
}
/** A text; undefined when empty. */
function optionalText(fallback = '') {
    return field((text) => (text === '' ? undefined : text), fallback);
}
/** A text that must be given. */
function requiredText(example) {
    return field((text) => {
        if (text === '')
            throw new FieldFault(`is required, for example ${example}`);
        return text;
    });
}
/** A value that is parsed when given. */
function optional(parse, fallback = '') {
    return field((text) => (text === '' ? undefined : parse(text)), fallback);
}
/** A value that must be given. */
function required(parse, example) {
    return field((text) => {
        if (text === '')
            throw new FieldFault(`is required, for example ${example}`);
        return parse(text);
    });
}
/** Booleans of the YAML 1.2 core schema, as getBooleanInput of the toolkit reads them: nothing else counts. */
function boolean(fallback) {
    return field((text) => {
        if (['true', 'True', 'TRUE'].includes(text))
            return true;
        if (['false', 'False', 'FALSE', ''].includes(text))
            return false;
        throw new FieldFault(`must be true or false, got ${JSON.stringify(text.slice(0, 80))}`);
    }, fallback);
}
/** One of a closed set of words. */
function oneOf(choices, fallback) {
    return field((text) => {
        const found = choices.find((choice) => choice === text);
        if (found === undefined)
            throw new FieldFault(`must be one of ${choices.join(', ')}, got ${JSON.stringify(text.slice(0, 80))}`);
        return found;
    }, fallback);
}
const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** A duration, `0`, `30s`, `10m`, `1h` or `7d`, in milliseconds. */
function parseDuration(text) {
    if (text === '0')
        return 0;
    const groups = /^(?<count>0|[1-9]\d{0,5})(?<unit>[smhd])$/.exec(text)?.groups;
    if (groups === undefined) {
        throw new FieldFault(`must be a duration such as 0, 30s, 10m, 1h or 7d, got ${JSON.stringify(text.slice(0, 80))}`);
    }
    return Number(groups['count']) * UNITS[groups['unit']];
}
/** Entries separated by lines; commas belong to the entry (build-args, labels, secrets …). */
function parseLines(text) {
    return clean(parseRecords(text).map((record) => record.join(',')));
}
/** Entries separated by lines or commas (tags, platforms …). */
function parseList(text) {
    // A line that is one quoted field is split again: docker/build-push-action does, so `"a,b"` is two entries.
    return clean(parseRecords(text).flatMap((record) => (record.length === 1 ? record.join().split(',') : record)));
}
function clean(entries) {
    return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}
/**
 * Reads lists exactly as docker/build-push-action does: comma separated values in which a field that starts
 * with a quote may hold commas, newlines and doubled quotes, and quotes elsewhere are plain text.
 */
function parseRecords(text) {
    const records = [];
    let record = [];
    let position = 0;
    while (position <= text.length) {
        const { value, end } = readField(text, position);
        record.push(value);
        position = end + (text.startsWith('\r\n', end) ? 2 : 1);
        if (text[end] === ',')
            continue;
        records.push(record);
        record = [];
    }
    return records;
}
function readField(text, start) {
    const plain = /[^,\r\n]*/y;
    const quoted = /"((?:[^"]|"")*)("?)/y;
    quoted.lastIndex = start;
    const match = quoted.exec(text);
    const content = (match?.[1] ?? '').replaceAll('""', '"');
    plain.lastIndex = match === null ? start : quoted.lastIndex;
    const rest = plain.exec(text)?.[0] ?? '';
    const end = plain.lastIndex;
    if (match === null)
        return { value: rest, end };
    if (match[2] === '') {
        // Only the place is named: lists of secrets are read here too.
        throw new FieldFault(`has a quote in line ${text.slice(0, start).split('\n').length} that is never closed`);
    }
    // Text behind the closing quote makes the quotes plain text.
    return { value: rest === '' ? content : `"${content}"${rest}`, end };
}
/** An argument vector: a JSON array of strings, or one argument a line. */
function parseArguments(text) {
    if (!text.trimStart().startsWith('['))
        return text.split(/\r?\n/).filter((line) => line !== '');
    let body;
    try {
        body = JSON.parse(text);
    }
    catch (cause) {
        throw new FieldFault('looks like a JSON array but is not one', { cause });
    }
    const result = zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()).safeParse(body);
    if (!result.success)
        throw new FieldFault('must be a JSON array of strings, or one argument a line');
    return result.data;
}
/** `KEY=value` entries as pairs, in order. */
function parsePairs(text) {
    return parseLines(text).map((entry) => {
        const at = entry.indexOf('=');
        if (at <= 0)
            throw new FieldFault(`must hold KEY=value entries, got ${JSON.stringify(entry.slice(0, 40))}`);
        return [entry.slice(0, at), entry.slice(at + 1)];
    });
}
/** Runs a schema over raw inputs; every fault names its input as the user typed it. */
function parseFields(schema, raw) {
    const known = Object.keys(schema.shape);
    const given = Object.fromEntries(known.flatMap((name) => (raw.has(name) ? [[name, raw.get(name)]] : [])));
    const result = schema.safeParse(given);
    if (result.success)
        return { values: result.data, faults: [] };
    return {
        values: undefined,
        faults: result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    };
}


/***/ })

};
