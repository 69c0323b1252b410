import { describe, expect, test } from 'vitest'
import { EngineError } from '../../src/domain/error.ts'
import { buildFailureSummary } from '../../src/verbs/build/summary.ts'
import { earlyFailureSummary } from '../../src/verbs/deploy/summary.ts'
import { startJob } from './support/event-job.ts'

const LAYERS = { engine: 'layers', path: 'dist', settle: '0' }
const FINE = { build: LAYERS, deploy: { environment: 'staging', digest: 'sealed' } }
const HEADINGS = { build: '### ❌ Build failed', deploy: '### ❌ Not deployed' }

describe.each(['build', 'deploy'] as const)(
  '%s that fails before it begins says why in the job summary',
  (verb) => {
    test('wrong inputs, all of them', async () => {
      const { step } = await startJob('push', {}, {})
      const { exitCode, summary } = await step(verb, { ...FINE[verb], commit: 'main', seal: '<b>|' })
      expect(exitCode).toBe(1)
      expect(summary.startsWith(HEADINGS[verb])).toBe(true)
      for (const text of ['**INPUT_INVALID**', 'commit: ', 'seal: ', '&lt;b&gt;\\|', '\n> '])
        expect(summary).toContain(text)
    })

    test('an event that says nothing', async () => {
      const { step } = await startJob('issues', {}, {})
      const { summary } = await step(verb, FINE[verb])
      expect(summary).toContain('**EVENT_REFUSED**')
      expect(summary).toContain('Give the commit input')
    })

    test('a payload that cannot be read', async () => {
      const { step } = await startJob('push', '{', {})
      const { summary } = await step(verb, FINE[verb])
      expect(summary).toContain('**EVENT_REFUSED**')
      expect(summary.match(/^### /gm)).toHaveLength(1)
    })
  },
)

test('thousands of faults: the log, the annotation and the summary show those of every input, and what to do', async () => {
  const { step } = await startJob('push', {}, {})
  const tags = Array.from({ length: 10_000 }, (_, at) => `a b${at}`).join('\n')
  const { log, summary } = await step('build', { ...LAYERS, tags, path: 'nowhere' })
  const [annotation = ''] = log.split('\n').filter((line) => line.startsWith('::error'))
  expect(annotation.length).toBeLessThan(4096)
  for (const text of [annotation, summary]) {
    for (const says of ['a b0', '9975 more', 'nowhere', 'Nothing was pushed']) expect(text).toContain(says)
  }
})

test.each([buildFailureSummary, earlyFailureSummary])(
  'a message of any size leaves a summary: %o',
  (summaryOf) => {
    const line = `DIGEST_MISMATCH: ${'|<b>'.repeat(10_000)}`
    const summary = summaryOf(
      new EngineError('ENGINE_FAILED', Array(5000).fill(line).join('\n'), { hint: 'Do this.' }),
    )
    expect(summary.length).toBeLessThan(1024 * 1024)
    expect(summary).toContain('4800 more lines')
    expect(summary).toContain('> Do this.')
  },
)
