export const id = 117;
export const ids = [117];
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
/* harmony import */ var _manifest_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(96837);


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
        ...(testimony.isFromLog === true
            ? { witness: 'deployment log', where: 'for input rollback-to' }
            : { witness: 'workflow output', where: 'input digest' }),
        digest: isSealedWord ? null : requested,
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
    rows.push(...describeGitSeal(testimony.gitSeal));
    for (const { name, digest } of testimony.workflowArtifacts) {
        rows.push({ witness: 'workflow artifact', digest, where: `artifact ${name}`.slice(0, 600) });
    }
    return rows;
}
function describeGitSeal(seal) {
    if (seal === undefined)
        return [];
    const { ref, record } = seal;
    const isThere = record !== undefined;
    return [
        {
            witness: 'git seal',
            digest: record?.digest ?? null,
            where: ref,
            ...(isThere ? {} : { note: 'not there' }),
        },
    ];
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
        const why = testimony.gitSeal?.record === undefined
            ? 'no build of this commit was sealed'
            : 'its build was sealed in git, but ended before it set the tag; build again to set it';
        return [{ code: 'NOT_SEALED', message: `${repository}:${commit} does not exist · ${why}` }];
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
    const inGit = testimony.gitSeal?.record?.digest;
    // Every build that lost a race left a record, so with a git seal two records are not two seals.
    if (inGit === requested)
        return [];
    if (inGit === tag.digest) {
        return [
            {
                code: 'DIGEST_MISMATCH',
                message: `the digest asked for is not the one that was sealed in git · expected ${inGit} (sealed), got ${requested}`,
            },
        ];
    }
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
/** The tag shows what was sealed in git, or somebody wrote one of them. */
function judgeGitSeal({ gitSeal, tag }) {
    const inGit = gitSeal?.record?.digest;
    if (inGit === undefined || tag === undefined || inGit === tag.digest)
        return [];
    return [
        {
            code: 'TAG_MOVED',
            message: `the SHA tag is not what was sealed in git · expected ${inGit} (git seal), got ${tag.digest} (SHA tag)`,
        },
    ];
}
function missGitSeal({ gitSeal }) {
    if (gitSeal === undefined || gitSeal.record !== undefined)
        return [];
    return [
        {
            code: 'NOT_SEALED',
            message: `${gitSeal.ref} does not exist · with seal: git a tag and a record alone prove nothing`,
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
    const findings = [...judgeGitSeal(testimony)];
    if (tag !== undefined && requested !== 'sealed')
        findings.push(...judgeRequested(testimony, requested, tag, tagRecord));
    // What is wrong with the tag's record follows from a moved tag and would only hide it.
    if (!findings.some((finding) => finding.code === 'TAG_MOVED'))
        findings.push(...judgeTag(testimony, tagRecord));
    findings.push(...missGitSeal(testimony), ...judgeArtifacts(testimony, tag));
    const evidence = describe(testimony);
    if (findings.length > 0 || tag === undefined)
        return { evidence, findings, digest: undefined, child: undefined, record: tagRecord };
    const identity = (0,_manifest_js__WEBPACK_IMPORTED_MODULE_1__/* .identify */ .ls)(requested === 'sealed' ? tag.digest : requested, tag);
    const child = identity.same ? identity.child : undefined;
    // Another name of the sealed bytes (sha512) is the sealed artifact; a child of the index stays what it is.
    const digest = child === undefined || requested === 'sealed' ? tag.digest : requested;
    return { evidence, findings, digest, child, record: tagRecord };
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

/***/ 27949:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   c: () => (/* binding */ CancelledError),
/* harmony export */   s: () => (/* binding */ untilStopped)
/* harmony export */ });
/* harmony import */ var _error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);

/** Somebody stopped the job. */
class CancelledError extends _error_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildOnceError */ .kb {
    constructor(how) {
        super('CANCELLED', `The job was cancelled (${how})`, {
            hint: 'What it had started was ended. Run the job again if it was not meant to stop.',
        });
    }
}
/**
 * Waits for work; once it is cancelled, only as long as `grace` takes. Work that is left behind must look at the signal
 * itself before it does anything that counts.
 * @param isEnding true while the work writes down how it ended, which is waited for in any case.
 * @throws what the signal was aborted with.
 */
async function untilStopped(work, cancelled, grace, isEnding = () => false) {
    if (cancelled === undefined)
        return await work;
    const stopped = aborted(cancelled).then(async () => {
        await grace();
        if (isEnding())
            return await work;
        throw cancelled.reason;
    });
    return await Promise.race([work, stopped]);
}
async function aborted(signal) {
    if (signal.aborted)
        return;
    await new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
    });
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

/** True for a full commit id. All zeros is git's name for nothing, as after the deletion of a branch. */
function isCommit(value) {
    return typeof value === 'string' && /^(?!0+$)(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
}
/** Why a text is not a full commit id, in words; undefined when it is one. */
function commitFault(text) {
    if (isCommit(text))
        return undefined;
    const shown = JSON.stringify(text.slice(0, 100));
    if (/^(?:0{40}|0{64})$/.test(text))
        return `${shown} names no commit · git writes it where a branch or tag was deleted`;
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
function parseCommit(text) {
    const fault = commitFault(text);
    if (fault !== undefined) {
        throw new _error_js__WEBPACK_IMPORTED_MODULE_0__/* .InputError */ .dz([`commit: ${fault}`], { hint: 'Use the full id, for example ${{ github.sha }}.' });
    }
    return text;
}


/***/ }),

/***/ 2002:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   B$: () => (/* binding */ digestFault),
/* harmony export */   Bc: () => (/* binding */ isDigest),
/* harmony export */   EX: () => (/* binding */ encodedOf),
/* harmony export */   Hy: () => (/* binding */ algorithmOf),
/* harmony export */   Og: () => (/* binding */ hashFor),
/* harmony export */   V7: () => (/* binding */ assertDigest),
/* harmony export */   VK: () => (/* binding */ shortDigest),
/* harmony export */   g4: () => (/* binding */ finishDigest),
/* harmony export */   m: () => (/* binding */ parseDigest),
/* harmony export */   ol: () => (/* binding */ digestOf),
/* harmony export */   qb: () => (/* binding */ corrupt)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var _error_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(59342);
/* harmony import */ var _quoted_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(46326);



const ENCODED_LENGTH = { sha256: 64, sha512: 128 };
const GRAMMAR = /^(?<algorithm>[a-z0-9]+(?:[+._-][a-z0-9]+)*):(?<encoded>[A-Za-z0-9=_-]+)$/;
const EXPECTED = 'sha256:<64 hexadecimal digits> or sha512:<128 hexadecimal digits>';
/** Why a text is not a digest, in words; undefined when it is one. Says whether it is malformed or not supported. */
function digestFault(text) {
    // The longest digest known is 135 characters; a cap keeps the work bounded whatever is passed in.
    if (text.length > 256)
        return `it has ${text.length} characters · expected ${EXPECTED}`;
    const groups = GRAMMAR.exec(text)?.groups;
    if (groups === undefined)
        return `it is not of the form algorithm:digits · expected ${EXPECTED}`;
    const { algorithm = '', encoded = '' } = groups;
    if (!Object.hasOwn(ENCODED_LENGTH, algorithm))
        return `the algorithm is not supported · expected sha256 or sha512, got ${(0,_quoted_js__WEBPACK_IMPORTED_MODULE_2__/* .quoted */ .T)(algorithm, 40)}`;
    const expected = ENCODED_LENGTH[algorithm];
    if (encoded.length !== expected)
        return `it is malformed · expected ${expected} hexadecimal digits, got ${encoded.length}`;
    if (!/^[0-9a-f]+$/.test(encoded))
        return 'it is malformed · expected only the digits 0-9 and a-f (lower case)';
    return undefined;
}
/** True for a well-formed sha256 or sha512 digest. */
function isDigest(value) {
    return typeof value === 'string' && digestFault(value) === undefined;
}
/**
 * Parses a digest.
 * @param text anything: what is not a text is refused like any other fault.
 * @throws {InvalidReferenceError} and nothing else; the message says why.
 */
function parseDigest(text) {
    if (isDigest(text))
        return text;
    const fault = typeof text === 'string'
        ? `${(0,_quoted_js__WEBPACK_IMPORTED_MODULE_2__/* .quoted */ .T)(text)}: ${digestFault(text)}`
        : `it is no text · expected ${EXPECTED}, got ${(0,_quoted_js__WEBPACK_IMPORTED_MODULE_2__/* .kindOf */ .I)(text)}`;
    throw new _error_js__WEBPACK_IMPORTED_MODULE_1__/* .InvalidReferenceError */ .x_(`Not a digest: ${fault}.`, {
        hint: 'Pass the `digest` output of build as it is, for example sha256:9f86d081…',
    });
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

/***/ 59397:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   O: () => (/* binding */ ERROR_CODES)
/* harmony export */ });
/**
 * Every code a user can meet. Codes are public API: scripts match on them, so one is never renamed or
 * reused. `docs/error-codes.md` is generated from this table.
 */
const ERROR_CODES = {
    INPUT_INVALID: {
        means: 'One or more inputs are missing, malformed or do not go together. Nothing was pushed or deployed.',
        next: 'Correct the inputs named in the message; all faults are listed at once.',
    },
    REFERENCE_INVALID: {
        means: 'An image repository, tag or digest does not follow the OCI grammar.',
        next: 'Write the repository with its registry host, in lower case, for example `ghcr.io/owner/app`.',
    },
    COMMIT_NOT_CHECKED_OUT: {
        means: 'The files in the workspace belong to another commit than the one that would be sealed.',
        next: 'Check out that commit (actions/checkout with `ref:`), or correct the `commit` input.',
    },
    EVENT_REFUSED: {
        means: 'The event does not say safely which commit to use (for example `pull_request_target`), its payload and the runner ' +
            'disagree, or its job has no rights to deploy (a pull request from a fork).',
        next: 'Do what the message says; mostly, give the `commit` input explicitly. [Events](events.md) lists what each says.',
    },
    PREPARE_FAILED: { means: 'The `prepare` script failed.', next: 'Read its output above the error.' },
    ENGINE_FAILED: {
        means: 'The build engine failed, or published something other than it reported.',
        next: 'Read the engine output above the error; nothing was sealed.',
    },
    ENGINE_MISSING: {
        means: 'The program an engine needs is not installed on this runner.',
        next: 'Install it, or choose another engine; `layers` and `files` need none.',
    },
    SOURCE_INVALID: {
        means: 'The files to publish are missing, empty, unreadable or of a kind that cannot be archived.',
        next: 'Correct `path`, or let `prepare` create the files.',
    },
    UNSEALED_TAG: {
        means: 'The SHA tag exists, but no build record for this commit is attached to it.',
        next: 'Find out who pushed it. Delete the tag, or set `adopt: true` to seal what is there.',
    },
    SEAL_UNSTABLE: {
        means: 'The SHA tag kept changing while it was being sealed, or does not show what was written.',
        next: 'Something else writes this tag. Stop it and run the job again.',
    },
    TAG_CONFLICT: {
        means: 'A tag does not resolve to the built digest after it was written (often an immutable tag).',
        next: 'Choose another tag, or remove the tag from `tags`.',
    },
    DIGEST_MISSING: {
        means: 'deploy was given no digest.',
        next: 'Pass the bare `digest` output of build; outputs holding a masked value are dropped by the runner. Skip the job where ' +
            "nothing was published, as for a pull request from a fork: `if: needs.build.outputs.digest != ''`.",
    },
    DIGEST_MISMATCH: {
        means: 'The digest to deploy is not the one that was built for this commit.',
        next: 'Deploy the sealed digest named in the table.',
    },
    NOT_SEALED: {
        means: 'This commit has no sealed build in `image`.',
        next: 'Run the build action for this commit first, with the same `image`.',
    },
    TAG_MOVED: {
        means: 'The SHA tag no longer points at the artifact that was built. With `seal: git`: the SHA tag and the git ref name ' +
            'different artifacts.',
        next: 'Find out who moved it, put it back to the built digest, then deploy again.',
    },
    RECORD_MISMATCH: {
        means: 'The build record attached to the artifact names another commit, repository or digest.',
        next: 'Deploy the digest that was built for this commit.',
    },
    BUILT_TWICE: {
        means: 'Two digests hold a build record for one commit, so nobody can say which one was tested.',
        next: 'Decide which is right, remove the other, and let only build-once write the SHA tag.',
    },
    WITNESS_UNREADABLE: {
        means: 'A witness exists but could not be read; an unreadable witness is a failure, not an absence.',
        next: 'Restore access to it and run the job again.',
    },
    REBUILD_REQUESTED: {
        means: 'deploy was asked to build: by an input, or by a command inside `run` or `running`.',
        next: 'Build in the build job; deploy only consumes its digest.',
    },
    PULL_REQUEST_BUILD: {
        means: 'The artifact was built for a pull request, which is no release candidate.',
        next: 'Deploy the build of the merged commit, or set `allow-pull-request: true` for a preview. Where a pull request has built the very commit that was pushed later (`commit` input), its one build stays: do not give `commit` in pull requests that are merged by fast-forward.',
    },
    OUT_OF_ORDER: {
        means: 'An environment named in `after` does not run this digest: it was never deployed there with success, or something else has replaced it. Or something else was deployed while a `rollback-to` waited, so that it means another commit now.',
        next: 'Deploy this digest there first, or deploy the digest that runs there. For a rollback, look at what was deployed, and run the job again.',
    },
    SOAKING: {
        means: 'An environment named in `after` runs this digest, but for less than `soak`.',
        next: 'Run the job again after the time in the message.',
    },
    OUTDATED: {
        means: 'The commit is older than the one the environment runs.',
        next: 'Deploy a newer commit. To go back on purpose, set `rollback: true` or use `rollback-to`.',
    },
    ROLLBACK_UNKNOWN: {
        means: 'What `rollback-to` names was never deployed to this environment with success, so there is nothing to go back to.',
        next: 'Name a commit or tag that was deployed there; the message says what was looked for.',
    },
    LOCKED: {
        means: 'Another job deploys this image to this environment, and did not end within `lock-timeout`.',
        next: 'Run the job again when the workflow run in the message has ended.',
    },
    ENVIRONMENT_UNPROTECTED: {
        means: 'With `require-protection: true`: the GitHub environment does not exist or has no protection rule.',
        next: 'Under Settings → Environments of the repository, create the environment or open it, and add a required reviewer, a wait timer or allowed branches.',
    },
    RUN_FAILED: { means: 'The `run` script failed.', next: 'Read its output above the error.' },
    RUNNING_MISMATCH: {
        means: 'What runs after the deployment is not the digest that was deployed.',
        next: 'Check why the environment runs something else; the deployment is recorded as failed.',
    },
    UNPACK_FAILED: {
        means: 'The artifact could not be unpacked safely and completely.',
        next: '`unpack` takes artifacts of the `files` engine and an empty or new folder.',
    },
    CONFIG_MISSING: {
        means: 'A file named in `config` does not exist or cannot be read.',
        next: 'Correct `config`; its files are part of the release and are hashed into the record.',
    },
    RECORD_INVALID: {
        means: 'A record is not a valid build-once document, or is one of a newer version.',
        next: 'Update build-once, or remove the foreign document.',
    },
    REGISTRY_DENIED: {
        means: 'The registry refused the credentials, or they do not allow this.',
        next: 'Log in to the registry before this step, or give `username` and `password`; check the permissions.',
    },
    REGISTRY_UNAVAILABLE: {
        means: 'The registry did not answer properly in time (network, 429 or 5xx), also after retries.',
        next: 'Run the job again when the registry is healthy. Nothing was assumed about the commit.',
    },
    REGISTRY_UNEXPECTED: {
        means: 'Something answered that does not speak like a registry, or broke the protocol.',
        next: 'Check the registry host, and any proxy or login page in between.',
    },
    REGISTRY_NOT_FOUND: {
        means: 'A manifest or blob that must exist is not in the repository.',
        next: 'Check the repository and digest; retention rules may have deleted it.',
    },
    REGISTRY_REFUSED: {
        means: 'The registry refused a write (invalid, too large, immutable or not supported).',
        next: 'Correct what the registry’s answer in the message names, and run the job again.',
    },
    COPY_REFUSED: {
        means: 'An artifact cannot be copied whole: it refers to layers kept elsewhere, or is larger than the limits.',
        next: 'Read the message; nothing was written. Publish the artifact with all its layers in the repository.',
    },
    CONTENT_CORRUPT: {
        means: 'Bytes read do not hash to the digest they were asked for by.',
        next: 'Do not use this copy. Check the registry, its storage and any proxy in between.',
    },
    CREDENTIALS_INVALID: {
        means: 'The docker configuration or a credential helper could not be used.',
        next: 'Correct the file or helper named in the message, or give `username` and `password`.',
    },
    GITHUB_DENIED: {
        means: 'GitHub refused the token, or the token may not do this.',
        next: 'Add the permission named in the message to the `permissions:` of this job; [permissions](permissions.md) has a block for each. Where GitHub does not know the token, give a valid one.',
    },
    GITHUB_NOT_FOUND: {
        means: 'GitHub knows no such thing, or does not show it to this token.',
        next: 'Check the repository, and that the token belongs to it and has the permission named in the message.',
    },
    GITHUB_REFUSED: {
        means: 'GitHub refused a request as it is (invalid, in conflict, or against a rule of the repository).',
        next: 'Correct what GitHub’s answer in the message names, and run the job again.',
    },
    GITHUB_RATE_LIMITED: {
        means: 'GitHub takes no more requests for now, and waiting for it would take too long.',
        next: 'Run the job again after the time named in the message. All jobs of a repository share one limit.',
    },
    GITHUB_UNAVAILABLE: {
        means: 'GitHub’s API did not answer properly in time (network or 5xx), also after retries.',
        next: 'Run the job again when GitHub is healthy. Nothing was assumed about what was asked.',
    },
    GITHUB_UNEXPECTED: {
        means: 'Something answered that does not speak like GitHub’s API, or leads to another host.',
        next: 'Check the address of the API in the message, and any proxy or login page in between.',
    },
    GIT_SEAL_INVALID: {
        means: 'The git seal of this commit (`refs/build-once/…`) is not one that build-once wrote, or the artifact it names has ' +
            'no build record.',
        next: 'Find out who wrote the git ref. After it is deleted, the next build seals the commit anew, or `backfill: true` restores the seal from the registry.',
    },
    NOT_SEALED_IN_GIT: {
        means: 'The SHA tag of this commit exists, but with `seal: git` a tag without a git seal proves nothing.',
        next: 'For builds from before `seal: git`, run the build action once with `backfill: true`. Else find out who wrote the tag.',
    },
    CANCELLED: {
        means: 'The job was cancelled, or the runner was stopped. What the step had started was ended, and the record of a deployment says so.',
        next: 'Run the job again if it was not meant to stop. A deployment whose script was cancelled may have been carried out in part.',
    },
    INTERNAL: {
        means: 'A defect in build-once.',
        next: 'Report it, with the log of a workflow run that has debug logging on.',
    },
};


/***/ }),

/***/ 59342:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   GZ: () => (/* binding */ isDenied),
/* harmony export */   I0: () => (/* binding */ TargetError),
/* harmony export */   Jj: () => (/* binding */ cut),
/* harmony export */   KE: () => (/* binding */ listed),
/* harmony export */   NJ: () => (/* binding */ EngineError),
/* harmony export */   SM: () => (/* binding */ remedyOf),
/* harmony export */   TN: () => (/* binding */ oneLine),
/* harmony export */   UM: () => (/* binding */ saysBlobIsMissing),
/* harmony export */   W1: () => (/* binding */ RecordError),
/* harmony export */   Ys: () => (/* binding */ isWithheld),
/* harmony export */   bD: () => (/* binding */ messageOf),
/* harmony export */   dz: () => (/* binding */ InputError),
/* harmony export */   gl: () => (/* binding */ RegistryError),
/* harmony export */   kb: () => (/* binding */ BuildOnceError),
/* harmony export */   mk: () => (/* binding */ VerificationError),
/* harmony export */   mu: () => (/* binding */ withHint),
/* harmony export */   pn: () => (/* binding */ PolicyError),
/* harmony export */   vu: () => (/* binding */ isRefusal),
/* harmony export */   x_: () => (/* binding */ InvalidReferenceError),
/* harmony export */   y_: () => (/* binding */ GitHubError)
/* harmony export */ });
/* harmony import */ var _error_codes_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59397);

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
/** Faults of one input that the message shows; a list may hold thousands, which would hide those of other inputs. */
const SHOWN_FAULTS = 25;
/** All faults, but of one input only the first ones and how many there are more. */
function shownFaults(faults) {
    const byInput = Map.groupBy(faults, (fault) => fault.split(':', 1)[0] ?? '');
    return [...byInput].flatMap(([input, all]) => {
        const more = all.length - SHOWN_FAULTS;
        return more < 2 ? all : [...all.slice(0, SHOWN_FAULTS), `${input}: … and ${more} more`];
    });
}
/** Inputs that are missing, malformed or contradict each other; holds all faults, not the first. */
class InputError extends BuildOnceError {
    faults;
    constructor(faults, details = {}) {
        super('INPUT_INVALID', faults.length === 1 ? `${faults[0]}` : listed('The inputs are not valid', shownFaults(faults)), details);
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
/** The same error with advice, where it has none yet. */
function withHint(error, hint) {
    if (error.hint !== undefined)
        return error;
    const { code, message, status, ociCodes, cause } = error;
    const known = status === undefined ? { ociCodes } : { ociCodes, status };
    return new RegistryError(code, message, { ...known, cause, hint });
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
/** GitHub's API answered badly or not at all. Carries what the caller decides by, never the token. */
class GitHubError extends BuildOnceError {
    status;
    /** The permission that is missing, as a workflow writes it: `contents: write`. */
    permission;
    constructor(code, message, details = {}) {
        super(code, message, { hint: remedyFor(code, details.permission), ...details });
        this.status = details.status;
        this.permission = details.permission;
    }
}
/** What to do where nobody knows better; the token is to blame only where GitHub says so. */
function remedyFor(code, permission) {
    if (code !== 'GITHUB_DENIED')
        return _error_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .ERROR_CODES */ .O[code].next;
    return permission === undefined
        ? 'Check the token of this job.'
        : `Add \`permissions: ${permission}\` to this job.`;
}
/** True where GitHub denies, and says so. */
function isDenied(error) {
    return error instanceof GitHubError && error.code === 'GITHUB_DENIED';
}
/** True where GitHub does not say: it denies, or shows nothing, which is one of its ways to deny. */
function isWithheld(error) {
    return isDenied(error) || (error instanceof GitHubError && error.code === 'GITHUB_NOT_FOUND');
}
/** What makes GitHub say it the next time, for notices of what is done without: often the permission to add. */
function remedyOf({ hint, code, permission }) {
    return hint ?? remedyFor(code, permission);
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
/** A text on one line, without control characters. */
function oneLine(text) {
    return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}
/** A text cut to a length, with a mark where it was. */
function cut(text, length) {
    return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
/** The message of anything thrown, for use inside another message. */
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}


/***/ }),

/***/ 36512:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ku: () => (/* binding */ sealFolder),
/* harmony export */   LP: () => (/* binding */ invalidSeal),
/* harmony export */   R1: () => (/* binding */ checkedSeal),
/* harmony export */   fl: () => (/* binding */ sealRef),
/* harmony export */   ho: () => (/* binding */ SEALS),
/* harmony export */   sj: () => (/* binding */ WHICH_WAS_MOVED)
/* harmony export */ });
/* harmony import */ var _error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(77708);


/** Where the one digest of a commit is decided; the values of the input `seal`. */
const SEALS = ['registry', 'git'];
const FOLDER = 'refs/build-once';
/**
 * The folder of a repository's seals: readable, and by its key different for each repository. A ref allows fewer
 * characters than a repository has, so different names could look the same.
 */
function sealFolder(repository) {
    const readable = repository.replaceAll(/[^a-z0-9]+/g, '-').slice(0, 80);
    return `${FOLDER}/${readable.replaceAll(/^-|-$/g, '')}-${(0,_json_js__WEBPACK_IMPORTED_MODULE_1__/* .shortKey */ .qU)(repository)}`;
}
/** The git ref that seals a commit: `refs/build-once/ghcr-io-owner-app-1a2b3c4d5e6f/<commit>`. */
function sealRef(repository, commit) {
    return `${sealFolder(repository)}/${commit}`;
}
/** The error for a ref that is no seal. It is never taken for an absence: somebody wrote it. */
function invalidSeal(ref, why, cause) {
    return new _error_js__WEBPACK_IMPORTED_MODULE_0__/* .VerificationError */ .mk('GIT_SEAL_INVALID', `${ref} is not a git seal of this commit: ${why}`, {
        hint: 'Find out who wrote this ref; build-once never changes one. Delete it to let the next build seal the commit.',
        ...(cause === undefined ? {} : { cause }),
    });
}
/** What to do about a tag and a ref that disagree: nothing about them shows which one somebody wrote. */
const WHICH_WAS_MOVED = 'Something wrote the SHA tag or the git ref past build-once. The log of the workflow run that built this commit names the digest; put back the one that differs.';
/**
 * The record of a seal, if it is about what was asked for.
 * @throws {VerificationError} GIT_SEAL_INVALID.
 */
function checkedSeal(record, repository, commit) {
    if (record.commit === commit && record.repository === repository)
        return record;
    const ref = sealRef(repository, commit);
    throw invalidSeal(ref, `its record is for another build · expected ${repository} ${commit}, got ${record.repository} ${record.commit}`);
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
const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
const WHITE_SPACE = [0x20, 0x09, 0x0a, 0x0d];
/**
 * One pass over the text for what JSON.parse does not report; JSON.parse judges the grammar afterwards. Character
 * by character, because a regular expression for strings runs out of stack where one holds millions of escapes.
 */
function scan(text, maxDepth) {
    const objects = [];
    for (let at = 0; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        if (code === QUOTE) {
            const end = endOfString(text, at);
            checkKey(text, at, end, objects.at(-1));
            at = end - 1;
        }
        else if (code === OPEN_OBJECT || code === OPEN_LIST) {
            objects.push(code === OPEN_OBJECT ? new Set() : undefined);
            if (objects.length > maxDepth)
                throw new SyntaxError(`nested deeper than ${maxDepth}`);
        }
        else if (code === CLOSE_OBJECT || code === CLOSE_LIST)
            objects.pop();
    }
}
/** The position behind a string; the end of the text when it is never closed. */
function endOfString(text, start) {
    for (let at = start + 1; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        if (code === QUOTE)
            return at + 1;
        if (code === BACKSLASH)
            at += 1;
    }
    return text.length;
}
function checkKey(text, start, end, keys) {
    if (keys === undefined)
        return;
    let at = end;
    while (WHITE_SPACE.includes(text.charCodeAt(at)))
        at += 1;
    if (text.charCodeAt(at) !== COLON)
        return;
    const key = JSON.parse(text.slice(start, end));
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

/***/ 96837:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  $v: () => (/* binding */ EMPTY_CONFIG),
  $T: () => (/* binding */ MANIFEST_MEDIA_TYPES),
  ZJ: () => (/* binding */ MAX_MANIFEST_BYTES),
  Z2: () => (/* binding */ MEDIA_TYPES),
  Sl: () => (/* binding */ assertSize),
  ZX: () => (/* binding */ bareMediaType),
  ZL: () => (/* binding */ bySha256),
  nb: () => (/* binding */ descriptorOf),
  ls: () => (/* binding */ identify),
  Ng: () => (/* binding */ parseManifest),
  xq: () => (/* binding */ platformChildren),
  tj: () => (/* binding */ platformOf)
});

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 9 modules
var schemas = __webpack_require__(27597);
// EXTERNAL MODULE: ./node_modules/zod/v4/core/errors.js
var errors = __webpack_require__(37428);
// EXTERNAL MODULE: ./lib/domain/digest.js
var domain_digest = __webpack_require__(2002);
// EXTERNAL MODULE: ./lib/domain/error.js
var error = __webpack_require__(59342);
// EXTERNAL MODULE: ./lib/domain/json.js
var json = __webpack_require__(77708);
;// CONCATENATED MODULE: ./lib/domain/manifest-fields.js
const FIELDS = [
    ...[
        'schemaVersion',
        'mediaType',
        'artifactType',
        'config',
        'layers',
        'manifests',
        'subject',
        'annotations',
    ],
    ...['digest', 'size', 'urls', 'data', 'platform'],
    ...['os', 'architecture', 'variant', 'os.version', 'os.features', 'features'],
];
const BY_FOLDED = new Map(FIELDS.map((field) => [folded(field), field]));
/** As Go compares names: in any case, and with the two letters outside of ASCII that have a case inside of it. */
function folded(name) {
    return name.toUpperCase().toLowerCase();
}
/**
 * Finds a field whose name is a known one in another case. Clients in Go read `Manifests` as `manifests`, and the
 * last one counts: what they run would be something else than what is read here (as in CVE-2021-41190).
 */
function otherwiseSpelled(value) {
    if (typeof value !== 'object' || value === null)
        return undefined;
    const entries = Object.entries(value);
    for (const [name] of entries) {
        const known = BY_FOLDED.get(folded(name));
        if (known !== undefined && known !== name)
            return name;
    }
    for (const [name, field] of entries) {
        const parts = ['layers', 'manifests'].includes(name) && Array.isArray(field) ? field : [];
        const inner = ['config', 'subject', 'platform'].includes(name) ? [field] : parts;
        for (const part of inner) {
            const found = otherwiseSpelled(part);
            if (found !== undefined)
                return found;
        }
    }
    return undefined;
}

// EXTERNAL MODULE: ./lib/domain/quoted.js
var quoted = __webpack_require__(46326);
;// CONCATENATED MODULE: ./lib/domain/manifest.js






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
const digest = schemas/* string */.YjP().refine(domain_digest/* isDigest */.Bc, 'not a supported digest');
const size = schemas/* int */.Whr().nonnegative();
const annotations = schemas/* record */.g1P(schemas/* string */.YjP(), schemas/* string */.YjP());
// Both are required by the specification, but tools leave them out or write them empty, and nothing depends on it.
const platform = schemas/* looseObject */._H3({
    os: schemas/* string */.YjP().optional(),
    architecture: schemas/* string */.YjP().optional(),
    variant: schemas/* string */.YjP().optional(),
    'os.version': schemas/* string */.YjP().optional(),
});
// Loose: unknown fields are kept by keeping the raw bytes; only what we act on is judged.
const descriptor = schemas/* looseObject */._H3({
    mediaType: schemas/* string */.YjP().min(1).max(255),
    digest,
    size,
    urls: schemas/* array */.YOg(schemas/* string */.YjP()).optional(),
    annotations: annotations.optional(),
    artifactType: schemas/* string */.YjP().optional(),
    platform: platform.optional(),
});
const common = {
    schemaVersion: schemas/* literal */.euz(2),
    mediaType: schemas/* string */.YjP().optional(),
    artifactType: schemas/* string */.YjP().optional(),
    subject: descriptor.optional(),
    annotations: annotations.optional(),
};
const imageSchema = schemas/* looseObject */._H3({ ...common, config: descriptor, layers: schemas/* array */.YOg(descriptor) });
const indexSchema = schemas/* looseObject */._H3({ ...common, manifests: schemas/* array */.YOg(descriptor) });
/** Types that registries hold and nobody should meet any more, and what they are. */
const WITHDRAWN = {
    'application/vnd.docker.distribution.manifest.v1+json': 'a Docker schema 1 manifest',
    'application/vnd.docker.distribution.manifest.v1+prettyjws': 'a Docker schema 1 manifest',
    'application/vnd.oci.artifact.manifest.v1+json': 'an OCI artifact manifest, which was withdrawn',
};
function unexpected(what, why, cause) {
    return new error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${what} is not a usable manifest: ${why}`, {
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
 * @param digest the name the bytes were asked for by and verified against, where that is not their sha256.
 * @throws {RegistryError} REGISTRY_UNEXPECTED.
 */
function parseManifest(bytes, contentType, what, digest = (0,domain_digest/* digestOf */.ol)(bytes)) {
    const mediaType = bareMediaType(contentType);
    if (!isManifestMediaType(mediaType))
        throw unsupported(what, mediaType);
    let body;
    try {
        body = (0,json/* parseStrictJson */.RJ)(bytes, { maxBytes: MAX_MANIFEST_BYTES });
    }
    catch (cause) {
        throw unexpected(what, cause instanceof Error ? cause.message : 'not JSON', cause);
    }
    const isIndex = mediaType === MEDIA_TYPES.ociIndex || mediaType === MEDIA_TYPES.dockerIndex;
    const fault = shapeFault(body, mediaType, isIndex);
    if (fault !== undefined)
        throw unexpected(what, fault);
    const identity = { bytes, digest, mediaType };
    const document = tolerated(body);
    return isIndex
        ? { ...identity, kind: 'index', document: checked(indexSchema, { manifests: [], ...document }, what) }
        : { ...identity, kind: 'image', document: checked(imageSchema, { layers: [], ...document }, what) };
}
function unsupported(what, mediaType) {
    const known = WITHDRAWN[mediaType];
    if (known === undefined)
        return unexpected(what, `its media type is ${(0,quoted/* quoted */.T)(mediaType, 100)}`);
    return new error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${what} is ${known} · expected an OCI or Docker schema 2 manifest`, {
        hint: 'Push it again with a current tool, which gives it a new digest.',
    });
}
/** Where a writer in Go (and in others) puts null for what it leaves empty; every other client takes it for absent. */
const NULLABLE = [
    ...['annotations', 'artifactType', 'subject', 'layers', 'manifests', 'urls', 'platform', 'data'],
    ...['variant', 'os', 'architecture', 'os.version', 'os.features', 'features'],
];
/** A manifest, descriptor or platform and what is inside, without the fields that are null and may be absent. */
function tolerated(value) {
    if (!isObject(value))
        return {};
    const inner = (entry) => (isObject(entry) ? tolerated(entry) : entry);
    return Object.fromEntries(Object.entries(value).flatMap(([key, field]) => {
        if (field === null && NULLABLE.includes(key))
            return [];
        if (['config', 'subject', 'platform'].includes(key))
            return [[key, inner(field)]];
        const isList = ['layers', 'manifests'].includes(key) && Array.isArray(field);
        return [[key, isList ? field.map(inner) : field]];
    }));
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function shapeFault(body, mediaType, isIndex) {
    if (!isObject(body))
        return 'it is not a JSON object';
    if ('schemaVersion' in body && body.schemaVersion === 1)
        return 'it is a Docker schema 1 manifest · expected schemaVersion 2, got 1';
    if ('mediaType' in body && body.mediaType !== mediaType) {
        return `the body says ${JSON.stringify(body.mediaType).slice(0, 100)}, the registry said "${mediaType}"`;
    }
    const other = otherwiseSpelled(body);
    if (other !== undefined)
        return `some clients read ${(0,quoted/* quoted */.T)(other, 40)} as a field of another case`;
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
        throw unexpected(what, errors/* prettifyError */.S1(result.error).slice(0, 500));
    return result.data;
}
/** The manifest under its sha256 digest, by which seals and records name it whatever it was asked for by. */
function bySha256(manifest) {
    return (0,domain_digest/* algorithmOf */.Hy)(manifest.digest) === 'sha256'
        ? manifest
        : { ...manifest, digest: (0,domain_digest/* digestOf */.ol)(manifest.bytes) };
}
/**
 * Checks the size that a descriptor gives for a manifest read by its digest (image-spec descriptor.md §Properties).
 * @throws {RegistryError} CONTENT_CORRUPT.
 */
function assertSize(manifest, descriptor, what) {
    const { byteLength } = manifest.bytes;
    if (byteLength === descriptor.size)
        return;
    throw new error/* RegistryError */.gl('CONTENT_CORRUPT', `${what} has another size than its index says · expected ${descriptor.size} bytes, got ${byteLength}`, { hint: 'The index was not made for this manifest. Push both again.' });
}
/** The descriptor of a manifest: what another document points at it with. */
function descriptorOf(manifest) {
    return { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.byteLength };
}
/** A child of an index that a machine can run: attestation children (`unknown/unknown`) are not artifacts. */
function isRunnable(child) {
    if (child.annotations?.['vnd.docker.reference.type'] !== undefined)
        return false;
    // An index may list what is no image at all, such as a blob.
    return isManifestMediaType(child.mediaType) && child.platform?.os !== 'unknown';
}
/** `linux/arm64/v8`, or `unknown` where the descriptor does not say. */
function platformOf(child) {
    const { os, architecture, variant } = child.platform ?? {};
    // Go writes a platform that nobody filled in as two empty texts.
    if (os === undefined || os === '' || architecture === undefined || architecture === '')
        return 'unknown';
    return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
}
/** The runnable children of an index, in the order of the index; none for a single image. */
function platformChildren(manifest) {
    return manifest.kind === 'index' ? manifest.document.manifests.filter(isRunnable) : [];
}
/**
 * Index-aware equality: the sealed digest itself, the same bytes named by another algorithm, or a runnable
 * platform child of the sealed index, is the same artifact. Runtimes report any of them.
 */
function identify(digest, sealed) {
    if (digest === sealed.digest)
        return { same: true };
    const algorithm = (0,domain_digest/* algorithmOf */.Hy)(digest);
    if (algorithm !== (0,domain_digest/* algorithmOf */.Hy)(sealed.digest) && digest === (0,domain_digest/* digestOf */.ol)(sealed.bytes, algorithm))
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
/** Text on one line. What turns the direction of writing would make a reader see another text than there is. */
function plain(text) {
    return text.replace(/\p{Cc}+/gu, ' ').replace(/\p{Bidi_Control}/gu, '\ufffd');
}
/** Text from anywhere as text in Markdown: no markup, no HTML, no formulas, no line breaks, no mentions or links. */
function escapeMarkdown(text) {
    return (plain(text)
        .replace(/[&<>]/g, (character) => (character === '&' ? '&amp;' : character === '<' ? '&lt;' : '&gt;'))
        .replace(/[\\`*_{}[\]()#+!|~@-]/g, (character) => `\\${character}`)
        // GitHub makes links of addresses without any markup.
        .replace(/:\/\//g, String.raw `:\/\/`)
        .replace(/\bwww\./gi, (start) => start.replace('.', String.raw `\.`))
        // What stands between two dollar signs is a formula, and a backslash does not help.
        .replaceAll('$', '<span>$</span>'));
}
/**
 * Text as inline code. A backtick or a table bar inside would end it early, and code has no escapes (a backslash
 * before the bar would hide one behind a backslash in the text), so characters that look like them stand there.
 */
function code(text) {
    return `\`${plain(text).replaceAll('`', 'ˋ').replaceAll('|', '│')}\``;
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


/***/ }),

/***/ 46326:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ kindOf),
/* harmony export */   T: () => (/* binding */ quoted)
/* harmony export */ });
/**
 * A text from outside for use in a message: quoted, on one line, in printable ASCII only (what looks like an
 * ASCII letter and is none shows), and cut to a length.
 */
function quoted(text, max = 200) {
    const shown = JSON.stringify(text.slice(0, max)).replaceAll(/[^ -~]/g, escapeUnit);
    return text.length > max ? `${shown}… (${text.length} characters)` : shown;
}
function escapeUnit(unit) {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
/** What a value is, for a message about one that should have been a text; never calls anything of the value. */
function kindOf(value) {
    return value === null ? 'null' : typeof value;
}


/***/ }),

/***/ 43111:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $l: () => (/* binding */ recordTime),
/* harmony export */   AN: () => (/* binding */ decodeBuildRecord),
/* harmony export */   IZ: () => (/* binding */ deploymentRecordSchema),
/* harmony export */   X5: () => (/* binding */ decodeDeploymentRecord),
/* harmony export */   Ym: () => (/* binding */ encodeRecord),
/* harmony export */   c4: () => (/* binding */ RECORD_TYPES),
/* harmony export */   xR: () => (/* binding */ MAX_RECORD_BYTES)
/* harmony export */ });
/* unused harmony export buildRecordSchema */
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
/* harmony export */   nJ: () => (/* binding */ tagFault),
/* harmony export */   o6: () => (/* binding */ parseHost)
/* harmony export */ });
/* harmony import */ var _digest_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2002);
/* harmony import */ var _error_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(59342);
/* harmony import */ var _quoted_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(46326);



// Grammar: distribution/reference, made stricter (docs/references.md): the registry host is required (no
// docker.io guess), hosts are lower case and written in the one way a URL keeps, ports are 1-65535, tags are
// never defaulted. Every pattern is anchored and linear.
const HOST_NAME = /^(?:[a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9])(?:\.(?:[a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9]))*$/;
const IPV6 = /^\[[0-9a-f:]{2,45}\]$/;
/** How a URL writes an IPv4 address inside IPv6: a second name for the same machine. */
const MAPPED_IPV4 = /^\[::ffff:[0-9a-f]{1,4}:[0-9a-f]{1,4}\]$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const MAX_NAME = 255;
/** More than the longest reference there can be; what is longer is refused unread. */
const MAX_TEXT = 1024;
function invalid(text, why) {
    return new _error_js__WEBPACK_IMPORTED_MODULE_1__/* .InvalidReferenceError */ .x_(`Not a valid reference: ${(0,_quoted_js__WEBPACK_IMPORTED_MODULE_2__/* .quoted */ .T)(withoutPassword(text))}: ${why}.`, {
        hint: 'Write registry host and repository in lower case, for example ghcr.io/owner/app.',
    });
}
/**
 * Credentials have no place in a reference; where they are given all the same, they do not go into the log. That
 * is what stands before a host: a password may hold a slash, and a token has no colon.
 */
function withoutPassword(text) {
    const scheme = /^\s*(?:[a-z][a-z0-9+.-]{0,20}:)?\/\//i.exec(text)?.[0] ?? '';
    const rest = text.slice(scheme.length);
    const digest = rest.search(/@sha\d+:/i);
    const named = digest < 0 ? rest : rest.slice(0, digest);
    const at = named.lastIndexOf('@');
    if (at < 0)
        return text;
    const isHostBehind = scheme !== '' || !named.slice(0, at).includes('/') || /[./]/.test(named.slice(at));
    return isHostBehind ? `${scheme}***${rest.slice(at)}` : text;
}
/** Callers from outside TypeScript pass anything; nothing of what they pass is called. */
function textOf(value) {
    if (typeof value !== 'string') {
        throw new _error_js__WEBPACK_IMPORTED_MODULE_1__/* .InvalidReferenceError */ .x_(`Not a valid reference: it is no text · expected a text, got ${(0,_quoted_js__WEBPACK_IMPORTED_MODULE_2__/* .kindOf */ .I)(value)}.`, { hint: 'Pass the reference as a text, for example ghcr.io/owner/app:v1.' });
    }
    if (value.length > MAX_TEXT)
        throw invalid(value, `it is too long · expected at most ${MAX_TEXT} characters, got ${value.length}`);
    return value;
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
    if (slash <= 0) {
        throw invalid(text, 'it has no registry host before the repository · expected host/path');
    }
    return { registry: name.slice(0, slash), path: name.slice(slash + 1) };
}
function checkRegistry(text, registry) {
    const colon = registry.startsWith('[') ? registry.indexOf(']') + 1 : registry.indexOf(':');
    const host = colon > 0 ? registry.slice(0, colon) : registry;
    const port = colon > 0 ? registry.slice(colon) : '';
    checkHost(text, host);
    if (port !== '' && !(/^:[1-9]\d{0,4}$/.test(port) && Number(port.slice(1)) <= 65535)) {
        throw invalid(text, `the port must be 1 to 65535, without leading zeros, got ${(0,_quoted_js__WEBPACK_IMPORTED_MODULE_2__/* .quoted */ .T)(port.slice(1), 20)}`);
    }
    const looksLikeHost = host === 'localhost' || host.includes('.') || host.startsWith('[') || port !== '';
    if (!looksLikeHost)
        throw invalid(text, `${(0,_quoted_js__WEBPACK_IMPORTED_MODULE_2__/* .quoted */ .T)(registry, 80)} is not a registry host (no dot, no port); name the registry explicitly`);
}
/**
 * A host has one spelling: two would be two identities of one artifact, and `0x7f.1` would be this machine.
 * What the URL parser writes differently, or cannot read, is refused.
 */
function checkHost(text, host) {
    if (host !== host.toLowerCase())
        throw invalid(text, 'the registry host must be in lower case');
    if (host.startsWith('[') && host.includes('%'))
        throw invalid(text, 'the registry host has a zone, which means something on one machine only');
    const isWellFormed = IPV6.test(host) || (HOST_NAME.test(host) && host.length <= 253);
    const address = `http://${host}/`;
    if (!isWellFormed || !URL.canParse(address))
        throw invalid(text, `${(0,_quoted_js__WEBPACK_IMPORTED_MODULE_2__/* .quoted */ .T)(host, 80)} is not a host name`);
    const { hostname } = new URL(address);
    if (hostname !== host) {
        throw invalid(text, `the registry host must have its usual spelling · expected ${(0,_quoted_js__WEBPACK_IMPORTED_MODULE_2__/* .quoted */ .T)(hostname, 80)}, got ${(0,_quoted_js__WEBPACK_IMPORTED_MODULE_2__/* .quoted */ .T)(host, 80)}`);
    }
    if (MAPPED_IPV4.test(host))
        throw invalid(text, 'the registry host is an IPv4 address written as IPv6; write the IPv4 address');
}
function checkPath(text, path) {
    if (path === '')
        throw invalid(text, 'the repository name is empty');
    if (path !== path.toLowerCase())
        throw invalid(text, 'the repository name must be in lower case');
    if (path.length > MAX_NAME)
        throw invalid(text, `the repository name has more than ${MAX_NAME} characters`);
    const component = path.split('/').find((part) => !PATH_COMPONENT.test(part));
    if (component === '')
        throw invalid(text, 'a part of the repository name is empty');
    if (component !== undefined)
        throw invalid(text, `${(0,_quoted_js__WEBPACK_IMPORTED_MODULE_2__/* .quoted */ .T)(component, 80)} is not a valid part of a repository name`);
}
function refuseForeignForms(text) {
    if (text === '')
        throw invalid(text, 'it is empty');
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
        throw invalid(text, 'it is a URL; leave the scheme out');
}
/** @param text the whole text, for messages. */
function repositoryFrom(text, name) {
    const { registry, path } = splitRegistry(text, name);
    checkRegistry(text, registry);
    checkPath(text, path);
    if (registry.length + 1 + path.length > MAX_NAME)
        throw invalid(text, `registry host and repository have more than ${MAX_NAME} characters`);
    return { registry, path };
}
/**
 * Parses the host of a registry or of its token server, `host[:port]`.
 * @throws {InvalidReferenceError} and nothing else.
 */
function parseHost(value) {
    const text = textOf(value);
    refuseForeignForms(text);
    if (text.includes('@'))
        throw invalid(text, 'it holds a user name; give the host only');
    checkRegistry(text, text);
    return text;
}
/**
 * Parses a repository without tag and digest, `host[:port]/path`.
 * @param value anything: what is not a text is refused like any other fault.
 * @throws {InvalidReferenceError} and nothing else.
 */
function parseRepository(value) {
    const text = textOf(value);
    refuseForeignForms(text);
    if (text.includes('@'))
        throw invalid(text, 'it holds a digest or user name; give the repository only');
    const slash = text.indexOf('/');
    if (slash >= 0 && text.includes(':', slash))
        throw invalid(text, 'it holds a tag; give the repository only');
    return repositoryFrom(text, text);
}
/**
 * Parses `host/path:tag`, `host/path@digest` or `host/path:tag@digest`.
 * @param value anything: what is not a text is refused like any other fault.
 * @throws {InvalidReferenceError} and nothing else; also when neither tag nor digest is there: there is no
 *   default tag.
 */
function parseReference(value) {
    const text = textOf(value);
    refuseForeignForms(text);
    const at = text.indexOf('@');
    const name = at < 0 ? text : text.slice(0, at);
    const digest = at < 0 ? undefined : text.slice(at + 1);
    if (digest?.includes('/') === true)
        throw invalid(text, 'it holds a user name, or a slash in its digest');
    const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
    const tag = colon > 0 && name.includes('/') ? name.slice(colon + 1) : undefined;
    const repository = repositoryFrom(text, tag === undefined ? name : name.slice(0, colon));
    const fault = tag === undefined ? undefined : tagFault(tag);
    if (fault !== undefined)
        throw invalid(text, fault);
    if (digest !== undefined)
        return digestReference(repository, checkedDigest(text, digest), tag);
    if (tag === undefined)
        throw invalid(text, 'it has neither tag nor digest');
    return { kind: 'tag', repository, tag };
}
function checkedDigest(text, digest) {
    const fault = (0,_digest_js__WEBPACK_IMPORTED_MODULE_0__/* .digestFault */ .B$)(digest);
    if (fault !== undefined)
        throw invalid(text, `what follows "@" is no digest: ${fault}`);
    return digest;
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

/***/ 70885:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Xw: () => (/* binding */ hasRepository),
/* harmony export */   _x: () => (/* binding */ apiTarget),
/* harmony export */   vh: () => (/* binding */ isEnterpriseServer)
/* harmony export */ });
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);

const PART = /^[A-Za-z0-9_.-]{1,100}$/;
/**
 * The API of the repository the workflow is in, from the variables of the runner; on GitHub Enterprise Server it is
 * that server's.
 * @param wanted what needs the API, as the user wrote it, for the message.
 * @throws {InputError} with all that is missing.
 */
function apiTarget(environment, token, wanted) {
    const url = parseUrl(environment['GITHUB_API_URL'] || 'https://api.github.com');
    const [owner = '', name = '', ...rest] = (environment['GITHUB_REPOSITORY'] ?? '').split('/');
    const isRepository = [owner, name].every((part) => PART.test(part) && !/^\.{1,2}$/.test(part));
    const faults = [];
    if (token === undefined)
        faults.push(`token: is required by ${wanted}, for example \${{ github.token }}`);
    if (!isRepository || rest.length > 0)
        faults.push(`${wanted}: needs a GitHub repository · expected GITHUB_REPOSITORY to be owner/name`);
    if (url === undefined)
        faults.push(`${wanted}: needs GitHub's API · expected GITHUB_API_URL to be an http or https address`);
    if (faults.length > 0 || url === undefined || token === undefined)
        throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .InputError */ .dz(faults, { hint: 'Outside GitHub Actions, set these variables as the runner does.' });
    return { url, repository: { owner, name }, token };
}
/** Whether this is a workflow of a GitHub repository. */
function hasRepository(environment) {
    return (environment['GITHUB_REPOSITORY'] ?? '') !== '';
}
/** Whether the API is one of a GitHub Enterprise Server, which all have theirs below this path. */
function isEnterpriseServer(environment) {
    return /\/api\/v3\/*$/.test(environment['GITHUB_API_URL'] ?? '');
}
/** An address without user name and query: the token is all that identifies us. */
function parseUrl(text) {
    if (!URL.canParse(text))
        return undefined;
    const url = new URL(text);
    const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
    return isPlain && /^https?:$/.test(url.protocol) ? url : undefined;
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
        const { DefaultArtifactClient } = await Promise.all(/* import() */[__webpack_require__.e(942), __webpack_require__.e(555), __webpack_require__.e(251), __webpack_require__.e(335), __webpack_require__.e(683)]).then(__webpack_require__.bind(__webpack_require__, 60683));
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
            if (why !== undefined) {
                log.notice(`The artifacts of this workflow run were not asked which digest was built: ${why}.`);
                return [];
            }
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

/***/ 10723:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   b: () => (/* binding */ readCheckout)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(59342);
/* harmony import */ var _platform_exec_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(84927);




/** What would make git read another repository than the one it is pointed at. */
const MISLEADING = new Set(['GIT_DIR', 'GIT_WORK_TREE', 'GIT_COMMON_DIR', 'GIT_NAMESPACE']);
/**
 * The commit the sources are checked out at; undefined where neither they nor the workspace are in a git work tree of
 * their own, or git is not installed. SOURCE_DATE_EPOCH, where set, replaces the time, as reproducible-builds.org defines it.
 * @param source what is built, from the workspace: actions/checkout may have put it into a folder of its own (`path`).
 * @throws {InputError} for a malformed SOURCE_DATE_EPOCH.
 * @throws {EngineError} when git is there but cannot read the work tree: guessing could seal the wrong files.
 */
async function readCheckout(exec, workspace, environment, source = '') {
    const folder = workTreeOf((0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(workspace), source);
    if (folder === undefined)
        return undefined;
    // The work tree may belong to another user inside a container; only this one command trusts it.
    const epoch = sourceDateEpoch(environment);
    const args = [
        '-c',
        `safe.directory=${folder}`,
        '-C',
        folder,
        'log',
        '-1',
        '--no-show-signature',
        '--format=%H %ct',
    ];
    try {
        const own = Object.fromEntries(Object.entries(environment).filter(([name]) => !MISLEADING.has(name)));
        const { exitCode, stdout, stderr } = await exec('git', args, { environment: own, timeoutMs: 60_000 });
        const groups = /^(?<commit>[0-9a-f]{40,64}) (?<seconds>\d+)$/m.exec(stdout)?.groups;
        if (exitCode !== 0 || groups === undefined)
            throw new Error(stderr.trim().slice(0, 500) || `git ended with exit code ${exitCode}`);
        return {
            commit: groups['commit'] ?? '',
            time: timeOf(epoch ?? groups['seconds'] ?? ''),
            folder: (0,node_path__WEBPACK_IMPORTED_MODULE_1__.relative)(workspace, folder),
        };
    }
    catch (cause) {
        if ((0,_platform_exec_js__WEBPACK_IMPORTED_MODULE_3__/* .isMissingProgram */ .V6)(cause))
            return undefined;
        throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_2__/* .EngineError */ .NJ('COMMIT_NOT_CHECKED_OUT', `The commit in ${folder} cannot be read: ${(0,_domain_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(cause)}`, {
            hint: 'Check the repository out with actions/checkout before this step.',
            cause,
        });
    }
}
/** The work tree the sources are in, at most the workspace; what is outside of it belongs to the workspace. */
function workTreeOf(workspace, source) {
    let folder = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(workspace, source);
    if (!folder.startsWith(`${workspace}${node_path__WEBPACK_IMPORTED_MODULE_1__.sep}`))
        folder = workspace;
    for (; folder !== workspace; folder = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(folder)) {
        if ((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.existsSync)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, '.git')) && !isSubmodule(folder))
            return folder;
    }
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.existsSync)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(workspace, '.git')) ? workspace : undefined;
}
/** A submodule is part of the commit of the work tree around it. */
function isSubmodule(folder) {
    const file = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, '.git');
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)(file).isFile() && /^gitdir: .*[/\\]modules[/\\]/.test((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readFileSync)(file, 'utf8'));
}
function sourceDateEpoch(environment) {
    const text = environment['SOURCE_DATE_EPOCH'] ?? '';
    if (text === '')
        return undefined;
    if (/^\d{1,11}$/.test(text))
        return text;
    throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_2__/* .InputError */ .dz([
        `SOURCE_DATE_EPOCH (environment variable): must be seconds since 1970, got ${JSON.stringify(text.slice(0, 40))}`,
    ]);
}
function timeOf(seconds) {
    return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}


/***/ }),

/***/ 30070:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  y: () => (/* binding */ readContext)
});

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: ./lib/domain/commit.js
var commit = __webpack_require__(92935);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: ./lib/domain/error.js
var error = __webpack_require__(59342);
// EXTERNAL MODULE: ./lib/domain/json.js
var json = __webpack_require__(77708);
;// CONCATENATED MODULE: ./lib/github/event-payload.js



/** Where the texts that are used stand in event payloads. Nothing else of a payload is ever looked at. */
const TEXTS = {
    action: ['action'],
    ref: ['ref'],
    after: ['after'],
    headCommit: ['head_commit', 'id'],
    sender: ['sender', 'login'],
    pullRequestAuthor: ['pull_request', 'user', 'login'],
    mergeCommit: ['pull_request', 'merge_commit_sha'],
    headRepository: ['pull_request', 'head', 'repo', 'full_name'],
    baseRepository: ['pull_request', 'base', 'repo', 'full_name'],
    mergeGroupHead: ['merge_group', 'head_sha'],
    workflowRunHead: ['workflow_run', 'head_sha'],
    /** What started the workflow run that a `workflow_run` event is about. */
    workflowRunEvent: ['workflow_run', 'event'],
    workflowRunRepository: ['workflow_run', 'repository', 'full_name'],
    workflowRunHeadRepository: ['workflow_run', 'head_repository', 'full_name'],
    deploymentCommit: ['deployment', 'sha'],
    releaseTag: ['release', 'tag_name'],
    checkRunBranch: ['check_run', 'check_suite', 'head_branch'],
    checkSuiteBranch: ['check_suite', 'head_branch'],
    /** `Organization` or `User`. */
    ownerType: ['repository', 'owner', 'type'],
    organization: ['organization', 'login'],
};
/** GitHub sends no payload of more than 25 MB, which the runner writes down indented. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;
/**
 * Reads the event file; an empty path means that there is none.
 * @throws {PolicyError} EVENT_REFUSED when it cannot be read or is not strict JSON.
 */
function readEventPayload(path) {
    if (path === '')
        return {};
    return pick(parse(path));
}
function parse(path) {
    try {
        const file = (0,external_node_fs_.statSync)(path);
        if (!file.isFile() || file.size > MAX_EVENT_BYTES)
            throw new Error(`expected a file of at most ${MAX_EVENT_BYTES} bytes`);
        return (0,json/* parseStrictJson */.RJ)((0,external_node_fs_.readFileSync)(path), { maxBytes: MAX_EVENT_BYTES, maxDepth: 100 });
    }
    catch (cause) {
        throw new error/* PolicyError */.pn('EVENT_REFUSED', `The event payload cannot be read: ${(0,error/* messageOf */.bD)(cause)}`, {
            hint: 'The runner writes it to GITHUB_EVENT_PATH. Make sure that no earlier step changed it.',
            cause,
        });
    }
}
function pick(body) {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
        return {};
    const texts = Object.entries(TEXTS).flatMap(([name, path]) => {
        const value = valueAt(body, path);
        return value === undefined ? [] : [[name, typeof value === 'string' ? value : stranger(value)]];
    });
    const number = valueAt(body, ['pull_request', 'number']);
    const branches = valueAt(body, ['branches']);
    return {
        ...Object.fromEntries(texts),
        ...(valueAt(body, ['deleted']) === true ? { isDeletion: true } : {}),
        ...(valueAt(body, ['pull_request', 'merged']) === true ? { isMerged: true } : {}),
        ...(typeof number === 'number' ? { pullRequestNumber: number } : {}),
        ...(valueAt(body, ['issue', 'pull_request']) === undefined ? {} : { isOnPullRequest: true }),
        ...(Array.isArray(branches) && branches.length > 0 ? { isOnBranch: true } : {}),
    };
}
/** The value at a path; undefined where something on the way is absent or null, as for a deleted fork. */
function valueAt(body, path) {
    let value = body;
    for (const key of path) {
        if (value === undefined || value === null)
            return undefined;
        if (typeof value !== 'object' || Array.isArray(value))
            return NaN;
        value = Object.hasOwn(value, key) ? value[key] : undefined;
    }
    return value ?? undefined;
}
/**
 * What stands for a value of another type than GitHub sends: a text that is no commit, repository or user, so
 * that the field counts as wrong and not as absent.
 */
function stranger(value) {
    return `<not text but ${typeof value}>`;
}

;// CONCATENATED MODULE: ./lib/github/context.js



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
    const temporary = text('RUNNER_TEMP') || (0,external_node_os_.tmpdir)();
    const sha = text('GITHUB_SHA');
    return {
        event: shown('GITHUB_EVENT_NAME', 100) || 'unknown',
        gitRef: text('GITHUB_REF'),
        headCommit: (0,commit/* isCommit */.WM)(sha) ? sha : undefined,
        payload: readEventPayload(text('GITHUB_EVENT_PATH')),
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


/***/ }),

/***/ 83721:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  ef: () => (/* binding */ eventCommit),
  vH: () => (/* binding */ knownCommit)
});

// UNUSED EXPORTS: EVENTS, OTHER_EVENTS

// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
// EXTERNAL MODULE: ./lib/domain/commit.js
var commit = __webpack_require__(92935);
// EXTERNAL MODULE: ./lib/github/pull-request.js
var pull_request = __webpack_require__(53056);
;// CONCATENATED MODULE: ./lib/github/event-commit.js



/** How hints begin that ask for the commit. */
const GIVE = 'Give the commit input';
const GIVE_ANY = `${GIVE}, for example commit: \${{ github.sha }}.`;
/** The error for an event that does not say, with the reason and what to do. */
function refusal({ event }, why, hint = GIVE_ANY) {
    return new domain_error/* PolicyError */.pn('EVENT_REFUSED', `The event "${event}" does not say which commit to use: ${why}`, {
        hint,
    });
}
/** `GITHUB_SHA`, for events where it is documented to be the commit the event is about. */
function runnerCommit(context) {
    if (context.headCommit !== undefined)
        return context.headCommit;
    throw refusal(context, 'GITHUB_SHA is not a full commit id');
}
/** A commit of the payload; undefined where the payload does not have the field. */
function payloadCommit(context, field, name) {
    const value = context.payload[field];
    if (value === undefined || (0,commit/* isCommit */.WM)(value))
        return value;
    throw refusal(context, `${name} of its payload is not a full commit id · expected 40 or 64 hexadecimal digits, got ${JSON.stringify(value.slice(0, 100))}`);
}
/** A commit that both the payload and the runner name. Where they differ, one of them is about something else. */
function agreed(context, field, name) {
    const runner = runnerCommit(context);
    const payload = payloadCommit(context, field, name);
    if (payload === undefined || payload === runner)
        return runner;
    throw disagreement(context, name, payload);
}
function disagreement(context, name, payload) {
    return refusal(context, `its payload and the runner disagree · expected ${payload} (${name}), got ${context.headCommit} (GITHUB_SHA)`, `${GIVE} with the one of the two that is meant.`);
}
/** The commit of a pushed branch or tag. */
function pushed(context) {
    const { isDeletion, after, ref } = context.payload;
    if (isDeletion === true || (after !== undefined && /^0+$/.test(after))) {
        throw refusal(context, 'the push deleted a branch or tag, and GITHUB_SHA is the tip of the default branch', 'Leave deletions out: if: github.event.deleted == false.');
    }
    return (ref ?? context.gitRef).startsWith('refs/tags/')
        ? tagged(context)
        : agreed(context, 'after', 'after');
}
/**
 * The commit a pushed tag peels to. For an annotated tag `after` is the tag object, which is no commit, and
 * `head_commit` is what it points at.
 */
function tagged(context) {
    const runner = runnerCommit(context);
    const after = payloadCommit(context, 'after', 'after');
    const commit = payloadCommit(context, 'headCommit', 'head_commit.id');
    if (commit === undefined) {
        if (after === undefined)
            return runner;
        throw refusal(context, 'the tag does not point at a commit: its payload has no head_commit');
    }
    if (runner === commit || runner === after)
        return commit;
    throw disagreement(context, 'head_commit.id', commit);
}
/** The merge commit GitHub made to try a pull request, or, once it is merged, the commit that merging made. */
function pullRequest(context) {
    const { gitRef, payload } = context;
    const [, number] = /^refs\/pull\/(\d+)\//.exec(gitRef) ?? [];
    if (number !== undefined && payload.pullRequestNumber !== undefined) {
        if (number !== String(payload.pullRequestNumber)) {
            throw refusal(context, `its payload and the runner are about two pull requests · expected ${payload.pullRequestNumber}, got ${gitRef}`);
        }
    }
    // While a merged pull request's own ref is what runs, the commit is still the one of the trial.
    if ((0,pull_request/* isMerged */.TL)(context) && number === undefined)
        return agreed(context, 'mergeCommit', 'pull_request.merge_commit_sha');
    return runnerCommit(context);
}
/** `target_commitish` is never used: it is what a tag would be made from if there were none yet. */
function released(context) {
    const { gitRef, payload } = context;
    const commit = runnerCommit(context);
    const expected = payload.releaseTag === undefined ? undefined : `refs/tags/${payload.releaseTag}`;
    if (gitRef.startsWith('refs/tags/') && (expected ?? gitRef) === gitRef)
        return commit;
    throw refusal(context, `GITHUB_SHA may not be the commit of the released tag · expected GITHUB_REF ${expected ?? 'refs/tags/…'}, got ${gitRef || 'nothing'}`, `${GIVE} with the commit the tag points at.`);
}
/** Events of a workflow run whose `head_sha` is the commit the run was about. */
const RUNS_WITH_COMMIT = [
    'push',
    'create',
    'merge_group',
    'schedule',
    'release',
    'deployment',
    'deployment_status',
];
const RUNS_ON_REQUEST = ['workflow_dispatch', 'repository_dispatch', 'dynamic'];
const RUNS_OF_PULL_REQUESTS = ['pull_request', 'pull_request_review', 'pull_request_review_comment'];
/** The commit of the workflow run the event is about, unless nobody of this repository has seen it. */
function workflowRun(context) {
    const { workflowRunEvent: event } = context.payload;
    const commit = payloadCommit(context, 'workflowRunHead', 'workflow_run.head_sha');
    if (commit === undefined)
        throw refusal(context, 'its payload has no workflow_run.head_sha');
    if ((0,pull_request/* isOfFork */.OU)(context)) {
        throw refusal(context, 'it runs with the rights of this repository about a commit of a fork, which nobody has reviewed', `Build it in the workflow of the pull request, which has no rights. ${GIVE} only for a commit you trust.`);
    }
    const known = [...RUNS_WITH_COMMIT, ...RUNS_ON_REQUEST, ...RUNS_OF_PULL_REQUESTS];
    if (event !== undefined && !known.includes(event)) {
        throw refusal(context, `the workflow run it is about was started by ${JSON.stringify(event.slice(0, 100))}, whose commit is not the one that run was about`);
    }
    return commit;
}
/** The commit of the merge group, which is what the runner says, too. */
function mergeGroup(context) {
    return agreed(context, 'mergeGroupHead', 'merge_group.head_sha');
}
/** The commit of the deployment. It may have been made long after the commit, so the payload alone decides. */
function deployment(context) {
    return payloadCommit(context, 'deploymentCommit', 'deployment.sha') ?? runnerCommit(context);
}

;// CONCATENATED MODULE: ./lib/github/events.js


function refused(why, hint) {
    const resolve = (context) => {
        throw refusal(context, why, hint);
    };
    return { commit: 'refused, unless you give `commit`', resolve };
}
const TIP = 'GITHUB_SHA is the tip of the default branch, which is not what the event is about';
const NOBODY = 'A fork may have pushed that commit.';
const preview = (event) => `the record says \`${event}\`, and deploy takes it only with \`allow-pull-request: true\`.`;
function trial(event) {
    return {
        commit: 'the merge commit GitHub made to try the pull request (`refs/pull/N/merge`)',
        note: `Not a release candidate: ${preview(event)} From a fork or of Dependabot: built, not published.`,
        resolve: pullRequest,
    };
}
/** What each event says. An event that is not here says nothing: see {@link OTHER_EVENTS}. */
const EVENTS = new Map([
    [
        'push',
        {
            commit: 'the commit that was pushed; for a tag, lightweight or annotated, the commit it points at',
            note: 'A tag finds the build of the branch. A deleted branch or tag is refused.',
            resolve: pushed,
        },
    ],
    [
        'workflow_dispatch',
        { commit: 'the tip of the branch or tag that was chosen', note: '', resolve: runnerCommit },
    ],
    ['schedule', { commit: 'the tip of the default branch', note: '', resolve: runnerCommit }],
    [
        'repository_dispatch',
        {
            commit: 'the tip of the default branch',
            note: 'For another one: `commit: ${{ github.event.client_payload.commit }}`.',
            resolve: runnerCommit,
        },
    ],
    [
        'merge_group',
        {
            commit: 'the commit of the merge group (`merge_group.head_sha`)',
            note: 'It becomes the commit of the branch, which then finds its build.',
            resolve: mergeGroup,
        },
    ],
    [
        'release',
        {
            commit: 'the commit of the released tag',
            note: '`target_commitish` is never used.',
            resolve: released,
        },
    ],
    ['create', { commit: 'the tip of the branch or tag that was created', note: '', resolve: runnerCommit }],
    ...['deployment', 'deployment_status'].map((name) => [
        name,
        {
            commit: 'the commit to deploy (`deployment.sha`)',
            note: '',
            resolve: deployment,
        },
    ]),
    [
        'pull_request',
        {
            ...trial('pull_request'),
            commit: `${trial('pull_request').commit}; once it is merged, the commit that merging made`,
            note: `${trial('pull_request').note} The record of a merged one says \`merged_pull_request\`, and deploy takes it.`,
        },
    ],
    ['pull_request_review', trial('pull_request_review')],
    ['pull_request_review_comment', trial('pull_request_review_comment')],
    [
        'pull_request_target',
        {
            ...refused('it runs with the rights of the base branch about a commit nobody has reviewed', `Build pull requests on pull_request. ${GIVE} only for a commit you trust: building it runs its code with your secrets.`),
            note: preview('pull_request_target'),
        },
    ],
    [
        'workflow_run',
        {
            commit: 'the commit that workflow run was for (`workflow_run.head_sha`)',
            note: 'Refused, unless you give `commit`, for one of a fork, and for one whose own event says nothing. Of a pull ' +
                `request: ${preview('pull_request')}`,
            resolve: workflowRun,
        },
    ],
    [
        'issue_comment',
        {
            ...refused(TIP, `${GIVE}: \${{ github.sha }} for the tip of the default branch, under an issue. For the pull request that was commented on, ask the API for its head, and build it only if you trust it.`),
            note: `Under a pull request: ${preview('pull_request')}`,
        },
    ],
    ...[
        ['check_run', 'check_run.head_sha'],
        ['check_suite', 'check_suite.head_sha'],
        ['status', 'sha'],
    ].map(([name = '', path = '']) => [
        name,
        {
            ...refused(TIP, `${GIVE}: \${{ github.event.${path} }} for the commit it is about, if you trust it. ${NOBODY}`),
            note: `The commit it is about is \`github.event.${path}\`. ${NOBODY} Where no branch here holds it, ${preview('pull_request')}`,
        },
    ]),
]);
/** Every event without a line of its own, also those GitHub has not invented yet. */
const OTHER_EVENTS = {
    ...refused('it is about no commit, or about one that GITHUB_SHA does not name'),
    note: 'For most of them `github.sha` is the tip of the default branch.',
};
/**
 * The commit an event is about. Never bare `GITHUB_SHA`: for many events that is the tip of the default branch.
 * A called workflow has the event and the payload of its caller.
 * @throws {PolicyError} EVENT_REFUSED when the event does not say safely.
 */
function eventCommit(context) {
    return (EVENTS.get(context.event) ?? OTHER_EVENTS).resolve(context);
}
/** The commit of the event; undefined where the event does not say. */
function knownCommit(context) {
    try {
        return eventCommit(context);
    }
    catch (error) {
        if (error instanceof domain_error/* PolicyError */.pn)
            return undefined;
        throw error;
    }
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

/***/ 53056:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Dm: () => (/* binding */ recordedEvent),
/* harmony export */   Kr: () => (/* binding */ readOnlyCause),
/* harmony export */   OU: () => (/* binding */ isOfFork),
/* harmony export */   TL: () => (/* binding */ isMerged)
/* harmony export */ });
/* unused harmony export isForkPullRequest */
/** No user can have this name: brackets are for apps. */
const DEPENDABOT = 'dependabot[bot]';
/** `pull-request-branch-name.separator` of dependabot.yml may be any of the three. */
const DEPENDABOT_BRANCH = /^refs\/heads\/dependabot[/_-]/;
/** Events that run on the merge commit of a pull request, with no more rights than whoever opened it. */
function isOnPullRequest({ event }) {
    return event.startsWith('pull_request') && event !== 'pull_request_target';
}
function isSame(one, other) {
    return one !== undefined && one.toLowerCase() === other?.toLowerCase();
}
/**
 * True for a pull request from another repository: its token is read-only, so nothing can be pushed. Not so for
 * `pull_request_target`, which has the rights of the base branch.
 */
function isForkPullRequest(context) {
    const { headRepository, baseRepository = context.source?.repository } = context.payload;
    const isKnown = headRepository !== undefined || context.payload.baseRepository !== undefined;
    return isOnPullRequest(context) && isKnown && !isSame(headRepository, baseRepository);
}
/**
 * True for what Dependabot started. The actor stays the same when somebody else runs the job again, and so do the
 * limits of its token. A pull request it wrote counts however it was touched since, until somebody merges it. A push
 * counts only on its own branches: what it merges belongs to the branch it merges into, and has to be built there.
 */
function isOfDependabot(context) {
    const { actor, event, gitRef, payload } = context;
    const isStartedByIt = actor === DEPENDABOT || payload.sender === DEPENDABOT;
    const isWrittenByIt = payload.pullRequestAuthor === DEPENDABOT;
    if (isOnPullRequest(context))
        return isStartedByIt || (isWrittenByIt && !isMerged(context));
    if (event === 'pull_request_target')
        return isStartedByIt && isWrittenByIt;
    const isPush = event === 'push' || event === 'create';
    return isPush && isStartedByIt && DEPENDABOT_BRANCH.test(gitRef);
}
/** Why nothing may be pushed from this job; undefined where something may. */
function readOnlyCause(context) {
    if (isForkPullRequest(context))
        return 'fork';
    return isOfDependabot(context) ? 'dependabot' : undefined;
}
/** True when a `workflow_run` event is about a run of another repository's commit, or of one that is deleted. */
function isOfFork({ event, payload, source }) {
    if (event !== 'workflow_run')
        return false;
    const { workflowRunHeadRepository: head, workflowRunRepository, workflowRunEvent = '' } = payload;
    if (head === undefined)
        return workflowRunEvent.startsWith('pull_request');
    return !isSame(head, workflowRunRepository ?? source?.repository);
}
/** True for the end of a pull request that was merged; then the base branch runs, at the commit merging made. */
function isMerged(context) {
    const { action, isMerged: merged } = context.payload;
    return context.event === 'pull_request' && action === 'closed' && merged === true;
}
/** True for checks and statuses of a commit that no branch of this repository holds: a fork may have pushed it. */
function isOnNoBranch({ event, payload }) {
    switch (event) {
        case 'check_run':
            return payload.checkRunBranch === undefined;
        case 'check_suite':
            return payload.checkSuiteBranch === undefined;
        case 'status':
            return payload.isOnBranch !== true;
        default:
            return false;
    }
}
/**
 * The event for the record. A workflow run about a pull request's run, a comment under one, or a check of a commit of
 * a fork builds what nobody has merged, however trusted it is itself; what it builds is no more a release candidate
 * than the pull request's own build. Once it is merged, its commit is one of the base branch.
 */
function recordedEvent(context, commit) {
    const { event, gitRef, payload } = context;
    const isMergeCommit = isMerged(context) && commit === payload.mergeCommit && !gitRef.startsWith('refs/pull/');
    if (isMergeCommit)
        return 'merged_pull_request';
    const isRunOfPullRequest = event === 'workflow_run' &&
        (isOfFork(context) || (payload.workflowRunEvent ?? '').startsWith('pull_request'));
    const isComment = event === 'issue_comment' && payload.isOnPullRequest === true;
    return isRunOfPullRequest || isComment || isOnNoBranch(context) ? 'pull_request' : event;
}


/***/ }),

/***/ 74315:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  m: () => (/* binding */ openArtifactMetadata)
});

// EXTERNAL MODULE: ./lib/github/api-target.js
var api_target = __webpack_require__(70885);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 9 modules
var schemas = __webpack_require__(27597);
// EXTERNAL MODULE: ./lib/domain/digest.js
var digest = __webpack_require__(2002);
// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
// EXTERNAL MODULE: ./lib/domain/json.js
var json = __webpack_require__(77708);
// EXTERNAL MODULE: ./lib/domain/reference.js
var reference = __webpack_require__(68225);
;// CONCATENATED MODULE: ./lib/github/repository-owner.js

const repositorySchema = schemas/* looseObject */._H3({ owner: schemas/* looseObject */._H3({ type: schemas/* string */.YjP() }) });
/** Whether the repository belongs to an organization; undefined where the event does not say it. */
function ownedByOrganization({ ownerType, organization }) {
    if (ownerType === 'Organization')
        return true;
    if (ownerType === 'User')
        return false;
    return organization === undefined ? undefined : true;
}
/** Asks GitHub whether the repository belongs to an organization. */
async function askForOrganization(api) {
    const { owner } = await api.request('GET /repos/{owner}/{repo}', {}, repositorySchema);
    return owner.type === 'Organization';
}

;// CONCATENATED MODULE: ./lib/github/artifact-metadata.js






/** Nobody waits long for what nothing depends on. */
const METADATA_LIMITS = { timeoutMs: 10_000, retries: 1, waitSeconds: 0 };
/** Enough beside `contents: write`, which is enough as well and allows far more. */
const PERMISSION = 'artifact-metadata: write';
/** What GitHub's description of its API allows. */
const MAX = { address: 256, repository: 128, environment: 128 };
const answerSchema = schemas/* looseObject */._H3({ total_count: schemas/* int */.Whr() });
/** GitHub's artifact metadata ("linked artifacts"), which only organizations have. */
function createArtifactMetadata(options) {
    return {
        stored: async (artifact) => {
            const { registry } = artifact.repository;
            // The origin a client would use; GitHub takes https only, also for a registry that has no TLS.
            const address = `https://${registry}`;
            const fault = address.length > MAX.address
                ? `GitHub takes addresses of at most ${MAX.address} characters, and ${registry} is longer`
                : undefined;
            await record(options, 'storage', artifact, fault, (repository) => storageRecord(artifact, address, repository));
        },
        deployed: async (artifact, environment) => {
            await record(options, 'deployment', artifact, undefined, (repository) => deploymentRecord(artifact, environment, repository));
        },
    };
}
function storageRecord({ repository, digest, commit }, address, source) {
    const { path } = repository;
    return {
        // As actions/attest names it, so that both write about one artifact.
        name: (0,reference/* formatRepository */.Sh)(repository),
        digest,
        version: commit,
        registry_url: address,
        ...(path.length > MAX.repository ? {} : { repository: path }),
        status: 'active',
        github_repository: source,
        return_records: false,
    };
}
function deploymentRecord({ repository, digest, commit }, environment, source) {
    const name = (0,reference/* formatRepository */.Sh)(repository);
    return {
        name,
        digest,
        version: commit,
        status: 'deployed',
        logical_environment: shortened(environment, MAX.environment),
        // With the environment it says which record is replaced: one for each image, in the whole organization.
        deployment_name: name,
        github_repository: source,
        return_records: false,
    };
}
/** What is too long ends in a key of the whole, so that two environments never share a record. */
function shortened(text, max) {
    const characters = Array.from(text);
    if (characters.length <= max)
        return text;
    const key = (0,json/* shortKey */.qU)(text);
    return `${characters.slice(0, max - key.length - 1).join('')}-${key}`;
}
async function record({ open, payload, log }, kind, artifact, fault, body) {
    const what = (0,reference/* formatReference */.FH)((0,reference/* digestReference */.O9)(artifact.repository, artifact.digest));
    const miss = (why) => log.notice(`No ${kind} record of ${what} in the organization's linked artifacts: ${why}`);
    try {
        const known = ownedByOrganization(payload);
        if (known === false)
            return;
        const api = await open();
        if (!(known ?? (await askForOrganization(api))))
            return;
        if ((0,digest/* algorithmOf */.Hy)(artifact.digest) !== 'sha256')
            return miss('GitHub takes sha256 digests only.');
        if (fault !== undefined)
            return miss(`${fault}.`);
        const { owner, name } = api.repository;
        await api.request(`POST /orgs/${owner}/artifacts/metadata/${kind}-record`, body(name), answerSchema, {
            // A deployment record replaces the one before it. Whether a storage record does, GitHub does not say.
            isRepeatable: kind === 'deployment',
            permission: PERMISSION,
        });
        log.info(`Recorded in the linked artifacts of ${owner}: ${kind} of ${what}`);
    }
    catch (error) {
        miss(`${(0,domain_error/* messageOf */.bD)(error)}. ${adviceFor(error)}`);
    }
}
function adviceFor(error) {
    const off = '`artifact-metadata: false` turns this off.';
    if (!(error instanceof domain_error/* GitHubError */.y_))
        return off;
    if (error.permission !== undefined)
        return `Add \`permissions: ${error.permission}\` to this job; ${off}`;
    // GitHub also answers so where the token lacks the permission.
    if (error.status === 404)
        return `Check that this job has \`permissions: ${PERMISSION}\`; ${off}`;
    return 'Nothing else depends on it.';
}

// EXTERNAL MODULE: ./lib/platform/clock.js
var clock = __webpack_require__(88005);
// EXTERNAL MODULE: ./lib/registry/address.js
var address = __webpack_require__(79671);
// EXTERNAL MODULE: ./lib/main/github.js
var github = __webpack_require__(72230);
;// CONCATENATED MODULE: ./lib/main/artifact-metadata.js





/**
 * The inventory of the organization; undefined where there is none to write: without a token, outside a GitHub
 * repository, on GitHub Enterprise Server, for a registry of this machine, and with `artifact-metadata: false`.
 * Nothing of GitHub's client is loaded before something is recorded.
 */
function openArtifactMetadata({ image, token, 'artifact-metadata': isWanted }, { payload }, log, environment) {
    if (!isWanted || token === undefined || !(0,api_target/* hasRepository */.Xw)(environment))
        return undefined;
    if ((0,api_target/* isEnterpriseServer */.vh)(environment) || isOutOfReach(image, environment))
        return undefined;
    const open = async () => {
        const target = (0,github/* reachableTarget */.lq)(environment, token, 'artifact-metadata', log);
        const { createGitHubApi } = await __webpack_require__.e(/* import() */ 85).then(__webpack_require__.bind(__webpack_require__, 78085));
        return createGitHubApi({ ...target, log, clock: clock/* systemClock */.m, limits: METADATA_LIMITS });
    };
    return createArtifactMetadata({ open, payload, log });
}
/** What only this machine can pull is nothing for an inventory, unless that is on this machine as well. */
function isOutOfReach({ registry }, environment) {
    const api = URL.parse(environment['GITHUB_API_URL'] ?? '');
    return (0,address/* isLoopback */.U9)(new URL(`https://${registry}`).hostname) && !(0,address/* isLoopback */.U9)(api?.hostname ?? '');
}


/***/ }),

/***/ 94622:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   F: () => (/* binding */ grace),
/* harmony export */   n: () => (/* binding */ cancellable)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(86120);
/* harmony import */ var _domain_cancellation_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(27949);
/* harmony import */ var _platform_clock_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(88005);



/**
 * The runner sends SIGINT to this process alone, SIGTERM after 7.5 seconds, and after 10 it kills. Ours has to have
 * ended before, and to have ended what it started.
 */
const LONGEST_MS = 6_500;
/** How long work may take to stop, which is as long as a script has for it, before it is left behind. */
const GRACE_MS = 3_000;
/** Gives work that is cancelled a while to stop by itself. */
async function grace() {
    await _platform_clock_js__WEBPACK_IMPORTED_MODULE_1__/* .systemClock */ .m.sleep(GRACE_MS);
}
/**
 * Does the work of a step that can be cancelled: its signal is aborted with a `CancelledError` when the process is told to
 * stop. Such a process ends when the work has, whatever else it waits for, and in any case before the runner kills it.
 */
async function cancellable(work) {
    const controller = new AbortController();
    const stop = (name) => {
        if (controller.signal.aborted)
            return;
        _actions_core__WEBPACK_IMPORTED_MODULE_2__/* .info */ .pq(`Cancelled (${name}): stopping what this step has started`);
        setTimeout(giveUp, LONGEST_MS);
        controller.abort(new _domain_cancellation_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .c(name));
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    try {
        await work(controller.signal);
    }
    finally {
        process.off('SIGINT', stop);
        process.off('SIGTERM', stop);
    }
    if (controller.signal.aborted)
        process.exit();
}
/** Whoever comes next finds out by itself that this job has ended. */
function giveUp() {
    _actions_core__WEBPACK_IMPORTED_MODULE_2__/* .error */ .z3('CANCELLED: The job was cancelled, and stopping took too long, so that not all of it is recorded.');
    process.exit(1);
}


/***/ }),

/***/ 72230:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   QU: () => (/* binding */ maskSecrets),
/* harmony export */   _E: () => (/* binding */ apiOpener),
/* harmony export */   lq: () => (/* binding */ reachableTarget),
/* harmony export */   pv: () => (/* binding */ openGitSeals)
/* harmony export */ });
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);
/* harmony import */ var _github_api_target_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(70885);
/* harmony import */ var _platform_clock_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(88005);
/* harmony import */ var _registry_proxy_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(58727);




/**
 * One client for all that a step asks, so that its bounds are those of the step. Nothing of it is loaded before it is
 * opened.
 */
function apiOpener(log, environment) {
    let client;
    return async (wanted, token) => await (client ??= create(reachableTarget(environment, token, wanted, log), log));
}
async function create(target, log) {
    const { createGitHubApi } = await __webpack_require__.e(/* import() */ 85).then(__webpack_require__.bind(__webpack_require__, 78085));
    return createGitHubApi({ ...target, log, clock: _platform_clock_js__WEBPACK_IMPORTED_MODULE_2__/* .systemClock */ .m });
}
/**
 * Which API to speak to. The toolkit's client would go past a proxy whose address it cannot read, or end in a type
 * error, so that is looked at before.
 * @throws {InputError} where token or repository are missing.
 * @throws {GitHubError} for a proxy that cannot be used.
 */
function reachableTarget(environment, token, wanted, log) {
    const target = (0,_github_api_target_js__WEBPACK_IMPORTED_MODULE_1__/* .apiTarget */ ._x)(environment, token, wanted);
    try {
        (0,_registry_proxy_js__WEBPACK_IMPORTED_MODULE_3__/* .proxyFor */ .i)(target.url, environment, (secret) => log.mask(secret));
    }
    catch (error) {
        if (!(error instanceof _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .RegistryError */ .gl))
            throw error;
        const advice = error.hint === undefined ? {} : { hint: error.hint };
        throw new _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GitHubError */ .y_('GITHUB_UNEXPECTED', error.message, { ...advice, cause: error });
    }
    return target;
}
/**
 * Seals in git, for `seal: git`.
 * @throws {InputError} where token or repository are missing.
 */
async function openGitSeals({ seal, token }, log, open) {
    if (seal !== 'git')
        return undefined;
    const [api, { createGitSeals }] = await Promise.all([
        open('seal: git', token),
        __webpack_require__.e(/* import() */ 241).then(__webpack_require__.bind(__webpack_require__, 78241)),
    ]);
    return createGitSeals({ api, clock: _platform_clock_js__WEBPACK_IMPORTED_MODULE_2__/* .systemClock */ .m, log });
}
/** Hides what the runner may not know to be secret. An expression nobody evaluated is none. */
function maskSecrets(raw, log) {
    for (const name of ['password', 'token']) {
        const secret = raw.get(name);
        if (secret !== undefined && !secret.includes('${{'))
            log.mask(secret);
    }
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

/***/ 55916:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  N: () => (/* binding */ connect)
});

// EXTERNAL MODULE: ./lib/platform/clock.js
var clock = __webpack_require__(88005);
// EXTERNAL MODULE: ./lib/platform/environment.js
var platform_environment = __webpack_require__(72734);
// EXTERNAL MODULE: ./lib/platform/exec.js + 2 modules
var platform_exec = __webpack_require__(84927);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 9 modules
var schemas = __webpack_require__(27597);
// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
;// CONCATENATED MODULE: ./lib/registry/credential-helper.js




/** How long a helper may take; some wait for a person or for a cloud. */
const TIMEOUT_MS = 30_000;
const MAX_OUTPUT = 64 * 1024;
const helperOutput = schemas/* looseObject */._H3({ Username: schemas/* string */.YjP(), Secret: schemas/* string */.YjP() });
/** What every helper says when it knows nothing (docker/docker-credential-helpers). */
const NOT_FOUND = /credentials not found in native keychain/i;
/**
 * Asks `docker-credential-NAME` (docker/docker-credential-helpers protocol). Its output is never shown: helpers
 * print secrets, also to standard error. Undefined when it knows no credentials for the server.
 */
async function readHelper(name, server, options) {
    // The name comes from a file: a path separator in it would run any program.
    if (!/^[A-Za-z0-9._-]{1,100}$/.test(name))
        throw invalid(JSON.stringify(name.slice(0, 60)), 'its name is not allowed');
    const program = `docker-credential-${name}`;
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    const result = await start(program, server, { ...options, timeoutMs });
    if (result.timedOut)
        throw invalid(program, `it did not answer within ${timeoutMs / 1000} s`);
    if (result.exitCode !== 0) {
        if (NOT_FOUND.test(result.stdout) || NOT_FOUND.test(result.stderr))
            return undefined;
        throw invalid(program, `it failed for ${server} with exit code ${result.exitCode}`);
    }
    if (result.isTruncated)
        throw invalid(program, `its answer is larger than ${MAX_OUTPUT / 1024} KiB`);
    return credentialsIn(parseOutput(program, result.stdout), program);
}
function credentialsIn({ Username, Secret }, program) {
    // Some helpers say with an empty answer that they know nothing.
    if (Username === '' && Secret === '')
        return undefined;
    if (Secret === '')
        throw invalid(program, 'its answer holds no secret');
    return Username === '<token>'
        ? { kind: 'identity-token', token: Secret }
        : { kind: 'password', username: Username, password: Secret };
}
async function start(program, server, { exec, environment, timeoutMs }) {
    try {
        return await exec(program, ['get'], {
            environment: (0,platform_environment/* childEnvironment */.Q)(environment),
            input: server,
            maxCapture: MAX_OUTPUT,
            timeoutMs,
            killsAll: true,
        });
    }
    catch (error) {
        throw invalid(program, (0,platform_exec/* isMissingProgram */.V6)(error) ? 'it is not installed' : 'it could not be started', error);
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
// EXTERNAL MODULE: ./lib/registry/redact.js
var redact = __webpack_require__(56198);
// EXTERNAL MODULE: ./lib/domain/manifest.js + 1 modules
var domain_manifest = __webpack_require__(96837);
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
        // A code in which a secret is repeated is no code.
        if (clean(entry.code) !== entry.code)
            return [];
        const message = 'message' in entry && typeof entry.message === 'string' ? clean(entry.message) : '';
        return [{ code: entry.code.toUpperCase(), message }];
    });
}
/**
 * Judges an answer as an absence. Only the registry's own OCI error is one. An empty body, and errors that have
 * no code but say 404 themselves (Artifactory), leave it open: the caller must make sure that a registry
 * answered. HTML, plain text, other JSON and other hosts never are one.
 */
function absenceOf(answer) {
    if (answer.status !== 404 || !answer.isOwn)
        return 'no';
    if (answer.faults.length > 0)
        return answer.faults.every(({ code }) => ABSENT.has(code)) ? 'absent' : 'no';
    if (isHtml(answer))
        return 'no';
    return answer.body.byteLength === 0 || saysNotFound(answer.body) ? 'unclear' : 'no';
}
const codelessErrors = schemas/* looseObject */._H3({
    errors: schemas/* array */.YOg(schemas/* looseObject */._H3({ status: schemas/* literal */.euz(404), code: schemas/* undefined */.Vxk().optional() })).min(1),
});
function saysNotFound(body) {
    try {
        return codelessErrors.safeParse((0,domain_json/* parseStrictJson */.RJ)(body, { maxBytes: MAX_ERROR_BODY })).success;
    }
    catch (error) {
        if (error instanceof SyntaxError)
            return false;
        throw error;
    }
}
// Harbor calls everything that is not there NOT_FOUND, so that on a read it says nothing about the repository.
const NO_REPOSITORY = new Set(['NAME_UNKNOWN', 'NOT_FOUND', 'REPOSITORYNOTFOUNDEXCEPTION']);
/** True when the registry says that it has no such repository; on a write, that it makes none by itself. */
function missesRepository({ method, status, isOwn, faults }) {
    if (status !== 404 || !isOwn)
        return false;
    const isRead = method === 'GET' || method === 'HEAD';
    return faults.some(({ code }) => (isRead ? code === 'NAME_UNKNOWN' : NO_REPOSITORY.has(code)));
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
    return `${answer.method} ${(0,redact/* redactUrl */.BO)(answer.url)} answered ${answer.status}${saysWhat(answer)}`;
}
/** The error for an answer that is not what was asked for. */
function failureOf(answer, why, hint) {
    const message = describeAnswer(answer) + (why === undefined ? '' : ` · ${why}`);
    const remedy = hint ?? remedyFor(answer);
    return new domain_error/* RegistryError */.gl(codeFor(answer), message, {
        status: answer.status,
        ociCodes: answer.faults.map(({ code }) => code),
        ...(remedy === undefined ? {} : { hint: remedy }),
    });
}
const WRONG_PLACE = 'What answers does not speak as a registry does. Check the registry host, and any proxy or login page in between.';
/** What to do about an answer that says enough by itself; refusals and denials are explained by who asked. */
function remedyFor(answer) {
    const { method, status } = answer;
    const code = codeFor(answer);
    if (status === 413)
        return 'The registry, or a proxy before it, takes no body of this size; raise its limit (nginx: client_max_body_size).';
    if (status === 507)
        return 'The storage of the registry is full; make room, and run the job again.';
    if (status === 405 && method === 'POST')
        return 'The registry takes no uploads here; it may be a mirror, a cache of another registry, or read-only.';
    if (code === 'REGISTRY_UNAVAILABLE')
        return 'Run the job again when the registry is healthy.';
    return code === 'REGISTRY_UNEXPECTED' ? WRONG_PLACE : undefined;
}
/** The error for an answer that breaks the protocol although its status is fine. */
function unexpected(answer, why) {
    return new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${answer.method} ${(0,redact/* redactUrl */.BO)(answer.url)} answered ${answer.status} · ${why}`, { status: answer.status, hint: WRONG_PLACE });
}
const UNREACHED = 'Check that the runner reaches this host (network, proxy, firewall), and run the job again.';
/** The error for an exchange that failed. A connection that could not be understood is not an outage. */
function networkFailure(method, url, error, tries) {
    const after = tries > 1 ? ` (${tries} tries)` : '';
    return new domain_error/* RegistryError */.gl(error.isFault ? 'REGISTRY_UNEXPECTED' : 'REGISTRY_UNAVAILABLE', `${method} ${(0,redact/* redactUrl */.BO)(url)} failed: ${error.message} [${error.code}]${after}`, { cause: error, hint: error.hint ?? (error.isFault ? WRONG_PLACE : UNREACHED) });
}

;// CONCATENATED MODULE: ./lib/registry/token.js




/** The largest token answer that is read. */
const MAX_TOKEN_BODY = 128 * 1024;
const CLIENT_ID = 'build-once';
const DEFAULT_LIFETIME = 60;
const LONGEST_LIFETIME = 3600;
const RENEW_EARLY = 5;
const tokenBody = schemas/* looseObject */._H3({
    token: schemas/* string */.YjP().nullish(),
    access_token: schemas/* string */.YjP().nullish(),
    refresh_token: schemas/* string */.YjP().nullish(),
    expires_in: schemas/* unknown */.L5J().optional(),
});
/** `Basic …` for a user name and password. */
function basicAuthorization(username, password) {
    // RFC 7617 §2: whoever reads it takes everything up to the first colon for the user name.
    if (username.includes(':')) {
        throw new domain_error/* RegistryError */.gl('CREDENTIALS_INVALID', 'The user name holds a colon, which no registry can read', {
            hint: 'Correct the user name in `username`, the docker configuration or the credential helper.',
        });
    }
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
/** The request for a token that every token server knows: GET, with Basic where there is a password. */
function getRequest(request) {
    const { service, scopes, credentials, realm } = request;
    const query = new URLSearchParams(service === undefined || service === '' ? {} : { service });
    for (const scope of scopes)
        query.append('scope', scope);
    // Appended as text: what the realm says itself reaches the server as it was written.
    const url = new URL(realm.url);
    url.search = [url.search.slice(1), query.toString()].filter((part) => part !== '').join('&');
    const authorization = credentials?.kind === 'password'
        ? { authorization: basicAuthorization(credentials.username, credentials.password) }
        : {};
    const headers = { accept: 'application/json', ...authorization };
    return { method: 'GET', url, headers, isChosen: realm.isChosen };
}
/** The oauth2 request for a token with a refresh token, which is what an identity token is. */
function refreshRequest(request, refreshToken) {
    return formRequest(request, { grant_type: 'refresh_token', refresh_token: refreshToken });
}
/** The oauth2 request for a token with a password, for token servers that know no other way. */
function passwordRequest(request, username, password) {
    return formRequest(request, { grant_type: 'password', username, password });
}
function formRequest({ realm, service, scopes }, grant) {
    const form = new URLSearchParams({ ...grant, client_id: CLIENT_ID });
    if (service !== undefined && service !== '')
        form.set('service', service);
    if (scopes.length > 0)
        form.set('scope', scopes.join(' '));
    return {
        method: 'POST',
        url: realm.url,
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: Buffer.from(form.toString()),
        isChosen: realm.isChosen,
    };
}
/** True where a token server does not know this way of asking (distribution, oauth2 token authentication). */
function knowsNoSuchRequest({ status }) {
    return status === 404 || status === 405;
}
/**
 * Reads a token answer, received at `now`. The registry's clock is not asked: lifetimes count from receipt.
 * @param clean makes foreign text safe to show.
 * @throws {RegistryError} REGISTRY_DENIED for a refusal, with `hint` where there is one.
 */
function readToken(answer, now, clean, hint) {
    if (answer.status !== 200)
        throw tokenFailure(answer, clean, hint);
    const { token, access_token, refresh_token, expires_in } = parseTokenBody(answer);
    // Where both are there they should be the same; where they differ, the choice is the client's (distribution,
    // token authentication). oauth2 knows `access_token` only, and docker takes it first, too.
    const value = access_token || token || '';
    // Anything else in a header value would be header injection.
    if (!isTokenText(value))
        throw unexpected(answer, 'it holds no usable token');
    const lifetime = Math.min(lifetimeOf(expires_in), LONGEST_LIFETIME) - RENEW_EARLY;
    return {
        token: { value, expires: now.getTime() + lifetime * 1000 },
        refreshToken: refresh_token || undefined,
        secrets: [token, access_token, refresh_token].filter((secret) => typeof secret === 'string'),
    };
}
/** True for what can be sent as a bearer token. */
function isTokenText(text) {
    return /^[\x21-\x7e]{1,32768}$/.test(text);
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
const oauthError = schemas/* looseObject */._H3({ error: schemas/* string */.YjP().regex(/^[a-z_]{1,40}$/) });
/** Docker Hub writes `details`, oauth2 `error_description`, others `message`. */
const plainError = schemas/* looseObject */._H3({
    details: schemas/* string */.YjP().optional(),
    error_description: schemas/* string */.YjP().optional(),
    message: schemas/* string */.YjP().optional(),
})
    .transform(({ details, error_description, message }) => details ?? error_description ?? message ?? '');
/** Why a token server refuses: in a word such as `invalid_grant` (RFC 6749 §5.2), and in its own ones. */
function reasonOf(answer, clean) {
    try {
        const body = (0,domain_json/* parseStrictJson */.RJ)(answer.body, { maxBytes: MAX_TOKEN_BODY });
        const { data: known } = oauthError.safeParse(body);
        const said = clean(plainError.safeParse(body).data ?? '');
        return `${known === undefined ? '' : ` (${known.error})`}${said === '' ? '' : `: ${said}`}`;
    }
    catch (error) {
        if (error instanceof SyntaxError)
            return '';
        throw error;
    }
}
/** Token servers refuse with 400, 401, 403, and 404 or 405 where oauth2 is not spoken: all mean "no token for you". */
function tokenFailure(answer, clean, hint) {
    const isRedirect = answer.status >= 300 && answer.status < 400;
    const why = isRedirect ? 'a token server is not followed to another address' : 'no token was given';
    const failure = failureOf(answer, `${why}${reasonOf(answer, clean)}`, hint);
    const isRefusal = [400, 401, 403].includes(answer.status) ||
        (answer.method === 'POST' && answer.status >= 400 && answer.status < 500 && answer.status !== 407);
    if (!isRefusal)
        return failure;
    const { message, status, ociCodes } = failure;
    const known = status === undefined ? { ociCodes } : { ociCodes, status };
    return new domain_error/* RegistryError */.gl('REGISTRY_DENIED', message, hint === undefined ? known : { ...known, hint });
}

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
        bytes = await readBounded(file);
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
            : `it is larger than 1 MiB, not valid JSON, or holds a key twice`;
        throw docker_config_invalid(file, why);
    }
}
/** Reads at most one byte more than a configuration may have: the path may name anything, also what never ends. */
async function readBounded(file) {
    const handle = await (0,promises_.open)(file);
    try {
        const chunks = [];
        for (let left = MAX_CONFIG_BYTES + 1; left > 0;) {
            const { bytesRead, buffer } = await handle.read(new Uint8Array(Math.min(left, 64 * 1024)));
            if (bytesRead === 0)
                break;
            chunks.push(buffer.subarray(0, bytesRead));
            left -= bytesRead;
        }
        return Buffer.concat(chunks);
    }
    finally {
        await handle.close();
    }
}
/** The helper responsible for a repository: the one of its registry, else the one for everything. */
function helperFor(config, names, path) {
    const [own] = matching(config.credHelpers ?? {}, names, path);
    const name = own?.value ?? config.credsStore ?? undefined;
    return name === '' ? undefined : name;
}
/**
 * The entries for a repository, the one that counts first. Hosts are compared whole, with their port: a part of
 * one, or one that merely contains the other, is another registry. Among keys with a path (podman) the longest
 * that is a parent of the repository counts.
 */
function entriesFor(config, names, path) {
    // docker leaves an empty entry for registries whose credentials are in a helper.
    return matching(config.auths ?? {}, names, path).filter(({ value }) => JSON.stringify(value) !== '{}');
}
/** What stands under keys for a repository: long paths first, then as {@link registryNames} lists the names. */
function matching(keyed, names, path) {
    return Object.entries(keyed)
        .map(([key, value]) => ({ key, value, ...keyOf(key) }))
        .filter(({ host, scope }) => {
        const covers = scope === '' || scope === path || path.startsWith(`${scope}/`);
        return names.includes(host) && covers;
    })
        .toSorted((a, b) => b.scope.length - a.scope.length ||
        names.indexOf(a.host) - names.indexOf(b.host) ||
        a.distance - b.distance);
}
/**
 * What a key names: `https://index.docker.io/v1/` is the registry index.docker.io, `quay.io/org/app` is org/app at
 * quay.io. The distance tells apart keys for the same: docker looks for the usual spelling first, and keeps other
 * things than passwords under addresses below it (`…/v1/refresh-token`).
 */
function keyOf(key) {
    const hasScheme = /^https?:\/\//i.test(key);
    const bare = key.replace(/^https?:\/\//i, '').replace(/\/+$/, '');
    const slash = bare.indexOf('/');
    const host = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase();
    const rest = slash < 0 ? '' : bare.slice(slash + 1);
    // Addresses of an API (`/v1/`, `/v2/`) name the whole registry.
    const isWhole = rest === '' || /^v[12]$/.test(rest);
    const distance = key === host || key === 'https://index.docker.io/v1/' ? 0 : isWhole ? 1 : 2;
    return { host, scope: hasScheme || isWhole ? '' : rest, distance };
}
/**
 * Reads an entry: registry token, identity token, `auth`, then user name and password, the first that is there.
 * @throws {RegistryError} CREDENTIALS_INVALID, naming the key and never the value.
 */
function readEntry({ key, value }, file) {
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success)
        throw docker_config_invalid(file, `the entry ${shown(key)} is malformed`);
    const { registrytoken, identitytoken, auth, username, password } = parsed.data;
    if (isPresent(registrytoken)) {
        // It becomes a header as it is.
        if (!isTokenText(registrytoken))
            throw docker_config_invalid(file, `the "registrytoken" of ${shown(key)} is no token`);
        return { kind: 'registry-token', token: registrytoken };
    }
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
    const what = `the "auth" of ${shown(key)}`;
    // Tools that write base64 in lines leave the line ends in.
    const base64 = auth.replaceAll(/[\r\n]/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
        throw docker_config_invalid(file, `${what} is not base64`);
    // docker pads with NUL; a password may hold colons, a user name may not.
    const text = decode(Buffer.from(base64, 'base64'))?.replace(/\0+$/, '');
    const colon = text?.indexOf(':') ?? -1;
    if (text === undefined || colon <= 0)
        throw docker_config_invalid(file, `${what} does not hold a user name and a password`);
    return { kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1) };
}
/** The text in UTF-8; undefined for other bytes, which would become another password. */
function decode(bytes) {
    const text = Buffer.from(bytes).toString('utf8');
    return Buffer.from(text).equals(bytes) ? text : undefined;
}
function shown(key) {
    return `"${(0,redact/* printable */.g$)(key, 100)}"`;
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
        ...folder(environment['XDG_CONFIG_HOME'], 'containers', 'auth.json'),
        ...folder(home, '.config', 'containers', 'auth.json'),
    ];
}
function fileCredentials(file, options) {
    const { environment, exec = platform_exec/* exec */.m0, helperTimeoutMs } = options;
    let reading;
    return {
        async find({ registry, path }) {
            reading ??= readAuthFile(file);
            const config = await reading;
            if (config === undefined)
                return undefined;
            const names = registryNames(registry);
            const helper = helperFor(config, names, path);
            if (helper !== undefined) {
                const run = { exec, environment, timeoutMs: helperTimeoutMs };
                const found = await readHelper(helper, serverName(names), run);
                if (found !== undefined)
                    return found;
            }
            for (const entry of entriesFor(config, names, path)) {
                const found = readEntry(entry, file);
                if (found !== undefined)
                    return found;
            }
            return undefined;
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
// EXTERNAL MODULE: ./lib/registry/address.js
var registry_address = __webpack_require__(79671);
;// CONCATENATED MODULE: ./lib/registry/endpoint.js

const HUB_API = 'registry-1.docker.io';
const endpoint_HUB_NAMES = ['docker.io', 'index.docker.io'];
/** Finds the API of a registry. `insecure` lists the registries that may be spoken to without TLS. */
function endpointOf(registry, insecure) {
    const host = endpoint_HUB_NAMES.includes(registry) ? HUB_API : registry;
    // Read as addresses, in which port 80 goes without saying; what is none allows nothing.
    const addresses = insecure.map((name) => URL.parse(`http://${name}`));
    const plainHosts = addresses.flatMap((address) => (address === null ? [] : [address.host]));
    const allowsPlainHttp = (url) => (0,registry_address/* isLoopback */.U9)(url.hostname) || plainHosts.includes(url.host);
    const { hostname } = new URL(`https://${host}`);
    const isInsecure = (0,registry_address/* isLoopback */.U9)(hostname) || insecure.includes(registry);
    const first = new URL(`${isInsecure ? 'http' : 'https'}://${host}`);
    const secure = new URL(`https://${host}`);
    let current = first;
    const isFirst = (url) => url.origin === first.origin;
    return {
        registry,
        get origin() {
            return current.origin;
        },
        host: first.host,
        hostname,
        network: networkOfName(hostname, isInsecure),
        get mayUpgrade() {
            return current.protocol === 'http:' && current.port !== '';
        },
        upgrade() {
            current = secure;
        },
        owns: (url) => url.origin === current.origin || isFirst(url),
        locate(url) {
            if (!isFirst(url))
                return url;
            const located = new URL(url);
            located.protocol = current.protocol;
            return located;
        },
        allowsPlainHttp,
    };
}
function networkOfName(hostname, isInsecure) {
    if ((0,registry_address/* isPrivateAddress */.C0)(hostname))
        return (0,registry_address/* networkByName */.jw)(hostname);
    return isInsecure || (0,registry_address/* isInternalName */.Bn)(hostname) ? 'private' : 'public';
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
    const named = (0,registry_address/* networkByName */.jw)(url.hostname);
    // A registry on the internet has no business in the network of the runner.
    if (endpoint.network === 'public' && named !== 'public')
        return 'it is in a private network';
    // Nor has any other in its link, where cloud metadata services are.
    if (named === 'link-local' && endpoint.network !== 'link-local')
        return 'it is a link-local address';
    return undefined;
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
/** One scope a repository, with what is known beside it, in the order of the first mention. */
function mergeScopes(scopes, more) {
    const merged = new Map();
    for (const { path, actions } of scopes) {
        merged.set(path, scope(path, [...(merged.get(path)?.actions ?? []), ...actions, ...(more.get(path) ?? [])]));
    }
    return [...merged.values()];
}
/** The scopes with those of some repositories first: some token servers only read the first one. */
function withFirst(scopes, paths) {
    return [...scopes.filter(({ path }) => paths.has(path)), ...scopes.filter(({ path }) => !paths.has(path))];
}
/** One key for a set of scopes. */
function scopeKey(scopes) {
    return scopes.map(String).toSorted().join(' ');
}
/** The longest text of scopes that is read, and the most actions of one repository that are asked for. */
const MAX_TEXT = 4096;
const MAX_ACTIONS = 12;
/**
 * The actions that a challenge asks for, on the repositories of the request only: a registry does not get a
 * token for what it was not asked about. `*` is never asked for.
 */
function requestedActions(text, wanted) {
    const found = new Map();
    // An entry that is cut off would ask for something else.
    const whole = text.length > MAX_TEXT ? text.slice(0, text.lastIndexOf(' ', MAX_TEXT) + 1) : text;
    for (const entry of whole.split(' ')) {
        const match = /^repository:(?<path>[a-z0-9._/-]+):(?<actions>[a-z][a-z_,]*)$/.exec(entry);
        const { path = '', actions = '' } = match?.groups ?? {};
        if (!wanted.some((scope) => scope.path === path))
            continue;
        const named = actions.split(',').filter((action) => action !== '' && action.length <= 40);
        found.set(path, bounded([...(found.get(path) ?? []), ...named]));
    }
    return found;
}
/** What was known and what is new, without repetition and not without end. */
function bounded(actions) {
    return [...new Set(actions)].slice(0, MAX_ACTIONS);
}

;// CONCATENATED MODULE: ./lib/registry/blobs.js






/** The body of a blob look-up or upload answer is of no interest; a page of text is more than any has. */
const SMALL_BODY = 64 * 1024;
/** The right to read a repository. */
function pullGrant(repository) {
    return { repository, scopes: [pullScope(apiPath(repository))] };
}
/** The right to write a repository, and to read it. */
function pushGrant(repository) {
    return { repository, scopes: [pushScope(apiPath(repository))] };
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
    const asked = await session.call(call);
    // Some registries (GitHub Packages of GHES among them) do not answer HEAD for a blob; reading one only begins.
    const isNotAnswered = asked.status === 405 || asked.status === 501;
    const answer = isNotAnswered ? await session.call({ ...call, method: 'GET', discards: true }) : asked;
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
/** Asks for a blob; the answer is 200, or 206 where a later byte was asked for and the registry begins there. */
async function getBlob(session, repository, blob, { from = 0, ...how }) {
    const grant = pullGrant(repository);
    const url = session.urlOf(repository, `blobs/${blob.digest}`);
    const headers = from === 0 ? {} : { range: `bytes=${from}-` };
    const answer = await session.call({ method: 'GET', url, grant, headers, follows: true, ...how });
    if (answer.status === 200 || (answer.status === 206 && from > 0))
        return answer;
    if (await session.saysAbsent(answer, grant)) {
        const what = nameOf(repository, blob);
        throw new domain_error/* RegistryError */.gl('REGISTRY_NOT_FOUND', `${what} is not in the repository`, { status: 404 });
    }
    throw await session.failure(answer, grant);
}
/** Reads a small blob at once, repeating the read when it breaks off. */
async function fetchBlob(session, repository, blob) {
    const answer = await getBlob(session, repository, blob, { limit: blob.size });
    (0,domain_digest/* assertDigest */.V7)(answer.body, blob.digest, nameOf(repository, blob));
    return answer.body;
}
/** `host/path@digest`, for messages. */
function nameOf(repository, blob) {
    return `${(0,reference/* formatRepository */.Sh)(repository)}@${blob.digest}`;
}

// EXTERNAL MODULE: ./lib/registry/network-error.js
var network_error = __webpack_require__(44966);
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

;// CONCATENATED MODULE: ./lib/registry/blob-stream.js




/** How often a read may break off without having got this much further. */
const MAX_BREAKS = 5;
const PROGRESS = 1024 * 1024;
/**
 * Streams a blob; its last chunk comes only when the whole hashes to its digest. A read that breaks off goes on
 * where it was. Every failure is a RegistryError.
 */
async function* streamBlob(session, repository, blob, signal) {
    yield* verifiedStream(resumed(session, repository, blob, signal), blob, nameOf(repository, blob));
}
/** The bytes as the registry sends them, over as many connections as it takes; the hash judges them as a whole. */
async function* resumed(session, repository, blob, signal) {
    let at = 0;
    for (let breaks = 0, broken = 0;;) {
        const answer = await getBlob(session, repository, blob, {
            limit: SMALL_BODY,
            streams: true,
            from: at,
            signal,
        });
        let failure;
        try {
            for await (const chunk of chunksFrom(answer, at, blob.size)) {
                at += chunk.byteLength;
                yield chunk;
            }
        }
        catch (error) {
            if (!(error instanceof network_error/* NetworkError */.Dr))
                throw error;
            failure = error;
        }
        // A part may be shorter than asked for (RFC 9110 section 15.3.7); a whole that is short is a fault. What breaks
        // off behind the last byte is whole: there is nothing left to ask for.
        if (at >= blob.size || (failure === undefined && answer.status === 200))
            return;
        breaks = at - broken >= PROGRESS ? 1 : breaks + 1;
        broken = at;
        if (failure?.isTransient === false || breaks >= MAX_BREAKS || signal?.aborted === true) {
            const cause = failure ?? new network_error/* NetworkError */.Dr('ERR_SHORT_PARTS', 'the parts it sends have no end', false);
            throw networkFailure('GET', session.urlOf(repository, `blobs/${blob.digest}`), cause, breaks);
        }
    }
}
/** What follows after the first `at` bytes, whether the registry begins there or, not knowing ranges, at the start. */
async function* chunksFrom(answer, at, size) {
    if (answer.chunks === undefined)
        throw unexpected(answer, 'expected a body');
    if (answer.status === 206 && !beginsAt(answer, at, size)) {
        throw unexpected(answer, `its Content-Range is not the one asked for, bytes ${at}-${size - 1}/${size}`);
    }
    let skip = answer.status === 206 ? 0 : at;
    for await (const chunk of answer.chunks) {
        const rest = skip === 0 ? chunk : chunk.subarray(Math.min(skip, chunk.byteLength));
        skip -= chunk.byteLength - rest.byteLength;
        if (rest.byteLength > 0)
            yield rest;
    }
}
function beginsAt(answer, at, size) {
    const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(answer.headers['content-range'] ?? '');
    const [, first, last, total] = match ?? [];
    return Number(first) === at && Number(last) < size && (total === '*' || Number(total) === size);
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

;// CONCATENATED MODULE: ./lib/registry/redirects.js




const MAX_REDIRECTS = 5;
/** True for the statuses that name another address for the same request. */
function isRedirect(status) {
    return [301, 302, 303, 307, 308].includes(status);
}
/** Sends a read and goes where the registry points, without credentials once it leaves the registry. */
async function sendFollowing(send, outgoing, endpoint) {
    let current = outgoing;
    let isOwn = endpoint.owns(outgoing.url);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
        const incoming = await send(current);
        if (!isRedirect(incoming.status))
            return { incoming, url: current.url, isOwn };
        incoming.discard();
        const url = targetOf(current, incoming.headers.location, endpoint);
        const fault = endpoint.owns(url) ? pathFault(outgoing.url, url) : undefined;
        if (fault !== undefined)
            throw refusedTarget(current, url, fault);
        isOwn = isOwn && endpoint.owns(url);
        current = moved(current, url);
    }
    throw refusal(outgoing, `it redirects more than ${MAX_REDIRECTS} times`);
}
function targetOf(current, location, endpoint) {
    const url = resolveLocation(location, current.url);
    if (url === undefined)
        throw refusal(current, 'it redirects without a usable Location');
    const fault = addressFault(url, endpoint);
    if (fault !== undefined)
        throw refusedTarget(current, url, fault);
    return url;
}
/**
 * A registry that cleans a path, or renames, redirects to another repository; what is there was not asked for.
 * Its own storage outside of the API is as good as that of another host.
 */
function pathFault(asked, target) {
    if (!target.pathname.toLowerCase().startsWith('/v2/'))
        return undefined;
    const [folder, name] = splitPath(asked);
    const [targetFolder, targetName] = splitPath(target);
    if (folder !== targetFolder)
        return 'it is another repository';
    return name === targetName || (0,domain_digest/* isDigest */.Bc)(targetName) ? undefined : 'it is another tag';
}
function splitPath({ pathname }) {
    const slash = pathname.lastIndexOf('/');
    return [pathname.slice(0, slash), pathname.slice(slash + 1)];
}
function moved(current, url) {
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
function refusedTarget(outgoing, url, why) {
    return refusal(outgoing, `it redirects to ${(0,redact/* redactUrl */.BO)(url)}, which is refused: ${why}`);
}
function refusal(outgoing, why) {
    return new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${outgoing.method} ${(0,redact/* redactUrl */.BO)(outgoing.url)} · ${why}`, {
        hint: 'Check the registry host, and any proxy in between.',
    });
}

;// CONCATENATED MODULE: ./lib/registry/uploads.js












/** How long the clean-up of an abandoned upload may take; it is a courtesy to the registry. */
const CANCEL_MS = 10_000;
/** How long a registry may think about a mount; the upload that follows does as well. */
const MOUNT_MS = 30_000;
/** Makes sure a blob is in a repository; the upload is only committed when it hashes to its digest. */
async function putBlob(session, repository, blob) {
    if (await isThere(session, repository, blob))
        return 'present';
    const { digest, size } = blob;
    const what = `${nameOf(repository, blob)} to upload`;
    const open = () => verifiedStream(blob.open(), blob, what);
    await upload(session, repository, { digest, size, open });
    return 'uploaded';
}
/** Brings a blob from another repository: mounted within one registry where it can be, else as a stream. */
async function copyBlob(source, from, session, to, blob, signal) {
    const { digest, size } = blob;
    if (await isThere(session, to, blob))
        return 'present';
    const isSameRegistry = source === session && apiPath(from) !== apiPath(to);
    const mount = isSameRegistry ? await tryMount(session, from, to, digest) : undefined;
    // Some registries say that they mounted what they do not have.
    if (mount?.status === 201 && (await isThere(session, to, blob)))
        return 'mounted';
    const started = mount?.status === 202 && !isHtml(mount) ? mount : undefined;
    const open = () => streamBlob(source, from, blob, signal);
    await upload(session, to, { digest, size, open, isOwned: true }, { started, signal });
    return 'uploaded';
}
/**
 * True when a blob of this size is there. A doubtful "no" only costs an upload, so it is not examined further. A
 * denial is what some registries say of a repository that does not exist yet; the upload tells whether it may be
 * made.
 */
async function isThere(session, repository, blob) {
    // Asked with the right to push, so that one token serves the look-up and the upload.
    const grant = pushGrant(repository);
    const answer = await headBlob(session, repository, blob.digest, grant);
    if (answer.status === 200) {
        assertLength(answer, repository, blob);
        return true;
    }
    if ([401, 403, 404, 405].includes(answer.status) && !isHtml(answer))
        return false;
    throw await session.failure(answer, grant);
}
/** Content-Length is all that can be checked without reading the blob; some servers send none, or 0, to HEAD. */
function assertLength(answer, repository, blob) {
    const length = Number(answer.headers['content-length'] ?? 0);
    if (length === 0 || length === blob.size)
        return;
    throw (0,domain_digest/* corrupt */.qb)(nameOf(repository, blob), blob.digest, `${length} bytes instead of ${blob.size}`);
}
async function tryMount(session, from, to, digest) {
    const query = `?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(apiPath(from))}`;
    const grant = { repository: to, scopes: [pushScope(apiPath(to)), pullScope(apiPath(from))] };
    const url = session.urlOf(to, `blobs/uploads/${query}`);
    const deadline = new Deadline(MOUNT_MS);
    try {
        return await session.call({ method: 'POST', url, grant, limit: SMALL_BODY, deadline });
    }
    catch (error) {
        // Some registries drop the connection instead of saying no. The upload will tell.
        if (error instanceof network_error/* NetworkError */.Dr)
            return undefined;
        // A token for two repositories may be refused although each alone is allowed.
        if (error instanceof domain_error/* RegistryError */.gl && error.code === 'REGISTRY_DENIED')
            return undefined;
        throw error;
    }
}
async function upload(session, repository, blob, { started, signal } = {}) {
    const grant = pushGrant(repository);
    const url = session.urlOf(repository, 'blobs/uploads/');
    const answer = await session.repeat({ method: 'PUT', url }, async (deadline, tries) => {
        if (tries > 1) {
            // The answer may have been lost after the upload was committed.
            const there = await headBlob(session, repository, blob.digest, grant, deadline);
            if (there.status === 200 || isTransientStatus(there.status))
                return there;
        }
        const begin = { method: 'POST', url, grant, limit: SMALL_BODY, deadline, signal };
        const start = tries === 1 && started !== undefined ? started : await session.call(begin);
        return start.status === 202 ? await send(session, repository, blob, { start, deadline, signal }) : start;
    });
    if (answer.status < 300 && !isHtml(answer))
        return await assertStored(session, repository, blob, answer);
    const refusal = await session.failure(answer, grant);
    // Two uploads of one blob at a time make some registries refuse the second: present is success.
    if (answer.status >= 400 && (await isThere(session, repository, blob)))
        return;
    throw refusal;
}
/** Only 201 to the PUT says that the upload was committed; what else sounds like success is looked into. */
async function assertStored(session, repository, blob, answer) {
    if (answer.method === 'HEAD')
        return assertLength(answer, repository, blob);
    const named = String(answer.headers['docker-content-digest'] ?? '').trim();
    const isOther = (0,domain_digest/* isDigest */.Bc)(named) && named.split(':')[0] === blob.digest.split(':')[0] && named !== blob.digest;
    if (isOther)
        throw (0,domain_digest/* corrupt */.qb)(`${nameOf(repository, blob)} after the upload`, blob.digest, named);
    if (answer.method === 'PUT' && answer.status === 201)
        return;
    if (await isThere(session, repository, blob))
        return;
    throw unexpected(answer, `expected 201, and ${nameOf(repository, blob)} is not there`);
}
async function send(session, repository, blob, { start, deadline, signal }) {
    const grant = pushGrant(repository);
    const location = uploadLocation(session, start);
    const url = new URL(location);
    // By hand: URLSearchParams would rewrite the state that the registry put into the query.
    url.search += `${url.search === '' ? '?' : '&'}digest=${encodeURIComponent(blob.digest)}`;
    const headers = { 'content-type': 'application/octet-stream' };
    const call = {
        method: 'PUT',
        url,
        grant,
        headers,
        body: blob,
        limit: SMALL_BODY,
        deadline,
        signal,
    };
    try {
        return await session.call(call);
    }
    catch (error) {
        // After a failure in transit the upload is repeated, which is no reason to wait for its clean-up.
        if (!(error instanceof network_error/* NetworkError */.Dr) || signal?.aborted === true)
            await cancelUpload(session, location, grant);
        throw error;
    }
}
/** Where an upload that was opened goes on. */
function uploadLocation(session, start) {
    const url = resolveLocation(start.headers.location, start.url);
    if (url === undefined)
        throw unexpected(start, 'it opens an upload without a usable Location');
    const fault = addressFault(url, session.endpoint);
    if (fault === undefined)
        return url;
    throw unexpected(start, `the upload would go to ${(0,redact/* redactUrl */.BO)(url)}, which is refused: ${fault}`);
}
/** Ends an upload that is not to be finished, so that nothing can ever be committed from it. */
async function cancelUpload(session, location, grant) {
    const deadline = new Deadline(CANCEL_MS);
    try {
        await session.call({ method: 'DELETE', url: location, grant, limit: SMALL_BODY, deadline });
    }
    catch (error) {
        // Why it is not finished is the news; an upload that cannot be cancelled expires by itself.
        if (!(error instanceof network_error/* NetworkError */.Dr || error instanceof domain_error/* RegistryError */.gl))
            throw error;
    }
}

;// CONCATENATED MODULE: ./lib/registry/first-push.js





/**
 * Sends a read; undefined when the registry says that the thing is not there.
 *
 * Registries deny reading a repository that does not exist, so that nobody learns which ones do. Where this
 * process may make the repository, a denial is looked into: the read is repeated with the right to push, and
 * when that is denied too, an upload is begun and cancelled. A registry that takes uploads but shows nothing has
 * either no such repository yet, or credentials that may write and not read; so the answer is only good for
 * deciding to write something that overwrites nothing. From the first thing written, a denial is an error.
 * @throws {RegistryError} the first denial, or REGISTRY_REFUSED where the repository must be made by hand.
 */
async function readPresent(session, repository, { mayBeUnborn, ...read }) {
    try {
        const answer = await attempt(session, { ...read, grant: pullGrant(repository) });
        if (answer.status === 200)
            return answer;
        if (mayBeUnborn && missesRepository(answer))
            await assertMakable(session, repository, answer);
        return undefined;
    }
    catch (error) {
        if (!isDenial(error) || !(await session.mayCreate(repository)))
            throw error;
        return await readAsWriter(session, repository, { mayBeUnborn, ...read }, error);
    }
}
/** The answer to a read: 200, or one that says that the thing is absent. */
async function attempt(session, call) {
    const answer = await session.call(call);
    if (answer.status === 200 || (await session.saysAbsent(answer, call.grant)))
        return answer;
    throw await session.failure(answer, call.grant);
}
function isDenial(error) {
    return error instanceof domain_error/* RegistryError */.gl && error.code === 'REGISTRY_DENIED';
}
async function readAsWriter(session, repository, { mayBeUnborn, ...read }, denial) {
    session.known.doubt(repository);
    const call = { ...read, grant: pushGrant(repository) };
    let answer;
    try {
        answer = await session.call(call);
    }
    catch (error) {
        // Whoever gets no token for pushing can make nothing; asking again with a wrong password could lock it.
        throw isDenial(error) ? denial : error;
    }
    if (answer.status === 200)
        return answer;
    if (await session.saysAbsent(answer, call.grant))
        return undefined;
    const refusal = await session.failure(answer, call.grant);
    if (!isDenial(refusal))
        throw refusal;
    if (!mayBeUnborn || session.known.has(repository))
        throw denial;
    const verdict = await verdictOf(session, repository);
    // Something may have been written while the registry was asked.
    if (verdict === 'may-be-made' && !session.known.has(repository))
        return undefined;
    throw verdict instanceof domain_error/* RegistryError */.gl && verdict.code === 'REGISTRY_REFUSED' ? verdict : denial;
}
/** Finds out before anything is built that a repository the registry does not have cannot be made by pushing. */
async function assertMakable(session, repository, absence) {
    if (session.known.has(repository) || !(await session.mayCreate(repository)))
        return;
    const verdict = await verdictOf(session, repository);
    if (!(verdict instanceof domain_error/* RegistryError */.gl))
        return;
    if (verdict.code === 'REGISTRY_REFUSED')
        throw verdict;
    if (verdict.code !== 'REGISTRY_UNAVAILABLE')
        return;
    // ECR drops the connection of an upload to a repository it does not have.
    const failure = await session.failure(absence, pushGrant(repository), 'and an upload to it failed');
    throw new domain_error/* RegistryError */.gl('REGISTRY_UNAVAILABLE', failure.message, {
        cause: verdict,
        hint: `If uploads to ${(0,reference/* formatRepository */.Sh)(repository)} keep failing, create the repository first.`,
    });
}
async function verdictOf(session, repository) {
    return await session.known.verdict(repository, async () => {
        try {
            return await probe(session, repository);
        }
        catch (error) {
            if (!(error instanceof domain_error/* RegistryError */.gl))
                throw error;
            return isDenial(error) ? 'not-writable' : error;
        }
    });
}
async function probe(session, repository) {
    const answer = await tryUpload(session, repository);
    if (isBegun(answer))
        return 'may-be-made';
    if (missesRepository(answer))
        throw await session.failure(answer, pushGrant(repository));
    return 'not-writable';
}
/** Begins an upload, which makes nothing visible, and cancels it; returns the answer to the beginning. */
async function tryUpload(session, repository) {
    const grant = pushGrant(repository);
    const url = session.urlOf(repository, 'blobs/uploads/');
    const answer = await session.call({ method: 'POST', url, grant, limit: SMALL_BODY });
    if (isBegun(answer))
        await cancelUpload(session, uploadLocation(session, answer), grant);
    return answer;
}
function isBegun(answer) {
    return answer.status === 202 && !isHtml(answer);
}
/**
 * Finds out before anything is built that nothing may be pushed. Only a clear denial counts: whatever else is wrong
 * with uploads, the push will tell, and may get over it.
 * @throws {RegistryError} REGISTRY_DENIED.
 */
async function assertPushable(session, repository) {
    // What was looked into when the repository did not show itself needs no second look.
    if (session.known.isJudged(repository))
        return;
    try {
        const answer = await tryUpload(session, repository);
        if (!isBegun(answer))
            throw await session.failure(answer, pushGrant(repository));
    }
    catch (error) {
        if (isDenial(error))
            throw error;
        if (!(error instanceof domain_error/* RegistryError */.gl))
            throw error;
    }
}

;// CONCATENATED MODULE: ./lib/registry/manifests.js









/** How long it may take to find out whether a write arrived whose answer was lost. */
const READ_BACK_MS = 15_000;
const ACCEPT = domain_manifest/* MANIFEST_MEDIA_TYPES */.$T.join(', ');
/** Reads what a tag or digest names. The digest is computed from the bytes; a header only may contradict. */
async function fetchManifest(session, repository, name) {
    const raw = await fetchRawManifest(session, repository, name);
    if (raw === undefined)
        return undefined;
    return (0,domain_manifest/* parseManifest */.Ng)(raw.bytes, raw.contentType, describeName(repository, name), raw.digest);
}
/**
 * The bytes that a tag or digest names, as {@link fetchManifest} checks them, whatever they say. With a deadline
 * the request is sent once, and what fails in transit is thrown as NetworkError.
 */
async function fetchRawManifest(session, repository, name, deadline) {
    const what = describeName(repository, name);
    for (let reads = 1;; reads += 1) {
        const answer = await readPresent(session, repository, {
            method: 'GET',
            url: session.urlOf(repository, `manifests/${name}`),
            headers: { accept: ACCEPT },
            limit: domain_manifest/* MAX_MANIFEST_BYTES */.ZJ,
            follows: true,
            mayBeUnborn: !(0,domain_digest/* isDigest */.Bc)(name),
            ...(deadline === undefined ? {} : { deadline }),
        });
        if (answer === undefined)
            return undefined;
        try {
            return checked(answer, name, what);
        }
        catch (error) {
            // Bytes may be damaged on their way; what is corrupt twice is corrupt where it lies.
            if (reads > 1 || !(error instanceof domain_error/* RegistryError */.gl) || error.code !== 'CONTENT_CORRUPT')
                throw error;
        }
    }
}
function checked(answer, name, what) {
    if ((0,domain_digest/* isDigest */.Bc)(name))
        (0,domain_digest/* assertDigest */.V7)(answer.body, name, what);
    assertHeaderDigest(answer, answer.body, what);
    const digest = (0,domain_digest/* isDigest */.Bc)(name) ? name : (0,domain_digest/* digestOf */.ol)(answer.body);
    return { bytes: answer.body, digest, contentType: answer.headers['content-type'] };
}
function describeName(repository, name) {
    return `${(0,reference/* formatRepository */.Sh)(repository)}${(0,domain_digest/* isDigest */.Bc)(name) ? '@' : ':'}${name}`;
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
async function storeManifest(session, repository, { bytes, mediaType, tag, deadline, digest = (0,domain_digest/* digestOf */.ol)(bytes) }) {
    if (bytes.byteLength > domain_manifest/* MAX_MANIFEST_BYTES */.ZJ)
        throw tooLarge(repository, bytes);
    const url = session.urlOf(repository, `manifests/${tag ?? digest}`);
    const call = {
        method: 'PUT',
        url,
        grant: pushGrant(repository),
        headers: { 'content-type': mediaType },
        body: bytes,
        limit: domain_manifest/* MAX_MANIFEST_BYTES */.ZJ,
        isPassing: missesBlob,
        ...(deadline === undefined ? {} : { deadline, isSentOnce: true }),
    };
    const { answer, refusal, isLost } = await manifests_send(session, call);
    if (refusal === undefined) {
        assertHeaderDigest(answer, bytes, `${(0,reference/* formatRepository */.Sh)(repository)} after writing`);
        return digest;
    }
    if (isLost === true) {
        if (deadline !== undefined || !(await arrived(session, repository, tag ?? digest, digest)))
            throw refusal;
        return digest;
    }
    if (answer !== undefined && answer.status < 400)
        throw refusal;
    const there = await readAfterRefusal(session, repository, tag ?? digest, refusal);
    if (there?.digest === digest)
        return digest;
    if (there !== undefined)
        throw occupied(repository, tag ?? '', there.digest, digest, refusal);
    throw tag === undefined ? refusal : free(refusal);
}
function missesBlob({ status, faults }) {
    return (status === 400 || status === 404) && (0,domain_error/* saysBlobIsMissing */.UM)(faults.map(({ code }) => code));
}
async function manifests_send(session, call) {
    try {
        const answer = await session.call(call);
        if ([200, 201, 202, 204].includes(answer.status) && !isHtml(answer))
            return { answer };
        return { answer, refusal: await session.failure(answer, call.grant) };
    }
    catch (error) {
        // A single attempt fails with the bare network error, which is made one of the registry here.
        const failure = error instanceof network_error/* NetworkError */.Dr ? networkFailure(call.method, call.url, error, 1) : error;
        if (!(failure instanceof domain_error/* RegistryError */.gl))
            throw failure;
        if (failure.code === 'REGISTRY_DENIED')
            return { refusal: failure };
        if (failure.code === 'REGISTRY_UNAVAILABLE' && failure.status !== 429)
            return { refusal: failure, isLost: true };
        throw failure;
    }
}
/** True when a write whose answer was lost is there. Asked once: whoever wrote knows better what a doubt means. */
async function arrived(session, repository, name, digest) {
    try {
        const there = await fetchRawManifest(session, repository, name, new Deadline(READ_BACK_MS));
        // By tag the sha256 is computed, whatever algorithm the digest of the write is of.
        return there !== undefined && (0,domain_digest/* digestOf */.ol)(there.bytes, (0,domain_digest/* algorithmOf */.Hy)(digest)) === digest;
    }
    catch (error) {
        if (error instanceof network_error/* NetworkError */.Dr || error instanceof domain_error/* RegistryError */.gl)
            return false;
        throw error;
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
function occupied(repository, tag, there, ours, refusal) {
    return new domain_error/* RegistryError */.gl('REGISTRY_REFUSED', `The tag ${(0,reference/* formatRepository */.Sh)(repository)}:${tag} was not changed · expected ${ours}, got ${there} (${refusal.message})`, {
        ...(refusal.status === undefined ? {} : { status: refusal.status }),
        ociCodes: refusal.ociCodes,
        cause: refusal,
        hint: 'The tag already holds something else; it is immutable, or may not be overwritten.',
    });
}
/** The refusal of a tag that is free, so that it is not the tag that is immutable. Denials have their own hint. */
function free(refusal) {
    if (refusal.code !== 'REGISTRY_REFUSED')
        return refusal;
    return (0,domain_error/* withHint */.mu)(refusal, 'The tag is free. Check the rules of the repository: some forbid new tags (protected tags), or a second tag for a manifest that is there already (Nexus: disable redeploy).');
}
function tooLarge(repository, bytes) {
    return new domain_error/* RegistryError */.gl('REGISTRY_REFUSED', `A manifest for ${(0,reference/* formatRepository */.Sh)(repository)} is too large · expected at most ${domain_manifest/* MAX_MANIFEST_BYTES */.ZJ} bytes, got ${bytes.byteLength}`);
}
/** True when a Content-Type, with or without parameters, is the given one. */
function hasMediaType(answer, mediaType) {
    return (0,domain_manifest/* bareMediaType */.ZX)(answer.headers['content-type']) === mediaType;
}

;// CONCATENATED MODULE: ./lib/registry/link.js
const SEPARATOR = /[ \t,]*/y;
const TARGET = /<([^<>]*)>/y;
// A parameter may be empty, have no value, a token, or a quoted text in which anything but a quote is itself.
const PARAMETER = /[ \t]*;[ \t]*(?:(?<name>[\w!#$%&'*+.^`|~-]+)[ \t]*(?:=[ \t]*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[^\s",;]*)))?)?/y;
const END = /[ \t]*(?:,|$)/y;
/**
 * Reads Link headers, several of them joined by commas. Parameters come in any order and case; of one that is
 * repeated the first counts.
 * @returns undefined when it is not one: a reader that skips what it does not understand takes a part of a list
 *   for the whole.
 */
function parseLinks(header) {
    const links = [];
    let position = take(SEPARATOR, header, 0)?.end ?? 0;
    while (position < header.length) {
        const target = take(TARGET, header, position);
        if (target === undefined)
            return undefined;
        const { parameters, end } = takeParameters(header, target.end);
        const separator = take(END, header, end);
        if (separator === undefined)
            return undefined;
        links.push({
            target: target.match[1]?.trim() ?? '',
            relations: (parameters.get('rel') ?? '').toLowerCase().split(/\s+/).filter(Boolean),
            anchor: parameters.get('anchor'),
        });
        position = take(SEPARATOR, header, separator.end)?.end ?? header.length;
    }
    return links;
}
function takeParameters(header, start) {
    const parameters = new Map();
    let end = start;
    for (let found = take(PARAMETER, header, end); found !== undefined; found = take(PARAMETER, header, end)) {
        const { name, quoted, token } = found.match.groups ?? {};
        const key = name?.toLowerCase();
        const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? token ?? '';
        if (key !== undefined && !parameters.has(key))
            parameters.set(key, value);
        end = found.end;
    }
    return { parameters, end };
}
function take(pattern, text, position) {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    return match === null ? undefined : { match, end: pattern.lastIndex };
}

;// CONCATENATED MODULE: ./lib/registry/paging.js





const MAX_PAGES = 1000;
/** More than a million tags; a list is kept whole, and each page alone may be large. */
const MAX_BYTES = 64 * 1024 * 1024;
/**
 * The address of the next page. Only its query is taken from the registry: host and path must be those of this
 * page, so that no list is continued with another one. A header that cannot be read is refused, since a list
 * that ends too early would pass for the whole.
 */
function nextPage(answer) {
    const header = [answer.headers['link'] ?? []].flat().join(', ');
    const links = parseLinks(header);
    if (links === undefined)
        throw unexpected(answer, 'its Link header cannot be read');
    const targets = links
        .filter((link) => link.relations.includes('next') && isAbout(answer, link))
        .map(({ target }) => target);
    const [target] = targets;
    if (target === undefined)
        return undefined;
    if (targets.some((other) => other !== target))
        throw unexpected(answer, 'it names several next pages');
    const url = resolveLocation(target, answer.url);
    if (url === undefined)
        throw unexpected(answer, 'its next page has no address');
    const isHere = url.origin === answer.url.origin && pathOf(url) === pathOf(answer.url);
    if (!isHere || url.username !== '' || url.password !== '')
        throw unexpected(answer, 'its next page is on another host or path');
    const next = new URL(answer.url);
    next.search = url.search;
    return next;
}
/** A link may say that it is about another document; then its next page is not ours. */
function isAbout(answer, { anchor }) {
    return anchor === undefined || resolveLocation(anchor, answer.url)?.href === answer.url.href;
}
/** Some registries escape the colon of a digest. */
function pathOf(url) {
    return url.pathname.replaceAll(/%3a/gi, ':');
}
/**
 * Reads page after page; a registry that names a page again, or without end, or one that is not there, is refused.
 * @param read undefined when there is nothing at that address; only the first page may be missing.
 */
async function readPages(first, read) {
    const seen = new Set();
    let bytes = 0;
    for (let url = first; url !== undefined;) {
        if (seen.has(url.href) || seen.size >= MAX_PAGES)
            throw broken(url, 'its pages have no end');
        seen.add(url.href);
        const answer = await read(url);
        if (answer === undefined && seen.size > 1)
            throw broken(url, 'the page before names it, but it is not there');
        bytes += answer?.body.byteLength ?? 0;
        if (bytes > MAX_BYTES)
            throw broken(url, `its pages are larger than ${MAX_BYTES} bytes`);
        url = answer === undefined ? undefined : nextPage(answer);
    }
}
function broken(url, why) {
    return new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `GET ${(0,redact/* redactUrl */.BO)(url)} · ${why}`);
}

;// CONCATENATED MODULE: ./lib/registry/tags.js






// Some registries ignore `n` and send everything at once; ECR refuses more than 1,000 with 405.
const PAGE_SIZE = 1000;
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
// Go writes an empty list as null.
const tagList = schemas/* looseObject */._H3({ tags: schemas/* array */.YOg(schemas/* string */.YjP()).nullable() });
/** Every tag of a repository, each once; none when the registry says that there is no such repository. */
async function listTags(session, repository) {
    const tags = new Set();
    await readPages(session.urlOf(repository, `tags/list?n=${PAGE_SIZE}`), async (url) => {
        const answer = await readPresent(session, repository, {
            method: 'GET',
            url,
            limit: MAX_PAGE_BYTES,
            mayBeUnborn: true,
        });
        if (answer === undefined)
            return undefined;
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
    async requirePush(repository) {
        await assertPushable(this.#sessions.of(repository), repository);
    }
    async listTags(repository) {
        return await listTags(this.#sessions.of(repository), repository);
    }
    async hasBlob(repository, digest) {
        return await hasBlob(this.#sessions.of(repository), repository, digest);
    }
    readBlob(repository, descriptor) {
        return streamBlob(this.#sessions.of(repository), repository, descriptor);
    }
    async putBlob(repository, blob) {
        return await putBlob(this.#sessions.of(repository), repository, blob);
    }
    async copyBlob(from, to, descriptor) {
        return await copyBlob(this.#sessions.of(from), from, this.#sessions.of(to), to, descriptor);
    }
}

// EXTERNAL MODULE: ./lib/domain/record.js
var record = __webpack_require__(43111);
;// CONCATENATED MODULE: ./lib/registry/referrers.js









// Some registries send all that is attached at once, and thousands of attestations are no fault of ours.
const referrers_MAX_PAGE_BYTES = 16 * 1024 * 1024;
// Go writes an empty list as null. Entries are judged one by one: a foreign one must not hide ours.
const referrerList = schemas/* looseObject */._H3({ manifests: schemas/* array */.YOg(schemas/* unknown */.L5J()).nullable() });
const referrers_entrySchema = schemas/* looseObject */._H3({
    digest: schemas/* string */.YjP().refine(domain_digest/* isDigest */.Bc),
    mediaType: schemas/* string */.YjP(),
    artifactType: schemas/* string */.YjP().nullish(),
});
/** Repositories whose registry has sent a list of referrers. They differ even within one registry. */
const proven = new WeakMap();
// 3xx is GHCR's, 400 Quay's for an unknown subject, 404 the rest's (distribution-spec §Listing Referrers).
const UNSUPPORTED = [400, 404, 405, 406, 415];
/**
 * Asks the referrers API; undefined when the registry has none. Only an OCI index proves the API: headers such
 * as OCI-Subject have been sent without it, and been missing with it.
 */
async function fetchReferrers(session, repository, subject, artifactType) {
    const grant = pullGrant(repository);
    const query = artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`;
    const first = session.urlOf(repository, `referrers/${subject}${query}`);
    const known = proven.get(session) ?? new Set();
    const isPassing = (answer) => known.has(repository.path) && isDoubtful(answer);
    const entries = [];
    let isSupported = true;
    await readPages(first, async (url) => {
        const headers = { accept: domain_manifest/* MEDIA_TYPES */.Z2.ociIndex };
        const answer = await session.call({
            method: 'GET',
            url,
            grant,
            headers,
            limit: referrers_MAX_PAGE_BYTES,
            isPassing,
        });
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
    if (isSupported)
        proven.set(session, known.add(repository.path));
    return isSupported ? entries : undefined;
}
/**
 * True for an answer that the registry need not have given: a login page, a redirect, a list that is none. From a
 * registry that has the API it is no sign that there is none, which would hide every record that only it lists.
 */
function isDoubtful(answer) {
    if (answer.status === 200)
        return parsePage(answer) === undefined;
    return isRedirect(answer.status) || isHtml(answer);
}
function parsePage(answer) {
    if (answer.status !== 200 || !hasMediaType(answer, domain_manifest/* MEDIA_TYPES */.Z2.ociIndex))
        return undefined;
    try {
        const list = referrerList.parse((0,domain_json/* parseStrictJson */.RJ)(answer.body, { maxBytes: referrers_MAX_PAGE_BYTES }));
        return entriesOf(list.manifests ?? []);
    }
    catch (error) {
        if (error instanceof SyntaxError || error instanceof errors/* ZodError */.G)
            return undefined;
        throw error;
    }
}
/** The entries of a list that can be read; others are none of ours, and must not hide ours. */
function entriesOf(manifests) {
    return manifests.flatMap((entry) => {
        const parsed = referrers_entrySchema.safeParse(entry);
        if (!parsed.success)
            return [];
        const { digest, mediaType, artifactType } = parsed.data;
        return [{ digest, mediaType, artifactType: artifactType ?? undefined }];
    });
}

;// CONCATENATED MODULE: ./lib/registry/fallback.js






/** The tag under which registries without the API list referrers (distribution-spec §Referrers Tag Schema). */
function fallbackTag(subject) {
    return `${(0,domain_digest/* algorithmOf */.Hy)(subject)}-${(0,domain_digest/* encodedOf */.EX)(subject).slice(0, 64)}`;
}
/** Our own tag for one record: named by its content, written once, so that no other writer can lose it. */
function writeOnceTag(subject, record) {
    return `${fallbackTag(subject)}.bo-${prefixOf(record)}`;
}
/** The beginning of a digest by which a write-once tag names it. */
function prefixOf(record) {
    return (0,domain_digest/* encodedOf */.EX)(record).slice(0, 16);
}
/** The beginning of the record digest in a write-once tag of this subject; undefined for any other tag. */
function recordPrefix(tag, subject) {
    const prefix = `${fallbackTag(subject)}.bo-`;
    const rest = tag.slice(prefix.length);
    return tag.startsWith(prefix) && /^[0-9a-f]{16}$/.test(rest) ? rest : undefined;
}
/**
 * Reads the fallback index. Anyone who can push can write this tag: what cannot be read as an index lists
 * nothing, which hides no record, because each has a write-once tag of its own.
 */
async function readFallback(session, repository, subject) {
    const raw = await fetchRawManifest(session, repository, fallbackTag(subject));
    return raw === undefined ? { state: 'absent' } : judge(raw, subject);
}
/** The entries of the fallback index that can be read; none when there is no index under that tag. */
async function fallbackEntries(session, repository, subject) {
    const fallback = await readFallback(session, repository, subject);
    return fallback.state === 'index' ? entriesOf(fallback.index.manifests) : [];
}
function judge(raw, subject) {
    const foreign = (why) => ({ state: 'foreign', why });
    // GitLab takes the tag sha256-<digits> for the digest sha256:<digits>.
    if ((0,domain_digest/* digestOf */.ol)(raw.bytes, (0,domain_digest/* algorithmOf */.Hy)(subject)) === subject)
        return foreign('it is the artifact itself');
    if ((0,domain_manifest/* bareMediaType */.ZX)(raw.contentType) !== domain_manifest/* MEDIA_TYPES */.Z2.ociIndex)
        return foreign('it has another media type');
    let document;
    try {
        document = (0,domain_json/* parseStrictJson */.RJ)(raw.bytes, { maxBytes: domain_manifest/* MAX_MANIFEST_BYTES */.ZJ });
    }
    catch (error) {
        if (error instanceof SyntaxError)
            return foreign(error.message);
        throw error;
    }
    if (!isObject(document))
        return foreign('it is not a JSON object');
    if ((document['mediaType'] ?? domain_manifest/* MEDIA_TYPES */.Z2.ociIndex) !== domain_manifest/* MEDIA_TYPES */.Z2.ociIndex)
        return foreign('its body says another media type');
    // Go writes an empty list as null.
    const manifests = document['manifests'] === null ? [] : document['manifests'];
    if (!Array.isArray(manifests))
        return foreign('it has no list of manifests');
    return { state: 'index', index: { document, manifests: manifests } };
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
const MAX_ROUNDS = 20;
/**
 * Adds entries to the fallback index, for tools that know only it. Registries have no compare-and-swap, so
 * concurrent writers overwrite each other: read again after a pause that grows, and merge again, until the
 * entries stay. Entries seen meanwhile are put back too, as they were. False when the index cannot be changed: a
 * record is found without it, by its write-once tag.
 */
async function mergeIntoFallback(options, repository, subject, entries) {
    const { sessions, clock, log } = options;
    const tag = fallbackTag(subject);
    const known = new Map(entries.map((entry) => [entry.digest, entry]));
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
        const current = await readFallback(sessions.of(repository), repository, subject);
        if (current.state === 'foreign') {
            log.debug(`${tag} is not an index of referrers, and is left as it is: ${current.why}.`);
            return false;
        }
        const index = current.state === 'index' ? current.index : undefined;
        const listed = new Map((index?.manifests ?? []).map((entry) => [fallback_keyOf(entry), entry]));
        if ([...known.keys()].every((key) => listed.has(key)))
            return true;
        for (const [key, entry] of listed)
            known.set(key, entry);
        if (!(await write(options, repository, encodeIndex(index, known), tag)))
            return false;
        // 150-250 ms a round: measured to keep every entry of eight writers; a fixed or no pause loses some.
        await clock.sleep(Math.round((150 + Math.random() * 100) * round));
    }
    log.debug(`${tag} kept changing.`);
    return false;
}
/** Entries are the same when they name the same digest; one that names none, when all of it is the same. */
function fallback_keyOf(entry) {
    const digest = isObject(entry) ? entry['digest'] : undefined;
    return typeof digest === 'string' ? digest : (0,domain_json/* canonicalJson */.dj)(entry);
}
function encodeIndex(index, known) {
    const base = index?.document ?? { schemaVersion: 2, mediaType: domain_manifest/* MEDIA_TYPES */.Z2.ociIndex };
    const manifests = [...known].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
    return new TextEncoder().encode(JSON.stringify({ ...base, manifests }));
}
async function write({ registry, log }, repository, bytes, tag) {
    if (bytes.byteLength > domain_manifest/* MAX_MANIFEST_BYTES */.ZJ) {
        log.debug(`${tag} is full.`);
        return false;
    }
    try {
        await registry.putManifest(repository, bytes, domain_manifest/* MEDIA_TYPES */.Z2.ociIndex, tag);
        return true;
    }
    catch (error) {
        // Some registries call an immutable tag a lack of rights (403).
        if (!(error instanceof domain_error/* RegistryError */.gl && (0,domain_error/* isRefusal */.vu)(error)))
            throw error;
        log.debug(`${tag} cannot be changed: ${error.message}`);
        return false;
    }
}

;// CONCATENATED MODULE: ./lib/registry/attachments.js






/** Reads until our own entries show up in the API; caches in front of registries lag behind. */
const PROOF_READS = 4;
const PROOF_PAUSE_MS = 150;
/**
 * Makes manifests findable at their subject. Where the referrers API lists them, that is all; else they are
 * listed in the fallback index, and records get a tag of their own, which no other writer can lose.
 * @param type asks the API for this artifactType only.
 */
async function listAttachments(options, repository, subject, attachments, type) {
    const proof = await prove(options, repository, subject, attachments, type);
    if (proof === 'api')
        return proof;
    const records = attachments.filter(({ descriptor }) => isRecord(descriptor));
    for (const { bytes, descriptor } of records) {
        const tag = writeOnceTag(subject, descriptor.digest);
        await options.registry.putManifest(repository, bytes, domain_manifest/* MEDIA_TYPES */.Z2.ociManifest, tag);
    }
    const entries = attachments.map(({ descriptor }) => descriptor);
    const isListed = await mergeIntoFallback(options, repository, subject, entries);
    if (!isListed && records.length < attachments.length)
        throw unlisted(repository, subject);
    return proof;
}
function isRecord({ artifactType, mediaType }) {
    const types = Object.values(record/* RECORD_TYPES */.c4);
    return types.includes(artifactType) && mediaType === domain_manifest/* MEDIA_TYPES */.Z2.ociManifest;
}
async function prove({ sessions, clock, log }, repository, subject, attachments, type) {
    for (let read = 1; read <= PROOF_READS; read += 1) {
        const entries = await fetchReferrers(sessions.of(repository), repository, subject, type);
        if (entries === undefined)
            return 'tags-without-api';
        const listed = new Map(entries.map(({ digest, artifactType }) => [digest, artifactType]));
        if (attachments.every(({ descriptor }) => isProven(descriptor, listed)))
            return 'api';
        if (read < PROOF_READS)
            await clock.sleep(PROOF_PAUSE_MS * read);
    }
    const digests = attachments.map(({ descriptor }) => descriptor.digest).join(', ');
    log.debug(`The referrers API of ${repository.registry} does not list ${digests}; tags are used.`);
    return 'tags';
}
/** A record must be listed as one: among thousands of artifacts that nobody gave a type it would not be looked for. */
function isProven(descriptor, listed) {
    if (!listed.has(descriptor.digest))
        return false;
    return !isRecord(descriptor) || listed.get(descriptor.digest) === descriptor.artifactType;
}
function unlisted(repository, subject) {
    const tag = `${(0,reference/* formatRepository */.Sh)(repository)}:${fallbackTag(subject)}`;
    return new domain_error/* RegistryError */.gl('REGISTRY_REFUSED', `What is attached to ${subject} cannot be listed · the registry has no referrers API, and ${tag} cannot be changed`, { hint: 'Allow this tag to be written, or use a registry with the referrers API.' });
}

;// CONCATENATED MODULE: ./lib/registry/concurrency.js
/**
 * Maps with at most `limit` at a time; results keep the order of the input. The first failure ends it: nothing
 * new is begun, the signal tells what is under way to stop, and the failure is thrown once all of it has.
 */
async function mapLimited(items, limit, work) {
    const results = [];
    const queue = items.entries();
    const stop = new AbortController();
    const failures = [];
    const worker = async () => {
        for (const [index, item] of queue) {
            if (stop.signal.aborted)
                return;
            try {
                results[index] = await work(item, stop.signal);
            }
            catch (error) {
                // What fails after the first failure was stopped by it.
                failures.push(error);
                stop.abort();
            }
        }
    };
    await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
    if (failures.length > 0)
        throw failures[0];
    return results;
}

;// CONCATENATED MODULE: ./lib/registry/copy-destination.js



/** Reads until what was written shows up; registries with several replicas lag behind. */
const READS = 4;
const PAUSE_MS = 150;
/** What a name points at, before something is written to it. A denial may mean that the repository is still to be made. */
async function lookUp({ session, repository }, name) {
    try {
        return await fetchManifest(session, repository, name);
    }
    catch (error) {
        if (error instanceof domain_error/* RegistryError */.gl && error.code === 'REGISTRY_DENIED')
            return undefined;
        throw error;
    }
}
function isSame(a, b) {
    return a !== undefined && a.mediaType === b.mediaType && Buffer.compare(a.bytes, b.bytes) === 0;
}
/** True when exactly this manifest is there already. */
async function hasManifest(destination, manifest) {
    return isSame(await lookUp(destination, manifest.digest), manifest);
}
/** Stores a manifest by its digest, byte for byte. */
async function putManifest(destination, manifest) {
    const { session, repository } = destination;
    const { bytes, mediaType, digest } = manifest;
    try {
        await storeManifest(session, repository, {
            bytes,
            mediaType,
            digest,
            tag: undefined,
            deadline: undefined,
        });
    }
    catch (error) {
        if (!(error instanceof domain_error/* RegistryError */.gl && error.code === 'REGISTRY_REFUSED'))
            throw error;
        throw new domain_error/* RegistryError */.gl(error.code, `${error.message} · to copy ${digest} of type ${mediaType}`, {
            ...(error.status === undefined ? {} : { status: error.status }),
            ociCodes: error.ociCodes,
            cause: error,
            hint: 'A copy is never converted, because that would change its digest. Check which types the registry takes.',
        });
    }
}
/**
 * Checks, before anything is written, that tags which attach something (cosign) can be set without losing what
 * is there: cosign adds a layer for every signature, so an older state of the same manifest may be replaced.
 * @throws {RegistryError} COPY_REFUSED.
 */
async function assertTagsFree(destination, { tags }) {
    for (const [tag, ours] of tags) {
        const there = await lookUp(destination, tag);
        if (there === undefined || there.digest === ours.digest)
            continue;
        const kept = new Set(layersOf(ours));
        if (layersOf(there).every((layer) => kept.has(layer)))
            continue;
        throw new domain_error/* RegistryError */.gl('COPY_REFUSED', `The tag ${(0,reference/* formatRepository */.Sh)(destination.repository)}:${tag} holds signatures or attestations that the source does not have · expected ${ours.digest}, got ${there.digest}`, { hint: 'Nothing was written. Add them at the source, or delete the tag at the destination.' });
    }
}
function layersOf(manifest) {
    const parts = manifest.kind === 'image' ? manifest.document.layers : manifest.document.manifests;
    return parts.map(({ digest }) => digest);
}
/** Sets a tag, and reads it again. */
async function putTag(destination, tag, manifest) {
    const { session, repository } = destination;
    const { bytes, mediaType } = manifest;
    await storeManifest(session, repository, { bytes, mediaType, tag, deadline: undefined });
    await assertCopied(destination, tag, manifest);
}
/**
 * Reads back what was written and compares it byte for byte.
 * @throws {RegistryError} REGISTRY_UNEXPECTED when the registry took it and does not have it.
 */
async function assertCopied(destination, name, manifest) {
    const { session, repository, clock } = destination;
    let there;
    for (let read = 1; read <= READS; read += 1) {
        there = await fetchManifest(session, repository, name);
        if (isSame(there, manifest))
            return;
        if (read < READS)
            await clock.sleep(PAUSE_MS * read);
    }
    const found = there === undefined ? 'nothing' : `${there.digest} of type ${there.mediaType}`;
    throw new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${(0,reference/* formatRepository */.Sh)(repository)} took ${name}, but does not show it · expected ${manifest.digest} of type ${manifest.mediaType}, got ${found}`, { hint: 'Do not use this copy. Check the registry, its storage and any proxy in between.' });
}

;// CONCATENATED MODULE: ./lib/registry/copy-attachments.js



/** Where cosign up to version 2 keeps signatures, attestations and SBOMs: no subject, only the tag. */
const COSIGN = ['sig', 'att', 'sbom'];
/** Finds the tags of a repository that attach something: `sha256-<64>` itself, and with an ending. */
function attachedTags(tags) {
    const found = new Map();
    for (const tag of tags) {
        const base = /^sha(?:256|512)-[0-9a-f]{64}(?=$|\.)/.exec(tag)?.[0];
        if (base !== undefined)
            found.set(base, [...(found.get(base) ?? []), tag]);
    }
    return found;
}
/**
 * Everything that a repository says is attached to a manifest: the union of the referrers API, the fallback index
 * and the tags, because each of them may hold what was written before the registry had, or after it lost, another.
 */
async function findAttached(session, repository, subject, tags) {
    const own = tags.get(fallbackTag(subject)) ?? [];
    const [api, early] = await Promise.all([
        fetchReferrers(session, repository, subject),
        own.includes(fallbackTag(subject)) ? fallbackEntries(session, repository, subject) : undefined,
    ]);
    // A list of tags may lag behind; where nothing else tells, the index is asked for anyway.
    const fallback = early ?? (api === undefined ? await fallbackEntries(session, repository, subject) : []);
    const listed = [...(api ?? []), ...fallback].filter(({ mediaType }) => domain_manifest/* MANIFEST_MEDIA_TYPES */.$T.includes(mediaType));
    const digests = [...new Set(listed.map(({ digest }) => digest))];
    return [
        ...digests.map((name) => ({ name, subject, isByTag: false })),
        ...own.flatMap((name) => {
            if (recordPrefix(name, subject) !== undefined)
                return [{ name, subject, isByTag: false }];
            const isCosign = COSIGN.some((kind) => name === `${fallbackTag(subject)}.${kind}`);
            return isCosign ? [{ name, subject, isByTag: true }] : [];
        }),
    ];
}

;// CONCATENATED MODULE: ./lib/registry/copy-graph.js






/** Manifests read at the same time. */
const MANIFESTS_AT_ONCE = 8;
/** All manifests of a copy together, which are held until it is done. */
const copy_graph_MAX_BYTES = 32 * 1024 * 1024;
/** True for a descriptor in an index that points at a manifest; an index may list blobs as well. */
function isManifest({ mediaType }) {
    return domain_manifest/* MANIFEST_MEDIA_TYPES */.$T.includes(mediaType);
}
/**
 * Reads a whole graph, level by level: what an index lists, and what is attached to any of it. Content addressing
 * leaves no room for cycles; what is met again is not read again.
 * @throws {RegistryError} COPY_REFUSED when it is larger than its bounds, before the level that is too much is read.
 */
async function readGraph(source, root, bounds) {
    const walk = new Walk(source, root, bounds);
    let wanted = [{ name: root }];
    for (let depth = 0; wanted.length > 0; depth += 1) {
        wanted = await walk.read(wanted, depth);
    }
    return walk;
}
class Walk {
    manifests = new Map();
    referrers = new Map();
    tags = new Map();
    missing = new Set();
    #source;
    #root;
    #bounds;
    #bytes = 0;
    #attached;
    constructor(source, root, bounds) {
        this.#source = source;
        this.#root = root;
        this.#bounds = bounds;
    }
    /** Reads one level and returns what the next one has to read. */
    async read(wanted, depth) {
        const { maxCount, maxDepth } = this.#bounds;
        const names = [...new Set(wanted.map(({ name }) => name))].filter((name) => !this.#knows(name));
        if (depth > maxDepth && names.length > 0) {
            throw refused(this.#source, this.#root, `it is nested deeper than ${maxDepth} levels`);
        }
        if (this.manifests.size + names.length > maxCount) {
            throw refused(this.#source, this.#root, `it has more than ${maxCount} manifests`);
        }
        const level = new Map();
        await mapLimited(names, MANIFESTS_AT_ONCE, async (name) => {
            const manifest = await this.#fetch(name);
            if (manifest !== undefined)
                level.set(name, manifest);
        });
        const known = new Set(this.manifests.keys());
        for (const entry of wanted)
            this.#take(entry, level.get(entry.name) ?? this.manifests.get(entry.name));
        const fresh = [...this.manifests.values()].filter(({ digest }) => !known.has(digest));
        const attached = this.#bounds.referrers ? await mapLimited(fresh, MANIFESTS_AT_ONCE, this.#find) : [];
        return [...fresh.flatMap(childrenOf), ...attached.flat()];
    }
    #knows(name) {
        return (0,domain_digest/* isDigest */.Bc)(name) && this.manifests.has(name);
    }
    async #fetch(name) {
        const { registry, repository } = this.#source;
        const manifest = (0,domain_digest/* isDigest */.Bc)(name)
            ? await registry.readManifest(repository, name)
            : await registry.readTag(repository, name);
        this.#bytes += manifest?.bytes.byteLength ?? 0;
        if (this.#bytes > copy_graph_MAX_BYTES) {
            throw refused(this.#source, this.#root, `its manifests are larger than ${copy_graph_MAX_BYTES} bytes together`);
        }
        return manifest;
    }
    #take(wanted, manifest) {
        if ('subject' in wanted) {
            if (manifest === undefined)
                this.missing.add(wanted.name);
            else
                this.#attach(wanted, manifest);
            return;
        }
        const what = `${(0,reference/* formatRepository */.Sh)(this.#source.repository)}@${wanted.name}`;
        const where = 'parent' in wanted ? `, which ${wanted.parent} lists,` : '';
        if (manifest === undefined) {
            throw new domain_error/* RegistryError */.gl('REGISTRY_NOT_FOUND', `${what}${where} is not in the repository`, {
                hint: 'Nothing was written. An index whose children are missing cannot be copied; push it again.',
            });
        }
        if ('parent' in wanted)
            (0,domain_manifest/* assertSize */.Sl)(manifest, wanted.descriptor, what);
        this.manifests.set(manifest.digest, manifest);
    }
    /** Lists are hints: what is attached says so itself, or has a tag that does. What is about others stays behind. */
    #attach({ name, subject, isByTag }, manifest) {
        if (isByTag)
            this.tags.set(name, manifest.digest);
        else if (manifest.document.subject?.digest === subject) {
            const attached = this.referrers.get(subject) ?? new Set();
            this.referrers.set(subject, attached.add(manifest.digest));
        }
        else
            return;
        this.manifests.set(manifest.digest, manifest);
    }
    #find = async ({ digest }) => {
        const { registry, repository, session } = this.#source;
        this.#attached ??= registry.listTags(repository).then(attachedTags);
        return await findAttached(session, repository, digest, await this.#attached);
    };
}
function childrenOf(manifest) {
    if (manifest.kind !== 'index')
        return [];
    return manifest.document.manifests
        .filter(isManifest)
        .map((descriptor) => ({ name: descriptor.digest, parent: manifest.digest, descriptor }));
}
/** The refusal to copy an artifact, made before anything is written. */
function refused({ repository }, root, why) {
    return new domain_error/* RegistryError */.gl('COPY_REFUSED', `${(0,reference/* formatRepository */.Sh)(repository)}@${root} cannot be copied whole · ${why}`, {
        hint: 'Nothing was written.',
    });
}

// EXTERNAL MODULE: ./lib/domain/quoted.js
var quoted = __webpack_require__(46326);
;// CONCATENATED MODULE: ./lib/registry/copy-plan.js








/**
 * Reads the whole graph and judges it.
 * @throws {RegistryError} COPY_REFUSED for what cannot be copied whole.
 */
async function planCopy(source, root, bounds) {
    const graph = await readGraph(source, root, bounds);
    const manifests = [...graph.manifests.values()];
    const parts = manifests.flatMap(partsOf);
    await assertDistributable(source, root, parts);
    const blobs = new Map(parts.map(({ descriptor: { digest, size } }) => [digest, { digest, size }]));
    return {
        root,
        stages: stagesOf(graph),
        blobs: [...blobs.values()].toSorted((a, b) => b.size - a.size),
        attachments: attachmentsOf(graph),
        tags: new Map([...graph.tags].map(([tag, digest]) => [tag, get(graph, digest)])),
        missing: [...graph.missing],
    };
}
function get(graph, digest) {
    const manifest = graph.manifests.get(digest);
    if (manifest === undefined)
        throw new TypeError(`${digest} is not in the graph`);
    return manifest;
}
/** The blobs of a manifest: configuration and layers, or what an index lists beside manifests. */
function partsOf(manifest) {
    const descriptors = manifest.kind === 'image'
        ? [manifest.document.config, ...manifest.document.layers]
        : manifest.document.manifests.filter((entry) => !isManifest(entry));
    return descriptors.map((descriptor) => ({ descriptor, parent: manifest.digest }));
}
/** Layers that must not be passed on by their very type (image-spec layer.md §Non-Distributable Layers). */
function isForeign({ mediaType }) {
    return /^application\/vnd\.(?:oci\.image\.layer\.nondistributable|docker\.image\.rootfs\.foreign)\b/i.test(mediaType);
}
/** The addresses in `urls` are never fetched: an artifact from a stranger would decide what this machine contacts. */
async function assertDistributable(source, root, parts) {
    const elsewhere = parts.filter(({ descriptor }) => (descriptor.urls ?? []).length > 0 && !isForeign(descriptor));
    const absent = await mapLimited(elsewhere, MANIFESTS_AT_ONCE, async (part) => {
        const { session, repository } = source;
        const answer = await headBlob(session, repository, part.descriptor.digest, pullGrant(repository));
        return answer.status === 200 ? [] : [part];
    });
    const foreign = [...parts.filter(({ descriptor }) => isForeign(descriptor)), ...absent.flat()];
    if (foreign.length === 0)
        return;
    const lines = foreign.slice(0, 20).map(({ descriptor, parent }) => {
        return `layer ${descriptor.digest} (${(0,quoted/* quoted */.T)(descriptor.mediaType, 100)}) of ${parent} is kept outside of the registry`;
    });
    const more = foreign.length > 20 ? [`and ${foreign.length - 20} more`] : [];
    const what = `${(0,reference/* formatRepository */.Sh)(source.repository)}@${root} cannot be copied whole`;
    throw new domain_error/* RegistryError */.gl('COPY_REFUSED', (0,domain_error/* listed */.KE)(what, [...lines, ...more]), {
        hint: 'Nothing was written. Build on a base whose layers are all in the registry; addresses in `urls` are never fetched.',
    });
}
/** Orders manifests so that what one refers to, as a child or as its subject, is written before it. */
function stagesOf(graph) {
    const stageOf = new Map();
    const stages = [];
    const place = (manifest) => {
        const known = stageOf.get(manifest.digest);
        if (known !== undefined)
            return known;
        const needed = needsOf(manifest).flatMap((digest) => graph.manifests.get(digest) ?? []);
        const stage = needed.reduce((highest, other) => Math.max(highest, place(other) + 1), 0);
        stageOf.set(manifest.digest, stage);
        stages[stage] = [...(stages[stage] ?? []), manifest];
        return stage;
    };
    for (const manifest of graph.manifests.values())
        place(manifest);
    return stages;
}
function needsOf(manifest) {
    const children = manifest.kind === 'index' ? manifest.document.manifests.filter(isManifest) : [];
    const { subject } = manifest.document;
    return [...children, ...(subject === undefined ? [] : [subject])].map(({ digest }) => digest);
}
function attachmentsOf(graph) {
    return new Map([...graph.referrers].map(([subject, digests]) => [
        subject,
        [...digests].map((digest) => {
            const manifest = get(graph, digest);
            return { bytes: manifest.bytes, descriptor: listedAs(manifest) };
        }),
    ]));
}
/** How an index lists a referrer (distribution-spec §Referrers Tag Schema). */
function listedAs(manifest) {
    const { annotations, artifactType } = manifest.document;
    const config = manifest.kind === 'image' ? manifest.document.config.mediaType : undefined;
    // An empty type is none, and then the one of the configuration counts.
    const type = artifactType === '' ? config : (artifactType ?? config);
    return {
        ...(0,domain_manifest/* descriptorOf */.nb)(manifest),
        ...(type === undefined ? {} : { artifactType: type }),
        ...(annotations === undefined ? {} : { annotations }),
    };
}

;// CONCATENATED MODULE: ./lib/registry/copy.js








const DEFAULTS = { referrers: true, maxDepth: 8, maxCount: 1000, concurrency: 4 };
/** Copies of whole graphs between repositories of any registries. */
class Copies {
    #options;
    constructor(options) {
        this.#options = options;
    }
    async copy(from, digest, to, options = {}) {
        const { sessions, registry, clock, log } = this.#options;
        const { concurrency, ...bounds } = { ...DEFAULTS, ...options };
        const source = { session: sessions.of(from), registry, repository: from };
        const plan = await planCopy(source, digest, bounds);
        const destination = { session: sessions.of(to), repository: to, clock };
        await assertTagsFree(destination, plan);
        const onProgress = options.onProgress ?? (() => undefined);
        const job = { source, destination, plan, concurrency, onProgress, blobs: new Map(), manifests: new Map() };
        await copyBlobs(job);
        await putManifests(job);
        for (const [subject, attachments] of plan.attachments) {
            await listAttachments(this.#options, to, subject, attachments);
        }
        for (const [tag, manifest] of plan.tags)
            await putTag(destination, tag, manifest);
        await verify(job);
        for (const name of plan.missing) {
            log.warning(`${(0,reference/* formatRepository */.Sh)(from)} lists ${name} as attached, but does not have it; it was not copied.`);
        }
        return reportOf(job);
    }
}
async function copyBlobs(job) {
    const { source, destination, plan, concurrency, blobs } = job;
    await mapLimited(plan.blobs, concurrency, async (blob, signal) => {
        const { session, repository } = destination;
        const outcome = await copyBlob(source.session, source.repository, session, repository, blob, signal);
        blobs.set(blob.digest, outcome);
        const progress = {
            digest: blob.digest,
            size: blob.size,
            outcome,
            done: blobs.size,
            total: plan.blobs.length,
        };
        job.onProgress({ kind: 'blob', ...progress });
    });
}
async function putManifests(job) {
    for (const stage of job.plan.stages) {
        await mapLimited(bySubject(stage), MANIFESTS_AT_ONCE, async (group, signal) => {
            for (const manifest of group)
                if (!signal.aborted)
                    await place(job, manifest);
        });
    }
}
/** What is attached to one subject goes one after the other: some registries list only one of two at a time. */
function bySubject(stage) {
    return [...Map.groupBy(stage, ({ digest, document }) => document.subject?.digest ?? digest).values()];
}
async function place({ destination, plan, manifests, onProgress }, manifest) {
    const { digest, bytes } = manifest;
    const outcome = (await hasManifest(destination, manifest)) ? 'present' : 'uploaded';
    if (outcome === 'uploaded')
        await putManifest(destination, manifest);
    manifests.set(digest, outcome);
    const total = plan.stages.reduce((sum, stage) => sum + stage.length, 0);
    const size = bytes.byteLength;
    onProgress({ kind: 'manifest', digest, size, outcome, done: manifests.size, total });
}
/** A registry that says it took something may still not have it; what was there before has just been looked at. */
async function verify({ destination, plan, blobs, manifests }) {
    const written = plan.stages.flat().filter(({ digest }) => manifests.get(digest) === 'uploaded');
    await mapLimited(written, MANIFESTS_AT_ONCE, async (manifest) => {
        await assertCopied(destination, manifest.digest, manifest);
    });
    const uploaded = plan.blobs.filter(({ digest }) => blobs.get(digest) === 'uploaded');
    await mapLimited(uploaded, MANIFESTS_AT_ONCE, async (blob) => await assertBlob(destination, blob));
}
async function assertBlob({ session, repository }, blob) {
    if (await isThere(session, repository, blob))
        return;
    throw new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${(0,reference/* formatRepository */.Sh)(repository)} took the blob ${blob.digest}, but does not have it`, { hint: 'Do not use this copy. Check the registry, its storage and any proxy in between.' });
}
function reportOf({ plan, blobs, manifests }) {
    const count = (outcomes, wanted) => [...outcomes.values()].filter((outcome) => outcome === wanted).length;
    const attached = [...plan.attachments.values()].flat().map(({ descriptor }) => descriptor.digest);
    const uploaded = plan.blobs.filter(({ digest }) => blobs.get(digest) === 'uploaded');
    return {
        digest: plan.root,
        manifests: { copied: count(manifests, 'uploaded'), present: count(manifests, 'present') },
        blobs: {
            uploaded: uploaded.length,
            mounted: count(blobs, 'mounted'),
            present: count(blobs, 'present'),
        },
        bytes: uploaded.reduce((sum, { size }) => sum + size, 0),
        referrers: [...new Set(attached)].toSorted(),
        tags: [...plan.tags.keys()].toSorted(),
        missing: plan.missing,
    };
}

;// CONCATENATED MODULE: ./lib/registry/discretion.js
/** Causes are followed this far. */
const MAX_CAUSES = 16;
/**
 * The same port, whose errors never hold a secret. A registry that was shown one can put it anywhere in its
 * answer (an address, a header, an error code) and so into any message that quotes the answer; the log masks what
 * is written as it was sent, but summaries, outputs and records do not.
 */
function discreet(port, redactor) {
    return new Proxy(port, {
        get(target, name) {
            const member = Reflect.get(target, name);
            if (typeof member !== 'function')
                return member;
            return (...given) => {
                try {
                    return discreetResult(Reflect.apply(member, target, given), redactor);
                }
                catch (error) {
                    throw discreetError(error, redactor);
                }
            };
        },
    });
}
function discreetResult(result, redactor) {
    if (result instanceof Promise) {
        return result.catch((error) => {
            throw discreetError(error, redactor);
        });
    }
    return isStream(result) ? discreetStream(result, redactor) : result;
}
function isStream(value) {
    return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
async function* discreetStream(stream, redactor) {
    try {
        yield* stream;
    }
    catch (error) {
        throw discreetError(error, redactor);
    }
}
/** Takes secrets out of an error and its causes, in place: it stays the error it was. */
function discreetError(error, redactor) {
    let current = error;
    for (let depth = 0; current instanceof Error && depth < MAX_CAUSES; depth += 1) {
        for (const name of ['message', 'stack', 'hint', 'cause']) {
            const text = Reflect.get(current, name);
            const shown = typeof text === 'string' ? redactor.conceal(text) : text;
            if (shown !== text)
                Object.defineProperty(current, name, { value: shown });
        }
        current = current.cause;
    }
    return error;
}
/** A log in which no secret is written that came in with an answer. */
function discreetLog(log, redactor) {
    return {
        info: (message) => log.info(redactor.conceal(message)),
        debug: (message) => log.debug(redactor.conceal(message)),
        notice: (message) => log.notice(redactor.conceal(message)),
        warning: (message) => log.warning(redactor.conceal(message)),
        group: async (title, work) => await log.group(title, work),
        raw: (chunk) => log.raw(chunk),
        mask: (secret) => log.mask(secret),
    };
}

;// CONCATENATED MODULE: ./lib/registry/candidates.js



/**
 * Finds what may be a record: the union of the referrers API, the fallback index and the write-once tags. What
 * lists say about an entry is a hint what to read first, never evidence.
 */
async function findCandidates(options, memory, repository, subject, type) {
    const { registry, sessions, log } = options;
    const session = sessions.of(repository);
    // Where the API is known to be missing the tags are needed anyway: ask for them at once.
    const early = memory.withoutApi.has(repository.registry) ? registry.listTags(repository) : undefined;
    const [api, fallback, tagsRead] = await Promise.all([
        fetchReferrers(session, repository, subject, type),
        readFallback(session, repository, subject),
        early,
    ]);
    if (api === undefined)
        memory.withoutApi.add(repository.registry);
    if (fallback.state === 'foreign')
        log.debug(`What is under the fallback tag of ${subject} is not an index of referrers: ${fallback.why}.`);
    const inIndex = fallback.state === 'index' ? entriesOf(fallback.index.manifests) : [];
    // An API that lists a record of ours is proven, so that no record is kept by tag alone; but there may be older
    // ones, of a time when the registry had no API. Whoever wrote those wrote the fallback tag as well.
    const isComplete = fallback.state === 'absent' && (api ?? []).some(({ artifactType }) => artifactType === type);
    const tags = isComplete ? [] : (tagsRead ?? registry.listTags(repository));
    const all = Promise.resolve(tags).then((names) => recordTags(names, subject));
    return sorted(api ?? [], inIndex, type, all);
}
function sorted(api, inIndex, type, tags) {
    const claims = new Map();
    const others = new Set();
    for (const [entries, place] of [[inIndex, 'index'], [api, 'api']]) {
        for (const { digest, mediaType, artifactType } of entries) {
            if (mediaType === domain_manifest/* MEDIA_TYPES */.Z2.ociManifest && artifactType === type)
                claims.set(digest, place);
            else if (!mayBeRecord(mediaType, artifactType))
                others.add(digest);
            else if (!claims.has(digest))
                claims.set(digest, 'none');
        }
    }
    const [known, elsewhere] = [prefixesOf(claims.keys()), prefixesOf(others)];
    const pick = async (isWanted) => (await tags)
        .filter(({ prefix }) => !known.has(prefix) && isWanted(prefix))
        .map((name) => ({ name, claim: 'tag' }));
    return {
        listed: [...claims].map(([name, claim]) => ({ name, claim })),
        tagged: async () => await pick((prefix) => !elsewhere.has(prefix)),
        disguised: async () => await pick((prefix) => elsewhere.has(prefix)),
        isTagged: async (digest) => {
            const own = prefixesOf([digest]);
            return (await tags).some(({ prefix }) => own.has(prefix));
        },
    };
}
function prefixesOf(digests) {
    return new Set([...digests].map(prefixOf));
}
/**
 * What must be read to know. Some writers list every artifact with the type of its empty config, and some with
 * none.
 */
function mayBeRecord(mediaType, artifactType) {
    return mediaType === domain_manifest/* MEDIA_TYPES */.Z2.ociManifest && [domain_manifest/* MEDIA_TYPES */.Z2.ociEmpty, undefined, ''].includes(artifactType);
}
function recordTags(tags, subject) {
    return tags.flatMap((tag) => {
        const prefix = recordPrefix(tag, subject);
        return prefix === undefined ? [] : [{ tag, prefix }];
    });
}

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
/**
 * Parses what a record's own tag points at. Anyone who can push can write such a tag, so what is no manifest is
 * no record, rather than a registry that answers nonsense.
 * @throws {RecordError}
 */
function recordManifest(bytes, contentType, what) {
    try {
        return (0,domain_manifest/* parseManifest */.Ng)(bytes, contentType, what);
    }
    catch (cause) {
        if (!(cause instanceof domain_error/* RegistryError */.gl))
            throw cause;
        throw new domain_error/* RecordError */.W1(`${what} is not a record · ${cause.message}`, { cause });
    }
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

;// CONCATENATED MODULE: ./lib/registry/records.js











/** More records of one type than this at one artifact are no records of ours. */
const MAX_RECORDS = 1000;
/** How many artifacts that nobody calls a record are read to see whether they are one. */
const MAX_OTHERS = 500;
const CONCURRENCY = 8;
/** Reads of a record that a list names: registries that keep files list a tag before it can be read. */
const LISTED_READS = 4;
const LISTED_PAUSE_MS = 150;
/** Records as referrers, found through the API, the fallback index or their write-once tags. */
class Records {
    #options;
    #memory = { withoutApi: new Set() };
    constructor(options) {
        this.#options = options;
    }
    async attach(repository, subject, record) {
        const { registry } = this.#options;
        const artifact = recordArtifact(record, subject);
        await this.#putBlobs(repository, artifact);
        await registry.putManifest(repository, artifact.bytes, domain_manifest/* MEDIA_TYPES */.Z2.ociManifest);
        const how = await listAttachments(this.#options, repository, subject.digest, [artifact], record.type);
        if (how === 'tags-without-api')
            this.#memory.withoutApi.add(repository.registry);
        return artifact.digest;
    }
    async list(repository, subject, type) {
        const candidates = await findCandidates(this.#options, this.#memory, repository, subject, type);
        const question = { repository, subject, type, candidates };
        const found = new Map();
        const load = async (chosen) => {
            await mapLimited(chosen, CONCURRENCY, async (candidate) => {
                const record = await this.#load(question, candidate);
                if (record !== undefined)
                    found.set(record.manifestDigest, record);
            });
        };
        const loadListed = async () => {
            await load(this.#bounded(question, candidates.listed));
        };
        const loadTagged = async () => {
            const tagged = await candidates.tagged();
            this.#bounded(question, [...candidates.listed, ...tagged]);
            await load(tagged);
        };
        // The tags are still being listed while what the indexes name is read.
        await Promise.all([loadListed(), loadTagged()]);
        if (found.size === 0)
            await load(this.#bounded(question, await candidates.disguised()));
        return [...found.values()]
            .toSorted(byTime)
            .map(({ manifestDigest, bytes }) => ({ manifestDigest, bytes }));
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
        const raw = await fetchRawManifest(this.#options.sessions.of(repository), repository, tag);
        if (raw === undefined)
            return undefined;
        const what = `${(0,reference/* formatRepository */.Sh)(repository)}:${tag}`;
        return await this.#open(repository, recordManifest(raw.bytes, raw.contentType, what), type);
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
    /** All that claim to be records, and as many others as are worth a look. */
    #bounded({ repository, subject, type }, candidates) {
        const claimed = candidates.filter(({ claim }) => claim !== 'none');
        if (claimed.length > MAX_RECORDS)
            throw tooMany(repository, subject, type, claimed.length);
        const others = candidates.filter(({ claim }) => claim === 'none');
        if (others.length > MAX_OTHERS)
            this.#options.log.debug(`${others.length} artifacts without a type are at ${subject}; ${MAX_OTHERS} are read.`);
        return [...claimed, ...others.slice(0, MAX_OTHERS)];
    }
    async #load(question, candidate) {
        const { repository, subject, type } = question;
        const manifest = await this.#readCandidate(question, candidate);
        if (manifest === undefined || !isRecordOf(manifest, type, subject))
            return undefined;
        const created = manifest.document.annotations?.['org.opencontainers.image.created'] ?? '';
        return { ...(await this.#open(repository, manifest, type)), created };
    }
    /** Reads until it is there; undefined when nobody but an index that anyone can write says that it is a record. */
    async #readCandidate(question, candidate) {
        for (let read = 1;; read += 1) {
            const outcome = await this.#attempt(question.repository, candidate.name);
            if (outcome !== undefined && !(outcome instanceof domain_error/* RegistryError */.gl))
                return outcome;
            if (!(await isPromised(question, candidate))) {
                if (candidate.claim === 'index')
                    this.#passOver(question, candidate, outcome);
                return undefined;
            }
            if (outcome !== undefined)
                throw outcome;
            if (read >= LISTED_READS)
                throw notThere(question, candidate);
            await this.#options.clock.sleep(LISTED_PAUSE_MS * read);
        }
    }
    #passOver({ subject }, candidate, fault) {
        const why = fault?.message ?? 'it is not in the repository';
        this.#options.log.warning(`Passed over ${describe(candidate)}, which the fallback index of ${subject} calls a record: ${why}`);
    }
    /** What is there, nothing, or why what is there cannot be read. Other failures say nothing about the candidate. */
    async #attempt(repository, name) {
        try {
            return await this.#read(repository, name);
        }
        catch (error) {
            const isUnreadable = error instanceof domain_error/* RegistryError */.gl &&
                (error.code === 'REGISTRY_UNEXPECTED' || error.code === 'CONTENT_CORRUPT');
            if (!isUnreadable)
                throw error;
            return error;
        }
    }
    async #read(repository, name) {
        const { registry } = this.#options;
        if (typeof name === 'string')
            return await registry.readManifest(repository, name);
        const manifest = await registry.readTag(repository, name.tag);
        if (manifest === undefined || prefixOf(manifest.digest) === name.prefix)
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
    return new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${(0,reference/* formatRepository */.Sh)(repository)}@${subject} has ${count} records of type ${type} · expected at most ${MAX_RECORDS}`);
}
/** True when the registry itself, or a tag that only records have, says that a record is there. */
async function isPromised({ candidates }, { name, claim }) {
    if (claim === 'api' || claim === 'tag')
        return true;
    return claim === 'index' && typeof name === 'string' && (await candidates.isTagged(name));
}
function describe({ name }) {
    return typeof name === 'string' ? `@${name}` : `:${name.tag}`;
}
function notThere({ repository, subject }, candidate) {
    return new domain_error/* RegistryError */.gl('REGISTRY_NOT_FOUND', `The record ${(0,reference/* formatRepository */.Sh)(repository)}${describe(candidate)} is listed at ${subject}, but is not in the repository`);
}
/** The time is what the record says of itself, so that it decides the order only. */
function byTime(a, b) {
    if (a.created !== b.created)
        return a.created < b.created ? -1 : 1;
    return a.manifestDigest < b.manifestDigest ? -1 : 1;
}

;// CONCATENATED MODULE: ./lib/registry/http-date.js
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const TIME = String.raw `(?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2})`;
/** The three forms of RFC 9110 §5.6.7; the first is the one in use. */
const FORMS = [
    new RegExp(String.raw `^[a-z]{3}, (?<day>\d{2}) (?<month>[a-z]{3}) (?<year>\d{4}) ${TIME} GMT$`, 'i'),
    new RegExp(String.raw `^[a-z]{6,9}, (?<day>\d{2})-(?<month>[a-z]{3})-(?<year>\d{2}) ${TIME} GMT$`, 'i'),
    new RegExp(String.raw `^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`, 'i'),
];
/** Reads an HTTP date as milliseconds since 1970; undefined for anything else, also for a day that does not exist. */
function parseHttpDate(text, now) {
    for (const form of FORMS) {
        const groups = form.exec(text)?.groups;
        if (groups === undefined)
            continue;
        const month = MONTHS.indexOf((groups['month'] ?? '').toLowerCase());
        const [day, h, m, s] = [groups['day'], groups['h'], groups['m'], groups['s']].map(Number);
        const year = fullYear(groups['year'] ?? '', now);
        if (month < 0 || day === undefined || h === undefined || m === undefined || s === undefined)
            return undefined;
        const time = Date.UTC(year, month, day, h, m, s);
        // A leap second is the next second; anything else that overflows is no date.
        const isDay = new Date(Date.UTC(year, month, day)).getUTCDate() === day;
        return isDay && h < 24 && m < 60 && s <= 60 ? time : undefined;
    }
    return undefined;
}
/** Two digits mean the century in which the year is at most 50 years ahead. */
function fullYear(text, now) {
    if (text.length === 4)
        return Number(text);
    const century = Math.floor(now.getUTCFullYear() / 100) * 100;
    const year = century + Number(text);
    return year > now.getUTCFullYear() + 50 ? year - 100 : year;
}

;// CONCATENATED MODULE: ./lib/registry/retry.js




const DEFAULT_RETRY = { tries: 5, baseMs: 500, capMs: 15_000, retryAfterCapMs: 60_000 };
/** The pause a server asks for, in milliseconds: seconds or an HTTP date; undefined when it names none. */
function retryAfter(header, now) {
    const text = header?.trim() ?? '';
    if (/^\d{1,12}$/.test(text))
        return Number(text) * 1000;
    const time = parseHttpDate(text, now);
    return time === undefined ? undefined : Math.max(0, time - now.getTime());
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
        if (error instanceof network_error/* NetworkError */.Dr)
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
    if (pause < deadline.remaining)
        return pause;
    if (asked !== undefined)
        throw tooLong(outcome, asked);
    return undefined;
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

;// CONCATENATED MODULE: ./lib/registry/advice.js
/** What a denial usually means at registries that many use: who reads it has one line in a log to go by. */
const ADVICE = [
    [
        /^ghcr\.io$/,
        'On GHCR a job needs `permissions: packages: write`, also to deploy, and a package that was first pushed from elsewhere must let this repository in (package settings, Manage Actions access).',
    ],
    [
        /^(?:docker\.io|index\.docker\.io|registry-1\.docker\.io)$/,
        'Docker Hub takes an access token with the right to write as password, and only pushes to namespaces of this user.',
    ],
    [
        /\.dkr\.ecr[.-].*amazonaws\.com(?:\.cn)?$/,
        'A login to ECR ends after 12 hours: log in within this job (aws-actions/amazon-ecr-login), with a role that may use the repository.',
    ],
    [
        /-docker\.pkg\.dev$|^(?:[a-z]+\.)?gcr\.io$/,
        'Google takes the user name `oauth2accesstoken` with an access token (one hour), or `_json_key` with a key; the account must be an Artifact Registry Writer.',
    ],
    [
        /\.azurecr\.(?:io|cn|us)$/,
        'A login by `az acr login` ends after three hours; the identity needs AcrPush.',
    ],
    [
        /^quay\.io$/,
        'On Quay a robot account (`org+name`) needs Write on the repository, and the right to create a new one.',
    ],
    [/^registry\.gitlab\.com$/, 'A token of GitLab needs `read_registry` and `write_registry`.'],
];
const ROBOT = 'A robot account of Harbor is called `robot$name`: in a script, single quotes keep a shell from dropping the `$name`.';
/** What else to look at when credentials were denied; nothing where it would be a guess. */
function adviceFor(registry, credentials) {
    const known = ADVICE.filter(([host]) => host.test(registry)).map(([, advice]) => advice);
    // What "robot$name" and "robot$project+name" become in double quotes.
    const isCut = credentials.kind === 'password' && /^robot(?:\+|$)/.test(credentials.username);
    return isCut ? [...known, ROBOT] : known;
}

;// CONCATENATED MODULE: ./lib/registry/challenge.js
// RFC 9110 §11: challenges are separated by commas, and so are the parameters of one challenge; only the
// token before "=" or its absence tells them apart. Unquoted values are read leniently (`realm=/` exists).
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const challenge_PARAMETER = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/sy;
const TOKEN68 = /[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y;
const challenge_SEPARATOR = /[ \t]*(?:,[ \t]*)+/y;
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
        const found = this.take(challenge_PARAMETER) !== undefined;
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
    // A list may have empty elements (RFC 9110 §5.6.1), also at its beginning.
    cursor.take(challenge_SEPARATOR);
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
    const params = cursor.take(TOKEN68) === undefined ? readParameters(cursor) : new Map();
    const more = cursor.take(challenge_SEPARATOR) !== undefined;
    cursor.take(SPACES);
    if (!more && !cursor.isAtEnd)
        throw cursor.fault('unexpected text');
    // A map first: a parameter may be called __proto__.
    return { scheme: scheme.toLowerCase(), params: Object.fromEntries(params) };
}
const SPACES_THEN_PARAMETER = /[ \t]+(?=[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*=)/y;
const COMMA_THEN_PARAMETER = /[ \t]*(?:,[ \t]*)+(?=[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*=)/y;
function readParameters(cursor) {
    const params = new Map();
    let separator = SPACES_THEN_PARAMETER;
    while (cursor.take(separator) !== undefined) {
        const match = cursor.take(challenge_PARAMETER);
        if (match === undefined)
            throw cursor.fault('not a parameter');
        const name = (match[1] ?? '').toLowerCase();
        if (params.has(name))
            throw cursor.fault(`the parameter "${name.slice(0, 40)}" is there twice`);
        params.set(name, match[2] === undefined ? (match[3] ?? '') : match[2].replaceAll(/\\(.)/gs, '$1'));
        separator = COMMA_THEN_PARAMETER;
    }
    return params;
}
/** Reads every WWW-Authenticate header of an answer; one that is malformed does not spoil the others. */
function readChallenges(headers) {
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
    return { offered, faults };
}
/** True when a refusal says that a token with a wider scope would be enough (RFC 6750 §3.1). */
function asksForScope(headers) {
    return readChallenges(headers).offered.some(({ scheme, params }) => scheme === 'bearer' && params['error']?.toLowerCase() === 'insufficient_scope');
}

;// CONCATENATED MODULE: ./lib/registry/realm.js



/** Registries whose token server is known to be on another host. */
const KNOWN_TOKEN_HOSTS = {
    'registry-1.docker.io': 'auth.docker.io',
    'registry.gitlab.com': 'gitlab.com',
};
/**
 * Judges the token server a registry names. Other clients send the password wherever the registry says; here
 * it goes to the registry's own host and port, to the known token host of that registry, or to one the user
 * allowed for it (`tokenHosts`, `host` or `host:port`), and nowhere else.
 * @throws {RegistryError} REGISTRY_UNEXPECTED when the address must not be contacted at all.
 */
function judgeRealm(text, endpoint, tokenHosts = []) {
    if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
        throw realm_refusal(endpoint, `"${(0,redact/* printable */.g$)(text, 100)}"`, 'it is not an absolute http(s) address');
    }
    const url = endpoint.locate(new URL(text));
    url.hash = '';
    const isChosen = isChosenByUser(url, endpoint, tokenHosts);
    const fault = isChosen ? undefined : addressFault(url, endpoint);
    if (fault !== undefined) {
        const host = url.protocol === 'https:' && url.username + url.password === '' ? url.host : undefined;
        throw realm_refusal(endpoint, (0,redact/* redactUrl */.BO)(url), fault, host);
    }
    const isKnown = url.protocol === 'https:' && KNOWN_TOKEN_HOSTS[endpoint.host] === url.host;
    return { url, isTrusted: url.origin === endpoint.origin || isKnown || isChosen, isChosen };
}
/** A host that the user named may be anywhere, but its password does not go there without TLS unasked. */
function isChosenByUser(url, endpoint, tokenHosts) {
    if (url.username !== '' || url.password !== '')
        return false;
    if (url.protocol === 'http:' && !endpoint.allowsPlainHttp(url))
        return false;
    // Read as an address, so that a host without a port is the port of the scheme, and nothing but that.
    return tokenHosts.some((host) => new URL(`${url.protocol}//${host}`).host === url.host);
}
function realm_refusal(endpoint, realm, why, host) {
    const remedy = host === undefined ? '' : ` If that host is the right one, add \`token-hosts: ${host}\`.`;
    return new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${endpoint.registry} names the token server ${realm}, which is refused: ${why}`, { hint: `Check the registry host; no credentials were sent.${remedy}` });
}

;// CONCATENATED MODULE: ./lib/registry/offer.js




/** True when one of the challenges is one we know how to answer. */
function isAnswerable(headers) {
    return readChallenges(headers).offered.some(isKnown);
}
function isKnown({ scheme, params }) {
    return scheme === 'basic' || (scheme === 'bearer' && params['realm'] !== undefined);
}
/**
 * Reads what a registry offers in its challenges; undefined when that is nothing we know.
 */
function readOffer(headers, endpoint, tokenHosts) {
    const known = readChallenges(headers).offered.filter(isKnown);
    if (known.length === 0)
        return undefined;
    const named = known.filter(({ scheme }) => scheme === 'bearer');
    const judged = named.map((challenge) => offer_judge(challenge, endpoint, tokenHosts));
    const usable = judged.filter((result) => !(result instanceof domain_error/* RegistryError */.gl));
    return {
        hasBasic: known.length > named.length,
        tokens: usable.find(({ realm }) => realm.isTrusted) ?? usable[0],
        refusal: judged.find((result) => result instanceof domain_error/* RegistryError */.gl),
        scope: named.map(({ params }) => params['scope'] ?? '').join(' '),
    };
}
function offer_judge({ params }, endpoint, tokenHosts) {
    try {
        return { realm: judgeRealm(params['realm'] ?? '', endpoint, tokenHosts), service: params['service'] };
    }
    catch (error) {
        if (error instanceof domain_error/* RegistryError */.gl)
            return error;
        throw error;
    }
}
/**
 * Chooses among what is offered. Credentials go to a token server that may see them; else, where the registry
 * takes them itself, to the registry, unless that would show on the wire what a token server would have kept
 * off it; else nowhere, and an anonymous token has to do.
 */
function chooseMeans(offer, credentials, endpoint) {
    const { tokens, hasBasic, refusal } = offer;
    if (credentials?.kind === 'registry-token')
        return credentials;
    if (tokens?.realm.isTrusted === true)
        return { kind: 'token', from: tokens, credentials };
    const offersTokens = tokens !== undefined || refusal !== undefined;
    if (credentials?.kind === 'password' && hasBasic && (!offersTokens || isPrivate(endpoint)))
        return { kind: 'basic', username: credentials.username, password: credentials.password };
    if (tokens !== undefined)
        return { kind: 'token', from: tokens, credentials: undefined };
    return { kind: 'none', refusal };
}
function isPrivate({ origin }) {
    return origin.startsWith('https:') || (0,registry_address/* isLoopback */.U9)(new URL(origin).hostname);
}
/** The error for a registry that wants what we do not have. `clean` makes foreign text safe to show. */
function notUnderstood(headers, endpoint, clean) {
    const { offered, faults } = readChallenges(headers);
    const schemes = offered.map(({ scheme }) => (scheme === 'bearer' ? 'bearer without a realm' : scheme));
    const got = clean([...new Set([...schemes, ...faults.map((fault) => `a header with ${fault}`)])].join(', '));
    return new domain_error/* RegistryError */.gl('REGISTRY_UNEXPECTED', `${endpoint.registry} asks for authentication in a way that is not understood · expected Bearer with a realm, or Basic, got ${got === '' ? 'no challenge' : got}`, { hint: 'Check the registry host, and any proxy in between; no credentials were sent.' });
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
;// CONCATENATED MODULE: ./lib/registry/token-servers.js


const NO_OAUTH = 'This token server takes no identity token (oauth2). Log in with a user name and a password or access token.';
const REFRESH_REFUSED = 'The identity token was refused; it may have expired. Log in again before this step.';
/** One name for credentials, from which they cannot be read. */
function credentialsKey(credentials) {
    if (credentials === undefined)
        return 'anonymous';
    return (0,external_node_crypto_.createHash)('sha256').update(JSON.stringify(credentials)).digest('hex');
}
/** Gets tokens from token servers, by GET and by POST, as each of them can. */
class TokenServers {
    #options;
    /** Token servers that were found to take passwords by POST only. */
    #postOnly = new Set();
    /** The refresh token that took the place of one in the configuration. */
    #rotated = new Map();
    #turns = new Map();
    constructor(options) {
        this.#options = options;
    }
    /** @throws {RegistryError} REGISTRY_DENIED when the token server refuses. */
    async mint(request) {
        const { credentials } = request;
        if (credentials?.kind === 'identity-token')
            return await this.#inTurn(request, credentials.token);
        if (credentials?.kind !== 'password')
            return (await this.#get(request)).token;
        return (await this.#withPassword(request, credentials.username, credentials.password)).token;
    }
    async #get(request) {
        return this.#read(await this.#options.ask(getRequest(request)));
    }
    async #withPassword(request, username, password) {
        const ask = async (outgoing) => await this.#options.ask(outgoing);
        const { href } = request.realm.url;
        const first = this.#postOnly.has(href) ? undefined : await ask(getRequest(request));
        if (first !== undefined && !knowsNoSuchRequest(first))
            return this.#read(first);
        const posted = await ask(passwordRequest(request, username, password));
        // It knows neither: the answer to the request that every token server knows says more.
        if (first !== undefined && knowsNoSuchRequest(posted))
            return this.#read(first);
        const minted = this.#read(posted);
        this.#postOnly.add(href);
        return minted;
    }
    /** A refresh token may be good for one use only, so one request has to wait for the next token of the last. */
    async #inTurn(request, configured) {
        const key = credentialsKey(request.credentials);
        const before = this.#turns.get(key) ?? Promise.resolve();
        const turn = before.then(async () => await this.#refresh(request, key, configured), async () => await this.#refresh(request, key, configured));
        this.#turns.set(key, turn);
        return await turn;
    }
    async #refresh(request, key, configured) {
        const answer = await this.#options.ask(refreshRequest(request, this.#rotated.get(key) ?? configured));
        const { token, refreshToken } = this.#read(answer, knowsNoSuchRequest(answer) ? NO_OAUTH : REFRESH_REFUSED);
        if (refreshToken !== undefined)
            this.#rotated.set(key, refreshToken);
        return token;
    }
    #read(answer, hint) {
        const { redactor, clock } = this.#options;
        const minted = readToken(answer, clock.now(), (text) => redactor.clean(text), hint);
        for (const secret of minted.secrets)
            redactor.hide(secret);
        return minted;
    }
}

;// CONCATENATED MODULE: ./lib/registry/auth.js






/**
 * The Authorization of one registry. Nothing is sent before the registry asks: a raw credential attached
 * unasked makes some registries answer 403 without saying what they want.
 */
class Authorizer {
    #options;
    #servers;
    #credentials = new Map();
    #tokens = new Map();
    /** Actions that the registry asked for beyond those of the request, by repository path. */
    #extra = new Map();
    /** What the registry offered last, and what it offered for a repository. */
    #offers = new Map();
    #latest;
    constructor(options) {
        this.#options = options;
        this.#servers = new TokenServers(options);
    }
    /** The Authorization to begin with: none until the registry has asked once. */
    async current(grant) {
        const offer = this.#offerFor(grant.repository);
        return offer === undefined ? undefined : await this.#authorization(await this.#means(offer, grant), grant);
    }
    /**
     * The Authorization that answers a challenge; undefined when there is none better than what was refused.
     * @throws {RegistryError} when the challenge cannot be used, or the token server refuses.
     */
    async answer(refusal, grant, refused) {
        const { endpoint, redactor, tokenHosts } = this.#options;
        const offer = readOffer(refusal.challenges, endpoint, tokenHosts ?? []);
        if (offer === undefined)
            throw notUnderstood(refusal.challenges, endpoint, (text) => redactor.clean(text));
        this.#offers.set(grant.repository.path, offer);
        this.#latest = offer;
        const scopes = this.#learn(offer, grant, asksForScope(refusal.challenges));
        if (refused !== undefined)
            await this.#forget(refused);
        const means = await this.#means(offer, grant);
        if (means.kind === 'none' && means.refusal !== undefined)
            throw means.refusal;
        const authorization = await this.#authorization(means, { ...grant, scopes });
        return authorization === refused ? undefined : authorization;
    }
    /** True when an Authorization is a token whose time has passed. */
    async isSpent(authorization) {
        const now = this.#options.clock.now().getTime();
        const tokens = await Promise.all([...this.#tokens.values()].map(async (it) => await it.catch(() => undefined)));
        const used = tokens.find((token) => token !== undefined && `Bearer ${token.value}` === authorization);
        return used !== undefined && used.expires <= now;
    }
    /** True when there is something to show the registry, as far as it is known what it wants. */
    async hasCredentials(repository) {
        return (await this.#find(repository)) !== undefined && (await this.withheldFrom(repository)) === undefined;
    }
    /** Gives up all tokens: a token for what did not exist when it was made may be good for nothing. */
    forgetTokens() {
        this.#tokens.clear();
    }
    /** The token server that was not shown the credentials for a repository, where that is so. */
    async withheldFrom(repository) {
        const offer = this.#offerFor(repository);
        const credentials = offer === undefined ? undefined : await this.#find(repository);
        if (offer === undefined || credentials === undefined)
            return undefined;
        const means = chooseMeans(offer, credentials, this.#options.endpoint);
        return means.kind === 'token' && !means.from.realm.isTrusted ? means.from.realm.url : undefined;
    }
    /** What to tell a user whose request was denied, by the registry or, already asked who it is, by its token server. */
    async hintFor(repository, isIdentityRefused = false) {
        const { registry } = this.#options.endpoint;
        const credentials = await this.#find(repository);
        if (credentials === undefined) {
            return `No credentials for ${registry} were found. Log in before this step, or give \`username\` and \`password\`.`;
        }
        const withheld = await this.withheldFrom(repository);
        if (withheld !== undefined)
            return this.#withheldHint(withheld);
        if (credentials.kind === 'identity-token' && this.#offerFor(repository)?.tokens === undefined) {
            return `The docker configuration holds an identity token for ${registry}, which takes none. Log in with a user name and a password or access token.`;
        }
        const refused = isIdentityRefused
            ? `The credentials for ${registry} were refused by its token server: correct them, log in again, or check the permissions.`
            : `The credentials for ${registry} were refused, or do not allow this; check the permissions.`;
        return [refused, ...adviceFor(registry, credentials)].join(' ');
    }
    #withheldHint({ host }) {
        const { endpoint, tokenHosts } = this.#options;
        const what = `The credentials for ${endpoint.registry} were not sent: its token server ${host} is on another host`;
        return tokenHosts === undefined
            ? `${what}, and \`token-hosts\` only holds for the registry of \`image\`.`
            : `${what}. If that host is the right one, add \`token-hosts: ${host}\`.`;
    }
    #offerFor(repository) {
        return this.#offers.get(repository.path) ?? this.#latest;
    }
    /** The scopes of a request with what the challenge asks for, those it names first. */
    #learn(offer, grant, isWidening) {
        const requested = requestedActions(offer.scope, grant.scopes);
        for (const [path, actions] of requested) {
            // Before a token was tried, a registry may name more than the request needs: nobody reads with the right
            // to write, unless nothing else will do.
            const more = isWidening ? actions : actions.filter((action) => !['push', 'delete'].includes(action));
            this.#extra.set(path, bounded([...(this.#extra.get(path) ?? []), ...more]));
        }
        return withFirst(grant.scopes, new Set(requested.keys()));
    }
    async #means(offer, { repository }) {
        return chooseMeans(offer, await this.#find(repository), this.#options.endpoint);
    }
    async #authorization(means, grant) {
        if (means.kind === 'registry-token')
            return `Bearer ${means.token}`;
        if (means.kind === 'basic')
            return basicAuthorization(means.username, means.password);
        return means.kind === 'token' ? `Bearer ${(await this.#token(means, grant)).value}` : undefined;
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
    async #token({ from, credentials }, grant) {
        const { realm, service } = from;
        const wanted = mergeScopes(grant.scopes, this.#extra);
        const prefix = JSON.stringify([realm.url.href, service ?? '', credentialsKey(credentials)]);
        const key = `${prefix} ${scopeKey(wanted)}`;
        // A token that may push may also pull.
        const wider = `${prefix} ${scopeKey(wanted.map((scope) => withActions(scope, ['pull', 'push'])))}`;
        const fromWider = wider === key ? undefined : await this.#tokens.get(wider)?.catch(() => undefined);
        if (this.#isFresh(fromWider))
            return fromWider;
        for (;;) {
            const pending = this.#tokens.get(key);
            const known = await pending;
            if (this.#isFresh(known))
                return known;
            // Nobody else has asked for a new one meanwhile.
            if (this.#tokens.get(key) === pending)
                break;
        }
        const minted = this.#servers.mint({ realm, service, scopes: wanted.map(String), credentials });
        this.#tokens.set(key, minted);
        minted.catch(() => {
            if (this.#tokens.get(key) === minted)
                this.#tokens.delete(key);
        });
        return await minted;
    }
    #isFresh(token) {
        return token !== undefined && token.expires > this.#options.clock.now().getTime();
    }
    async #forget(authorization) {
        for (const [key, pending] of this.#tokens) {
            const token = await pending.catch(() => undefined);
            const isRefused = token === undefined || `Bearer ${token.value}` === authorization;
            // Another request may have replaced it meanwhile.
            if (isRefused && this.#tokens.get(key) === pending)
                this.#tokens.delete(key);
        }
    }
}

;// CONCATENATED MODULE: ./lib/registry/known-repositories.js


/** What one process knows about which repositories of a registry exist. */
class KnownRepositories {
    #seen = new Set();
    #doubted = new Set();
    #verdicts = new Map();
    /** Notes that reading a repository was denied: what is granted for it may change once it exists. */
    doubt(repository) {
        this.#doubted.add(apiPath(repository));
    }
    /**
     * Learns from an answer: what was read or written is there, and from then on a denial is a denial.
     * @returns true when that ends a doubt.
     */
    learn({ method, url, grant }, answer) {
        if (![200, 201, 204].includes(answer.status) || isHtml(answer))
            return false;
        // A blob that is found proves nothing: some registries show those of other repositories.
        const isRead = method === 'GET' && /\/(?:manifests|tags|referrers)\/[^/]+$/.test(url.pathname);
        const isWrite = method === 'PUT' || (method === 'POST' && answer.status === 201);
        const path = apiPath(grant.repository);
        if (isRead || isWrite)
            this.#seen.add(path);
        return this.#seen.has(path) && this.#doubted.delete(path);
    }
    /** True once something in the repository was read or written. */
    has(repository) {
        return this.#seen.has(apiPath(repository));
    }
    /** True once there is a verdict on the repository, or about to be one. */
    isJudged(repository) {
        return this.#verdicts.has(apiPath(repository));
    }
    /** The verdict on a repository, asked for once. */
    async verdict(repository, ask) {
        const path = apiPath(repository);
        const known = this.#verdicts.get(path) ?? ask();
        this.#verdicts.set(path, known);
        return await known;
    }
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

;// CONCATENATED MODULE: ./lib/registry/wire.js






/** How long it may take to find out whether a registry that need not have TLS has it. */
const PROBE_MS = 2_000;
/** Single attempts at one registry: which addresses it may name, where it redirects, how much of it is read. */
class Wire {
    #options;
    /** The outermost network that the registry has answered from. */
    #network;
    /** True once something answered in plain HTTP, so that there is no doubt about TLS any more. */
    #hasAnswered = false;
    #probing;
    constructor(options) {
        this.#options = options;
    }
    /** @throws {NetworkError} when there is no whole answer. */
    async send(outgoing, reading, deadline) {
        try {
            const answer = await this.#once(outgoing, reading, deadline);
            if (!this.#hintsAtTls(answer) || !(await this.#hasTls(deadline)))
                return answer;
        }
        catch (error) {
            const isHint = error instanceof network_error/* NetworkError */.Dr && ((0,network_error/* isClosedConnection */.zt)(error) || (0,network_error/* isTlsRecord */.RZ)(error));
            if (!isHint || !(await this.#hasTls(deadline)))
                throw error;
        }
        return await this.#once(outgoing, reading, deadline);
    }
    async #once(outgoing, reading, deadline) {
        const { endpoint } = this.#options;
        const located = { ...outgoing, url: endpoint.locate(outgoing.url) };
        const transmit = async (current) => await this.#transmit(current, deadline);
        if (reading.follows === true) {
            return await this.#take(await sendFollowing(transmit, located, endpoint), located, reading);
        }
        const arrival = { incoming: await transmit(located), url: located.url, isOwn: endpoint.owns(located.url) };
        return await this.#take(arrival, located, reading);
    }
    async #transmit(outgoing, deadline) {
        const { endpoint, transport } = this.#options;
        // The user chose this host, whatever its name means here; it may name itself.
        const isItself = outgoing.url.hostname === endpoint.hostname;
        const isChosen = isItself || outgoing.isChosen === true;
        const namedFrom = (0,registry_address/* innerOf */._$)(endpoint.network, this.#network ?? 'public');
        const incoming = await transport.send(isChosen ? outgoing : { ...outgoing, namedFrom }, deadline);
        if (isItself && incoming.status !== 400)
            this.#hasAnswered = true;
        if (isItself && incoming.network !== undefined) {
            this.#network = (0,registry_address/* outerOf */.dc)(this.#network ?? incoming.network, incoming.network);
        }
        return incoming;
    }
    async #take({ incoming, url, isOwn }, outgoing, reading) {
        const { redactor, warnings, endpoint } = this.#options;
        const { status, headers, challenges, chunks } = incoming;
        if (isOwn)
            warnings.show(endpoint.registry, incoming.warnings);
        const head = { method: outgoing.method, url, isOwn, status, headers, challenges };
        const nothing = { body: new Uint8Array(), faults: [] };
        const isSuccess = status >= 200 && status < 300;
        if (isSuccess && reading.discards === true) {
            incoming.discard();
            return { ...head, ...nothing };
        }
        if (isSuccess && reading.streams === true)
            return { ...head, ...nothing, chunks };
        const { bytes, isTruncated } = await readBody(chunks, isSuccess ? reading.limit : MAX_ERROR_BODY);
        if (!isSuccess)
            return { ...head, body: bytes, faults: parseFaults(bytes, (text) => redactor.clean(text)) };
        if (isTruncated)
            throw unexpected(head, `its body is larger than ${reading.limit} bytes`);
        const encoding = headers['content-encoding'] ?? '';
        if (bytes.byteLength > 0 && !/^(?:identity)?$/i.test(encoding.trim())) {
            throw unexpected(head, 'it is compressed, which was not asked for');
        }
        return { ...head, body: bytes, faults: [] };
    }
    /** Servers with TLS say so in HTTP, or just end the connection, when they are spoken to without. */
    #hintsAtTls(answer) {
        if (!answer.isOwn || answer.url.protocol === 'https:')
            return false;
        const { status, faults, body } = answer;
        const isHint = status === 400 && faults.length === 0 && /https|ssl|tls/i.test(Buffer.from(body).toString());
        if (!isHint)
            this.#hasAnswered = true;
        return isHint;
    }
    /** True when a registry that may do without TLS has it after all, trusted or not. Asked once. */
    async #hasTls(deadline) {
        const { endpoint } = this.#options;
        if (this.#hasAnswered || !endpoint.mayUpgrade)
            return false;
        this.#probing ??= this.#probe(new Deadline(Math.min(PROBE_MS, deadline.remaining)));
        return await this.#probing;
    }
    async #probe(deadline) {
        const { endpoint, transport } = this.#options;
        const url = new URL(`https://${endpoint.host}/v2/`);
        try {
            const incoming = await transport.send({ method: 'GET', url, headers: {} }, deadline);
            incoming.discard();
        }
        catch (error) {
            if (!(error instanceof network_error/* NetworkError */.Dr))
                throw error;
            // A certificate that is refused is TLS as well; the request itself will say what is wrong with it.
            if (!(0,network_error/* isCertificateError */.Y4)(error))
                return false;
        }
        endpoint.upgrade();
        return true;
    }
}

;// CONCATENATED MODULE: ./lib/registry/session.js












const DEFAULT_TIMEOUTS = {
    idleMs: 60_000,
    commitMs: 300_000,
    connectMs: 15_000,
    tokenMs: 60_000,
    totalMs: 180_000,
    transferMs: 3_600_000,
};
/** Authentication, redirects, retries and bounded reading for one registry. */
class Session {
    known = new KnownRepositories();
    #options;
    #wire;
    #authorizer;
    #isRegistry;
    constructor(options) {
        this.#options = options;
        const { endpoint, credentials, tokenHosts, redactor, clock } = options;
        this.#wire = new Wire(options);
        const ask = async (outgoing) => await this.#askToken(outgoing);
        this.#authorizer = new Authorizer({ endpoint, credentials, tokenHosts, redactor, clock, ask });
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
        try {
            const answer = await this.#authorized(call);
            if (this.known.learn(call, answer))
                this.#authorizer.forgetTokens();
            return answer;
        }
        catch (error) {
            // A token server that refuses knows nothing of what the user can do.
            const isDenial = error instanceof domain_error/* RegistryError */.gl && error.code === 'REGISTRY_DENIED';
            if (!isDenial)
                throw error;
            const { repository } = call.grant;
            // 401 is about who asks, whatever is asked for.
            const isIdentity = error.status === 401 && (await this.#authorizer.hasCredentials(repository));
            const hint = isIdentity
                ? await this.#authorizer.hintFor(repository, true)
                : await this.#denialHint(repository);
            throw (0,domain_error/* withHint */.mu)(error, hint);
        }
    }
    async #authorized(call) {
        const { totalMs, transferMs } = this.#options.timeouts;
        // One for the whole, however often the registry asks for something else.
        const within = new Deadline(call.streams === true ? transferMs : totalMs);
        const isOwn = this.endpoint.owns(call.url);
        if (!isOwn)
            return await this.#attempts(call, undefined, within);
        const known = await this.#authorizer.current(call.grant);
        const first = await this.#attempts(call, known, within);
        if (!wantsAuthorization(first, known))
            return first;
        const asked = await this.#challenged(first, call, within);
        const answered = await this.#authorizer.answer(asked, call.grant, known);
        if (answered === undefined)
            return first;
        const second = await this.#attempts(call, answered, within);
        if (!wantsAuthorization(second, answered))
            return second;
        // A token just minted is only replaced when the registry says, for the first time, that a wider one would do,
        // or when its time passed during the retries. Then no more.
        const isWidening = asksForScope(second.challenges) && !(known !== undefined && asksForScope(first.challenges));
        if (!isWidening && !(await this.#authorizer.isSpent(answered)))
            return second;
        const askedAgain = await this.#challenged(second, call, within);
        const last = await this.#authorizer.answer(askedAgain, call.grant, answered);
        return last === undefined ? second : await this.#attempts(call, last, within);
    }
    /** The error for an answer, with what the user can do about it. */
    async failure(answer, grant, why) {
        return failureOf(answer, why, await this.#hintFor(answer, grant.repository));
    }
    async #hintFor(answer, repository) {
        const isWrite = answer.method !== 'GET' && answer.method !== 'HEAD';
        if (isWrite && missesRepository(answer)) {
            return `The registry makes no repository by itself; create ${(0,reference/* formatRepository */.Sh)(repository)} (and its project) first.`;
        }
        if (!answer.isOwn || (answer.status !== 401 && answer.status !== 403))
            return undefined;
        return await this.#denialHint(repository);
    }
    async #denialHint(repository) {
        const hint = await this.#authorizer.hintFor(repository);
        return this.known.has(repository)
            ? hint
            : `${hint} Registries also answer so when ${(0,reference/* formatRepository */.Sh)(repository)} does not exist, or its project.`;
    }
    /** True where a repository that is not shown may be made by pushing to it. */
    async mayCreate(repository) {
        return this.#options.mayCreate && (await this.#authorizer.hasCredentials(repository));
    }
    /**
     * True when the registry says that the thing is not there. A 404 without a word is believed only from
     * something that is otherwise known to be a registry.
     */
    async saysAbsent(answer, grant) {
        const absence = absenceOf(answer);
        if (absence === 'no')
            return false;
        if ((await this.#authorizer.withheldFrom(grant.repository)) !== undefined) {
            // Registries deny the existence of what somebody without credentials may not see.
            const why = 'but no credentials were shown, so this is no proof';
            const hint = await this.#authorizer.hintFor(grant.repository);
            throw new domain_error/* RegistryError */.gl('REGISTRY_DENIED', `${describeAnswer(answer)} · ${why}`, { hint });
        }
        if (absence === 'absent')
            return true;
        return await this.#speaksAsRegistry(grant);
    }
    /** Only a yes is kept: a login page or an outage says nothing about the next time. */
    async #speaksAsRegistry(grant) {
        this.#isRegistry ??= this.#ping(grant);
        const asked = this.#isRegistry;
        let isRegistry = false;
        try {
            isRegistry = await asked;
            return isRegistry;
        }
        finally {
            if (!isRegistry && this.#isRegistry === asked)
                this.#isRegistry = undefined;
        }
    }
    /** Repeats work that is more than one request, under the policy of this registry. */
    async repeat(request, work) {
        return await this.#repeat(request, work, new Deadline(this.#options.timeouts.transferMs));
    }
    async #repeat({ method, url }, work, deadline, isPassing) {
        const { retry: policy, clock } = this.#options;
        const operation = {
            method,
            url,
            policy,
            clock,
            deadline,
            isPassing: isPassing ?? (() => false),
        };
        return await withRetries(operation, async (tries) => await work(deadline, tries));
    }
    async #askToken(outgoing) {
        const { tokenMs, totalMs } = this.#options.timeouts;
        const attempt = async (deadline) => await this.#wire.send(outgoing, { limit: MAX_TOKEN_BODY }, deadline);
        return await this.#repeat(outgoing, attempt, new Deadline(Math.min(tokenMs, totalMs)));
    }
    async #ping(grant) {
        const url = new URL(`${this.endpoint.origin}/v2/`);
        const answer = await this.call({ method: 'GET', url, grant, limit: MAX_ERROR_BODY });
        const type = answer.headers['content-type'] ?? '';
        const isApi = answer.headers['docker-distribution-api-version'] !== undefined || /json/i.test(type);
        return answer.status === 200 && isApi && !isHtml(answer);
    }
    /** A refusal that carries a challenge; where it has none, the root of the API is asked for one. */
    async #challenged(refusal, call, within) {
        // Harbor sends an empty one for a project that it does not have.
        if (refusal.challenges.some((header) => header.trim() !== ''))
            return refusal;
        const url = new URL(`${this.endpoint.origin}/v2/`);
        const root = { method: 'GET', url, grant: call.grant, limit: MAX_ERROR_BODY };
        return await this.#attempts(root, undefined, within);
    }
    async #attempts(call, authorization, within) {
        if (call.deadline !== undefined)
            return await this.#attempt(call, authorization, call.deadline);
        const attempt = async (deadline) => await this.#attempt(call, authorization, deadline);
        return await this.#repeat(call, attempt, within, call.isPassing);
    }
    async #attempt(call, authorization, deadline) {
        return await this.#wire.send(outgoingOf(call, authorization), call, deadline);
    }
}
function outgoingOf(call, authorization) {
    const headers = {
        'user-agent': 'build-once',
        'accept-encoding': 'identity',
        ...call.headers,
        ...(authorization === undefined ? {} : { authorization }),
    };
    const { method, url, body, isSentOnce = false, signal } = call;
    const head = { method, url, headers, isSentOnce, signal };
    return body === undefined ? head : { ...head, body };
}
function wantsAuthorization(answer, sent) {
    if (!answer.isOwn)
        return false;
    if (answer.status === 401)
        return true;
    // A challenge may come with a 403, too, and says that credentials could help (RFC 9110 §11.6.1).
    const { challenges } = answer;
    return (answer.status === 403 && (asksForScope(challenges) || (sent === undefined && isAnswerable(challenges))));
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
            tokenHosts: this.#tokenHostsOf(registry),
        });
        this.#sessions.set(registry, session);
        return session;
    }
    #tokenHostsOf(registry) {
        const { tokenHosts } = this.#options;
        if (tokenHosts === undefined)
            return [];
        const name = registryNames(registry).find((it) => tokenHosts.has(it));
        return name === undefined ? undefined : tokenHosts.get(name);
    }
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(37067);
// EXTERNAL MODULE: ./lib/registry/proxy.js
var registry_proxy = __webpack_require__(58727);
;// CONCATENATED MODULE: ./lib/registry/client-request.js



/** The largest header of an answer that is read. */
const MAX_HEADER = 16 * 1024;
/** Opens the request of an exchange, to the registry itself or to the proxy that forwards it. */
function openRequest(outgoing, { agent, proxy, isForwarded }) {
    const { method, url, signal } = outgoing;
    const headers = { ...outgoing.headers, ...lengthOf(outgoing) };
    const stop = signal === undefined ? {} : { signal };
    // Said explicitly, because NODE_OPTIONS changes the defaults. All headers within the limit count.
    const options = {
        method,
        agent,
        maxHeaderSize: MAX_HEADER,
        insecureHTTPParser: false,
        ...stop,
    };
    const send = (opened) => {
        opened.maxHeadersCount = 0;
        return opened;
    };
    // Whether TLS is spoken is up to the agent: node:https would only add one of its own.
    if (proxy === undefined || !isForwarded)
        return send((0,external_node_http_.request)(url, { ...options, headers }));
    const host = (0,registry_address/* bareHost */.n0)(proxy.url.hostname);
    const authorization = proxy.authorization;
    const forwarded = {
        ...options,
        protocol: proxy.url.protocol,
        host,
        servername: (0,registry_address/* serverName */.L5)(host),
        port: (0,registry_proxy/* portOf */.H)(proxy.url),
        path: url.href,
        headers: {
            ...headers,
            host: url.host,
            ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
        },
    };
    return send((0,external_node_http_.request)(forwarded));
}
function lengthOf(outgoing) {
    const { body, method } = outgoing;
    if (body instanceof Uint8Array)
        return { 'content-length': String(body.byteLength) };
    if (body !== undefined)
        return { 'content-length': String(body.size) };
    return method === 'PUT' || method === 'POST' ? { 'content-length': '0' } : {};
}

// EXTERNAL MODULE: ./lib/registry/proxy-failure.js
var proxy_failure = __webpack_require__(76284);
;// CONCATENATED MODULE: ./lib/registry/exchange.js



const WORTH_DRAINING = 64 * 1024;
/** Bodies larger than this are not left to the garbage collector. */
const WORTH_RELEASING = 1024 * 1024;
/** A kept-alive connection that the server had closed meanwhile: the request was not processed. */
class StaleConnectionError extends network_error/* NetworkError */.Dr {
}
/** One request and its answer on one connection. */
class Exchange {
    #options;
    #outgoing;
    #request;
    #failure;
    #answered = false;
    #refused = false;
    #isConnected = false;
    #awaitsBody = false;
    constructor(options) {
        const { outgoing, deadline, connectMs, route } = options;
        this.#options = options;
        this.#outgoing = outgoing;
        this.#request = openRequest(outgoing, route);
        const total = setTimeout(() => this.#fail(noTime(deadline)), deadline.remaining);
        const late = timeout(`no connection within ${seconds(connectMs)}`);
        const connect = setTimeout(() => this.#fail(late), connectMs);
        this.#request.once('close', () => {
            clearTimeout(total);
            clearTimeout(connect);
        });
        this.#request.once('socket', (socket) => {
            whenConnected(socket, () => {
                this.#isConnected = true;
                clearTimeout(connect);
            });
        });
        this.#limitSilence();
    }
    /** How long nothing may happen; while a registry commits what was streamed to it, nothing can. */
    #limitSilence() {
        const { idleMs, commitMs } = this.#options;
        let limit = idleMs;
        let connected;
        const wait = (milliseconds) => {
            limit = milliseconds;
            connected?.setTimeout(milliseconds);
        };
        const silent = () => {
            // It is not the peer that is silent while we have nothing to say; writing starts the clock again.
            if (!this.#awaitsBody)
                this.#fail(timeout(`silent for ${seconds(limit)}`));
        };
        // On the socket itself: the request tells of the first silence only, and that one may not count.
        this.#request.once('socket', (socket) => {
            const start = () => {
                connected = socket.on('timeout', silent).setTimeout(limit);
            };
            if (socket.connecting)
                socket.once('connect', start);
            else
                start();
        });
        this.#request.once('close', () => connected?.off('timeout', silent).setTimeout(0));
        const { body } = this.#outgoing;
        if (body === undefined || body instanceof Uint8Array)
            return;
        this.#request.once('finish', () => {
            if (!this.#answered)
                wait(Math.max(idleMs, commitMs));
        });
        this.#request.once('response', () => wait(idleMs));
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
            // Without a listener the connection would just end, which looks like an outage.
            this.#request.once('upgrade', (_response, socket) => {
                socket.destroy();
                reject(switched());
            });
            this.#request.once('response', (response) => {
                this.#answered = true;
                const { route } = this.#options;
                if (route.isForwarded && route.proxy !== undefined && response.statusCode === 407) {
                    this.#fail((0,proxy_failure/* refusedBy */.i)(route.proxy, 407));
                    return;
                }
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
        const { proxy, isForwarded } = this.#options.route;
        if (isForwarded && proxy !== undefined && !this.#isConnected)
            return (0,proxy_failure/* unreachable */.H)(proxy, error);
        const found = (0,network_error/* networkError */.x6)(error);
        // Whether a kept connection was closed before or after it took a request cannot be told apart. Reads lose
        // nothing when they are sent again; what changes something is repeated by whoever knows what it means.
        const isRead = this.#outgoing.method === 'GET' || this.#outgoing.method === 'HEAD';
        const isStale = !this.#answered && this.#request.reusedSocket && (0,network_error/* isClosedConnection */.zt)(found);
        return isStale && isRead
            ? new StaleConnectionError(found.code, found.message, true, { cause: error })
            : found;
    }
    async #send() {
        const { body } = this.#outgoing;
        if (body === undefined || body instanceof Uint8Array) {
            this.#request.end(body);
            return;
        }
        this.#awaitsBody = true;
        for await (const chunk of body.open()) {
            this.#awaitsBody = false;
            // A refusal came before the end of the body; the rest is of no use to anyone.
            if (this.#refused || this.#request.destroyed)
                return;
            const sent = body.isOwned === true ? () => release(chunk) : undefined;
            if (!this.#request.write(chunk, sent))
                await this.#drained();
            this.#awaitsBody = true;
        }
        this.#awaitsBody = false;
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
        if (Number(response.headers['content-length']) > WORTH_RELEASING)
            releaseReads(response);
        return {
            status: response.statusCode ?? 0,
            headers: response.headers,
            challenges: response.headersDistinct['www-authenticate'] ?? [],
            warnings: response.headersDistinct['warning'] ?? [],
            network: this.#networkOf(response),
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
    #networkOf(response) {
        const { names, route } = this.#options;
        const address = response.socket.remoteAddress;
        return route.proxy !== undefined || address === undefined ? undefined : names.networkOf(address);
    }
    async *#chunks(response) {
        try {
            for await (const chunk of response)
                yield chunk;
            // Node.js takes a body that only the end of the connection ends for whole, also when we ended it.
            if (this.#failure !== undefined)
                throw this.#failure;
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
/** With TLS a connection is one when the certificate has been accepted. */
function whenConnected(socket, connected) {
    if (!isSecured(socket)) {
        if (socket.connecting)
            socket.once('connect', connected);
        else
            connected();
        return;
    }
    if (socket.authorized)
        connected();
    else
        socket.once('secureConnect', connected);
}
/** Asked of the socket, because the class would have to be loaded with all of TLS. */
function isSecured(socket) {
    return 'getProtocol' in socket;
}
/**
 * Gives back what the connection reads as soon as it is parsed: node:http copies the body out of it. Only while
 * this answer is read; what comes after it belongs to another exchange.
 */
function releaseReads(response) {
    const { socket } = response;
    const parsed = (chunk) => {
        if (response.complete)
            socket.off('data', parsed);
        else
            release(chunk);
    };
    socket.on('data', parsed);
    response.once('close', () => socket.off('data', parsed));
}
/**
 * Gives the memory of a chunk back. Left to the garbage collector, more than 100 MB of chunks pile up before it
 * looks, because it counts objects and these are few.
 */
function release({ buffer, byteLength }) {
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength)
        buffer.transfer(0);
}
function switched() {
    return new network_error/* NetworkError */.Dr('ERR_SWITCHED', 'it answered 101 and left HTTP, which was not asked for', false, {
        isFault: true,
    });
}
/** The failure of an exchange whose time is over. */
function noTime(deadline) {
    return timeout(`no complete answer within ${seconds(deadline.total)}`);
}
function timeout(message) {
    return new network_error/* NetworkError */.Dr('ETIMEDOUT', message, true);
}
function seconds(milliseconds) {
    return `${Math.round(milliseconds / 100) / 10} s`;
}

// EXTERNAL MODULE: external "node:dns"
var external_node_dns_ = __webpack_require__(40610);
;// CONCATENATED MODULE: ./lib/registry/lookup.js




/** The names as the system knows them. */
const systemNames = { lookup: external_node_dns_.lookup, networkOf: registry_address/* networkOf */.Af };
/** The refusal to contact an address that a registry in another network named. */
function refusedAddress(host, network) {
    const where = network === 'private' ? 'in a private network' : `a ${network} address`;
    return new network_error/* NetworkError */.Dr('EADDRREFUSED', `${(0,redact/* printable */.g$)(host, 100)} is ${where}, which the registry must not name`, false, {
        isFault: true,
        hint: 'A registry names its token server, storage and redirects; check what it is configured to name.',
    });
}
/**
 * A look-up for a host that a registry named: addresses that a registry in its network has no business with are
 * left out at the moment of connecting, so that a name cannot first show one address and then another.
 */
function guardedLookup(names, from) {
    return (hostname, options, callback) => {
        names.lookup(hostname, { ...options, all: true }, (error, found, family = 4) => {
            if (error !== null)
                return callback(error, []);
            const addresses = typeof found === 'string' ? [{ address: found, family }] : found;
            const allowed = addresses.filter(({ address }) => (0,registry_address/* mayName */.vx)(from, names.networkOf(address)));
            const [first] = allowed;
            if (first === undefined) {
                const network = names.networkOf(addresses[0]?.address ?? '');
                return callback(refusedAddress(hostname, network), []);
            }
            if (options.all === true)
                callback(null, [...allowed]);
            else
                callback(null, first.address, first.family);
        });
    };
}

;// CONCATENATED MODULE: ./lib/registry/unsolicited.js
/**
 * Makes an agent end a kept connection on which something comes that nobody asked for. Node.js would take it for
 * the answer to the next request: a proxy that repeats an answer would decide what the next tag points at.
 */
function refuseUnsolicited(agent) {
    const keep = agent.keepSocketAlive.bind(agent);
    const reuse = agent.reuseSocket.bind(agent);
    agent.keepSocketAlive = (socket) => {
        const isKept = keep(socket);
        if (isKept !== false)
            socket.on('data', end);
        return isKept;
    };
    agent.reuseSocket = (socket, request) => {
        socket.off('data', end);
        // Here already, but not seen yet.
        if (socket.readableLength > 0)
            socket.destroy();
        reuse(socket, request);
    };
    return agent;
}
function end() {
    this.destroy();
}

;// CONCATENATED MODULE: ./lib/registry/routes.js





// A connection over half the world takes longer than the 250 ms Node.js gives an address before it tries the next.
const NEXT_ADDRESS_MS = 1_000;
function createRoutes(options) {
    const { environment, names } = options;
    const agents = new Map();
    const live = [];
    const create = async (way, proxy) => {
        const agent = refuseUnsolicited(await agentFor(way, proxy));
        live.push(agent);
        return agent;
    };
    const agentFor = async (way, proxy) => {
        const { url, isShared, namedFrom, trust } = way;
        const lookup = namedFrom === undefined ? names.lookup : guardedLookup(names, namedFrom);
        // The proxy is the user's own choice, wherever it is; it looks up the names it is asked for.
        const reach = proxy === undefined ? { lookup } : {};
        const connection = { keepAlive: isShared, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS, ...reach };
        if (url.protocol === 'http:' && proxy?.url.protocol !== 'https:')
            return new external_node_http_.Agent(connection);
        // Loading TLS starts to read all root certificates, so it is left to whoever speaks it.
        const { secureAgent } = await __webpack_require__.e(/* import() */ 345).then(__webpack_require__.bind(__webpack_require__, 37345));
        const { certificates, connectMs } = options;
        return await secureAgent({ url, proxy, connection, trust, certificates, environment, connectMs });
    };
    return {
        async find(way) {
            const { url, isShared, namedFrom, trust } = way;
            const proxy = (0,registry_proxy/* proxyFor */.i)(url, environment, (secret) => options.hide(secret));
            if (proxy === undefined && namedFrom !== undefined)
                assertNameable(url, names, namedFrom);
            const kind = proxy === undefined ? (namedFrom ?? 'own') : 'proxied';
            const key = `${url.origin} ${isShared} ${kind} ${trust}`;
            const opening = agents.get(key) ?? create(way, proxy);
            agents.set(key, opening);
            const agent = await opening;
            return { agent, proxy, isForwarded: proxy !== undefined && url.protocol === 'http:' };
        },
        close() {
            for (const agent of live)
                agent.destroy();
        },
    };
}
/** Literal addresses are never looked up, so they are judged here. */
function assertNameable(url, names, from) {
    const host = (0,registry_address/* bareHost */.n0)(url.hostname);
    const network = names.networkOf(host);
    if (!(0,registry_address/* mayName */.vx)(from, network))
        throw refusedAddress(host, network);
}

;// CONCATENATED MODULE: ./lib/registry/transport.js




function createTransport(options) {
    const { names = systemNames, idleMs, commitMs, connectMs } = options;
    const routes = createRoutes({ ...options, names, hide: (secret) => options.hide(secret) });
    /** Origins whose certificate only the system could vouch for. */
    const vouched = new Set();
    /** What still runs beside work that has failed would otherwise open new connections, which nobody ends. */
    let isClosed = false;
    const once = async (outgoing, deadline, isShared) => {
        const { url, namedFrom } = outgoing;
        const trust = vouched.has(url.origin) ? 'system' : 'usual';
        const route = await routes.find({ url, isShared, namedFrom, trust });
        // What waited for a token or a connection until its time was over must not be sent any more: a write that
        // relies on what was read before would come too late.
        if (deadline.remaining === 0)
            throw noTime(deadline);
        if (isClosed)
            throw new network_error/* NetworkError */.Dr('ERR_CLOSED', 'the client has been closed', false);
        return await new Exchange({ outgoing, deadline, idleMs, commitMs, connectMs, route, names }).run();
    };
    /** Reading the certificates of the system takes long and is rarely needed, so it is done when it is. */
    const trusting = async (outgoing, deadline, isShared) => {
        try {
            return await once(outgoing, deadline, isShared);
        }
        catch (error) {
            const { origin } = outgoing.url;
            if (!(0,network_error/* hasUnknownIssuer */.iy)(error) || vouched.has(origin))
                throw error;
            // Refused during the handshake, so nothing of the request has been sent.
            vouched.add(origin);
            return await once(outgoing, deadline, isShared);
        }
    };
    return {
        async send(outgoing, deadline) {
            if (outgoing.isSentOnce === true)
                return await trusting(outgoing, deadline, false);
            try {
                return await trusting(outgoing, deadline, true);
            }
            catch (error) {
                if (!(error instanceof StaleConnectionError))
                    throw error;
                return await trusting(outgoing, deadline, false);
            }
        },
        close() {
            isClosed = true;
            routes.close();
        },
    };
}

;// CONCATENATED MODULE: ./lib/registry/warnings.js
/** The most that is read of the warnings of one answer; the specification allows a registry no more. */
const warnings_MAX_BYTES = 4096;
/** More different texts than that are no warnings but noise. */
const MAX_TEXTS = 20;
// Several may stand in one header, separated by commas; other codes and agents are not meant for us.
const WARNING = /(?:^|,)\s*299 - "((?:[^"\\]|\\.)*)"/g;
/**
 * Shows what registries warn about (distribution-spec §Warnings), each text once. Nothing is ever decided by it.
 */
class Warnings {
    #seen = new Set();
    #redactor;
    #warn;
    constructor(redactor, warn) {
        this.#redactor = redactor;
        this.#warn = warn;
    }
    show(registry, headers) {
        let left = warnings_MAX_BYTES;
        for (const header of headers) {
            left -= header.length;
            if (left < 0)
                return;
            for (const [, quoted = ''] of header.matchAll(WARNING)) {
                // Node.js reads headers as Latin-1; what registries send is UTF-8.
                const text = Buffer.from(quoted.replaceAll(/\\(.)/g, '$1'), 'latin1').toString('utf8');
                this.#once(registry, text);
            }
        }
    }
    #once(registry, foreign) {
        const text = this.#redactor.clean(foreign, warnings_MAX_BYTES);
        const line = `${registry} warns: ${text}`;
        if (text === '' || this.#seen.has(line) || this.#seen.size >= MAX_TEXTS)
            return;
        this.#seen.add(line);
        this.#warn(line);
    }
}

;// CONCATENATED MODULE: ./lib/registry/index.js










/** Makes the registry client. Nothing is sent, and no credentials are read, until something is asked. */
function createRegistry(options) {
    const { credentials, clock } = options;
    const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    const redactor = new redact/* Redactor */.pO((secret) => options.log.mask(secret));
    const log = discreetLog(options.log, redactor);
    const transport = createTransport({ ...options, ...timeouts, hide: (secret) => redactor.hide(secret) });
    const sessions = new Sessions({
        transport,
        credentials,
        tokenHosts: options.tokenHosts,
        redactor,
        warnings: new Warnings(redactor, (text) => log.warning(text)),
        clock,
        retry: { ...DEFAULT_RETRY, ...options.retry },
        timeouts,
        mayCreate: options.mayCreate ?? false,
        insecure: options.insecure ?? [],
    });
    const registry = new RegistryClient(sessions);
    const records = new Records({ registry, sessions, clock, log });
    const copier = new Copies({ registry, sessions, clock, log });
    return {
        registry: discreet(registry, redactor),
        records: discreet(records, redactor),
        copier: discreet(copier, redactor),
        close: () => transport.close(),
    };
}

;// CONCATENATED MODULE: ./lib/main/registry.js





/**
 * Makes the registry client for a step: credentials from the inputs, else from the docker configuration.
 * `mayCreate` is for the build that is about to push, and so may make the repository.
 */
function connect(inputs, log, environment, mayCreate = false) {
    return createRegistry({
        credentials: credentials(inputs, environment),
        log,
        clock: clock/* systemClock */.m,
        environment,
        insecure: inputs.insecure ?? [],
        // What the user allows for one registry says nothing about the others of this step.
        tokenHosts: new Map([[inputs.image.registry, inputs['token-hosts'] ?? []]]),
        mayCreate,
    });
}
function credentials({ image, username, password }, environment) {
    const configured = dockerCredentials({ environment: (0,platform_environment/* childEnvironment */.Q)(environment), exec: platform_exec/* exec */.m0 });
    if (username === undefined || password === undefined)
        return configured;
    return firstOf(explicitCredentials(image.registry, username, password), configured);
}


/***/ }),

/***/ 82075:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  e: () => (/* binding */ runStep)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
;// CONCATENATED MODULE: ./lib/github/summary.js


/** GitHub drops a summary of more than 1 MiB without failing the step. */
const MAX_SUMMARY_BYTES = 1024 * 1024;
/** Adds Markdown to the job summary. A summary is a courtesy: where it cannot be written, the step goes on. */
async function writeSummary(environment, markdown, log) {
    const path = environment['GITHUB_STEP_SUMMARY'];
    if (path === undefined || path === '')
        return;
    try {
        const used = await (0,promises_.stat)(path).then((file) => file.size, () => 0);
        const text = `${markdown}\n`;
        if (used + Buffer.byteLength(text) <= MAX_SUMMARY_BYTES)
            await (0,promises_.appendFile)(path, text);
        else
            log.warning('The job summary is full; the summary of this step was left out.');
    }
    catch (error) {
        log.warning(`The job summary could not be written: ${(0,domain_error/* messageOf */.bD)(error)}`);
    }
}

// EXTERNAL MODULE: ./lib/github/log.js
var log = __webpack_require__(30853);
// EXTERNAL MODULE: ./lib/main/cancellation.js
var cancellation = __webpack_require__(94622);
// EXTERNAL MODULE: ./lib/node_modules/@actions/core/lib/core.js + 3 modules
var core = __webpack_require__(86120);
// EXTERNAL MODULE: ./lib/github/checkout.js
var checkout = __webpack_require__(10723);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./lib/github/inputs.js
var github_inputs = __webpack_require__(96174);
;// CONCATENATED MODULE: ./lib/github/step-position.js



/** No workflow file GitHub takes is larger. */
const MAX_WORKFLOW_BYTES = 1024 * 1024;
/**
 * Finds the step in the workflow file of the workspace. Answers only what is certain: a called workflow, a composite
 * action, a checkout of another commit or a second step like it have no position, because a wrong line is worse than
 * none.
 * @param folder of the action in its repository: empty for build.
 * @param checkedOut the commit in the workspace, where it is known.
 */
async function findStep(environment, folder, checkedOut) {
    const file = workflowFile(environment);
    const workspace = environment['GITHUB_WORKSPACE'] ?? '';
    const job = environment['GITHUB_JOB'] ?? '';
    if (file === undefined || workspace === '' || job === '')
        return undefined;
    const text = await readWorkflow((0,external_node_path_.join)(workspace, file));
    if (text === undefined || !(await isSameCommit(environment, checkedOut)))
        return undefined;
    return await findIn(text, file, job, (step) => isThisStep(step, environment, folder));
}
/** The path of the workflow file, where it belongs to this repository. */
function workflowFile(environment) {
    const groups = /^(?<repository>[^/@]+\/[^/@]+)\/(?<file>\.github\/workflows\/[^/@]+\.ya?ml)@/.exec(environment['GITHUB_WORKFLOW_REF'] ?? '')?.groups;
    const repository = environment['GITHUB_REPOSITORY'] ?? '';
    const isOurs = groups?.['repository']?.toLowerCase() === repository.toLowerCase();
    return isOurs ? groups?.['file'] : undefined;
}
async function readWorkflow(path) {
    const found = await (0,promises_.stat)(path).catch(() => undefined);
    if (found?.isFile() !== true || found.size > MAX_WORKFLOW_BYTES)
        return undefined;
    return await (0,promises_.readFile)(path, 'utf8');
}
/** The lines of another commit's file would be wrong. */
async function isSameCommit(environment, checkedOut) {
    const running = environment['GITHUB_WORKFLOW_SHA'] ?? '';
    return running !== '' && running === (await checkedOut());
}
/**
 * The step that runs: it names this action, has its id, and every input it gives arrived, with the text it is
 * written with unless that is an expression.
 */
function isThisStep(step, environment, folder) {
    const action = environment['GITHUB_ACTION'] ?? '';
    // The runner makes up a name for a step without an id.
    if (step.id === undefined ? !action.startsWith('__') : step.id !== action)
        return false;
    if (step.uses === undefined || !isThisAction(step.uses, environment, folder))
        return false;
    const inputs = (0,github_inputs/* readInputs */.K)(environment);
    return [...step.with].every(([name, text]) => {
        const value = inputs.get(keyOf(name));
        return value !== undefined && (text === undefined || text.includes('${{') || text.trim() === value);
    });
}
function isThisAction(uses, environment, folder) {
    const repository = environment['GITHUB_ACTION_REPOSITORY'] ?? '';
    if (repository === '') {
        const path = uses.replace(/\/+$/, '');
        return path.startsWith('.') && path.endsWith('/deploy') === (folder === 'deploy');
    }
    const expected = `${repository}${folder === '' ? '' : `/${folder}`}@`.toLowerCase();
    return uses.toLowerCase().startsWith(expected);
}
/** Inputs are told apart without case, and spaces in their names are underscores. */
function keyOf(name) {
    return name.replaceAll(' ', '_').toLowerCase();
}
/** Loads the YAML parser, which only a failing step needs. */
async function findIn(text, file, job, isWanted) {
    const { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } = await __webpack_require__.e(/* import() */ 815).then(__webpack_require__.t.bind(__webpack_require__, 38815, 19));
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines });
    if (document.errors.length > 0)
        return undefined;
    // What an alias stands for is found where it is written.
    const written = (node) => (isAlias(node) ? node.resolve(document) : node);
    const mapAt = (parent, key) => {
        const node = isMap(parent) ? written(parent.get(key, true)) : undefined;
        return isMap(node) ? node : undefined;
    };
    const jobs = mapAt(document.contents, 'jobs');
    // The job may be one of a called workflow, which has a file of its own but the names of this one.
    const isCaller = jobs?.items.some(({ value }) => {
        const node = written(value);
        return !isMap(node) || node.has('uses');
    });
    const steps = written(mapAt(jobs, job)?.get('steps', true));
    if (isCaller !== false || !isSeq(steps))
        return undefined;
    const textOf = (node) => {
        const value = written(node);
        return isScalar(value) && ['string', 'boolean'].includes(typeof value.value)
            ? String(value.value)
            : undefined;
    };
    const inputsOf = (step) => mapAt(step, 'with')?.items ?? [];
    const stepOf = (step) => ({
        id: textOf(step.get('id', true)),
        uses: textOf(step.get('uses', true)),
        with: new Map(inputsOf(step).map(({ key, value }) => [textOf(key) ?? '', textOf(value)])),
    });
    // Steps that run beside each other stand in a list of their own.
    const alone = (item) => {
        const beside = isMap(item) ? written(item.get('parallel', true)) : undefined;
        return isSeq(beside) ? beside.items.map(written) : [item];
    };
    // The same step twice, by an alias, still has one place.
    const [step, ...others] = [...new Set(steps.items.map(written).flatMap(alone))]
        .filter((item) => isMap(item))
        .filter((item) => isWanted(stepOf(item)));
    if (step === undefined || others.length > 0)
        return undefined;
    const lineAt = (node) => isScalar(node) && node.range ? lines.linePos(node.range[0]).line : undefined;
    const line = lineAt(step.get('uses', true));
    if (line === undefined)
        return undefined;
    const lineOf = (input) => lineAt(inputsOf(step).find(({ key }) => keyOf(textOf(key) ?? '') === keyOf(input))?.key);
    return { file, line, lineOf };
}

// EXTERNAL MODULE: ./lib/platform/environment.js
var environment = __webpack_require__(72734);
// EXTERNAL MODULE: ./lib/platform/exec.js + 2 modules
var exec = __webpack_require__(84927);
;// CONCATENATED MODULE: ./lib/main/failure.js







/** The runner cuts off what is longer. */
const MAX_ANNOTATION = 4096;
/** GitHub shows ten errors a step; one is the failure itself. */
const MAX_FAULTS = 9;
/** The input an error is about, where its code says so. */
const INPUTS = {
    REFERENCE_INVALID: 'image',
    COMMIT_NOT_CHECKED_OUT: 'commit',
    EVENT_REFUSED: 'commit',
    PREPARE_FAILED: 'prepare',
    SOURCE_INVALID: 'path',
    DIGEST_MISSING: 'digest',
    DIGEST_MISMATCH: 'digest',
    RUN_FAILED: 'run',
    RUNNING_MISMATCH: 'running',
    UNPACK_FAILED: 'unpack',
    CONFIG_MISSING: 'config',
    CREDENTIALS_INVALID: 'password',
};
/**
 * The one place where an error ends a step: the message and the remedy for everyone, at the line of the workflow
 * file where that is certain, and the causes for debugging.
 * @param folder of the action in its repository: empty for build.
 */
async function reportFailure(error, folder) {
    process.exitCode = 1;
    const position = await positionOf(folder);
    if (error instanceof domain_error/* BuildOnceError */.kb) {
        const hint = error.hint === undefined ? '' : `\n→ ${error.hint}`;
        const message = `${error.code}: ${error.message}`;
        // The runner would cut off the end, which says what to do.
        if (message.length + hint.length > MAX_ANNOTATION)
            log/* githubLog */.Q.info(message);
        const shown = `${(0,domain_error/* cut */.Jj)(message, MAX_ANNOTATION - hint.length)}${hint}`;
        core/* error */.z3(shown, place(error.code, position, lineOf(error, position)));
        for (const { text, line } of faultLines(error, position))
            core/* error */.z3((0,domain_error/* cut */.Jj)(text, MAX_ANNOTATION), place(error.code, position, line));
    }
    else {
        core/* error */.z3(`INTERNAL: ${(0,domain_error/* messageOf */.bD)(error)}\n→ This is a defect in build-once; please report it with the log of a run with debug logging.`, place('INTERNAL', position, position?.line));
        if (error instanceof Error && error.stack !== undefined)
            core/* debug */.Yz(error.stack);
    }
    for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause))
        core/* debug */.Yz(`Caused by: ${(0,domain_error/* messageOf */.bD)(cause)}`);
}
/** Where the step stands. Whatever goes wrong here must not hide why the step failed. */
async function positionOf(folder) {
    try {
        const workspace = process.env['GITHUB_WORKSPACE'] ?? '';
        const checkedOut = async () => (await (0,checkout/* readCheckout */.b)(exec/* exec */.m0, workspace, (0,environment/* childEnvironment */.Q)(process.env)))?.commit;
        return await findStep(process.env, folder, checkedOut);
    }
    catch (error) {
        log/* githubLog */.Q.debug(`The step was not found in its workflow file: ${(0,domain_error/* messageOf */.bD)(error)}`);
        return undefined;
    }
}
function place(title, position, startLine) {
    return position === undefined || startLine === undefined
        ? { title }
        : { title, file: position.file, startLine };
}
/** The line of the only fault, else of the input the code is about, else of the step. */
function lineOf(error, position) {
    if (position === undefined)
        return undefined;
    const [fault, ...more] = error instanceof domain_error/* InputError */.dz ? error.faults : [];
    const only = fault === undefined || more.length > 0 ? undefined : lineOfFault(fault, position);
    const input = INPUTS[error.code];
    return only ?? (input === undefined ? undefined : position.lineOf(input)) ?? position.line;
}
/** The faults of several inputs, each at its own line, beside the message that lists them all. */
function faultLines(error, position) {
    if (position === undefined || !(error instanceof domain_error/* InputError */.dz) || error.faults.length < 2)
        return [];
    return error.faults
        .flatMap((text) => {
        const line = lineOfFault(text, position);
        return line === undefined ? [] : [{ text, line }];
    })
        .slice(0, MAX_FAULTS);
}
/** A fault begins with the inputs it is about: `tags: …`, or `username, password: …`. */
function lineOfFault(fault, position) {
    const [names = ''] = fault.split(':', 1);
    return names
        .split(', ')
        .map((name) => position.lineOf(name))
        .find((line) => line !== undefined);
}
function causeOf(error) {
    return error instanceof Error ? error.cause : undefined;
}

;// CONCATENATED MODULE: ./lib/main/step.js




/** Does the work of an action's step, which can be cancelled. Whatever goes wrong in it ends here. */
async function runStep({ folder, failureSummary }, work) {
    let isTold = false;
    const tell = async (markdown) => {
        isTold = true;
        await writeSummary(process.env, markdown, log/* githubLog */.Q);
    };
    await (0,cancellation/* cancellable */.n)(async (cancelled) => {
        try {
            await work(tell, cancelled);
        }
        catch (error) {
            await reportFailure(error, folder);
            if (!isTold)
                await tell(failureSummary(error));
        }
    });
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
    sleep: async (milliseconds, signal) => {
        try {
            await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_0__.setTimeout)(milliseconds, undefined, signal === undefined ? {} : { signal });
        }
        catch (error) {
            throw signal?.aborted === true ? signal.reason : error;
        }
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

/***/ 84927:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  m0: () => (/* binding */ exec),
  mm: () => (/* binding */ execUntil),
  V6: () => (/* binding */ isMissingProgram)
});

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(31421);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(58500);
;// CONCATENATED MODULE: ./lib/platform/capture.js
/** Keeps the end of what a program prints, as text. */
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

;// CONCATENATED MODULE: ./lib/platform/process-group.js

/** Which signals end a group, and how long each has to do it: a script may have something to put in order. */
const STEPS = [
    { signal: 'SIGINT', forMs: 1000 },
    { signal: 'SIGTERM', forMs: 1000 },
    { signal: 'SIGKILL', forMs: 300 },
];
const LOOK_MS = 20;
/**
 * Ends all processes of a group, gently first. Returns when none is left, or when no signal is.
 * @param isDeserted true when nobody has its streams open any more. Only that shows the end of processes that are dead
 *   while nobody asks how they ended, as in containers whose first process is no init.
 */
async function endGroup(id, isDeserted) {
    for (const { signal, forMs } of STEPS) {
        if (!signalGroup(id, signal))
            return;
        for (let waited = 0; waited < forMs && !isDeserted(); waited += LOOK_MS) {
            await (0,promises_.setTimeout)(LOOK_MS);
            if (!signalGroup(id, 0))
                return;
        }
        if (isDeserted())
            break;
    }
    killGroup(id);
}
/** Ends all processes of a group at once. */
function killGroup(id) {
    signalGroup(id, 'SIGKILL');
}
/** False when nobody of the group is left, or nobody who takes signals from us: what `sudo` started does not. */
function signalGroup(id, signal) {
    try {
        return process.kill(-id, signal);
    }
    catch (error) {
        if (error instanceof Error && 'code' in error && ['ESRCH', 'EPERM'].includes(String(error.code)))
            return false;
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/platform/exec.js





/** The same, but nothing that it started outlives the signal. */
function execUntil(cancelled) {
    return async (program, args, options) => await exec(program, args, { signal: cancelled, ...options });
}
const DEFAULT_CAPTURE = 1024 * 1024;
/**
 * How long to wait, after a program ended, for what it left running to let go of its output. A script may leave
 * a process in the background on purpose, and waiting for that one to end could take for ever.
 */
const OUTPUT_GRACE_MS = 5_000;
/** Until what was written before the end has been read. */
const LAST_WORDS_MS = 50;
const exec = async (program, args, options) => {
    options.signal?.throwIfAborted();
    return await new Promise((resolve, reject) => {
        const child = start(program, args, options);
        const { stdout, stderr } = listen(child, options);
        const cancelled = options.signal;
        let timedOut = false;
        let grace;
        const timer = options.timeoutMs === undefined
            ? undefined
            : setTimeout(() => {
                timedOut = true;
                if (options.killsAll === true && HAS_GROUPS && child.pid !== undefined)
                    killGroup(child.pid);
                else
                    child.kill('SIGKILL');
            }, options.timeoutMs);
        const stop = () => {
            void endAll(child).then(() => {
                over();
                reject(cancelled?.reason);
            }, reject);
        };
        const over = () => {
            clearTimeout(timer);
            clearTimeout(grace);
            cancelled?.removeEventListener('abort', stop);
        };
        const finish = (code, signal) => {
            // It ended because it was told to; what else it started may still be on its way out.
            if (cancelled?.aborted === true)
                return;
            over();
            const exitCode = code ?? 128 + (signal === null ? 0 : external_node_os_.constants.signals[signal]);
            const { isTruncated } = stdout;
            resolve({ exitCode, stdout: stdout.text, stderr: stderr.text, isTruncated, timedOut });
        };
        cancelled?.addEventListener('abort', stop, { once: true });
        child.on('error', (error) => {
            over();
            reject(error);
        });
        child.on('exit', (code, signal) => {
            grace = setTimeout(() => {
                closeStreams(child);
                finish(code, signal);
            }, OUTPUT_GRACE_MS);
        });
        child.on('close', finish);
    });
};
const HAS_GROUPS = process.platform !== 'win32';
function start(program, args, options) {
    const { cwd, environment, killsAll, signal, waitsForAll, input } = options;
    const child = (0,external_node_child_process_.spawn)(program, args, {
        cwd,
        env: environment,
        // Whatever the program starts inherits the fourth pipe, so it closes when the last of them has ended.
        stdio: ['pipe', 'pipe', 'pipe', ...(waitsForAll === true ? ['pipe'] : [])],
        windowsHide: true,
        // A group of its own, so that all of it can be ended by one signal.
        detached: HAS_GROUPS && (killsAll === true || signal !== undefined),
    });
    // A child that does not read its input closes the pipe; that is its right, not an error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    return child;
}
function listen(child, { maxCapture = DEFAULT_CAPTURE, onOutput }) {
    const stdout = new Capture(maxCapture);
    const stderr = new Capture(maxCapture);
    const pass = (text) => onOutput?.(text);
    child.stdout.on('data', (chunk) => pass(stdout.take(chunk)));
    child.stderr.on('data', (chunk) => pass(stderr.take(chunk)));
    return { stdout, stderr };
}
/** Ends a program and what it has started; what they said last is still read. */
async function endAll(child) {
    let isDeserted = false;
    child.on('close', () => {
        isDeserted = true;
    });
    if (child.pid !== undefined && HAS_GROUPS)
        await endGroup(child.pid, () => isDeserted);
    else
        child.kill('SIGKILL');
    await (0,promises_.setTimeout)(LAST_WORDS_MS);
    closeStreams(child);
}
function closeStreams(child) {
    for (const stream of child.stdio)
        stream?.destroy();
}
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

/***/ 79671:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Af: () => (/* binding */ networkOf),
/* harmony export */   Bn: () => (/* binding */ isInternalName),
/* harmony export */   C0: () => (/* binding */ isPrivateAddress),
/* harmony export */   L5: () => (/* binding */ serverName),
/* harmony export */   U9: () => (/* binding */ isLoopback),
/* harmony export */   _$: () => (/* binding */ innerOf),
/* harmony export */   dc: () => (/* binding */ outerOf),
/* harmony export */   jw: () => (/* binding */ networkByName),
/* harmony export */   n0: () => (/* binding */ bareHost),
/* harmony export */   vx: () => (/* binding */ mayName)
/* harmony export */ });
/* harmony import */ var node_net__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77030);

function listOf(subnets) {
    const list = new node_net__WEBPACK_IMPORTED_MODULE_0__.BlockList();
    for (const [address, bits] of subnets)
        list.addSubnet(address, bits, (0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(address) === 6 ? 'ipv6' : 'ipv4');
    return list;
}
// BlockList judges IPv4-mapped IPv6 addresses (`::ffff:10.0.0.1`) by the IPv4 rules.
const NETWORKS = [
    {
        network: 'loopback',
        // The unspecified address reaches this machine, too.
        list: listOf([
            ['0.0.0.0', 8],
            ['127.0.0.0', 8],
            ['::', 127],
        ]),
    },
    {
        network: 'link-local',
        // Cloud metadata services live here. Multicast and broadcast reach the same link.
        list: listOf([
            ['169.254.0.0', 16],
            ['224.0.0.0', 4],
            ['255.255.255.255', 32],
            ['fe80::', 10],
            ['ff00::', 8],
        ]),
    },
    {
        network: 'private',
        list: listOf([
            ['10.0.0.0', 8],
            ['100.64.0.0', 10],
            ['172.16.0.0', 12],
            ['192.0.0.0', 24],
            ['192.168.0.0', 16],
            ['198.18.0.0', 15],
            ['240.0.0.0', 4],
            // Local translation prefixes and Teredo hide an IPv4 address that nobody here can judge.
            ['64:ff9b:1::', 48],
            ['::ffff:0:0:0', 96],
            ['2001::', 32],
            ['fc00::', 7],
            ['fec0::', 10],
        ]),
    },
];
/** The network of an IP address; what is no IP address at all is taken for public. */
function networkOf(address) {
    const family = (0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(address);
    if (family === 0)
        return 'public';
    const inner = family === 6 ? embedded(address) : undefined;
    if (inner !== undefined)
        return networkOf(inner);
    const type = family === 6 ? 'ipv6' : 'ipv4';
    return NETWORKS.find(({ list }) => list.check(address, type))?.network ?? 'public';
}
/** The IPv4 address that NAT64 (64:ff9b::/96), 6to4 (2002::/16) or an IPv4-compatible address stands for. */
function embedded(address) {
    const groups = groupsOf(address);
    const isNat64 = groups.slice(0, 6).join(':') === '64:ff9b:0:0:0:0';
    // `::` and `::1` are addresses of their own.
    const isCompatible = groups.slice(0, 6).every((group) => group === '0') && groups[6] !== '0';
    if (isNat64 || isCompatible)
        return ipv4Of(groups[6], groups[7]);
    return groups[0] === '2002' ? ipv4Of(groups[1], groups[2]) : undefined;
}
/** The eight groups of an IPv6 address, without leading zeros; the URL parser knows every way to write one. */
function groupsOf(address) {
    const bare = address.replace(/%.*$/, '');
    const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::');
    const before = head === '' ? [] : head.split(':');
    const after = tail === undefined || tail === '' ? [] : tail.split(':');
    return [...before, ...Array(8 - before.length - after.length).fill('0'), ...after];
}
function ipv4Of(high = '0', low = '0') {
    return [high, low]
        .map((group) => Number.parseInt(group, 16))
        .map((value) => `${value >> 8}.${value & 255}`)
        .join('.');
}
const ORDER = ['public', 'private', 'link-local', 'loopback'];
/** The network that is further inside. */
function innerOf(a, b) {
    return ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b;
}
/** The network that is further outside. */
function outerOf(a, b) {
    return innerOf(a, b) === a ? b : a;
}
/**
 * True when a registry in one network may name an address in another: its own network and, from inside, the
 * public and the private one, but never the link or the machine of the runner from elsewhere.
 */
function mayName(from, to) {
    return to === 'public' || to === from || (to === 'private' && from !== 'public');
}
/** `[::1]` → `::1`; the dot of a fully qualified name is dropped. */
function bareHost(hostname) {
    return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
/**
 * The name that a certificate must be for; empty for an address, which is compared by itself. Given explicitly,
 * because node:https takes it from the Host header, which names another host where a proxy is asked.
 */
function serverName(host) {
    return (0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(host) === 0 ? host : '';
}
/** True for the literal names of this machine: localhost, 127.0.0.0/8 and ::1. */
function isLoopback(hostname) {
    const host = bareHost(hostname);
    return host === 'localhost' || host === '::1' || ((0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(host) === 4 && host.startsWith('127.'));
}
/**
 * The network that a host name tells by itself, without a look-up. Ask it about `URL.hostname` only: the URL
 * parser turns `2130706433`, `0x7f.1` and full-width digits into 127.0.0.1.
 */
function networkByName(hostname) {
    const host = bareHost(hostname);
    if (host === 'localhost' || host.endsWith('.localhost'))
        return 'loopback';
    return networkOf(host);
}
/** True for a literal address of a private, link-local or loopback network, and for localhost. */
function isPrivateAddress(hostname) {
    return networkByName(hostname) !== 'public';
}
/** True for names that are only known inside of an organisation. */
function isInternalName(hostname) {
    const host = bareHost(hostname);
    return (0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(host) === 0 && (!host.includes('.') || /\.(?:internal|local|lan|corp|home)$/.test(host));
}


/***/ }),

/***/ 44966:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Dr: () => (/* binding */ NetworkError),
/* harmony export */   RZ: () => (/* binding */ isTlsRecord),
/* harmony export */   Y4: () => (/* binding */ isCertificateError),
/* harmony export */   iy: () => (/* binding */ hasUnknownIssuer),
/* harmony export */   x6: () => (/* binding */ networkError),
/* harmony export */   zt: () => (/* binding */ isClosedConnection)
/* harmony export */ });
/* harmony import */ var _redact_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(56198);

/** The exchange itself failed: no answer, or not a whole one. Becomes a RegistryError before it leaves this folder. */
class NetworkError extends Error {
    code;
    /** True when the same request may succeed a moment later. */
    isTransient;
    isFault;
    hint;
    constructor(code, message, isTransient, details = {}) {
        super(message, { cause: details.cause });
        this.name = 'NetworkError';
        this.code = code;
        this.isTransient = isTransient;
        this.isFault = details.isFault ?? false;
        this.hint = details.hint;
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
]);
const TRUST = 'Trust the authority that signed it: set NODE_EXTRA_CA_CERTS to its certificate, add it to the system, or put it into /etc/docker/certs.d/<host:port>/ca.crt.';
/** Certificates that no authority we know has signed; one that the system trusts may have. */
const UNKNOWN_ISSUER = new Set([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const OUT_OF_DATE = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const CERTIFICATE = /^(?:CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA$|PATH_LENGTH_EXCEEDED$|INVALID_PURPOSE$|HOSTNAME_MISMATCH$|ERR_TLS_CERT_)/;
/** True when the certificate was refused for want of an authority, which the system may know. */
function hasUnknownIssuer(error) {
    return error instanceof NetworkError && UNKNOWN_ISSUER.has(error.code);
}
/** True when TLS was spoken, but the certificate was refused. */
function isCertificateError(error) {
    return CERTIFICATE.test(error.code);
}
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
    const message = (0,_redact_js__WEBPACK_IMPORTED_MODULE_0__/* .printable */ .g$)(first instanceof Error && first.message !== '' ? first.message : String(error));
    const found = explain(code, message);
    return new NetworkError(code, found.message ?? message, TRANSIENT.has(code), { ...found, cause: error });
}
function explain(code, message) {
    if (CERTIFICATE.test(code))
        return { isFault: true, ...explainCertificate(code, message) };
    if (/^(?:EPROTO|ERR_SSL_|ERR_TLS_)/.test(code))
        return { isFault: true, ...explainTls(message) };
    if (code === 'HPE_HEADER_OVERFLOW') {
        return { isFault: true, message: 'the header of the answer is larger than 16 KiB' };
    }
    if (code.startsWith('HPE_')) {
        return { isFault: true, hint: 'What answers does not speak HTTP as it should; check the host and port.' };
    }
    if (code !== 'ENOTFOUND')
        return {};
    return { hint: 'The name of this host is not known here; check it, and the name servers of the runner.' };
}
function explainCertificate(code, message) {
    if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') {
        return { message: `the certificate is self-signed (${message})`, hint: TRUST };
    }
    if (UNKNOWN_ISSUER.has(code)) {
        return { message: `the certificate is signed by an unknown authority (${message})`, hint: TRUST };
    }
    if (OUT_OF_DATE.has(code)) {
        return {
            message: `the certificate is out of date (${message})`,
            hint: 'Renew the certificate of the registry; if it is valid, correct the clock of the runner.',
        };
    }
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
        return {
            message: `the certificate is for another host (${message})`,
            hint: 'Use the name the certificate was made for, or have one made for this name.',
        };
    }
    return {
        message: `the certificate was refused (${message})`,
        hint: 'Replace the certificate of the registry.',
    };
}
function explainTls(message) {
    // What OpenSSL says about an answer that begins with "HTTP/1.1" instead of a TLS record.
    if (/wrong version number|packet length too long|http request/i.test(message)) {
        return {
            message: 'it does not speak TLS',
            hint: 'Check the port. A registry without TLS must be named in `insecure`, with its port.',
        };
    }
    const said = message.replace(/^.*:SSL routines:[^:]*:/, '').replace(/:\.\..*$/, '');
    const wantsCertificate = /alert (?:certificate required|bad certificate|handshake failure|unknown ca)/i.test(said);
    return {
        message: `TLS could not be agreed on (${said})`,
        hint: wantsCertificate
            ? 'Where the registry asks for a certificate, put one into /etc/docker/certs.d/<host:port>/ (client.cert and client.key).'
            : 'The registry, or the proxy in between, must speak TLS 1.2 or later.',
    };
}
/** True when a kept-alive connection was closed by the server before it took the request. */
function isClosedConnection(error) {
    return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}
/** True when plain HTTP was answered with an alert of TLS (RFC 8446 §5.1). */
function isTlsRecord({ cause }) {
    if (!(cause instanceof Error) || !('rawPacket' in cause) || !(cause.rawPacket instanceof Uint8Array))
        return false;
    return cause.rawPacket[0] === 0x15 && cause.rawPacket[1] === 0x03;
}


/***/ }),

/***/ 76284:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ unreachable),
/* harmony export */   i: () => (/* binding */ refusedBy)
/* harmony export */ });
/* harmony import */ var _network_error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(44966);

/** The failure for a proxy that cannot be reached. */
function unreachable(proxy, error) {
    const found = (0,_network_error_js__WEBPACK_IMPORTED_MODULE_0__/* .networkError */ .x6)(error);
    return new _network_error_js__WEBPACK_IMPORTED_MODULE_0__/* .NetworkError */ .Dr(found.code, error === found ? found.message : `${proxy.name} cannot be used: ${found.message}`, found.isTransient, {
        cause: error,
        isFault: found.isFault,
        hint: found.hint ?? 'Check the proxy, or name the registry in NO_PROXY.',
    });
}
/** The failure for a proxy that answered by itself. */
function refusedBy(proxy, status) {
    const hint = status === 407
        ? 'Put a user name and password that the proxy accepts into the variable (http://user:password@host:port).'
        : 'Check that the proxy allows this host, or name the registry in NO_PROXY.';
    const isTransient = [408, 429, 500, 502, 503, 504].includes(status);
    return new _network_error_js__WEBPACK_IMPORTED_MODULE_0__/* .NetworkError */ .Dr(`PROXY_${status}`, `${proxy.name} answered ${status}`, isTransient, {
        isFault: !isTransient,
        hint,
    });
}


/***/ }),

/***/ 58727:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ portOf),
/* harmony export */   i: () => (/* binding */ proxyFor)
/* harmony export */ });
/* harmony import */ var node_net__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77030);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(59342);
/* harmony import */ var _address_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(79671);



/**
 * The proxy for an address, as curl, git and docker choose it; undefined for a direct connection.
 * @param hide is given every secret of a proxy before it is used.
 * @throws {RegistryError} when the variable that decides does not name a usable proxy.
 */
function proxyFor(target, environment, hide) {
    const scheme = target.protocol === 'https:' ? 'https' : 'http';
    // The lower-case name is the older convention and counts first.
    const names = [`${scheme}_proxy`, `${scheme}_proxy`.toUpperCase()];
    const variable = names.find((name) => (environment[name] ?? '') !== '');
    if (variable === undefined || isBypassed(target, environment))
        return undefined;
    return parseProxy(environment[variable] ?? '', variable, hide);
}
/** The port of a proxy: what its address says, else what its scheme means. */
function portOf(url) {
    if (url.port !== '')
        return Number(url.port);
    return url.protocol === 'https:' ? 443 : 80;
}
function parseProxy(value, variable, hide) {
    // Hidden as a whole first: what cannot be parsed may hold a password as well.
    const userinfo = /^(?:[^:/?#]+:\/\/)?([^/?#]*)@/.exec(value)?.[1] ?? '';
    hideUserinfo(userinfo, hide);
    // `proxy.example.com:3128` is what many administrators write.
    const text = value.includes('://') ? value : `http://${value}`;
    if (/[\s\p{Cc}]/u.test(value) || !URL.canParse(text))
        throw invalid(variable, 'it is no address');
    const url = new URL(text);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
        throw invalid(variable, `proxies of the kind "${url.protocol}" are not supported`);
    }
    const [username, password] = [decoded(url.username, variable), decoded(url.password, variable)];
    hideUserinfo(`${username}:${password}`, hide);
    const isOpen = username === '' && password === '';
    return {
        url,
        authorization: isOpen ? undefined : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        name: `the proxy ${url.protocol}//${url.host} (${variable})`,
    };
}
function hideUserinfo(userinfo, hide) {
    const colon = userinfo.indexOf(':');
    if (colon < 0 || colon === userinfo.length - 1)
        return;
    hide(userinfo);
    hide(userinfo.slice(colon + 1));
}
function decoded(text, variable) {
    try {
        return decodeURIComponent(text);
    }
    catch (error) {
        if (!(error instanceof URIError))
            throw error;
        throw invalid(variable, 'its user name or password is not percent-encoded');
    }
}
function invalid(variable, why) {
    return new _domain_error_js__WEBPACK_IMPORTED_MODULE_1__/* .RegistryError */ .gl('REGISTRY_UNEXPECTED', `The proxy in ${variable} cannot be used: ${why}`, {
        hint: `Set ${variable} to an address like http://user:password@proxy.example.com:3128, or unset it.`,
    });
}
/** True when a target is reached directly: this machine always, others as NO_PROXY says. */
function isBypassed(target, environment) {
    // A proxy cannot reach the loopback of this machine.
    if ((0,_address_js__WEBPACK_IMPORTED_MODULE_2__/* .isLoopback */ .U9)(target.hostname))
        return true;
    const lower = environment['no_proxy'] ?? '';
    const list = lower === '' ? (environment['NO_PROXY'] ?? '') : lower;
    const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
    const host = (0,_address_js__WEBPACK_IMPORTED_MODULE_2__/* .bareHost */ .n0)(target.hostname).toLowerCase();
    return list
        .toLowerCase()
        .split(/[\s,]+/)
        .some((entry) => entry !== '' && covers(entry, host, port));
}
function covers(entry, host, port) {
    if (entry === '*')
        return true;
    const [, bracketed, plain, entryPort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
    // An IPv6 address without brackets has no port.
    const name = bracketed ?? plain ?? entry;
    if (entryPort !== undefined && entryPort !== port)
        return false;
    if ((0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(host) !== 0)
        return coversAddress(name, host);
    const suffix = name.replace(/^\*?\./, '').replace(/\.$/, '');
    return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}
/** An address, a subnet (`10.0.0.0/8`) or a range (`10.0.0.1-10.0.0.9`). */
function coversAddress(entry, address) {
    const [first = '', second = ''] = entry.split(/[/-]/);
    const family = (0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(first);
    if (family === 0 || family !== (0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(address))
        return false;
    const type = family === 6 ? 'ipv6' : 'ipv4';
    const list = new node_net__WEBPACK_IMPORTED_MODULE_0__.BlockList();
    if (entry.includes('/')) {
        if (!/^\d{1,3}$/.test(second) || Number(second) > (family === 6 ? 128 : 32))
            return false;
        list.addSubnet(first, Number(second), type);
    }
    else if (entry.includes('-')) {
        if ((0,node_net__WEBPACK_IMPORTED_MODULE_0__.isIP)(second) !== family)
            return false;
        list.addRange(first, second, type);
    }
    else {
        list.addAddress(first, type);
    }
    return list.check(address, type);
}


/***/ }),

/***/ 56198:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   BO: () => (/* binding */ redactUrl),
/* harmony export */   g$: () => (/* binding */ printable),
/* harmony export */   pO: () => (/* binding */ Redactor)
/* harmony export */ });
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
    #hidden = new Set();
    /** Every form of every secret, the longest first: a form inside a longer one must not leave the rest of it. */
    #patterns = [];
    #mask;
    constructor(mask) {
        this.#mask = mask;
    }
    /** Hides a secret in the log and in every message from now on: as it is, in base64 and as a part of an address. */
    hide(secret) {
        if (secret === '' || this.#hidden.has(secret))
            return;
        this.#hidden.add(secret);
        const forms = formsOf(secret);
        for (const form of forms)
            this.#mask(form);
        // Registries write error codes in capitals and media types in small letters.
        const added = forms
            .filter((form) => form.length >= SHORTEST_SECRET)
            .map((form) => ({ length: form.length, pattern: new RegExp(literal(form), 'gi') }));
        this.#patterns = [...this.#patterns, ...added].toSorted((a, b) => b.length - a.length);
    }
    /** A text without the secrets in it. */
    conceal(text) {
        let shown = text;
        for (const { length, pattern } of this.#patterns) {
            if (length <= shown.length)
                shown = shown.replaceAll(pattern, '***');
        }
        return shown;
    }
    /** Foreign text that is safe to show. */
    clean(text, max) {
        return printable(this.conceal(text), max);
    }
}
/** How a secret may show up: alone, in a Basic header, in a query or in a form. */
function formsOf(secret) {
    const base64 = Buffer.from(secret).toString('base64');
    const encoded = [secret, base64].flatMap((text) => [percentEncoded(text), formEncoded(text)]);
    const forms = [base64, base64.replace(/=+$/, ''), Buffer.from(secret).toString('base64url'), ...encoded];
    return [secret, ...new Set(forms.filter((form) => form !== secret && form.length >= SHORTEST_SECRET))];
}
function percentEncoded(text) {
    // A lone surrogate has no encoding.
    return encodeURIComponent(text.toWellFormed());
}
function formEncoded(text) {
    return new URLSearchParams({ '': text }).toString().slice(1);
}
function literal(text) {
    return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw `\$&`);
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

/***/ 90950:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ describeFailure)
/* harmony export */ });
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);
/* harmony import */ var _domain_markdown_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(26039);


/** A summary that is too large is dropped as a whole; the log has everything. */
const MAX_LINES = 200;
const MAX_LINE_LENGTH = 1000;
/**
 * Why a step failed, for its summary, in Markdown: the message and what to do. The code stands out; where the message
 * names codes of its own, one a finding, those do.
 * @param message as much of the message as the summary does not show in another form.
 */
function describeFailure(error, message = (0,_domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)) {
    const isNamed = !(error instanceof _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildOnceError */ .kb) || message.includes(`${error.code}: `);
    const lines = (isNamed ? message : `${error.code}: ${message}`).split('\n');
    const shown = lines.slice(0, MAX_LINES).map(findingLine);
    if (lines.length > MAX_LINES)
        shown.push(`… and ${lines.length - MAX_LINES} more lines, which are in the log`);
    const hint = error instanceof _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildOnceError */ .kb && error.hint !== undefined ? `\n\n> ${(0,_domain_markdown_js__WEBPACK_IMPORTED_MODULE_1__/* .escapeMarkdown */ .FV)(error.hint)}` : '';
    return `${shown.join('<br>')}${hint}`;
}
/** A line of the message; the code at the start of a finding stands out. */
function findingLine(line) {
    const text = (0,_domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .cut */ .Jj)(line.trim(), MAX_LINE_LENGTH);
    const code = /^[A-Z][A-Z_]+(?=: )/.exec(text)?.[0];
    return code === undefined ? prose(text) : `**${code}** ${prose(text.slice(code.length + 2))}`;
}
/** Digests stand out of the sentence that compares them. What is escaped holds no backtick that could end one early. */
function prose(text) {
    return (0,_domain_markdown_js__WEBPACK_IMPORTED_MODULE_1__/* .escapeMarkdown */ .FV)(text).replaceAll(/\bsha256:[0-9a-f]{64}\b/g, '`$&`');
}


/***/ }),

/***/ 17961:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E1: () => (/* binding */ parseList),
/* harmony export */   E9: () => (/* binding */ parseDuration),
/* harmony export */   L5: () => (/* binding */ parseFields),
/* harmony export */   Li: () => (/* binding */ parseLines),
/* harmony export */   Pt: () => (/* binding */ jobToken),
/* harmony export */   We: () => (/* binding */ parseArguments),
/* harmony export */   ZZ: () => (/* binding */ field),
/* harmony export */   aY: () => (/* binding */ parseJobToken),
/* harmony export */   lq: () => (/* binding */ optional),
/* harmony export */   mR: () => (/* binding */ optionalText),
/* harmony export */   mw: () => (/* binding */ required),
/* harmony export */   tB: () => (/* binding */ parseHosts),
/* harmony export */   xg: () => (/* binding */ parsePairs),
/* harmony export */   yL: () => (/* binding */ oneOf),
/* harmony export */   zM: () => (/* binding */ boolean),
/* harmony export */   zp: () => (/* binding */ FieldFault)
/* harmony export */ });
/* unused harmony export requiredText */
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(27597);
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(88532);
/* harmony import */ var _domain_error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(59342);
/* harmony import */ var _domain_reference_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(68225);



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
    return zod__WEBPACK_IMPORTED_MODULE_2__/* .string */ .YjP()
        .default(fallback)
        .transform((text, context) => {
        try {
            return parse(text === '' ? fallback : text);
        }
        catch (error) {
            if (!(error instanceof FieldFault) && !(error instanceof _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .BuildOnceError */ .kb))
                throw error;
            context.addIssue({ code: 'custom', message: error.message });
            return zod__WEBPACK_IMPORTED_MODULE_3__/* .NEVER */ .tm;
        }
    });
}
/** A text; undefined when empty. */
function optionalText() {
    return field((text) => (text === '' ? undefined : text));
}
/** A text that must be given. */
function requiredText(example) {
    return field((text) => {
        if (text === '')
            throw new FieldFault(`is required, for example ${example}`);
        return text;
    });
}
/** The expression for the token of the job. Where nobody evaluates expressions, it arrives as it is written. */
const JOB_TOKEN = '${{ github.token }}';
/** A token; undefined where none was given. */
function parseJobToken(text) {
    return text === '' || text === JOB_TOKEN ? undefined : text;
}
/** A token for GitHub's API; by default that of the job. */
function jobToken() {
    return field(parseJobToken, JOB_TOKEN);
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
/** Hosts, `host` or `host:port`, separated by lines or commas. */
function parseHosts(text) {
    return parseList(text).map((entry) => {
        try {
            return (0,_domain_reference_js__WEBPACK_IMPORTED_MODULE_1__/* .parseHost */ .o6)(entry);
        }
        catch (error) {
            if (!(error instanceof _domain_error_js__WEBPACK_IMPORTED_MODULE_0__/* .InvalidReferenceError */ .x_))
                throw error;
            const why = error.message.replace('Not a valid reference', 'not a host or host:port');
            throw new FieldFault(why, { cause: error });
        }
    });
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
    const result = zod__WEBPACK_IMPORTED_MODULE_2__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_2__/* .string */ .YjP()).safeParse(body);
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
