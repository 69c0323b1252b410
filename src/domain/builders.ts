/** The programs that build, and which of their command lines do. Data only; `judgeCommand` reads it. */

/** `'build, image push'` as a list: the tables below stay readable. */
function list(text: string): readonly string[] {
  return text === '' ? [''] : text.split(', ')
}

const COMPOSE = 'build, push, watch, bake, commit, publish'
const BUILDX = 'build, b, bake, f, imagetools create, debug, dap'
const CONTAINER_TOOL = list(
  [
    'build, bud, push, commit, tag, import, image build, image push, image tag, image import',
    'builder build, container commit, manifest create, manifest push, stack build, farm build',
    ...list(BUILDX).map((words) => `buildx ${words}`),
    ...list(COMPOSE).map((words) => `compose ${words}`),
  ].join(', '),
)
const MAVEN = list(
  'compile, package, install, deploy, verify, jib:build, jib:dockerBuild, spring-boot:build-image',
)
const GRADLE = list(
  'build, assemble, jar, war, bootJar, bootWar, bootBuildImage, jib, jibDockerBuild, publish, installDist',
)

/** Words of a command line that build: an empty text stands for every call, `$` for a call without words. */
type Builders = Readonly<Record<string, readonly string[]>>

/** Builders of images, and programs that build when they deploy. */
export const BUILDERS: Builders = {
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
  gcloud: ['', 'beta ', 'alpha '].flatMap((track) =>
    list(
      `${track}builds submit, ${track}app deploy, ${track}functions deploy, ${track}artifacts docker tags add`,
    ),
  ),
  az: list('acr build, acr run, acr task run, webapp up, containerapp up'),
  oc: list('start-build, new-build, new-app'),
  heroku: list('container:push'),
  copilot: list('deploy, svc deploy, job deploy'),
  sam: list('build'),
  vercel: list('build'),
  netlify: list('build'),
}

/** What `guard: strict` adds. `npm` and the like still start what was built. */
export const PACKAGE_BUILDERS: Builders = {
  npm: list(
    'ci, install, i, add, update, run build, run-script build, run bundle, run compile, pack, publish',
  ),
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
}

/** Programs that run another one with a PATH of their own, so that no shim would be met. */
export const WRAPPERS: ReadonlySet<string> = new Set(['sudo', 'doas'])

/** Tools that take several goals in any order. */
export const ANY_ORDER: ReadonlySet<string> = new Set(['mvn', 'mvnw', 'gradle', 'gradlew', 'make'])

/** Options before the words that matter, as far as they are known. */
export interface KnownOptions {
  /** Those that take the next argument. */
  readonly values: ReadonlySet<string>
  /** Those that never do. */
  readonly flags: ReadonlySet<string>
}

function options(values: string, flags: string): KnownOptions {
  return { values: new Set(values.split(' ')), flags: new Set(flags.split(' ')) }
}

const CONTAINER_OPTIONS = options(
  '-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey --builder -f --file -p ' +
    '--project-name --project-directory --workdir --profile --env-file --ansi --parallel --progress --url ' +
    '--identity --connection --root --runroot --storage-driver --storage-opt --namespace -n -a --address ' +
    '--cgroup-manager --registries-conf --tmpdir --snapshotter --data-root',
  '-D --debug --tls --tlsverify --verbose --compatibility --dry-run --all-resources --no-ansi ' +
    '--skip-hostname-check --remote -r --syslog --insecure-registry --experimental -h --help -v --version',
)
const MAVEN_OPTIONS = options('-f --file -P -pl -s -gs -t -T -l -D -rf -b', '-q -B -o -C -e -X -U -N -am')
const GRADLE_OPTIONS = options('-p --project-dir -b -c -g -I -x -D -P', '-q -i -d -s -a --offline')

const OPTIONS: Readonly<Record<string, KnownOptions>> = {
  make: options(
    '-C --directory -f --file --makefile -I --include-dir -o -W',
    '-j -k -s -n -B -i -e -q -t -w -d -r -R -l -O --silent --quiet --dry-run --always-make --keep-going',
  ),
  yarn: options(
    '--cwd --cache-folder --registry --modules-folder --network-timeout --mutex',
    '-s --silent --verbose --json --offline --frozen-lockfile --immutable --production --prod --ignore-scripts',
  ),
  npm: options('-C --prefix -w --workspace', '-f --force -s --silent -q -d -p -l -g --global --ws'),
  mvn: MAVEN_OPTIONS,
  mvnw: MAVEN_OPTIONS,
  gradle: GRADLE_OPTIONS,
  gradlew: GRADLE_OPTIONS,
  gcloud: options('--project --account --configuration --verbosity --format --region', '-q --quiet'),
  az: options('-o --output --subscription --query', '--debug --verbose --only-show-errors'),
  oc: options('-n --namespace --context --kubeconfig --cluster --user -s --server --token --as', ''),
  sudo: options(
    '-u --user -g --group -h --host -p --prompt -C --close-from -D --chdir -r --role -t --type -T ' +
      '--command-timeout -U --other-user -R --chroot -c -a',
    '-A -b -E -e -H -i -K -k -l -n -P -S -s -V -v -nE -En -HE -EH --preserve-env --non-interactive --login',
  ),
  doas: options('-u -C -a', '-n -s -L'),
  env: options('-u --unset -C --chdir', '-i - -0 --ignore-environment --null -v --debug'),
}

const NONE = options('', '')

/** The options a program is known to take before its words. */
export function knownOptions(program: string): KnownOptions {
  if (BUILDERS[program] === CONTAINER_TOOL || /^(?:buildah|buildx|.+-buildx|.+-compose)$/.test(program))
    return CONTAINER_OPTIONS
  return Object.hasOwn(OPTIONS, program) ? (OPTIONS[program] ?? NONE) : NONE
}
