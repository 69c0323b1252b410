import { z } from 'zod'
import { annotationFaults } from '../../domain/annotations.ts'
import { commitFault, parseCommit } from '../../domain/commit.ts'
import { parseDigest } from '../../domain/digest.ts'
import { InputError } from '../../domain/error.ts'
import { platformFaults } from '../../domain/platform.ts'
import { SEALS } from '../../domain/git-seal.ts'
import { parseReference, parseRepository } from '../../domain/reference.ts'
import {
  boolean,
  FieldFault,
  jobToken,
  oneOf,
  optional,
  optionalText,
  parseArguments,
  parseDuration,
  parseFields,
  parseHosts,
  parseJobToken,
  parseLines,
  parseList,
  parsePairs,
  required,
} from '../fields.ts'
import { tagFaults } from './tag-inputs.ts'

/** The engines, in the order the documentation lists them. */
export const ENGINES = ['docker', 'buildah', 'layers', 'files', 'command', 'existing'] as const
export type EngineName = (typeof ENGINES)[number]

/** Raw inputs of the build action; its keys and defaults are those of `action.yml`. */
export const buildInputsSchema = z.object({
  image: required(parseRepository, 'ghcr.io/owner/app'),
  commit: optional((text) => parseCommitField(text)),
  engine: oneOf(ENGINES, 'docker'),
  push: boolean('true'),
  tags: optional(parseList),
  seal: oneOf(SEALS, 'registry'),
  backfill: boolean('false'),
  settle: optional(parseSettle, '3s'),
  adopt: boolean('false'),
  username: optionalText(),
  password: optionalText(),
  token: jobToken(),
  'artifact-metadata': boolean('true'),
  insecure: optional(parseHosts),
  'token-hosts': optional(parseHosts),
  prepare: optionalText(),
  'cache-path': optional(parseLines),
  'cache-key': optionalText(),
  'cache-restore-keys': optional(parseLines),
  context: optionalText(),
  file: optionalText(),
  target: optionalText(),
  'build-args': optional(parseLines),
  'build-contexts': optional(parseLines),
  secrets: optional(parseLines),
  'secret-files': optional(parseLines),
  'secret-envs': optional(parseList),
  ssh: optional(parseList),
  platforms: optional(parseList),
  labels: optional(parsePairs),
  annotations: optional(parseLines),
  'cache-from': optional(parseLines),
  'cache-to': optional(parseLines),
  'no-cache': boolean('false'),
  pull: boolean('false'),
  network: optionalText(),
  provenance: optionalText(),
  sbom: optionalText(),
  builder: optionalText(),
  path: optionalText(),
  base: optional(parseReference),
  entrypoint: optional(parseArguments),
  cmd: optional(parseArguments),
  workdir: optional(parseWorkdir),
  run: optionalText(),
  digest: optional(parseDigest),
})

/** Parsed inputs of the build action. Durations are in milliseconds. */
export type BuildInputs = z.output<typeof buildInputsSchema>
type InputName = keyof BuildInputs

const EVERY_ENGINE: readonly InputName[] = [
  ...([
    'image',
    'commit',
    'engine',
    'push',
    'tags',
    'seal',
    'backfill',
    'settle',
    'adopt',
    'username',
    'password',
    'token',
    'artifact-metadata',
  ] as const),
  ...(['insecure', 'token-hosts', 'prepare', 'cache-path', 'cache-key', 'cache-restore-keys'] as const),
]
const DOCKERFILE: readonly InputName[] = [
  ...([
    'context',
    'file',
    'target',
    'build-args',
    'secrets',
    'secret-files',
    'secret-envs',
    'ssh',
    'platforms',
  ] as const),
  ...(['labels', 'annotations', 'no-cache', 'pull', 'network'] as const),
]

/** Which inputs mean something to which engine, beside those of {@link EVERY_ENGINE}. */
export const ENGINE_INPUTS: Readonly<Record<EngineName, readonly InputName[]>> = {
  docker: [...DOCKERFILE, 'build-contexts', 'cache-from', 'cache-to', 'provenance', 'sbom', 'builder'],
  buildah: DOCKERFILE,
  layers: ['path', 'base', 'entrypoint', 'cmd', 'workdir', 'labels', 'annotations', 'platforms'],
  files: ['path', 'annotations'],
  command: ['run'],
  existing: ['digest'],
}

const NEEDED: Readonly<Partial<Record<EngineName, InputName>>> = {
  layers: 'path',
  files: 'path',
  command: 'run',
  existing: 'digest',
}

function parseCommitField(text: string) {
  const fault = commitFault(text)
  if (fault !== undefined) throw new FieldFault(fault)
  return parseCommit(text)
}

/** A timer that is asked for more than 24 days ends at once; no race lasts as long as an hour. */
function parseSettle(text: string): number {
  const duration = parseDuration(text)
  if (duration > 3_600_000) throw new FieldFault(`must be at most 1h, got ${JSON.stringify(text)}`)
  return duration
}

function parseWorkdir(text: string): string {
  const isPlain = text.startsWith('/') && !text.split('/').some((part) => /^\.\.?$/.test(part))
  if (!isPlain)
    throw new FieldFault(
      `must be an absolute path without "." and "..", got ${JSON.stringify(text.slice(0, 80))}`,
    )
  return text
}

function isGiven(raw: ReadonlyMap<string, string>, name: string): boolean {
  const value = raw.get(name) ?? ''
  // Boolean inputs have a default, so `false` cannot be told from an input that was not given.
  return value !== '' && !((name === 'no-cache' || name === 'pull') && /^false$/i.test(value))
}

/** What only the engines that make manifests themselves are particular about; the others' tools judge it. */
function archiveFaults(engine: EngineName, raw: ReadonlyMap<string, string>): readonly string[] {
  if (engine !== 'layers' && engine !== 'files') return []
  const platforms = engine === 'layers' ? listOf(parseList, raw.get('platforms')) : []
  const annotations = listOf(parseLines, raw.get('annotations'))
  return [...platformFaults(platforms), ...annotationFaults(annotations, platforms.length > 1)]
}

/** A list for further checks; what is wrong with its text is a fault of its own already. */
function listOf(parse: (text: string) => readonly string[], text = ''): readonly string[] {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof FieldFault) return []
    throw error
  }
}

/** Inputs of another engine, and inputs the engine cannot do without. */
function engineFaults(raw: ReadonlyMap<string, string>, isReadOnly: boolean): readonly string[] {
  const engine = ENGINES.find((name) => name === (raw.get('engine') || 'docker'))
  if (engine === undefined) return []
  const allowed = new Set<string>([...EVERY_ENGINE, ...ENGINE_INPUTS[engine]])
  const faults = Object.keys(buildInputsSchema.shape)
    .filter((name) => !allowed.has(name) && isGiven(raw, name))
    .map((name) => `${name}: is an input of ${enginesOf(name)} · expected inputs of engine "${engine}" only`)
  const needed = NEEDED[engine]
  // Where nothing can be pushed, the step that should have has no digest to pass on.
  const isMissing = needed !== undefined && !isGiven(raw, needed)
  if (isMissing && !(isReadOnly && needed === 'digest'))
    faults.push(`${needed}: is required by engine "${engine}"`)
  faults.push(...archiveFaults(engine, raw))
  if (!isReadOnly && engine === 'existing' && /^false$/i.test(raw.get('push') ?? ''))
    faults.push('push: engine "existing" has nothing to do without pushing')
  return faults
}

function enginesOf(input: string): string {
  const engines = ENGINES.filter((engine) => ENGINE_INPUTS[engine].some((name) => name === input))
  return `engine ${engines.map((name) => `"${name}"`).join(' and ')}`
}

function pairFaults(raw: ReadonlyMap<string, string>, isReadOnly: boolean): readonly string[] {
  const faults: string[] = []
  // Secrets are empty in a job of a fork, so a password from one is not there, and not needed either.
  if (!isReadOnly && isGiven(raw, 'username') !== isGiven(raw, 'password'))
    faults.push('username, password: give both or neither')
  if (isGiven(raw, 'cache-path') !== isGiven(raw, 'cache-key'))
    faults.push('cache-path, cache-key: give both or neither')
  if (isGiven(raw, 'cache-restore-keys') && !isGiven(raw, 'cache-key'))
    faults.push('cache-restore-keys: needs cache-key')
  return faults
}

/** A job that cannot push seals nothing, so it needs no token for it either. */
function sealFaults(raw: ReadonlyMap<string, string>, isReadOnly: boolean): readonly string[] {
  const isGit = raw.get('seal') === 'git'
  const faults: string[] = []
  if (!isGit && /^true$/i.test(raw.get('backfill') ?? '')) faults.push('backfill: needs seal: git')
  const needsToken = isGit && !isReadOnly && !/^false$/i.test(raw.get('push') ?? '')
  if (needsToken && parseJobToken(raw.get('token') ?? '') === undefined)
    faults.push('token: is required by seal: git, for example ${{ github.token }}')
  return faults
}

/** A secret that is empty because the job has none is left out: the build then ends as it would without it. */
function withoutEmptySecrets(inputs: BuildInputs): BuildInputs {
  if (inputs.secrets === undefined) return inputs
  return { ...inputs, secrets: inputs.secrets.filter((entry) => !/^[^=]+=$/.test(entry)) }
}

/**
 * Parses the inputs of the build action.
 * @param raw the texts of the inputs, as given or defaulted.
 * @param known what is known beside them: the commit of the event, faults found elsewhere, and whether this is a
 *   job that cannot push and has no secrets, as for a pull request from a fork.
 * @throws {InputError} with every fault, each naming its input.
 */
export function parseBuildInputs(
  raw: ReadonlyMap<string, string>,
  known: {
    readonly commit?: string | undefined
    readonly faults?: readonly string[]
    readonly isReadOnly?: boolean
  } = {},
): BuildInputs {
  const { values, faults } = parseFields(buildInputsSchema, raw)
  const commit = raw.get('commit') || known.commit || ''
  const { isReadOnly = false } = known
  const rules = [
    ...engineFaults(raw, isReadOnly),
    ...pairFaults(raw, isReadOnly),
    ...sealFaults(raw, isReadOnly),
    ...tagFaults(listOf(parseList, raw.get('tags')), raw.get('image') ?? '', commit),
  ]
  const all = [...faults, ...rules, ...(known.faults ?? [])]
  if (values === undefined || all.length > 0) {
    const secrets = isReadOnly ? ' Secrets are empty in a job of a fork or of Dependabot.' : ''
    throw new InputError(all, {
      hint: `Nothing was pushed. The inputs are described in the README.${secrets}`,
    })
  }
  return isReadOnly ? withoutEmptySecrets(values) : values
}
