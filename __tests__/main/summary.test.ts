import { describe, expect, test } from 'vitest'
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
