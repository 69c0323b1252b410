import { expect, test } from 'vitest'
import { createLogFilter } from '../../../scripts/demo/log-lines.ts'

test('shows the table of the witnesses once, and that of a disagreement always', () => {
  const filter = createLogFilter()
  const shown = (...lines: readonly string[]): readonly string[] =>
    lines.flatMap((line) => filter(line)?.text ?? [])
  const agreement = ['The witnesses agree:', '  witness  digest', '  SHA tag  sha256:1']
  expect(shown(...agreement, '##[group]Unpack', '  two files')).toEqual([
    ...agreement,
    'Unpack',
    '  two files',
  ])
  expect(shown(...agreement, '##[group]Unpack', '  two files')).toEqual([
    'The witnesses agree',
    'Unpack',
    '  two files',
  ])
  const disagreement = ['##[error]TAG_MOVED: The witnesses do not agree.', ...agreement.slice(1)]
  for (let time = 0; time < 2; time += 1)
    expect(shown(...disagreement)).toEqual([disagreement[0]?.replace('##[error]', ''), ...agreement.slice(1)])
})
