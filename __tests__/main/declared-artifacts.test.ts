import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startRegistry } from '../../sandbox/registry/server.ts'
import { createJob, runStep } from '../../sandbox/runner/runner.ts'
import { errorsOf, newCommit, temporaryFolder, writeApplication } from '../e2e/world.ts'
import { sourceAction } from './support/source-step.ts'

test('what a job builds is declared to the runner: built, reused, and of several commits the first', {
  timeout: 120_000,
}, async () => {
  const registry = await startRegistry()
  const folder = await temporaryFolder()
  const job = await createJob({ workspace: folder.path })
  onTestFinished(async () => {
    await job.cleanup()
    await registry.close()
    await folder[Symbol.asyncDispose]()
  })
  const image = `${registry.host}/team/app`
  await mkdir(join(folder.path, 'build'))
  const action = await sourceAction('build', join(folder.path, 'build'))
  const build = async (commit: string) => {
    await writeApplication(folder.path, commit)
    const inputs = { image, commit, engine: 'layers', path: 'dist', settle: '0' }
    const result = await runStep({ action, with: inputs, job, timeoutMs: 60_000 })
    expect(errorsOf(result)).toBe('')
    expect(result.conclusion).toBe('success')
    return result
  }
  const [first, second] = [newCommit(), newCommit()]
  const { digest } = (await build(first)).outputs
  expect([...job.subjects.values()]).toEqual([{ name: image, digest, kind: 'oci' }])
  expect((await build(first)).outputs).toMatchObject({ built: 'false', digest })
  const other = await build(second)
  expect(other.outputs).toMatchObject({ built: 'true' })
  expect(other.outputs['digest']).not.toBe(digest)
  expect(other.annotations.filter(({ level }) => level === 'warning')).toHaveLength(1)
  expect([...job.subjects.values()]).toEqual([{ name: image, digest, kind: 'oci' }])

  // A job that only finds the commit built declares it as well.
  job.subjects.clear()
  expect((await build(first)).outputs).toMatchObject({ built: 'false' })
  expect([...job.subjects.values()]).toEqual([{ name: image, digest, kind: 'oci' }])
})
