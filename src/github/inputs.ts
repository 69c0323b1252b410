/**
 * The inputs of this step as the runner passes them: `INPUT_<NAME>`, upper case, spaces as underscores, declared
 * and undeclared ones alike. Only ASCII white space is trimmed: a byte order mark or a no-break space inside a
 * value must reach the parser and be refused, not vanish.
 */
export function readInputs(environment: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const inputs = new Map<string, string>()
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('INPUT_') || value === undefined) continue
    inputs.set(name.slice('INPUT_'.length).toLowerCase(), value.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''))
  }
  return inputs
}
