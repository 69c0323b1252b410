import { ENGINE_INPUTS, ENGINES } from '../../src/verbs/build/inputs.ts'

/** Which inputs belong to which engine, as a Markdown table. */
export function renderEngineInputs(): string {
  const rows = ENGINES.map((engine) => {
    const inputs = ENGINE_INPUTS[engine].map((name) => `\`${name}\``)
    return `| \`${engine}\` | ${inputs.join(' ')} |`
  })
  return ['| Engine | Its inputs |', '| --- | --- |', ...rows].join('\n')
}
