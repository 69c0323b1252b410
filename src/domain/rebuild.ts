/**
 * What counts as building, in one table: used on the inputs of deploy and on the commands a deploy script
 * runs. Pure: text in, verdict out.
 */

/** How much the guard refuses: `strict` adds builders of packages and programs. */
export const GUARD_LEVELS = ['standard', 'strict'] as const
export type GuardLevel = (typeof GUARD_LEVELS)[number]

/** Input names that only make sense for a build, beside the ones of the build action itself. */
const BUILD_ONLY_INPUTS = new Set([
  ...[
    'context',
    'file',
    'dockerfile',
    'docker-file',
    'containerfile',
    'target',
    'targets',
    'build',
    'rebuild',
  ],
  ...[
    'force-build',
    'force-rebuild',
    'build-arg',
    'build-args',
    'build-contexts',
    'build-command',
    'build-script',
  ],
  ...['engine', 'prepare', 'platform', 'platforms', 'cache-from', 'cache-to', 'cache-path', 'cache-key'],
  ...[
    'cache-restore-keys',
    'no-cache',
    'no-cache-filters',
    'pull',
    'push',
    'load',
    'outputs',
    'network',
    'builder',
  ],
  ...[
    'provenance',
    'sbom',
    'attests',
    'secrets',
    'secret-files',
    'secret-envs',
    'ssh',
    'labels',
    'annotations',
  ],
  ...[
    'path',
    'base',
    'base-image',
    'entrypoint',
    'cmd',
    'workdir',
    'tags',
    'tag',
    'seal',
    'settle',
    'adopt',
    'bake',
  ],
  ...['source', 'source-dir', 'buildpacks', 'add-hosts', 'allow', 'shm-size', 'ulimit', 'cgroup-parent'],
])

/**
 * The inputs that ask deploy to build, in the words the user typed. The runner passes inputs an action does
 * not declare, so a typo or a copied block of inputs arrives here and must not be ignored.
 * @param given names and values of all inputs of the step; empty values count as not given.
 * @param known names deploy declares itself.
 */
export function buildInputs(
  given: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
): readonly string[] {
  const asked: string[] = []
  for (const [name, value] of given) {
    const spelled = name.toLowerCase().replaceAll('_', '-')
    if (value !== '' && !known.has(name) && BUILD_ONLY_INPUTS.has(spelled)) asked.push(name)
  }
  return asked
}

/** Global options of the docker-like tools that take a value in the next argument. */
const VALUE_OPTIONS = new Set([
  ...[
    '-H',
    '--host',
    '-c',
    '--context',
    '--config',
    '-l',
    '--log-level',
    '--tlscacert',
    '--tlscert',
    '--tlskey',
  ],
  ...[
    '--builder',
    '-f',
    '--file',
    '-p',
    '--project-name',
    '--project-directory',
    '--profile',
    '--env-file',
    '--ansi',
  ],
  ...[
    '--parallel',
    '--progress',
    '--url',
    '--identity',
    '--connection',
    '--root',
    '--runroot',
    '--storage-driver',
  ],
  ...[
    '--storage-opt',
    '--namespace',
    '-n',
    '-a',
    '--address',
    '--cgroup-manager',
    '--registries-conf',
    '--tmpdir',
  ],
  ...[
    '--project',
    '--region',
    '--account',
    '--subscription',
    '--kubeconfig',
    '--kube-context',
    '-C',
    '--prefix',
  ],
])

/** The words of a command line that are not options: `docker -H x buildx b .` → `buildx b .`. */
function words(args: readonly string[]): string[] {
  const found: string[] = []
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? ''
    if (argument === '--') return [...found, ...args.slice(index + 1)]
    if (!argument.startsWith('-')) found.push(argument)
    else if (VALUE_OPTIONS.has(argument)) index += 1
  }
  return found
}

const CONTAINER_TOOL = [
  ...['build', 'bud', 'push', 'commit', 'tag', 'import'],
  ...['image build', 'image push', 'image tag', 'image import', 'builder build', 'container commit'],
  ...['buildx build', 'buildx b', 'buildx bake', 'buildx f', 'buildx imagetools create'],
  ...[
    'manifest create',
    'manifest push',
    'compose build',
    'compose push',
    'compose watch',
    'compose bake',
    'stack build',
  ],
  'farm build',
]
const COMPOSE = ['build', 'push', 'watch', 'bake']

/** Tool → the word sequences that build. An empty sequence stands for every call, `$` for a call without words. */
const BUILDERS: Readonly<Record<string, readonly string[]>> = {
  docker: CONTAINER_TOOL,
  podman: CONTAINER_TOOL,
  nerdctl: CONTAINER_TOOL,
  finch: CONTAINER_TOOL,
  buildah: [...CONTAINER_TOOL, 'build-using-dockerfile', 'from', 'add', 'copy', 'run', 'config'],
  'docker-compose': COMPOSE,
  'podman-compose': COMPOSE,
  'docker-buildx': ['build', 'b', 'bake', 'f', 'imagetools create'],
  buildx: ['build', 'b', 'bake', 'f', 'imagetools create'],
  buildctl: ['build'],
  skaffold: ['run', 'build', 'dev', 'debug'],
  ko: ['build', 'publish', 'apply', 'create', 'run', 'resolve'],
  pack: ['build', 'buildpack package', 'builder create', 'rebase'],
  kaniko: [''],
  'kaniko-executor': [''],
  img: ['build', 'push', 'tag'],
  nixpacks: ['build'],
  s2i: ['build', 'rebuild'],
  earthly: [''],
  depot: ['build', 'bake'],
  werf: ['build', 'converge'],
  tilt: ['up', 'ci'],
  crane: ['append', 'mutate', 'rebase', 'flatten', 'edit', 'push', 'tag'],
  gcloud: ['builds submit', 'app deploy', 'functions deploy'],
  az: ['acr build', 'acr run', 'acr task run', 'webapp up', 'containerapp up'],
  oc: ['start-build', 'new-build', 'new-app'],
  heroku: ['container:push'],
  copilot: ['deploy', 'svc deploy', 'job deploy'],
  sam: ['build'],
  vercel: ['build'],
  netlify: ['build'],
}

/** What `guard: strict` adds. `npm` and the like still start what was built. */
const PACKAGE_BUILDERS: Readonly<Record<string, readonly string[]>> = {
  npm: [
    'ci',
    'install',
    'i',
    'add',
    'update',
    'run build',
    'run-script build',
    'run bundle',
    'run compile',
    'pack',
    'publish',
  ],
  pnpm: ['install', 'i', 'add', 'update', 'build', 'run build', 'pack', 'publish'],
  yarn: ['$', 'install', 'add', 'build', 'run build', 'pack', 'publish'],
  bun: ['install', 'i', 'add', 'build', 'run build'],
  deno: ['compile', 'bundle'],
  tsc: [''],
  vite: ['build'],
  next: ['build'],
  webpack: [''],
  mvn: ['compile', 'package', 'install', 'deploy', 'verify'],
  mvnw: ['compile', 'package', 'install', 'deploy', 'verify'],
  gradle: ['build', 'assemble', 'jar', 'war', 'bootJar', 'publish', 'installDist'],
  gradlew: ['build', 'assemble', 'jar', 'war', 'bootJar', 'publish', 'installDist'],
  ant: [''],
  sbt: [''],
  go: ['build', 'install', 'generate', 'run'],
  cargo: ['build', 'b', 'install', 'run', 'r', 'publish'],
  dotnet: ['build', 'publish', 'pack'],
  pip: ['install', 'wheel', 'download'],
  pip3: ['install', 'wheel', 'download'],
  uv: ['build', 'sync', 'pip install'],
  poetry: ['build', 'install'],
  bundle: ['install'],
  composer: ['install', 'update'],
  make: ['$', 'all', 'build', 'dist', 'package', 'compile', 'image', 'docker-build'],
  cmake: [''],
  ninja: [''],
  bazel: ['build', 'run'],
  nix: ['build', 'run'],
  'nix-build': [''],
  swift: ['build'],
  gcc: [''],
  cc: [''],
  rustc: [''],
}

/** Every program the guard stands in front of at a level. */
export function guardedPrograms(level: GuardLevel): readonly string[] {
  const programs = Object.keys(BUILDERS)
  return level === 'strict' ? [...programs, ...Object.keys(PACKAGE_BUILDERS)] : programs
}

/** What the guard decides about one command. */
export type GuardVerdict =
  | { readonly allowed: false; readonly why: string }
  | { readonly allowed: true; readonly args: readonly string[] }

function matches(pattern: string, found: readonly string[]): boolean {
  if (pattern === '$') return found.length === 0
  return pattern === '' || pattern.split(' ').every((word, index) => found[index] === word)
}

/** Maven, Gradle and make take several goals in any order, so each word is tried as the first. */
const ANY_ORDER = new Set(['mvn', 'mvnw', 'gradle', 'gradlew'])

function composeWords(program: string, found: readonly string[]): readonly string[] | undefined {
  if (program === 'docker-compose' || program === 'podman-compose') return found
  return found[0] === 'compose' ? found.slice(1) : undefined
}

function isFlagSet(args: readonly string[], name: string): boolean {
  return args.some(
    (argument) =>
      argument === name || (argument.startsWith(`${name}=`) && !/=(?:0|f|false)$/i.test(argument)),
  )
}

/**
 * Judges a command before it runs. `compose up` and `compose create` build missing images without being
 * asked, so they go on with `--no-build`; everything else is refused or passed on unchanged.
 */
export function judgeCommand(program: string, args: readonly string[], level: GuardLevel): GuardVerdict {
  const found = words(args)
  const patterns = [
    ...(BUILDERS[program] ?? []),
    ...(level === 'strict' ? (PACKAGE_BUILDERS[program] ?? []) : []),
  ]
  const starts = ANY_ORDER.has(program) ? found.map((_, index) => found.slice(index)) : [found]
  const hit = isOnlyHelp(args)
    ? undefined
    : patterns.find((pattern) => starts.some((start) => matches(pattern, start)))
  if (hit !== undefined)
    return { allowed: false, why: hit === '' || hit === '$' ? program : `${program} ${hit}` }
  if (program === 'gcloud' && isFlagSet(args, '--source')) return { allowed: false, why: 'gcloud … --source' }
  const compose = composeWords(program, found)
  return compose === undefined ? { allowed: true, args } : judgeCompose(program, compose, args)
}

function judgeCompose(program: string, compose: readonly string[], args: readonly string[]): GuardVerdict {
  const command = compose[0] ?? ''
  if (!['up', 'create', 'run'].includes(command)) return { allowed: true, args }
  if (isFlagSet(args, '--build'))
    return {
      allowed: false,
      why: `${program} compose ${command} --build`.replace('-compose compose', '-compose'),
    }
  if (command === 'run' || isFlagSet(args, '--no-build')) return { allowed: true, args }
  const at = args.indexOf(
    command,
    program === 'docker' || program === 'podman' ? args.indexOf('compose') + 1 : 0,
  )
  return { allowed: true, args: [...args.slice(0, at + 1), '--no-build', ...args.slice(at + 1)] }
}

function isOnlyHelp(args: readonly string[]): boolean {
  return args.length === 0
    ? false
    : args.every((argument) => /^(?:--help|-h|--version|-v|-V|version|help)$/.test(argument))
}
