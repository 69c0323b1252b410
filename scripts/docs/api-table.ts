import type { ActionFile } from './action-file.ts'

/** A description as one table cell: on one line, with the column separator escaped. */
function cell(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')
}

function inputRow([name, input]: readonly [string, ActionFile['inputs'][string]]): string {
  const value =
    input.required === true ? '*required*' : input.default === undefined ? '' : `\`${input.default}\``
  return `| \`${name}\` | ${cell(input.description)} | ${value} |`
}

/** The inputs and outputs of an action as two Markdown tables. */
export function renderApi(action: ActionFile): string {
  return [
    '### Inputs',
    '',
    '| Name | Meaning | Default |',
    '| --- | --- | --- |',
    ...Object.entries(action.inputs).map(inputRow),
    '',
    '### Outputs',
    '',
    '| Name | Meaning |',
    '| --- | --- |',
    ...Object.entries(action.outputs).map(
      ([name, output]) => `| \`${name}\` | ${cell(output.description)} |`,
    ),
  ].join('\n')
}
