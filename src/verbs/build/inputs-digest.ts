import { type Digest, digestOf } from '../../domain/digest.ts'
import { canonicalJson, type Json } from '../../domain/json.ts'
import { type BuildInputs, ENGINE_INPUTS } from './inputs.ts'

/** Inputs that carry secrets: only their keys are part of the digest, so that it cannot be searched for the values. */
const SECRET_INPUTS = new Set(['secrets', 'secret-files', 'secret-envs', 'ssh'])

/**
 * A digest over everything that went into the engine, so that two builds can be compared without showing
 * their inputs: the engine, its inputs, and `prepare`. Never a password or the value of a secret.
 */
export function inputsDigest(inputs: BuildInputs): Digest {
  const names = ['engine', 'prepare', ...ENGINE_INPUTS[inputs.engine]] as const
  const entries = names.map((name) => [name, publicValue(name, inputs[name])] as const)
  return digestOf(canonicalJson(Object.fromEntries(entries)))
}

function publicValue(name: string, value: unknown): Json {
  if (value === undefined) return null
  if (!SECRET_INPUTS.has(name) || !Array.isArray(value)) return value as Json
  return value.map((entry: unknown) => String(entry).split('=', 1)[0] ?? '')
}
