import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { digestReference, parseRepository } from '../../src/domain/reference.ts'
import { declareArtifact } from '../../src/github/declared-artifacts.ts'
import { writeSummary } from '../../src/github/summary.ts'
import { temporaryFolder, writeTree } from '../fixtures/folders.ts'
import { createMemoryLog } from '../fixtures/memory-log.ts'
import { digestWith, IMAGE, repository } from '../fixtures/samples.ts'

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
  const one = digestReference(repository, digestWith('1'))
  const other = digestReference(parseRepository('ghcr.io/other/app'), digestWith('2'))

  function place(files: Readonly<Record<string, string>>) {
    const folder = writeTree(temporaryFolder(), files)
    return { folder, path: join(folder, 'artifacts'), log: createMemoryLog() }
  }

  test('adds a line', async () => {
    const path = join(temporaryFolder(), 'artifacts')
    await declareArtifact({ GITHUB_ARTIFACTS: path }, one, createMemoryLog())
    await declareArtifact({ GITHUB_ARTIFACTS: path, GITHUB_ARTIFACTS_LIST: '' }, other, createMemoryLog())
    expect(readFileSync(path, 'utf8')).toBe(
      `${IMAGE}@${digestWith('1')}\nghcr.io/other/app@${digestWith('2')}\n`,
    )
  })

  const list = (subjects: unknown): string => JSON.stringify({ version: 1, subjects })
  const declared = (digest: string) => ({ name: IMAGE, digest, kind: 'oci' })
  const another = declared(digestWith('9'))

  test('leaves out what the runner would fail the step for, with a warning', async () => {
    const { folder, path, log } = place({ 'list.json': list([another]) })
    await declareArtifact(
      { GITHUB_ARTIFACTS: path, GITHUB_ARTIFACTS_LIST: join(folder, 'list.json') },
      one,
      log,
    )
    expect(existsSync(path)).toBe(false)
    expect(log.lines).toHaveLength(1)
    expect(log.lines[0]).toMatch(/^warning: Another step/)
    for (const digest of [digestWith('9'), digestWith('1')]) expect(log.lines[0]).toContain(digest)
  })

  test.each([
    ['nothing', list([])],
    ['the same', list([declared(digestWith('1'))])],
    ['another name', list([{ ...another, name: 'ghcr.io/x/y' }])],
    ['no list', '{'],
    ['a list of something else', list('x')],
  ])('declares after %s', async (_name, text) => {
    const { folder, path, log } = place({ 'list.json': text })
    await declareArtifact(
      { GITHUB_ARTIFACTS: path, GITHUB_ARTIFACTS_LIST: join(folder, 'list.json') },
      one,
      log,
    )
    expect(readFileSync(path, 'utf8')).toBe(`${IMAGE}@${digestWith('1')}\n`)
    expect(log.lines.filter((line) => !line.startsWith('debug: '))).toEqual([])
  })

  test('does nothing for runners that do not know it, and warns when the file cannot be written', async () => {
    const folder = temporaryFolder()
    const log = createMemoryLog()
    await declareArtifact({}, one, log)
    expect(log.lines).toEqual([])
    await declareArtifact({ GITHUB_ARTIFACTS: join(folder, 'none', 'artifacts') }, one, log)
    expect(existsSync(join(folder, 'none'))).toBe(false)
    expect(log.lines[0]).toMatch(/^warning: The artifact could not be declared to the runner: ENOENT/)
  })
})
