import { z } from 'zod'
import { commitFault, isCommit, parseCommit } from '../../domain/commit.ts'
import { type Digest, parseDigest } from '../../domain/digest.ts'
import { isSameEnvironment } from '../../domain/environment.ts'
import { InputError } from '../../domain/error.ts'
import { SEALS } from '../../domain/git-seal.ts'
import { buildInputs, GUARD_LEVELS } from '../../domain/rebuild.ts'
import { parseRepository, tagFault } from '../../domain/reference.ts'
import type { RollbackTarget } from '../../domain/rollback.ts'
import {
  boolean,
  FieldFault,
  field,
  jobToken,
  oneOf,
  optional,
  optionalText,
  parseDuration,
  parseFields,
  parseHosts,
  parseLines,
  parseList,
  required,
} from '../fields.ts'

/** The expression for the check run of the job, as it arrives where nobody evaluates expressions or knows of it. */
const JOB_CHECK_RUN = '${{ job.check_run_id }}'

/** Raw inputs of the deploy action; its keys and defaults are those of `deploy/action.yml`. */
export const deployInputsSchema = z.object({
  image: required(parseRepository, 'ghcr.io/owner/app'),
  // Emptiness has an error of its own, which explains dropped outputs; so it is not a fault here.
  digest: field((text): Digest | 'sealed' | undefined =>
    text === '' ? undefined : text === 'sealed' ? text : parseDigest(text),
  ),
  commit: optional((text) => {
    const fault = commitFault(text)
    if (fault !== undefined) throw new FieldFault(fault)
    return parseCommit(text)
  }),
  seal: oneOf(SEALS, 'registry'),
  environment: required(parseEnvironment, 'staging'),
  after: optional((text) => eachOnce(parseList(text).map(parseEnvironment))),
  soak: optional(parseDuration),
  rollback: boolean('false'),
  'rollback-to': optional(parseRollback),
  'lock-timeout': field(parseDuration, '10m'),
  records: optional(parseRecords),
  deployers: optional((text) => parseList(text).map(parseLogin)),
  'require-protection': boolean('false'),
  'environment-url': optional(parseUrl),
  run: optionalText(),
  unpack: optionalText(),
  running: optionalText(),
  config: optional(parseLines),
  guard: oneOf(GUARD_LEVELS, 'standard'),
  'dry-run': boolean('false'),
  'allow-pull-request': boolean('false'),
  username: optionalText(),
  password: optionalText(),
  token: jobToken(),
  'artifact-metadata': boolean('true'),
  insecure: optional(parseHosts),
  'token-hosts': optional(parseHosts),
  _job_check_run_id: field(parseCheckRunId, JOB_CHECK_RUN),
})

/** Where deployments are recorded. */
const RECORD_PLACES = ['github', 'registry', 'both'] as const
type RecordPlace = (typeof RECORD_PLACES)[number]

function parseLogin(text: string): string {
  if (/^[a-z\d][a-z\d_-]{0,99}(?:\[bot\])?$/i.test(text)) return text
  throw new FieldFault(
    `must be logins such as octocat or my-app[bot], got ${JSON.stringify(text.slice(0, 80))}`,
  )
}

function parseRecords(text: string): RecordPlace {
  const found = RECORD_PLACES.find((place) => place === text)
  if (found !== undefined) return found
  throw new FieldFault(`must be one of ${RECORD_PLACES.join(', ')}, got ${JSON.stringify(text.slice(0, 80))}`)
}

function parseUrl(text: string): string {
  if (/^https?:\/\/[^\s]+$/i.test(text) && text.length <= 2000 && URL.canParse(text)) return text
  throw new FieldFault('must be an http or https address')
}

/** Runners that do not know it give something else, or nothing; nobody has to know it. */
function parseCheckRunId(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}

function parseEnvironment(text: string): string {
  if (text.length > 255 || /\p{Cc}/u.test(text))
    throw new FieldFault('must be the name of an environment, at most 255 characters')
  return text
}

function eachOnce(environments: readonly string[]): readonly string[] {
  return environments.filter(
    (name, index) => environments.findIndex((other) => isSameEnvironment(name, other)) === index,
  )
}

function parseRollback(text: string): RollbackTarget {
  if (text === 'previous') return { kind: 'previous' }
  if (isCommit(text)) return { kind: 'commit', commit: text }
  const fault = tagFault(text)
  if (fault === undefined) return { kind: 'tag', tag: text }
  throw new FieldFault(`must be the word previous, a full commit id, or a tag of image: ${fault}`)
}

/** Parsed inputs of the deploy action, and the inputs that ask it to build. */
export type DeployInputs = z.output<typeof deployInputsSchema> & { readonly rebuildInputs: readonly string[] }

/** What inputs say together that they may not. */
function conflicts(
  raw: ReadonlyMap<string, string>,
  values: z.output<typeof deployInputsSchema> | undefined,
  isReadOnly: boolean,
): readonly string[] {
  const isGiven = (name: string): boolean => Boolean(raw.get(name))
  const faults: string[] = []
  if (!isReadOnly && isGiven('username') !== isGiven('password'))
    faults.push('username, password: give both or neither')
  if (values?.seal === 'git' && values.token === undefined)
    faults.push('token: is required by seal: git, for example ${{ github.token }}')
  for (const [isAsked, what] of [
    [values?.records === 'github' || values?.records === 'both', `records: ${values?.records}`],
    [values?.['require-protection'] === true, 'require-protection: true'],
  ] as const) {
    if (isAsked && values?.token === undefined && !isReadOnly)
      faults.push(`token: is required by ${what}, for example \${{ github.token }}`)
  }
  if (isGiven('soak') && !isGiven('after'))
    faults.push(
      'soak: needs after, which says in which environment the digest has to have been for that long',
    )
  const itself = values?.after?.find((name) => isSameEnvironment(name, values.environment))
  if (itself !== undefined)
    faults.push(`after: ${JSON.stringify(itself)} is the environment that is deployed to`)
  if (isGiven('rollback-to')) {
    if (isGiven('digest') && raw.get('digest') !== 'sealed')
      faults.push(
        'digest, rollback-to: give one of them; the log of the environment has the digest to go back to',
      )
    if (isGiven('commit'))
      faults.push('commit, rollback-to: give one of them; rollback-to takes a commit itself')
  }
  return faults
}

/**
 * Parses the inputs of the deploy action.
 * @param raw all inputs of the step, undeclared ones included.
 * @param isReadOnly for a job without secrets, as for a pull request from a fork: it may lack a password, because it
 *   will be refused for a better reason.
 * @throws {InputError} with every fault, each naming its input.
 */
export function parseDeployInputs(raw: ReadonlyMap<string, string>, isReadOnly = false): DeployInputs {
  const { values, faults } = parseFields(deployInputsSchema, raw)
  const rebuildInputs = buildInputs(raw, new Set(Object.keys(deployInputsSchema.shape)))
  const all = [...faults, ...conflicts(raw, values, isReadOnly)]
  if (values !== undefined && all.length === 0) return { ...values, rebuildInputs }
  const asked = rebuildInputs.map((name) => `${name}: asks for a build · deploy never builds; remove it`)
  throw new InputError([...all, ...asked], {
    hint: 'Nothing was deployed. The inputs are described in deploy/README.md.',
  })
}
