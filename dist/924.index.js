export const id = 924;
export const ids = [924];
export const modules = {

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
  workdir tags tag seal backfill settle adopt bake bake-file files set source sources source-dir buildpacks buildpack
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

/***/ 71924:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   REFUSED: () => (/* binding */ REFUSED),
/* harmony export */   main: () => (/* binding */ main)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var _domain_rebuild_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(85797);
/* harmony import */ var _platform_program_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(93687);



/** Exit code of a command the guard refused. */
const REFUSED = 97;
/**
 * The program behind the shims: judges one command, then prints what bash shall go on with, or refuses.
 * @param argv log file, guard level, folder of the shims, program, its arguments.
 */
function main(argv) {
    const [log = '', levelText = '', shims = '', program = '', ...args] = argv;
    const level = _domain_rebuild_js__WEBPACK_IMPORTED_MODULE_1__/* .GUARD_LEVELS */ .CE.find((known) => known === levelText) ?? 'strict';
    const verdict = (0,_domain_rebuild_js__WEBPACK_IMPORTED_MODULE_1__/* .judgeCommand */ .Bc)(program, args, level);
    if (!verdict.allowed) {
        // Only the kind of command is noted: its arguments may hold secrets.
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.appendFileSync)(log, `${verdict.why}\n`);
        process.stderr.write(`build-once: "${verdict.why}" was refused (REBUILD_REQUESTED): deploy never builds, pushes or retags.\n`);
        process.exitCode = REFUSED;
        return;
    }
    const real = (0,_platform_program_js__WEBPACK_IMPORTED_MODULE_2__/* .findProgram */ .K)(program, process.env['PATH'] ?? '', shims);
    if (real === undefined) {
        process.stderr.write(`${program}: command not found\n`);
        process.exitCode = 127;
        return;
    }
    process.stdout.write(`${(0,_platform_program_js__WEBPACK_IMPORTED_MODULE_2__/* .shellWord */ .r)(real)} ${passOn(args, verdict.args)}`);
}
/**
 * The arguments in the words of the shim, which has them: text that is not UTF-8 would not survive the way
 * through this program.
 */
function passOn(given, wanted) {
    const at = wanted.findIndex((argument, index) => argument !== given[index]);
    if (at < 0)
        return '"$@"';
    return `"\${@:1:${at}}" ${(0,_platform_program_js__WEBPACK_IMPORTED_MODULE_2__/* .shellWord */ .r)(wanted[at] ?? '')} "\${@:${at + 1}}"`;
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
