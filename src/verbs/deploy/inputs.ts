import { z } from 'zod'
import { commitFault, parseCommit } from '../../domain/commit.ts'
import { type Digest, parseDigest } from '../../domain/digest.ts'
import { InputError } from '../../domain/error.ts'
import { buildInputs, GUARD_LEVELS } from '../../domain/rebuild.ts'
import { parseRepository } from '../../domain/reference.ts'
import {
  boolean,
  FieldFault,
  field,
  oneOf,
  optional,
  optionalText,
  parseFields,
  parseHosts,
  parseLines,
  required,
} from '../fields.ts'

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
  environment: required(parseEnvironment, 'staging'),
  run: optionalText(),
  unpack: optionalText(),
  running: optionalText(),
  config: optional(parseLines),
  guard: oneOf(GUARD_LEVELS, 'standard'),
  'dry-run': boolean('false'),
  'allow-pull-request': boolean('false'),
  username: optionalText(),
  password: optionalText(),
  insecure: optional(parseHosts),
  'token-hosts': optional(parseHosts),
})

function parseEnvironment(text: string): string {
  if (text.length > 255 || /\p{Cc}/u.test(text))
    throw new FieldFault('must be the name of an environment, at most 255 characters')
  return text
}

/** Parsed inputs of the deploy action, and the inputs that ask it to build. */
export type DeployInputs = z.output<typeof deployInputsSchema> & { readonly rebuildInputs: readonly string[] }

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
  const pairs =
    isReadOnly || Boolean(raw.get('username')) === Boolean(raw.get('password'))
      ? []
      : ['username, password: give both or neither']
  const all = [...faults, ...pairs]
  if (values !== undefined && all.length === 0) return { ...values, rebuildInputs }
  const asked = rebuildInputs.map((name) => `${name}: asks for a build · deploy never builds; remove it`)
  throw new InputError([...all, ...asked], {
    hint: 'Nothing was deployed. The inputs are described in deploy/README.md.',
  })
}
