import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { renderFindings } from '../../bench/page.ts'
import { replaceBetweenMarkers } from '../../scripts/docs/markers.ts'

const FINDINGS = {
  machine: ['2 × a processor', 'node'],
  load: ['0.1', '1.9'],
  table: '| a |\n| - |',
} as const

test('the findings are the table and what it was measured on', () => {
  expect(renderFindings(FINDINGS)).toBe(
    '| a |\n| - |\n\n- 2 × a processor\n- node\n- load of the machine before 0.1, after 1.9',
  )
})

test.each(['actions', 'tag', 'copy'])('docs/benchmarks.md has a place for the table %s', async (name) => {
  const page = await readFile(new URL('../../docs/benchmarks.md', import.meta.url), 'utf8')
  expect(replaceBetweenMarkers(page, `bench-${name}`, 'here')).toContain('here')
})
