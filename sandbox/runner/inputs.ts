import type { ActionDefinition } from './action-file.ts'
import type { ExpressionContexts } from './expressions.ts'
import { evaluateTemplate } from './expressions.ts'

/** The inputs of a step by the name they were given or declared with, and the runner's remarks on them. */
export interface ResolvedInputs {
  readonly values: ReadonlyMap<string, string>
  readonly warnings: readonly string[]
}

/**
 * Joins `with:` and the declared defaults. Undeclared inputs are passed on with a warning, and `required`
 * is not enforced: both are the action's own business.
 */
export function resolveInputs(
  action: ActionDefinition,
  given: Readonly<Record<string, string>>,
  contexts: ExpressionContexts,
): ResolvedInputs {
  const declared = Object.entries(action.inputs ?? {})
  const values = new Map(Object.entries(given))
  const givenNames = new Set(Object.keys(given).map((name) => name.toLowerCase()))
  const warnings: string[] = []
  for (const [name, input] of declared) {
    if (!givenNames.has(name.toLowerCase()))
      values.set(name, evaluateTemplate(input?.default ?? '', contexts))
    else if (input?.deprecationMessage !== undefined) {
      warnings.push(`Input '${name}' has been deprecated with message: ${input.deprecationMessage}`)
    }
  }
  const valid = new Set(declared.map(([name]) => name.toLowerCase()))
  const unexpected = Object.keys(given).filter((name) => !valid.has(name.toLowerCase()))
  if (unexpected.length > 0) {
    const names = declared.map(([name]) => name).join("', '")
    warnings.push(`Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${names}']`)
  }
  return { values, warnings }
}

/** The environment variables of inputs: spaces become `_`, letters upper case, hyphens stay. */
export function inputEnvironment(values: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    [...values].map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
  )
}
