import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { declareArtifact } from '../../src/github/declared-artifacts.ts'
import { writeSummary } from '../../src/github/summary.ts'
import { temporaryFolder } from '../fixtures/folders.ts'
import { createMemoryLog } from '../fixtures/memory-log.ts'

const LIMIT = 1024 * 1024

describe('writeSummary', () => {
  test('adds to what is there', async () => {
    const path = join(temporaryFolder(), 'summary')
    const log = createMemoryLog()
    await writeSummary({ GITHUB_STEP_SUMMARY: path }, '### one', log)
    await writeSummary({ GITHUB_STEP_SUMMARY: path }, '### two ü', log)
    expect(readFileSync(path, 'utf8')).toBe('### one\n### two ü\n')
    expect(log.lines).toEqual([])
  })

  test.each([{ environment: {} }, { environment: { GITHUB_STEP_SUMMARY: '' } }])(
    'does nothing where there is no summary: $environment',
    async ({ environment }) => {
      const log = createMemoryLog()
      await writeSummary(environment, 'x', log)
      expect(log.lines).toEqual([])
    },
  )

  test('leaves out what the runner would drop, with a warning', async () => {
    const path = join(temporaryFolder(), 'summary')
    writeFileSync(path, 'x'.repeat(LIMIT - 3))
    const log = createMemoryLog()
    await writeSummary({ GITHUB_STEP_SUMMARY: path }, 'üü', log)
    expect(statSync(path).size).toBe(LIMIT - 3)
    expect(log.lines).toEqual(['warning: The job summary is full; the summary of this step was left out.'])
  })

  test('never makes the file larger than the limit', async () => {
    for (const room of [1, 2, 3, 4]) {
      const path = join(temporaryFolder(), 'summary')
      writeFileSync(path, 'x'.repeat(LIMIT - room))
      await writeSummary({ GITHUB_STEP_SUMMARY: path }, 'ab', createMemoryLog())
      expect(statSync(path).size).toBeLessThanOrEqual(LIMIT)
    }
  })

  test('a summary that cannot be written is a warning', async () => {
    const log = createMemoryLog()
    await writeSummary({ GITHUB_STEP_SUMMARY: temporaryFolder() }, 'x', log)
    expect(log.lines).toHaveLength(1)
    expect(log.lines[0]).toMatch(/^warning: The job summary could not be written: EISDIR/)
  })
})

describe('declareArtifact', () => {
  test('adds a line', async () => {
    const path = join(temporaryFolder(), 'artifacts')
    await declareArtifact({ GITHUB_ARTIFACTS: path }, 'a@sha256:x', createMemoryLog())
    await declareArtifact({ GITHUB_ARTIFACTS: path }, 'b@sha256:y', createMemoryLog())
    expect(readFileSync(path, 'utf8')).toBe('a@sha256:x\nb@sha256:y\n')
  })

  test('does nothing for runners that do not know it, and warns when the file cannot be written', async () => {
    const folder = temporaryFolder()
    const log = createMemoryLog()
    await declareArtifact({}, 'x', log)
    expect(log.lines).toEqual([])
    await declareArtifact({ GITHUB_ARTIFACTS: join(folder, 'none', 'artifacts') }, 'x', log)
    expect(existsSync(join(folder, 'none'))).toBe(false)
    expect(log.lines[0]).toMatch(/^warning: The artifact could not be declared to the runner: ENOENT/)
  })
})
