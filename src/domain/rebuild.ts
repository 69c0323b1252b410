import { ANY_ORDER, BUILDERS, knownOptions, PACKAGE_BUILDERS, WRAPPERS } from './builders.ts'

/**
 * What counts as building, in one table: used on the inputs of deploy and on the commands a deploy script
 * runs. Pure: text in, verdict out.
 */

/** How much the guard refuses: `strict` adds builders of packages and programs. */
export const GUARD_LEVELS = ['standard', 'strict'] as const
export type GuardLevel = (typeof GUARD_LEVELS)[number]

/** An input name without what people spell differently: `Build_Args`, `buildArgs` and `build-args` are one. */
function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[-_. ]/g, '')
}

/** Input names that only make sense for a build: those of the build action and of the actions it takes the place of. */
const BUILD_ONLY_INPUTS = new Set(
  `
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
    .map(bare),
)

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
    if (value !== '' && !known.has(name) && BUILD_ONLY_INPUTS.has(bare(name))) asked.push(name)
  }
  return asked
}

/** Every program the guard stands in front of at a level. */
export function guardedPrograms(level: GuardLevel): readonly string[] {
  const programs = [...Object.keys(BUILDERS), ...WRAPPERS]
  return level === 'strict' ? [...programs, ...Object.keys(PACKAGE_BUILDERS)] : programs
}

/** What the guard decides about one command. */
export type GuardVerdict =
  | { readonly allowed: false; readonly why: string }
  | { readonly allowed: true; readonly args: readonly string[] }

/**
 * The places of the arguments that may be the next word. Options nobody knows may take the argument behind
 * them or not, so both are tried: a builder must not get through because of an option that came out yesterday.
 * Ends with the number of arguments when they may all be options.
 */
function nextWords(program: string, args: readonly string[], from: number): readonly number[] {
  const { values, flags } = knownOptions(program)
  const found: number[] = []
  const starts = new Set([from])
  // A set is iterated in the order of insertion, and what is added while iterating is visited too.
  for (const start of starts) {
    const argument = args[start]
    if (argument !== undefined && /^\d+$/.test(argument)) {
      // No word is a number: it belongs to the option before it (`make -j 4`).
      starts.add(start + 1)
    } else if (argument === undefined || !argument.startsWith('-')) found.push(Math.min(start, args.length))
    else if (argument === '--') found.push(start + 1)
    else if (values.has(argument)) starts.add(start + 2)
    else {
      starts.add(start + 1)
      if (!argument.includes('=') && !flags.has(argument)) starts.add(start + 2)
    }
  }
  return found
}

/** The place behind the words, when the arguments may start with them; options may stand before each word. */
function findWords(
  program: string,
  args: readonly string[],
  words: readonly string[],
  from = 0,
): number | undefined {
  const [word, ...rest] = words
  if (word === undefined) return from
  for (const at of nextWords(program, args, from)) {
    const end = args[at] === word ? findWords(program, args, rest, at + 1) : undefined
    if (end !== undefined) return end
  }
  return undefined
}

function matches(program: string, args: readonly string[], pattern: string): boolean {
  if (pattern === '') return true
  if (pattern === '$') return nextWords(program, args, 0).includes(args.length)
  if (ANY_ORDER.has(program))
    return goals(program, args).some((goal) => goal === pattern || taskOf(goal) === pattern)
  return findWords(program, args, pattern.split(' ')) !== undefined
}

/** Everything that may be a goal, wherever it stands. */
function goals(program: string, args: readonly string[]): readonly string[] {
  const { values } = knownOptions(program)
  return args.filter((argument, index) => !argument.startsWith('-') && !values.has(args[index - 1] ?? ''))
}

/** `:app:build` → `build`. */
function taskOf(goal: string): string {
  return goal.slice(goal.lastIndexOf(':') + 1)
}

/** The words that build, at a level. */
function patternsOf(program: string, level: GuardLevel): readonly string[] {
  const tables = level === 'strict' ? [BUILDERS, PACKAGE_BUILDERS] : [BUILDERS]
  return tables.flatMap((table) => (Object.hasOwn(table, program) ? (table[program] ?? []) : []))
}

/**
 * Judges a command before it runs. `compose up` and `compose create` build missing images without being
 * asked, so they go on with `--no-build`; everything else is refused or passed on unchanged.
 */
export function judgeCommand(program: string, args: readonly string[], level: GuardLevel): GuardVerdict {
  if (WRAPPERS.has(program)) return judgeWrapped(program, args, level)
  const hit = isOnlyHelp(args)
    ? undefined
    : patternsOf(program, level).find((pattern) => matches(program, args, pattern))
  if (hit !== undefined)
    return { allowed: false, why: hit === '' || hit === '$' ? program : `${program} ${hit}` }
  // `gcloud run deploy --source` builds; `gcloud deploy releases create --source` names a Skaffold file.
  if (program === 'gcloud' && isFlagSet(args, '--source') && goals(program, args).includes('run'))
    return { allowed: false, why: 'gcloud run --source' }
  if (isFlagSet(args, '--build') && KUBE_PLAY.some((words) => findWords(program, args, words) !== undefined))
    return { allowed: false, why: `${program} kube play --build` }
  return judgeCompose(program, args) ?? { allowed: true, args }
}

const KUBE_PLAY = [
  ['kube', 'play'],
  ['play', 'kube'],
]

/** `sudo -u deployer docker build .` is judged as what it starts. */
function judgeWrapped(program: string, args: readonly string[], level: GuardLevel): GuardVerdict {
  for (const at of nextWords(program, args, 0)) {
    let start = at
    while (/^\w+=/.test(args[start] ?? '')) start += 1
    const inner = (args[start] ?? '').split('/').at(-1) ?? ''
    if (inner !== 'env' && !guardedPrograms(level).includes(inner)) continue
    const rest = args.slice(start + 1)
    const verdict = inner === 'env' ? judgeWrapped('env', rest, level) : judgeCommand(inner, rest, level)
    if (!verdict.allowed) return { allowed: false, why: `${program} ${verdict.why}` }
    return { allowed: true, args: [...args.slice(0, start + 1), ...verdict.args] }
  }
  return { allowed: true, args }
}

function isFlagSet(args: readonly string[], name: string): boolean {
  return args.some(
    (argument) =>
      argument === name || (argument.startsWith(`${name}=`) && !/=(?:0|f|false)$/i.test(argument)),
  )
}

function judgeCompose(program: string, args: readonly string[]): GuardVerdict | undefined {
  const prefix = program.endsWith('-compose') ? [] : ['compose']
  for (const command of ['up', 'create', 'run']) {
    const end = findWords(program, args, [...prefix, command])
    if (end === undefined) continue
    const refused = (option: string): GuardVerdict => ({
      allowed: false,
      why: [program, ...prefix, command, option].join(' '),
    })
    const own = command === 'run' ? args.slice(end, serviceOf(args, end)) : args.slice(end)
    const building = ['--build', '--watch', '-w'].find((option) => isFlagSet(own, option))
    if (building !== undefined && (building === '--build' || command === 'up')) return refused(building)
    // Of two contradicting options the last one counts, so adding ours would not help.
    if (own.some((argument) => argument.startsWith('--no-build='))) return refused('--no-build=…')
    if (command === 'run' || own.includes('--no-build')) return { allowed: true, args }
    return { allowed: true, args: [...args.slice(0, end), '--no-build', ...args.slice(end)] }
  }
  return undefined
}

/** Behind the service, the arguments of `compose run` belong to the program in the container. */
function serviceOf(args: readonly string[], from: number): number {
  return Math.max(from, ...nextWords('docker', args, from))
}

function isOnlyHelp(args: readonly string[]): boolean {
  return args.length === 0
    ? false
    : args.every((argument) => /^(?:--help|-h|--version|-v|-V|version|help)$/.test(argument))
}
