export const id = 755;
export const ids = [755];
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

/***/ 85797:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  CE: () => (/* binding */ GUARD_LEVELS),
  _9: () => (/* binding */ buildInputs),
  Y: () => (/* binding */ guardedPrograms),
  Bc: () => (/* binding */ judgeCommand)
});

;// CONCATENATED MODULE: ./lib/domain/builders.js
/** The programs that build, and which of their command lines do. Data only; `judgeCommand` reads it. */
/** `'build, image push'` as a list: the tables below stay readable. */
function list(text) {
    return text === '' ? [''] : text.split(', ');
}
const COMPOSE = 'build, push, watch, bake, commit, publish';
const BUILDX = 'build, b, bake, f, imagetools create, debug, dap';
const CONTAINER_TOOL = list([
    'build, bud, push, commit, tag, import, image build, image push, image tag, image import',
    'builder build, container commit, manifest create, manifest push, stack build, farm build',
    ...list(BUILDX).map((words) => `buildx ${words}`),
    ...list(COMPOSE).map((words) => `compose ${words}`),
].join(', '));
const MAVEN = list('compile, package, install, deploy, verify, jib:build, jib:dockerBuild, spring-boot:build-image');
const GRADLE = list('build, assemble, jar, war, bootJar, bootWar, bootBuildImage, jib, jibDockerBuild, publish, installDist');
/** Builders of images, and programs that build when they deploy. */
const BUILDERS = {
    docker: CONTAINER_TOOL,
    podman: CONTAINER_TOOL,
    nerdctl: CONTAINER_TOOL,
    finch: CONTAINER_TOOL,
    buildah: [...CONTAINER_TOOL, ...list('build-using-dockerfile, from, add, copy, run, config')],
    'docker-compose': list(COMPOSE),
    'podman-compose': list(COMPOSE),
    'docker-buildx': list(BUILDX),
    buildx: list(BUILDX),
    buildctl: list('build'),
    skaffold: list('run, build, dev, debug'),
    ko: list('build, publish, apply, create, run, resolve'),
    pack: list('build, buildpack package, builder create, rebase'),
    kaniko: list(''),
    'kaniko-executor': list(''),
    img: list('build, push, tag'),
    nixpacks: list('build'),
    s2i: list('build, rebuild'),
    earthly: list(''),
    depot: list('build, bake'),
    werf: list('build, converge'),
    tilt: list('up, ci'),
    crane: list('append, mutate, rebase, flatten, edit, push, tag'),
    gcloud: ['', 'beta ', 'alpha '].flatMap((track) => list(`${track}builds submit, ${track}app deploy, ${track}functions deploy, ${track}artifacts docker tags add`)),
    az: list('acr build, acr run, acr task run, webapp up, containerapp up'),
    oc: list('start-build, new-build, new-app'),
    heroku: list('container:push'),
    copilot: list('deploy, svc deploy, job deploy'),
    sam: list('build'),
    vercel: list('build'),
    netlify: list('build'),
};
/** What `guard: strict` adds. `npm` and the like still start what was built. */
const PACKAGE_BUILDERS = {
    npm: list('ci, install, i, add, update, run build, run-script build, run bundle, run compile, pack, publish'),
    pnpm: list('install, i, add, update, build, run build, pack, publish'),
    yarn: list('$, install, add, build, run build, pack, publish'),
    bun: list('install, i, add, build, run build'),
    deno: list('compile, bundle'),
    tsc: list(''),
    vite: list('build'),
    next: list('build'),
    webpack: list(''),
    mvn: MAVEN,
    mvnw: MAVEN,
    gradle: GRADLE,
    gradlew: GRADLE,
    ant: list(''),
    sbt: list(''),
    go: list('build, install, generate, run'),
    cargo: list('build, b, install, run, r, publish'),
    dotnet: list('build, publish, pack'),
    pip: list('install, wheel, download'),
    pip3: list('install, wheel, download'),
    uv: list('build, sync, pip install'),
    poetry: list('build, install'),
    bundle: list('install'),
    composer: list('install, update'),
    make: list('$, all, build, dist, package, compile, image, docker-build'),
    cmake: list(''),
    ninja: list(''),
    bazel: list('build, run'),
    nix: list('build, run'),
    'nix-build': list(''),
    swift: list('build'),
    gcc: list(''),
    cc: list(''),
    rustc: list(''),
};
/** Programs that run another one with a PATH of their own, so that no shim would be met. */
const WRAPPERS = new Set(['sudo', 'doas']);
/** Tools that take several goals in any order. */
const ANY_ORDER = new Set(['mvn', 'mvnw', 'gradle', 'gradlew', 'make']);
function options(values, flags) {
    return { values: new Set(values.split(' ')), flags: new Set(flags.split(' ')) };
}
const CONTAINER_OPTIONS = options('-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey --builder -f --file -p ' +
    '--project-name --project-directory --workdir --profile --env-file --ansi --parallel --progress --url ' +
    '--identity --connection --root --runroot --storage-driver --storage-opt --namespace -n -a --address ' +
    '--cgroup-manager --registries-conf --tmpdir --snapshotter --data-root', '-D --debug --tls --tlsverify --verbose --compatibility --dry-run --all-resources --no-ansi ' +
    '--skip-hostname-check --remote -r --syslog --insecure-registry --experimental -h --help -v --version');
const MAVEN_OPTIONS = options('-f --file -P -pl -s -gs -t -T -l -D -rf -b', '-q -B -o -C -e -X -U -N -am');
const GRADLE_OPTIONS = options('-p --project-dir -b -c -g -I -x -D -P', '-q -i -d -s -a --offline');
const OPTIONS = {
    make: options('-C --directory -f --file --makefile -I --include-dir -o -W', '-j -k -s -n -B -i -e -q -t -w -d -r -R -l -O --silent --quiet --dry-run --always-make --keep-going'),
    yarn: options('--cwd --cache-folder --registry --modules-folder --network-timeout --mutex', '-s --silent --verbose --json --offline --frozen-lockfile --immutable --production --prod --ignore-scripts'),
    npm: options('-C --prefix -w --workspace', '-f --force -s --silent -q -d -p -l -g --global --ws'),
    mvn: MAVEN_OPTIONS,
    mvnw: MAVEN_OPTIONS,
    gradle: GRADLE_OPTIONS,
    gradlew: GRADLE_OPTIONS,
    gcloud: options('--project --account --configuration --verbosity --format --region', '-q --quiet'),
    az: options('-o --output --subscription --query', '--debug --verbose --only-show-errors'),
    oc: options('-n --namespace --context --kubeconfig --cluster --user -s --server --token --as', ''),
    sudo: options('-u --user -g --group -h --host -p --prompt -C --close-from -D --chdir -r --role -t --type -T ' +
        '--command-timeout -U --other-user -R --chroot -c -a', '-A -b -E -e -H -i -K -k -l -n -P -S -s -V -v -nE -En -HE -EH --preserve-env --non-interactive --login'),
    doas: options('-u -C -a', '-n -s -L'),
    env: options('-u --unset -C --chdir', '-i - -0 --ignore-environment --null -v --debug'),
};
const NONE = options('', '');
/** The options a program is known to take before its words. */
function knownOptions(program) {
    if (BUILDERS[program] === CONTAINER_TOOL || /^(?:buildah|buildx|.+-buildx|.+-compose)$/.test(program))
        return CONTAINER_OPTIONS;
    return Object.hasOwn(OPTIONS, program) ? (OPTIONS[program] ?? NONE) : NONE;
}

;// CONCATENATED MODULE: ./lib/domain/rebuild.js

/**
 * What counts as building, in one table: used on the inputs of deploy and on the commands a deploy script
 * runs. Pure: text in, verdict out.
 */
/** How much the guard refuses: `strict` adds builders of packages and programs. */
const GUARD_LEVELS = ['standard', 'strict'];
/** An input name without what people spell differently: `Build_Args`, `buildArgs` and `build-args` are one. */
function bare(name) {
    return name.toLowerCase().replaceAll(/[-_. ]/g, '');
}
/** Input names that only make sense for a build: those of the build action and of the actions it takes the place of. */
const BUILD_ONLY_INPUTS = new Set(`
  context file dockerfile docker-file containerfile containerfiles dockerfiles target targets build rebuild
  force-build force-rebuild run-build build-arg build-args docker-build-args build-contexts build-command
  build-script build-image engine prepare platform platforms arch archs oci cache-from cache-to cache-path cache-key
  cache-restore-keys no-cache no-cache-filters pull push load outputs network builder buildkitd-flags provenance
  sbom attest attests secrets secret-files secret-envs ssh labels annotations path base base-image entrypoint cmd
  workdir tags tag seal settle adopt bake bake-file files set source sources source-dir buildpacks buildpack
  add-hosts allow shm-size ulimit cgroup-parent extra-args
  `
    .trim()
    .split(/\s+/)
    .map(bare));
/**
 * The inputs that ask deploy to build, in the words the user typed. The runner passes inputs an action does
 * not declare, so a typo or a copied block of inputs arrives here and must not be ignored.
 * @param given names and values of all inputs of the step; empty values count as not given.
 * @param known names deploy declares itself.
 */
function buildInputs(given, known) {
    const asked = [];
    for (const [name, value] of given) {
        if (value !== '' && !known.has(name) && BUILD_ONLY_INPUTS.has(bare(name)))
            asked.push(name);
    }
    return asked;
}
/** Every program the guard stands in front of at a level. */
function guardedPrograms(level) {
    const programs = [...Object.keys(BUILDERS), ...WRAPPERS];
    return level === 'strict' ? [...programs, ...Object.keys(PACKAGE_BUILDERS)] : programs;
}
/**
 * The places of the arguments that may be the next word. Options nobody knows may take the argument behind
 * them or not, so both are tried: a builder must not get through because of an option that came out yesterday.
 * Ends with the number of arguments when they may all be options.
 */
function nextWords(program, args, from) {
    const { values, flags } = knownOptions(program);
    const found = [];
    const starts = new Set([from]);
    // A set is iterated in the order of insertion, and what is added while iterating is visited too.
    for (const start of starts) {
        const argument = args[start];
        if (argument !== undefined && /^\d+$/.test(argument)) {
            // No word is a number: it belongs to the option before it (`make -j 4`).
            starts.add(start + 1);
        }
        else if (argument === undefined || !argument.startsWith('-'))
            found.push(Math.min(start, args.length));
        else if (argument === '--')
            found.push(start + 1);
        else if (values.has(argument))
            starts.add(start + 2);
        else {
            starts.add(start + 1);
            if (!argument.includes('=') && !flags.has(argument))
                starts.add(start + 2);
        }
    }
    return found;
}
/** The place behind the words, when the arguments may start with them; options may stand before each word. */
function findWords(program, args, words, from = 0) {
    const [word, ...rest] = words;
    if (word === undefined)
        return from;
    for (const at of nextWords(program, args, from)) {
        const end = args[at] === word ? findWords(program, args, rest, at + 1) : undefined;
        if (end !== undefined)
            return end;
    }
    return undefined;
}
function matches(program, args, pattern) {
    if (pattern === '')
        return true;
    if (pattern === '$')
        return nextWords(program, args, 0).includes(args.length);
    if (ANY_ORDER.has(program))
        return goals(program, args).some((goal) => goal === pattern || taskOf(goal) === pattern);
    return findWords(program, args, pattern.split(' ')) !== undefined;
}
/** Everything that may be a goal, wherever it stands. */
function goals(program, args) {
    const { values } = knownOptions(program);
    return args.filter((argument, index) => !argument.startsWith('-') && !values.has(args[index - 1] ?? ''));
}
/** `:app:build` → `build`. */
function taskOf(goal) {
    return goal.slice(goal.lastIndexOf(':') + 1);
}
/** The words that build, at a level. */
function patternsOf(program, level) {
    const tables = level === 'strict' ? [BUILDERS, PACKAGE_BUILDERS] : [BUILDERS];
    return tables.flatMap((table) => (Object.hasOwn(table, program) ? (table[program] ?? []) : []));
}
/**
 * Judges a command before it runs. `compose up` and `compose create` build missing images without being
 * asked, so they go on with `--no-build`; everything else is refused or passed on unchanged.
 */
function judgeCommand(program, args, level) {
    if (WRAPPERS.has(program))
        return judgeWrapped(program, args, level);
    const hit = isOnlyHelp(args)
        ? undefined
        : patternsOf(program, level).find((pattern) => matches(program, args, pattern));
    if (hit !== undefined)
        return { allowed: false, why: hit === '' || hit === '$' ? program : `${program} ${hit}` };
    // `gcloud run deploy --source` builds; `gcloud deploy releases create --source` names a Skaffold file.
    if (program === 'gcloud' && isFlagSet(args, '--source') && goals(program, args).includes('run'))
        return { allowed: false, why: 'gcloud run --source' };
    if (isFlagSet(args, '--build') && KUBE_PLAY.some((words) => findWords(program, args, words) !== undefined))
        return { allowed: false, why: `${program} kube play --build` };
    return judgeCompose(program, args) ?? { allowed: true, args };
}
const KUBE_PLAY = [
    ['kube', 'play'],
    ['play', 'kube'],
];
/** `sudo -u deployer docker build .` is judged as what it starts. */
function judgeWrapped(program, args, level) {
    for (const at of nextWords(program, args, 0)) {
        let start = at;
        while (/^\w+=/.test(args[start] ?? ''))
            start += 1;
        const inner = (args[start] ?? '').split('/').at(-1) ?? '';
        if (inner !== 'env' && !guardedPrograms(level).includes(inner))
            continue;
        const rest = args.slice(start + 1);
        const verdict = inner === 'env' ? judgeWrapped('env', rest, level) : judgeCommand(inner, rest, level);
        if (!verdict.allowed)
            return { allowed: false, why: `${program} ${verdict.why}` };
        return { allowed: true, args: [...args.slice(0, start + 1), ...verdict.args] };
    }
    return { allowed: true, args };
}
function isFlagSet(args, name) {
    return args.some((argument) => argument === name || (argument.startsWith(`${name}=`) && !/=(?:0|f|false)$/i.test(argument)));
}
function judgeCompose(program, args) {
    const prefix = program.endsWith('-compose') ? [] : ['compose'];
    for (const command of ['up', 'create', 'run']) {
        const end = findWords(program, args, [...prefix, command]);
        if (end === undefined)
            continue;
        const refused = (option) => ({
            allowed: false,
            why: [program, ...prefix, command, option].join(' '),
        });
        const own = command === 'run' ? args.slice(end, serviceOf(args, end)) : args.slice(end);
        const building = ['--build', '--watch', '-w'].find((option) => isFlagSet(own, option));
        if (building !== undefined && (building === '--build' || command === 'up'))
            return refused(building);
        // Of two contradicting options the last one counts, so adding ours would not help.
        if (own.some((argument) => argument.startsWith('--no-build=')))
            return refused('--no-build=…');
        if (command === 'run' || own.includes('--no-build'))
            return { allowed: true, args };
        return { allowed: true, args: [...args.slice(0, end), '--no-build', ...args.slice(end)] };
    }
    return undefined;
}
/** Behind the service, the arguments of `compose run` belong to the program in the container. */
function serviceOf(args, from) {
    return Math.max(from, ...nextWords('docker', args, from));
}
function isOnlyHelp(args) {
    return args.length === 0
        ? false
        : args.every((argument) => /^(?:--help|-h|--version|-v|-V|version|help)$/.test(argument));
}


/***/ }),

/***/ 38755:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  main: () => (/* binding */ main)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./lib/github/artifacts.js
var artifacts = __webpack_require__(18328);
// EXTERNAL MODULE: ./lib/github/context.js
var github_context = __webpack_require__(88120);
// EXTERNAL MODULE: ./lib/github/inputs.js
var github_inputs = __webpack_require__(96174);
// EXTERNAL MODULE: ./lib/github/log.js
var log = __webpack_require__(30853);
// EXTERNAL MODULE: ./lib/github/summary.js
var summary = __webpack_require__(65671);
// EXTERNAL MODULE: ./lib/platform/clock.js
var clock = __webpack_require__(88005);
// EXTERNAL MODULE: ./lib/platform/environment.js
var platform_environment = __webpack_require__(72734);
// EXTERNAL MODULE: ./lib/platform/exec.js
var exec = __webpack_require__(12358);
// EXTERNAL MODULE: ./lib/platform/files.js
var platform_files = __webpack_require__(58864);
// EXTERNAL MODULE: ./lib/platform/script.js
var platform_script = __webpack_require__(47148);
// EXTERNAL MODULE: ./lib/domain/error.js
var domain_error = __webpack_require__(59342);
// EXTERNAL MODULE: ./lib/domain/json.js
var json = __webpack_require__(77708);
// EXTERNAL MODULE: ./lib/domain/record.js
var domain_record = __webpack_require__(43111);
// EXTERNAL MODULE: ./lib/domain/reference.js
var reference = __webpack_require__(68225);
;// CONCATENATED MODULE: ./lib/registry/deployment-log.js




const PREFIX = 'build-once.deployment.';
/** Environment names may hold anything; the key keeps what a tag may hold and a hash of the exact name. */
function environmentKey(environment) {
    const readable = environment
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .slice(0, 40);
    return `${readable}-${(0,json/* shortKey */.qU)(environment, 8)}`;
}
function tagOf(record) {
    const time = record.finishedAt.replaceAll(/[-:.]/g, '');
    return `${PREFIX}${environmentKey(record.environment)}.${time}.${record.id.slice(0, 12)}`;
}
/**
 * The log of deployments in the registry. Each record is a referrer of its artifact and has a write-once tag
 * whose name sorts by time, so that an environment's history can be read without knowing a digest, survives
 * the clean-up of untagged manifests, and needs no tag to be moved.
 */
function createRegistryDeploymentLog(registry, records, log) {
    return {
        append: async (repository, record, subject) => {
            const document = {
                type: domain_record/* RECORD_TYPES */.c4.deployment,
                bytes: (0,domain_record/* encodeRecord */.Ym)(record),
                created: record.finishedAt,
            };
            await records.attachNamed(repository, subject, document, tagOf(record));
        },
        list: async function* (repository, environment) {
            const prefix = `${PREFIX}${environmentKey(environment)}.`;
            const tags = (await registry.listTags(repository))
                .filter((tag) => tag.startsWith(prefix))
                .toSorted()
                .toReversed();
            for (const tag of tags) {
                const record = await orPassOver(log, async () => {
                    const stored = await records.readNamed(repository, tag, domain_record/* RECORD_TYPES */.c4.deployment);
                    return stored === undefined
                        ? undefined
                        : (0,domain_record/* decodeDeploymentRecord */.X5)(stored.bytes, `Deployment record ${tag}`);
                });
                // A tag can be copied here from another repository, and a key is shorter than the name it stands for.
                const isOurs = record?.environment === environment && record.repository === (0,reference/* formatRepository */.Sh)(repository);
                if (isOurs)
                    yield record;
            }
        },
    };
}
/** Anyone who can push can write a tag of this form; one that holds no record must not stop every deployment. */
async function orPassOver(log, read) {
    try {
        return await read();
    }
    catch (error) {
        if (!(error instanceof domain_error/* RecordError */.W1))
            throw error;
        log.warning(`Passed over a document that is not a deployment record: ${error.message}`);
        return undefined;
    }
}

// EXTERNAL MODULE: ./lib/domain/digest.js
var digest = __webpack_require__(2002);
;// CONCATENATED MODULE: ./lib/targets/configuration.js




/**
 * One digest over the configuration of an environment: the names and contents of its files, not their order,
 * times or owners. A pattern that names no file fails: a configuration that is not there is not empty.
 * @throws {TargetError} CONFIG_MISSING with every pattern and file that cannot be read.
 */
async function hashConfiguration(folder, patterns) {
    const hashes = new Map();
    const faults = [];
    for (const pattern of patterns) {
        try {
            const files = await (0,platform_files/* findFiles */.lY)(folder, pattern);
            if (files.length === 0)
                faults.push(`${pattern}: no such file`);
            for (const { name, path } of files)
                hashes.set(name, (0,digest/* digestOf */.ol)(await (0,platform_files/* readBytes */.io)(path)));
        }
        catch (error) {
            faults.push(`${pattern}: ${(0,domain_error/* messageOf */.bD)(error)}`);
        }
    }
    if (faults.length > 0) {
        throw new domain_error/* TargetError */.I0('CONFIG_MISSING', (0,domain_error/* listed */.KE)('Configuration files that cannot be read', faults), {
            hint: 'Correct the config input; paths start from the workspace.',
        });
    }
    return (0,digest/* digestOf */.ol)((0,json/* canonicalJson */.dj)(Object.fromEntries(hashes)));
}

// EXTERNAL MODULE: ./lib/domain/rebuild.js + 1 modules
var rebuild = __webpack_require__(85797);
// EXTERNAL MODULE: ./lib/platform/program.js
var platform_program = __webpack_require__(93687);
;// CONCATENATED MODULE: ./lib/targets/guard.js





/**
 * Puts a shim in front of every builder on PATH. Builders that are not installed are left to bash's
 * command_not_found_handle, so that a script that asks `command -v podman` still gets a true answer.
 * @param folder where the shims stay: what a script leaves running is refused too, so nobody may remove them.
 */
async function createGuard(folder, level, program, environment) {
    const shims = (0,external_node_path_.join)(folder, 'guard');
    const log = (0,external_node_path_.join)(folder, 'guard.log');
    await (0,promises_.mkdir)(shims, { recursive: true, mode: 0o700 });
    await (0,promises_.writeFile)(log, '', { mode: 0o600 });
    const start = [program.node, program.entry, log, level, shims].map(platform_program/* shellWord */.r).join(' ');
    const path = environment['PATH'] ?? '';
    const found = (0,platform_program/* findProgram */.K)('bash', path) ?? '/bin/bash';
    // The first line of a script cannot name a program whose path holds white space.
    const bash = /^\S{1,100}$/.test(found) ? found : '/bin/bash';
    const absent = [];
    const written = new Map();
    for (const name of (0,rebuild/* guardedPrograms */.Y)(level)) {
        if ((0,platform_program/* findProgram */.K)(name, path) === undefined)
            absent.push(name);
        else
            written.set((0,external_node_path_.join)(shims, name), shim(bash, `${start} ${(0,platform_program/* shellWord */.r)(name)}`));
    }
    for (const [file, text] of written)
        await writeShim(file, text);
    return {
        environment: {
            ...environment,
            PATH: path === '' ? shims : `${shims}${external_node_path_.delimiter}${path}`,
            'BASH_FUNC_command_not_found_handle%%': notFoundHandler(start, absent),
        },
        violations: async () => {
            await checkShims(written);
            return await readViolations(log);
        },
    };
}
/**
 * A shim asks the guard for the command to go on with, and becomes it. Not the guard itself: node ignores
 * SIGPIPE, what it starts would inherit that, and `docker logs app | head -1` would end otherwise than it does
 * without a guard. `bash -p` keeps variables whose names other shells drop, and reads no BASH_ENV.
 */
function shim(bash, start) {
    return `#!${bash} -p\nbuild_once_command="$(${start} "$@")" || exit\neval "exec $build_once_command"\n`;
}
/** A bash function for programs that do not exist; the guard judges the builders among them. */
function notFoundHandler(start, names) {
    return `() { case " ${names.join(' ')} " in *" $1 "*) ${start} "$@" >&2; return $?;; esac; printf '%s: command not found\\n' "$1" >&2; return 127; }`;
}
async function writeShim(path, text) {
    await (0,promises_.writeFile)(path, text);
    await (0,promises_.chmod)(path, 0o755);
}
/** Shims that are gone or were changed refused nothing from then on, so nobody knows what the script did. */
async function checkShims(written) {
    for (const [file, text] of written) {
        const now = await (0,promises_.readFile)(file, 'utf8').catch(() => undefined);
        if (now !== text)
            throw tampered(`${(0,external_node_path_.basename)(file)} is no longer guarded`);
    }
}
function tampered(how, cause) {
    return new domain_error/* PolicyError */.pn('REBUILD_REQUESTED', `The script removed the guard while it ran: ${how}`, {
        hint: 'The guard stands in front of builders on PATH. Leave its folder as it is; deploy never builds.',
        cause,
    });
}
/** A log that is gone means that the script tampered with the guard, so nobody knows what it did. */
async function readViolations(log) {
    try {
        const text = await (0,promises_.readFile)(log, 'utf8');
        return [...new Set(text.split('\n').filter((line) => line !== ''))].slice(0, 50);
    }
    catch (cause) {
        throw tampered((0,domain_error/* messageOf */.bD)(cause), cause);
    }
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(57075);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(46466);
// EXTERNAL MODULE: external "node:stream/web"
var web_ = __webpack_require__(37830);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(38522);
// EXTERNAL MODULE: ./lib/domain/files-artifact.js
var files_artifact = __webpack_require__(36198);
// EXTERNAL MODULE: ./lib/domain/manifest.js
var domain_manifest = __webpack_require__(5151);
;// CONCATENATED MODULE: ./lib/targets/unpack-entry.js




/** The error for an entry that will not be extracted. */
function refused(name, why) {
    return new domain_error/* TargetError */.I0('UNPACK_FAILED', `The archive holds ${JSON.stringify(name.slice(0, 300))}: ${why}`, {
        hint: 'The archive is not one build-once made, or was tampered with. Nothing was unpacked.',
    });
}
/** Why a name cannot be extracted, in words. Strict also about names that would merely be cleaned up elsewhere. */
function nameFault(name, isWindows) {
    if (name.includes('\0'))
        return 'the name holds a NUL';
    if (name.startsWith('/'))
        return 'the name is absolute';
    const parts = name.split('/');
    if (parts.includes('..'))
        return 'the name goes up';
    if (parts.includes('') || parts.includes('.'))
        return 'the name has an empty part';
    if (isWindows && /[\\:]/.test(name))
        return 'the name means another place on Windows';
    return undefined;
}
/** Extracts one entry, or refuses it. */
async function extractEntry(entry, into) {
    const { name: full, type = 'file' } = entry.header;
    const name = innerName(full, type === 'directory', into.title);
    if (into.kinds.has(name))
        throw refused(full, 'the name is there twice');
    if (into.kinds.size >= files_artifact/* FILES_LIMITS */.fl.entries)
        throw refused(full, `more than ${files_artifact/* FILES_LIMITS */.fl.entries} entries`);
    if (name !== '' && into.kinds.get(parentOf(name)) !== 'folder')
        throw refused(full, 'its folder is not a folder of the archive');
    if (type === 'file')
        return await extractFile(entry, name, into);
    await entry.body.cancel();
    if (type === 'directory')
        extractFolder(name, into);
    else if (type === 'symlink')
        keepLink(full, name, entry.header.linkname ?? '', into);
    else if (type === 'link')
        extractHardLink(full, name, entry.header.linkname ?? '', into);
    else
        throw refused(full, `entries of type ${type} are not allowed`);
}
/** The name below the title; empty for the title's own folder. */
function innerName(full, isFolder, title) {
    const name = isFolder ? full.replace(/\/$/, '') : full;
    const fault = nameFault(name, process.platform === 'win32');
    if (fault !== undefined)
        throw refused(full, fault);
    if (name === title && isFolder)
        return '';
    if (!name.startsWith(`${title}/`))
        throw refused(full, `it is not in the folder ${JSON.stringify(title)}`);
    return name.slice(title.length + 1);
}
function parentOf(name) {
    return name.slice(0, Math.max(name.lastIndexOf('/'), 0));
}
function extractFolder(name, into) {
    if (name !== '')
        (0,external_node_fs_.mkdirSync)((0,external_node_path_.join)(into.folder, name));
    into.kinds.set(name, 'folder');
}
async function extractFile(entry, name, into) {
    const { name: full, size, mode = 0o644 } = entry.header;
    if (into.bytes + size > files_artifact/* FILES_LIMITS */.fl.bytes)
        throw refused(full, `more than ${files_artifact/* FILES_LIMITS */.fl.bytes} bytes`);
    // Exclusively: on a file system that ignores case or normalizes names, two names can be one file.
    const file = (0,external_node_fs_.openSync)((0,external_node_path_.join)(into.folder, name), 'wx', (mode & 0o111) === 0 ? 0o644 : 0o755);
    let written = 0;
    try {
        for await (const chunk of entry.body) {
            for (let offset = 0; offset < chunk.byteLength;)
                offset += (0,external_node_fs_.writeSync)(file, chunk, offset);
            written += chunk.byteLength;
        }
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
    if (written !== size)
        throw refused(full, `expected ${size} bytes, got ${written}`);
    into.kinds.set(name, 'file');
    into.files += 1;
    into.bytes += size;
}
function keepLink(full, name, target, into) {
    const fault = (0,files_artifact/* linkFault */.$Q)(name, target);
    if (fault !== undefined)
        throw refused(full, `it is a link to ${JSON.stringify(target.slice(0, 300))}: ${fault}`);
    into.links.push({ name, target });
    into.kinds.set(name, 'link');
}
function extractHardLink(full, name, target, into) {
    const inner = target.startsWith(`${into.title}/`) ? target.slice(into.title.length + 1) : '';
    if (into.kinds.get(inner) !== 'file')
        throw refused(full, 'it is a hard link to something that is not a file of the archive');
    (0,external_node_fs_.linkSync)((0,external_node_path_.join)(into.folder, inner), (0,external_node_path_.join)(into.folder, name));
    into.kinds.set(name, 'file');
    into.files += 1;
}
/** Makes the links that were kept for the end. */
function makeLinks(extraction) {
    for (const { name, target } of extraction.links)
        (0,external_node_fs_.symlinkSync)(target, (0,external_node_path_.join)(extraction.folder, name));
}

;// CONCATENATED MODULE: ./lib/targets/unpack.js












/** Largest tar there can be: the files, and headers and padding of every entry. */
const MAX_TAR_BYTES = files_artifact/* FILES_LIMITS */.fl.bytes + files_artifact/* FILES_LIMITS */.fl.entries * 8192;
function failed(message, hint, cause) {
    return new domain_error/* TargetError */.I0('UNPACK_FAILED', message, { hint, cause });
}
/**
 * Restores the folder of a `files` artifact. The layer is downloaded and hashed before anything is read from
 * it, and extracted beside the folder, which it becomes only when everything agreed.
 * @throws {TargetError} UNPACK_FAILED; nothing is left behind. Registry errors as they are.
 */
async function unpackFiles(request) {
    const layer = layerOf(request.manifest);
    const directory = (0,external_node_path_.resolve)(request.directory);
    const isThere = await checkDirectory(directory);
    const staging = await makeStaging(directory);
    try {
        const archive = (0,external_node_path_.join)(staging, 'layer.tar.gz');
        await download(request, layer.descriptor, archive);
        const extraction = await extract(archive, layer, (0,external_node_path_.join)(staging, 'content'));
        if (isThere)
            await (0,promises_.rmdir)(directory);
        await (0,promises_.rename)(extraction.folder, directory);
        request.log.info(`Unpacked ${extraction.files} files, ${extraction.bytes} bytes, into ${directory}`);
        return { files: extraction.files, bytes: extraction.bytes };
    }
    catch (error) {
        if (error instanceof domain_error/* BuildOnceError */.kb)
            throw error;
        throw failed(`The artifact could not be unpacked into ${directory}: ${(0,domain_error/* messageOf */.bD)(error)}`, 'Check the folder, its permissions and the free space. Nothing was unpacked.', error);
    }
    finally {
        await (0,promises_.rm)(staging, { recursive: true, force: true });
    }
}
/** Judges the manifest: is this what the engine `files` publishes? */
function layerOf(manifest) {
    const hint = 'unpack takes artifacts of the engine files only.';
    const type = manifest.kind === 'image' ? manifest.document.artifactType : 'an index';
    if (manifest.kind !== 'image' || type !== files_artifact/* FILES_ARTIFACT */.fk.artifactType) {
        const expected = `expected artifactType ${files_artifact/* FILES_ARTIFACT */.fk.artifactType}, got ${type ?? 'none'}`;
        throw failed(`${manifest.digest} is not a folder of files · ${expected}`, hint);
    }
    const [descriptor, ...more] = manifest.document.layers;
    if (descriptor === undefined || more.length > 0)
        throw failed(`${manifest.digest} is malformed · expected one layer, got ${manifest.document.layers.length}`, hint);
    const title = descriptor.annotations?.[files_artifact/* FILES_ARTIFACT */.fk.title] ?? '';
    const contentDigest = descriptor.annotations?.[files_artifact/* FILES_ARTIFACT */.fk.contentDigest];
    const fault = (0,files_artifact/* titleFault */.Zn)(title);
    if (descriptor.mediaType !== domain_manifest/* MEDIA_TYPES */.Z2.ociTarGzip)
        throw failed(`${manifest.digest} is malformed · expected a layer of type ${domain_manifest/* MEDIA_TYPES */.Z2.ociTarGzip}`, hint);
    if (fault !== undefined)
        throw failed(`${manifest.digest} is malformed · its title ${JSON.stringify(title.slice(0, 200))}: ${fault}`, hint);
    if (!(0,digest/* isDigest */.Bc)(contentDigest))
        throw failed(`${manifest.digest} is malformed · expected ${files_artifact/* FILES_ARTIFACT */.fk.contentDigest}, a digest`, hint);
    return { descriptor, title, contentDigest };
}
/** True when the folder is there and empty; never follows a link. */
async function checkDirectory(directory) {
    const stats = await (0,promises_.lstat)(directory).catch((error) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
            return undefined;
        throw failed(`The folder ${directory} cannot be used: ${(0,domain_error/* messageOf */.bD)(error)}`, 'Choose another folder.', error);
    });
    if (stats === undefined)
        return false;
    const hint = 'unpack needs a folder that is new or empty; it never overwrites anything.';
    if (!stats.isDirectory())
        throw failed(`${directory} is there, and is not a folder.`, hint);
    const count = (await (0,promises_.readdir)(directory)).length;
    if (count > 0)
        throw failed(`${directory} is not empty · expected no entries, got ${count}`, hint);
    return true;
}
/** A folder beside the one to fill, so that one rename finishes the work. */
async function makeStaging(directory) {
    try {
        await (0,promises_.mkdir)((0,external_node_path_.dirname)(directory), { recursive: true });
        return await (0,promises_.mkdtemp)((0,external_node_path_.join)((0,external_node_path_.dirname)(directory), `.${(0,external_node_path_.basename)(directory)}-`));
    }
    catch (cause) {
        throw failed(`The folder ${directory} cannot be made: ${(0,domain_error/* messageOf */.bD)(cause)}`, 'Choose another folder.', cause);
    }
}
/** The whole layer, hashed and measured, before any of it is believed. */
async function download(request, descriptor, file) {
    const hash = (0,digest/* hashFor */.Og)(descriptor.digest);
    let size = 0;
    await (0,external_node_stream_promises_.pipeline)(request.registry.readBlob(request.repository, descriptor), async function* (chunks) {
        for await (const chunk of chunks) {
            hash.update(chunk);
            size += chunk.byteLength;
            if (size > descriptor.size)
                throw corrupt('The layer', `${descriptor.size} bytes`, 'more');
            yield chunk;
        }
    }, (0,external_node_fs_.createWriteStream)(file, { flags: 'wx', mode: 0o600 }));
    if (size !== descriptor.size)
        throw corrupt('The layer', `${descriptor.size} bytes`, String(size));
    const actual = (0,digest/* finishDigest */.g4)(hash, (0,digest/* algorithmOf */.Hy)(descriptor.digest));
    if (actual !== descriptor.digest)
        throw corrupt('The layer', descriptor.digest, actual);
}
function corrupt(what, expected, actual) {
    return failed(`${what} is corrupt · expected ${expected}, got ${actual}`, 'Check the registry, its storage and any proxy in between. Nothing was unpacked.');
}
async function extract(archive, layer, folder) {
    const { createTarDecoder } = await __webpack_require__.e(/* import() */ 942).then(__webpack_require__.bind(__webpack_require__, 51942));
    await (0,promises_.mkdir)(folder);
    const extraction = {
        folder,
        title: layer.title,
        kinds: new Map(),
        links: [],
        files: 0,
        bytes: 0,
    };
    const hash = (0,digest/* hashFor */.Og)(layer.contentDigest);
    const entries = web_.ReadableStream.from(inflate(archive, hash)).pipeThrough(createTarDecoder({ strict: true }));
    for await (const entry of entries)
        await extractEntry(entry, extraction);
    const actual = (0,digest/* finishDigest */.g4)(hash, (0,digest/* algorithmOf */.Hy)(layer.contentDigest));
    if (actual !== layer.contentDigest)
        throw corrupt('The archive', layer.contentDigest, actual);
    makeLinks(extraction);
    return extraction;
}
async function* inflate(archive, hash) {
    let size = 0;
    // The loop below sees every error: a pipeline destroys its last stream with it.
    const tar = (0,external_node_stream_.pipeline)((0,external_node_fs_.createReadStream)(archive), (0,external_node_zlib_.createGunzip)(), () => undefined);
    for await (const chunk of tar) {
        hash.update(chunk);
        size += chunk.byteLength;
        if (size > MAX_TAR_BYTES)
            throw failed(`The archive is larger than ${MAX_TAR_BYTES} bytes.`, 'Nothing was unpacked.');
        yield chunk;
    }
}

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 9 modules
var schemas = __webpack_require__(27597);
// EXTERNAL MODULE: ./lib/domain/commit.js
var commit = __webpack_require__(92935);
// EXTERNAL MODULE: ./lib/verbs/fields.js
var fields = __webpack_require__(17961);
;// CONCATENATED MODULE: ./lib/verbs/deploy/inputs.js







/** Raw inputs of the deploy action; its keys and defaults are those of `deploy/action.yml`. */
const deployInputsSchema = schemas/* object */.Ikc({
    image: (0,fields/* required */.mw)(reference/* parseRepository */.SU, 'ghcr.io/owner/app'),
    // Emptiness has an error of its own, which explains dropped outputs; so it is not a fault here.
    digest: (0,fields/* field */.ZZ)((text) => text === '' ? undefined : text === 'sealed' ? text : (0,digest/* parseDigest */.m)(text)),
    commit: (0,fields/* optional */.lq)((text) => {
        const fault = (0,commit/* commitFault */.kf)(text);
        if (fault !== undefined)
            throw new fields/* FieldFault */.zp(fault);
        return (0,commit/* parseCommit */.L5)(text);
    }),
    environment: (0,fields/* required */.mw)(parseEnvironment, 'staging'),
    run: (0,fields/* optionalText */.mR)(),
    unpack: (0,fields/* optionalText */.mR)(),
    running: (0,fields/* optionalText */.mR)(),
    config: (0,fields/* optional */.lq)(fields/* parseLines */.Li),
    guard: (0,fields/* oneOf */.yL)(rebuild/* GUARD_LEVELS */.CE, 'standard'),
    'dry-run': (0,fields/* boolean */.zM)('false'),
    'allow-pull-request': (0,fields/* boolean */.zM)('false'),
    username: (0,fields/* optionalText */.mR)(),
    password: (0,fields/* optionalText */.mR)(),
    insecure: (0,fields/* optional */.lq)(fields/* parseList */.E1),
});
function parseEnvironment(text) {
    if (text.length > 255 || /\p{Cc}/u.test(text))
        throw new fields/* FieldFault */.zp('must be the name of an environment, at most 255 characters');
    return text;
}
/**
 * Parses the inputs of the deploy action.
 * @param raw all inputs of the step, undeclared ones included.
 * @throws {InputError} with every fault, each naming its input.
 */
function parseDeployInputs(raw) {
    const { values, faults } = (0,fields/* parseFields */.L5)(deployInputsSchema, raw);
    const rebuildInputs = (0,rebuild/* buildInputs */._9)(raw, new Set(Object.keys(deployInputsSchema.shape)));
    const pairs = Boolean(raw.get('username')) === Boolean(raw.get('password'))
        ? []
        : ['username, password: give both or neither'];
    const all = [...faults, ...pairs];
    if (values !== undefined && all.length === 0)
        return { ...values, rebuildInputs };
    const asked = rebuildInputs.map((name) => `${name}: asks for a build · deploy never builds; remove it`);
    throw new domain_error/* InputError */.dz([...all, ...asked], {
        hint: 'Nothing was deployed. The inputs are described in deploy/README.md.',
    });
}

;// CONCATENATED MODULE: ./lib/verbs/deploy/record.js




/**
 * Step 6: appends the record of a deployment that succeeded and returns its id. Where that fails, the step
 * fails with it, because a deployment nobody can find is not part of the trail.
 */
async function recordSuccess(attempt, sealed) {
    const record = makeRecord(attempt, 'success', null);
    try {
        await append(attempt, record, sealed);
    }
    catch (error) {
        attempt.ports.log.warning(`The deployment to ${attempt.target.environment} took place, but could not be recorded.`);
        throw error;
    }
    return record.id;
}
/** Refusals and failures are part of the trail too. The first error stays the one that is reported. */
async function recordFailure(attempt, state, error) {
    const code = error instanceof domain_error/* BuildOnceError */.kb ? error.code : 'INTERNAL';
    const reason = { code, message: (0,domain_error/* messageOf */.bD)(error).slice(0, 4000) };
    try {
        await append(attempt, makeRecord(attempt, state, reason), attempt.seen.sealed);
    }
    catch (recordError) {
        attempt.ports.log.warning(`This ${state} could not be recorded: ${(0,domain_error/* messageOf */.bD)(recordError)}`);
    }
}
async function append({ ports, target }, record, sealed) {
    await ports.deployments.append(target.repository, record, sealed === undefined ? undefined : (0,domain_manifest/* descriptorOf */.nb)(sealed));
}
function makeRecord(attempt, state, reason) {
    const { inputs, target, ports, seen } = attempt;
    const asked = inputs.digest === 'sealed' ? undefined : inputs.digest;
    return {
        schema: 'build-once/deployment/v1',
        id: ports.nonce(),
        releaseId: attempt.releaseId ?? null,
        environment: target.environment,
        repository: (0,reference/* formatRepository */.Sh)(target.repository),
        digest: seen.agreement?.digest ?? asked ?? null,
        commit: target.commit,
        state,
        reason,
        configDigest: attempt.configDigest ?? null,
        previousDigest: attempt.previousDigest ?? null,
        // The bound of the record's schema; a workflow run may have left any number of artifacts.
        evidence: (seen.agreement?.evidence ?? []).slice(0, 50),
        workflowRun: ports.context.workflowRun,
        actor: ports.context.actor,
        startedAt: (0,domain_record/* recordTime */.$l)(attempt.startedAt),
        finishedAt: (0,domain_record/* recordTime */.$l)(ports.clock.now()),
        rollback: false,
        overrides: inputs['allow-pull-request'] ? ['allow-pull-request'] : [],
    };
}

;// CONCATENATED MODULE: ./lib/verbs/deploy/release.js



/** What steps 4 to 6 would do, in words; for a dry run. */
function plannedSteps(inputs) {
    const { unpack, run, running } = inputs;
    return [
        ...(unpack === undefined ? [] : [`verify the files of the artifact and unpack them into ${unpack}`]),
        ...(run === undefined ? [] : [`run, with the ${inputs.guard} guard: ${shortened(run)}`]),
        ...(running === undefined ? [] : [`check what runs: ${shortened(running)}`]),
        `record the deployment to ${inputs.environment}`,
    ];
}
function shortened(script) {
    const lines = script.split('\n').filter((line) => line.trim() !== '');
    return lines.length > 3
        ? [...lines.slice(0, 3), `… (${lines.length} lines)`].join(' ⏎ ')
        : lines.join(' ⏎ ');
}
/** Step 4: unpack, then run. */
async function release(attempt, { agreement, sealed }) {
    const { inputs, target, ports } = attempt;
    if (inputs.unpack !== undefined) {
        const { files, bytes } = await ports.unpack(target.repository, sealed, inputs.unpack);
        ports.log.info(`Unpacked ${files} files (${bytes} bytes) of ${agreement.digest} into ${inputs.unpack}`);
    }
    if (inputs.run === undefined)
        return;
    const script = inputs.run;
    const result = await ports.log.group('Deploy', async () => ports.guarded(script, variables(target, agreement.digest)));
    refuseBuilding(result, 'run');
    if (result.exitCode !== 0) {
        throw new domain_error/* TargetError */.I0('RUN_FAILED', `The run script failed · expected exit code 0, got ${result.exitCode}`, {
            hint: 'Read its output above. The deployment is recorded as failed.',
        });
    }
}
function variables(target, digest) {
    return {
        IMAGE: (0,reference/* formatRepository */.Sh)(target.repository),
        DIGEST: digest,
        REFERENCE: (0,reference/* formatReference */.FH)((0,reference/* digestReference */.O9)(target.repository, digest)),
        COMMIT: target.commit,
        ENVIRONMENT: target.environment,
    };
}
/** Whatever the exit code: a script that tried to build does not get away with ignoring the refusal. */
function refuseBuilding({ violations }, input) {
    if (violations.length === 0)
        return;
    throw new domain_error/* PolicyError */.pn('REBUILD_REQUESTED', (0,domain_error/* listed */.KE)(`The ${input} script tried to build or retag · expected no builds, got`, violations), {
        hint: 'deploy ships the digest that was built and tested. Move this command to the build job.',
    });
}
/** Step 5: what runs is what was deployed, as the `running` command reports it. */
async function checkRunning(attempt, { agreement, sealed }) {
    const { inputs, target, ports } = attempt;
    if (inputs.running === undefined)
        return;
    const result = await ports.guarded(inputs.running, variables(target, agreement.digest));
    refuseBuilding(result, 'running');
    const mismatch = (got) => runningMismatch(agreement.digest, got);
    if (result.exitCode !== 0)
        throw mismatch(`nothing: the running command failed with exit code ${result.exitCode}`);
    if (result.isTruncated)
        throw mismatch('more than can be read: the running command printed over 1 MB');
    const found = result.stdout.split('\n').filter((line) => line.trim() !== '');
    if (found.length === 0)
        throw mismatch('nothing: the running command printed no digest');
    for (const line of found) {
        const foreign = foreignIn(line, sealed);
        if (foreign !== undefined)
            throw mismatch(foreign);
    }
    ports.log.info(`What runs is what was built: ${[...new Set(found.map((line) => line.trim()))].join(', ')}`);
}
function runningMismatch(expected, got) {
    const message = `What runs is not what was deployed · expected ${expected}, got ${got}`;
    return new domain_error/* TargetError */.I0('RUNNING_MISMATCH', message, {
        hint: 'The running command must print the digest that runs, one a line. The deployment is recorded as failed.',
    });
}
/** What a line names that is not the sealed artifact; `kubectl -o jsonpath` prints the digests of all pods in one line. */
function foreignIn(line, sealed) {
    const digests = line.match(/\bsha\d+:[0-9a-f]+/g) ?? [];
    if (digests.length === 0)
        return `a line without a digest: ${JSON.stringify(line.slice(0, 200))}`;
    return digests.find((digest) => !(0,domain_manifest/* identify */.ls)(digest, sealed).same);
}

// EXTERNAL MODULE: ./lib/domain/agreement.js
var domain_agreement = __webpack_require__(34040);
// EXTERNAL MODULE: ./lib/verbs/build-records.js
var build_records = __webpack_require__(24053);
;// CONCATENATED MODULE: ./lib/verbs/deploy/witnesses.js





/** Evidence as far as it was read when something went wrong; goes into the record of the refusal. */
class RefusedEvidence {
    agreement;
    sealed;
}
/**
 * Step 2: reads every witness and lets them agree.
 * @param seen filled with what was read, also when this throws.
 * @throws {VerificationError} DIGEST_MISSING, DIGEST_MISMATCH, NOT_SEALED, TAG_MOVED, RECORD_MISMATCH,
 *   BUILT_TWICE, or WITNESS_UNREADABLE.
 */
async function verify(requested, target, ports, seen) {
    if (requested === undefined)
        throw digestMissing();
    const { repository, commit } = target;
    const tag = await ports.registry.readTag(repository, commit);
    seen.sealed = tag;
    const isElsewhere = requested !== 'sealed' && (tag === undefined || !(0,domain_manifest/* identify */.ls)(requested, tag).same);
    const agreement = (0,domain_agreement/* agree */.d5)({
        commit,
        repository: (0,reference/* formatRepository */.Sh)(repository),
        requested,
        tag,
        atTag: tag === undefined ? undefined : await recorded(target, ports, tag.digest),
        atRequested: isElsewhere ? await recorded(target, ports, requested) : undefined,
        workflowArtifacts: await witnessedByArtifacts(target, ports),
    });
    seen.agreement = agreement;
    if (agreement.digest === undefined || tag === undefined)
        throw (0,domain_agreement/* disagreement */.fn)(agreement, remedy(agreement));
    ports.log.info(`The witnesses agree:\n${(0,domain_agreement/* formatEvidence */.Vp)(agreement.evidence)}`);
    if (agreement.child !== undefined)
        ports.log.info(`${agreement.digest} is ${agreement.child} inside the sealed index ${tag.digest}.`);
    return { agreement: { ...agreement, digest: agreement.digest }, sealed: tag };
}
async function recorded(target, ports, digest) {
    const { records, broken } = await (0,build_records/* readBuildRecords */.z)(ports, target.repository, digest);
    const artifact = { digest, records };
    if (broken !== undefined &&
        (0,domain_agreement/* recordFor */.xR)(artifact, (0,reference/* formatRepository */.Sh)(target.repository), target.commit) === undefined) {
        throw new domain_error/* VerificationError */.mk('WITNESS_UNREADABLE', `The build record at ${digest} cannot be read: ${broken.message}`, {
            hint: 'A newer version of build-once may have written it, or somebody tampered with it.',
            cause: broken,
        });
    }
    return artifact;
}
async function witnessedByArtifacts(target, ports) {
    try {
        const found = await ports.artifacts.find((0,reference/* formatRepository */.Sh)(target.repository), target.commit);
        return found.map(({ name, record }) => ({ name, digest: record.digest }));
    }
    catch (error) {
        if (error instanceof domain_error/* BuildOnceError */.kb)
            throw error;
        throw new domain_error/* VerificationError */.mk('WITNESS_UNREADABLE', `The workflow artifacts could not be read: ${(0,domain_error/* messageOf */.bD)(error)}`, { hint: 'An unreadable witness is a failure, not an absence. Run the job again.', cause: error });
    }
}
function digestMissing() {
    return new domain_error/* VerificationError */.mk('DIGEST_MISSING', 'The digest input is empty · expected sha256:… from the build job, or the word sealed', {
        hint: 'The runner drops a job output that contains a masked value or is not declared. Pass the bare digest output ' +
            '(outputs: digest: ${{ steps.build.outputs.digest }}, then needs.build.outputs.digest), never the full reference; in a matrix use digest: sealed.',
    });
}
const REMEDIES = {
    TAG_MOVED: 'Something wrote the SHA tag past build-once. Find out what, put the tag back to the built digest, and deploy again.',
    DIGEST_MISMATCH: 'Deploy the sealed digest: pass needs.build.outputs.digest of the build of this commit, or digest: sealed.',
    NOT_SEALED: 'Run the build action for this commit and repository first, and check the commit and image inputs.',
    BUILT_TWICE: 'Decide which artifact is right and delete the other; let only build-once write SHA tags.',
};
function remedy(agreement) {
    const code = agreement.findings[0]?.code;
    return ((code === undefined ? undefined : REMEDIES[code]) ??
        'Build this commit with build-once, and deploy the digest it reports.');
}

;// CONCATENATED MODULE: ./lib/verbs/deploy/run.js






/** Deploys the sealed digest: refuse, agree, release, check, record (design: the deploy verb). */
async function deploy(inputs, target, ports, onFailure) {
    const seen = new RefusedEvidence();
    const attempt = { inputs, target, ports, startedAt: ports.clock.now(), seen };
    try {
        const verified = await admit(attempt);
        if (inputs['dry-run']) {
            ports.log.info(`Dry run; a deployment would:\n${plannedSteps(inputs)
                .map((step) => `  - ${step}`)
                .join('\n')}`);
            return resultOf(attempt, verified, undefined);
        }
        await release(attempt, verified);
        await checkRunning(attempt, verified);
        return resultOf(attempt, verified, await recordSuccess(attempt, verified.sealed));
    }
    catch (error) {
        const state = error instanceof domain_error/* VerificationError */.mk || error instanceof domain_error/* PolicyError */.pn ? 'refused' : 'failure';
        if (!inputs['dry-run'])
            await recordFailure(attempt, state, error);
        await onFailure({ target, error, state, seen });
        throw error;
    }
}
/** Steps 1 and 2: everything that can refuse, before anything is touched. */
async function admit(attempt) {
    const { inputs, target, ports } = attempt;
    refuseRebuild(inputs.rebuildInputs);
    const verified = await verify(inputs.digest, target, ports, attempt.seen);
    refusePullRequest(inputs, verified);
    if (inputs.config !== undefined)
        attempt.configDigest = await ports.hashConfig(inputs.config);
    attempt.releaseId = releaseId(target, verified.agreement.digest, attempt.configDigest);
    const previous = await previousDigest(target, ports);
    if (previous !== undefined)
        attempt.previousDigest = previous;
    return verified;
}
function refuseRebuild(asked) {
    if (asked.length === 0)
        return;
    throw new domain_error/* PolicyError */.pn('REBUILD_REQUESTED', (0,domain_error/* listed */.KE)('deploy was asked to build · expected no build inputs, got', asked), {
        hint: 'deploy never builds. Remove these inputs; they belong to the build action, which runs once per commit.',
    });
}
function refusePullRequest(inputs, { agreement }) {
    // Reviews of a pull request run on its merge commit too, and pull_request_target may build anything.
    const event = agreement.record?.event ?? '';
    if (!event.startsWith('pull_request') || inputs['allow-pull-request'])
        return;
    throw new domain_error/* PolicyError */.pn('PULL_REQUEST_BUILD', `The artifact was built from a pull request merge commit · expected a build of a pushed commit, got event ${event}`, {
        hint: 'Deploy the build of the merged commit, or set allow-pull-request: true for a preview environment.',
    });
}
/** Build plus configuration of one environment is a release; the same three always give the same id. */
function releaseId(target, digest, configDigest) {
    const parts = [(0,reference/* formatRepository */.Sh)(target.repository), target.environment, digest, configDigest ?? ''];
    return `release-${(0,json/* shortKey */.qU)(parts.join('\n'), 16)}`;
}
async function previousDigest(target, ports) {
    for await (const record of ports.deployments.list(target.repository, target.environment)) {
        if (record.state === 'success' && record.digest !== null)
            return record.digest;
    }
    return undefined;
}
function resultOf(attempt, verified, deploymentId) {
    const { inputs, target, ports, configDigest, previousDigest: previous } = attempt;
    const { digest } = verified.agreement;
    return {
        target,
        digest,
        reference: (0,reference/* formatReference */.FH)((0,reference/* digestReference */.O9)(target.repository, digest)),
        previousDigest: previous,
        releaseId: attempt.releaseId ?? releaseId(target, digest, configDigest),
        configDigest,
        deploymentId,
        verified,
        planned: inputs['dry-run'] ? plannedSteps(inputs) : undefined,
        milliseconds: ports.clock.now().getTime() - attempt.startedAt.getTime(),
    };
}

// EXTERNAL MODULE: ./lib/domain/markdown.js
var markdown = __webpack_require__(26039);
;// CONCATENATED MODULE: ./lib/verbs/deploy/summary.js



function evidenceTable(evidence) {
    const rows = evidence.map((row) => `| ${(0,markdown/* escapeMarkdown */.FV)(row.witness)} | ${row.digest === null ? (0,markdown/* escapeMarkdown */.FV)(row.note ?? 'nothing') : (0,markdown/* code */.aY)(row.digest)} | ${(0,markdown/* code */.aY)(row.where)} |`);
    return ['| Witness | Digest | Where read |', '| --- | --- | --- |', ...rows].join('\n');
}
/** The job summary of a deployment that succeeded, or of a dry run. */
function deploySummary(result) {
    const { target, verified, previousDigest, configDigest } = result;
    const heading = result.planned === undefined ? '🚀 Deployed' : '🔎 Dry run: would deploy';
    const change = previousDigest === result.digest
        ? 'the same digest was deployed before'
        : previousDigest === undefined
            ? 'first deployment'
            : (0,markdown/* code */.aY)(previousDigest);
    const rows = [
        ['Environment', (0,markdown/* escapeMarkdown */.FV)(target.environment)],
        ['Commit', (0,markdown/* code */.aY)(target.commit)],
        ['Image', (0,markdown/* code */.aY)((0,reference/* formatRepository */.Sh)(target.repository))],
        [
            'Digest',
            `**${(0,markdown/* code */.aY)(result.digest)}**${verified.agreement.child === undefined ? '' : ` (${(0,markdown/* escapeMarkdown */.FV)(verified.agreement.child)} of the sealed index)`}`,
        ],
        ['Before', change],
        ['Configuration', configDigest === undefined ? 'not declared' : (0,markdown/* code */.aY)(configDigest)],
        ['Release', (0,markdown/* code */.aY)(result.releaseId)],
        ['Time', (0,markdown/* humanDuration */.UU)(result.milliseconds)],
    ];
    const plan = (result.planned ?? []).map((step) => `\n- would ${(0,markdown/* escapeMarkdown */.FV)(step)}`).join('');
    return `### ${heading} to ${(0,markdown/* escapeMarkdown */.FV)(target.environment)}\n\n${(0,markdown/* propertyTable */.C0)(rows)}\n${plan}\n\n${evidenceTable(verified.agreement.evidence)}\n`;
}
/** The job summary of a refusal or failure. */
function failureSummary({ target, error, state, seen }) {
    const heading = state === 'refused' ? '⛔ Refused to deploy' : '❌ Deployment failed';
    // A disagreement names its codes in the message, one a finding; the table behind it stands below as a real one.
    const [first = ''] = (0,domain_error/* messageOf */.bD)(error).split('\n\n', 1);
    const isNamed = !(error instanceof domain_error/* BuildOnceError */.kb) || first.includes(`${error.code}: `);
    const lines = (isNamed ? first : `${error.code}: ${first}`).split('\n').map(findingLine);
    const hint = error instanceof domain_error/* BuildOnceError */.kb && error.hint !== undefined ? `\n\n> ${(0,markdown/* escapeMarkdown */.FV)(error.hint)}` : '';
    const evidence = seen.agreement === undefined ? '' : `\n\n${evidenceTable(seen.agreement.evidence)}`;
    return `### ${heading} to ${(0,markdown/* escapeMarkdown */.FV)(target.environment)}\n\n${lines.join('<br>')}${hint}${evidence}\n`;
}
/** A line of the message; the code at the start of a finding stands out. */
function findingLine(line) {
    const code = /^[A-Z][A-Z_]+(?=: )/.exec(line)?.[0];
    return code === undefined
        ? (0,markdown/* escapeMarkdown */.FV)(line)
        : `**${code}** ${(0,markdown/* escapeMarkdown */.FV)(line.slice(code.length + 2))}`;
}

// EXTERNAL MODULE: ./lib/main/failure.js
var failure = __webpack_require__(49475);
// EXTERNAL MODULE: ./lib/main/outputs.js
var outputs = __webpack_require__(45283);
// EXTERNAL MODULE: ./lib/main/registry.js + 32 modules
var registry = __webpack_require__(13902);
;// CONCATENATED MODULE: ./lib/main/deploy.js























/** The deploy action. */
async function main(home) {
    try {
        const context = (0,github_context/* readContext */.yI)(process.env);
        const raw = (0,github_inputs/* readInputs */.K)(process.env);
        const password = raw.get('password');
        if (password !== undefined)
            log/* githubLog */.Q.mask(password);
        const inputs = parseDeployInputs(raw);
        const target = {
            repository: inputs.image,
            commit: inputs.commit ?? (0,github_context/* eventCommit */.ef)(context),
            environment: inputs.environment,
        };
        const connection = (0,registry/* connect */.N)(inputs, log/* githubLog */.Q, process.env);
        try {
            await (0,platform_files/* withTemporaryFolder */.EX)(context.temporary, async (temporary) => {
                const result = await deploy(inputs, target, ports(inputs, context, connection, temporary, home), async (failure) => {
                    await (0,summary/* writeSummary */.S)(process.env, failureSummary(failure), log/* githubLog */.Q);
                });
                (0,outputs/* setOutputs */.n0)((0,outputs/* deployOutputs */.gf)(result));
                log/* githubLog */.Q.info(`${result.planned === undefined ? 'Deployed' : 'Would deploy'} ${result.reference} to ${target.environment}`);
                await (0,summary/* writeSummary */.S)(process.env, deploySummary(result), log/* githubLog */.Q);
            });
        }
        finally {
            connection.close();
        }
    }
    catch (error) {
        (0,failure/* reportFailure */.x)(error);
    }
}
function ports(inputs, context, connection, temporary, home) {
    const { registry, records } = connection;
    const guardProgram = { node: process.execPath, entry: (0,external_node_path_.join)(home, '..', 'guard', 'index.js') };
    return {
        registry,
        records,
        context,
        clock: clock/* systemClock */.m,
        log: log/* githubLog */.Q,
        deployments: createRegistryDeploymentLog(registry, records, log/* githubLog */.Q),
        artifacts: (0,artifacts/* createWorkflowArtifacts */.L)(process.env, temporary, log/* githubLog */.Q),
        guarded: async (script, variables) => {
            // Left for the runner to remove at the end of the job, see createGuard.
            const folder = await (0,promises_.mkdtemp)((0,external_node_path_.join)(context.temporary, 'build-once-guard-'));
            const environment = { ...(0,platform_environment/* childEnvironment */.Q)(process.env), ...variables };
            const guard = await createGuard(folder, inputs.guard, guardProgram, environment);
            const { exitCode, stdout, isTruncated } = await (0,platform_script/* runScript */.j)(script, {
                exec: exec/* exec */.m,
                folder,
                name: 'deploy',
                cwd: context.workspace,
                environment: guard.environment,
                onOutput: (chunk) => log/* githubLog */.Q.raw(chunk),
                waitsForAll: true,
            });
            return { exitCode, stdout, isTruncated, violations: await guard.violations() };
        },
        unpack: async (repository, manifest, directory) => await unpackFiles({
            registry,
            repository,
            manifest,
            directory: (0,external_node_path_.resolve)(context.workspace, directory),
            log: log/* githubLog */.Q,
        }),
        hashConfig: async (patterns) => await hashConfiguration(context.workspace, patterns),
        nonce: () => (0,external_node_crypto_.randomBytes)(16).toString('hex'),
    };
}


/***/ }),

/***/ 93687:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   K: () => (/* binding */ findProgram),
/* harmony export */   r: () => (/* binding */ shellWord)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);


/** Where a shell would find a program, as it searches a PATH; `without` is a folder of the PATH to leave out. */
function findProgram(name, path, without) {
    for (const folder of path.split(node_path__WEBPACK_IMPORTED_MODULE_1__.delimiter)) {
        if (folder === '' || folder === without)
            continue;
        const candidate = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(folder, name);
        try {
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.accessSync)(candidate, node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.X_OK);
            if ((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)(candidate).isFile())
                return candidate;
        }
        catch {
            // Not in this folder, or not executable: the next one decides.
        }
    }
    return undefined;
}
/** A text as one word of a shell command. */
function shellWord(text) {
    return `'${text.replaceAll("'", String.raw `'\''`)}'`;
}


/***/ })

};
