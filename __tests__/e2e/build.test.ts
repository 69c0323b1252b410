import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxRegistry, startRegistry } from '../../sandbox/registry/server.ts'
import { startResults } from '../../sandbox/results/server.ts'
import { errorsOf, newCommit, step, temporaryFolder, writeApplication } from './world.ts'

let registry: SandboxRegistry

beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(async () => {
  await registry.close()
})

const inputsFor = (commit: string, more: Readonly<Record<string, string>> = {}) => ({
  image: `${registry.host}/team/app`,
  commit,
  engine: 'layers',
  path: 'dist',
  settle: '0',
  ...more,
})

describe('a commit that is not built yet', () => {
  it('is built, recorded, sealed, tagged and reported', async () => {
    await using folder = await temporaryFolder()
    await writeApplication(folder.path)
    const commit = newCommit()
    const result = await step('build', inputsFor(commit, { tags: 'v1.0.0,latest' }), {
      workspace: folder.path,
      workflowRunId: '77',
    })
    expect(errorsOf(result)).toBe('')
    expect(result.outputs).toMatchObject({
      commit,
      built: 'true',
      tag: commit,
      image: `${registry.host}/team/app`,
      platforms: 'linux/amd64',
    })
    const sealed = await registry.readManifest('team/app', commit)
    expect(result.outputs['digest']).toBe(sealed?.digest)
    expect(result.outputs['media-type']).toBe(sealed?.mediaType)
    for (const tag of ['v1.0.0', 'latest'])
      expect((await registry.readManifest('team/app', tag))?.digest).toBe(sealed?.digest)
    const record = JSON.parse(result.outputs['record'] ?? '') as Record<string, unknown>
    expect(record).toMatchObject({
      schema: 'build-once/build/v1',
      commit,
      digest: sealed?.digest,
      workflowRun: { id: '77' },
    })
    expect(result.summary).toContain(commit)
    expect(result.summary).toContain(sealed?.digest ?? 'missing')
    expect(result.summary).toContain('v1.0.0')
    expect(result.annotations).toContainEqual(
      expect.objectContaining({
        level: 'notice',
        message: expect.stringContaining('no results service') as string,
      }),
    )
  })

  it('has the same digest when it is built again somewhere else', async () => {
    await using one = await temporaryFolder()
    await using two = await temporaryFolder()
    await writeApplication(one.path)
    await writeApplication(two.path)
    const commit = newCommit()
    const first = await step(
      'build',
      { ...inputsFor(commit), image: `${registry.host}/team/one` },
      { workspace: one.path },
    )
    const second = await step(
      'build',
      { ...inputsFor(commit), image: `${registry.host}/team/two` },
      { workspace: two.path },
    )
    expect(second.outputs['built']).toBe('true')
    expect(second.outputs['digest']).toBe(first.outputs['digest'])
  })
})

describe('a commit that is built', () => {
  it('is reused without preparing or reading the sources, by any workflow run, and gets more tags', async () => {
    await using folder = await temporaryFolder()
    await writeApplication(folder.path)
    const commit = newCommit()
    const first = await step('build', inputsFor(commit), { workspace: folder.path, workflowRunId: '1001' })
    await rm(join(folder.path, 'dist'), { recursive: true })
    const again = await step(
      'build',
      inputsFor(commit, { prepare: "printf 'PRE%s' PARED; exit 1", tags: 'v2' }),
      {
        workspace: folder.path,
        workflowRunId: '1002',
        event: 'push',
        ref: 'refs/tags/v2',
      },
    )
    expect(errorsOf(again)).toBe('')
    expect(again.outputs).toMatchObject({
      built: 'false',
      digest: first.outputs['digest'],
      record: first.outputs['record'],
    })
    expect(again.log).not.toContain('PREPARED')
    expect(again.summary).toContain('1001')
    expect((await registry.readManifest('team/app', 'v2'))?.digest).toBe(first.outputs['digest'])
  })

  it('takes the commit itself and repeated tags for what they are', async () => {
    await using folder = await temporaryFolder()
    await writeApplication(folder.path)
    const commit = newCommit()
    const tags = `${registry.host}/team/app:${commit}\nv9\nv9`
    const result = await step('build', inputsFor(commit, { tags }), { workspace: folder.path })
    expect(errorsOf(result)).toBe('')
    expect(result.summary.match(/v9/g)).toHaveLength(1)
  })

  it('a results service that fails takes away a witness, not the outputs', async () => {
    await using folder = await temporaryFolder()
    await writeApplication(folder.path)
    const results = await startResults({ onRequest: () => ({ status: 403, body: '{}' }) })
    try {
      const result = await step('build', inputsFor(newCommit()), { workspace: folder.path, results })
      expect(errorsOf(result)).toBe('')
      expect(result.outputs['digest']).toMatch(/^sha256:/)
      expect(result.outputs['record-artifact-id']).toBe('')
      expect(result.annotations).toContainEqual(
        expect.objectContaining({
          level: 'warning',
          message: expect.stringContaining('not uploaded') as string,
        }),
      )
    } finally {
      await results.close()
    }
  })

  it('uploads its record as a workflow artifact where there is a results service', async () => {
    await using folder = await temporaryFolder()
    await writeApplication(folder.path)
    const results = await startResults()
    try {
      const commit = newCommit()
      const built = await step('build', inputsFor(commit), {
        workspace: folder.path,
        results,
        workflowRunId: '5',
      })
      const again = await step('build', inputsFor(commit), {
        workspace: folder.path,
        results,
        workflowRunId: '6',
      })
      const [artifact] = results.artifacts('5')
      expect(built.outputs['record-artifact-id']).toBe(String(artifact?.id))
      expect(artifact?.name).toContain(commit)
      expect(again.outputs['record-artifact-id']).toMatch(/^\d+$/)
      expect(errorsOf(again)).toBe('')
    } finally {
      await results.close()
    }
  })
})

describe('prepare and the cache', () => {
  it('prepare makes the files, once', async () => {
    await using folder = await temporaryFolder()
    const commit = newCommit()
    const prepare = "mkdir -p dist\necho made > dist/made.txt\nprintf 'PRE%s' PARED"
    const first = await step('build', inputsFor(commit, { prepare }), { workspace: folder.path })
    expect(errorsOf(first)).toBe('')
    expect(first.log).toContain('PREPARED')
    const second = await step('build', inputsFor(commit, { prepare }), { workspace: folder.path })
    expect(second.log).not.toContain('PREPARED')
    expect(second.outputs['digest']).toBe(first.outputs['digest'])
  })

  it('a failing prepare publishes nothing', async () => {
    await using folder = await temporaryFolder()
    const commit = newCommit()
    const result = await step('build', inputsFor(commit, { prepare: 'false' }), { workspace: folder.path })
    expect(errorsOf(result)).toContain('PREPARE_FAILED')
    expect(await registry.readManifest('team/app', commit)).toBeUndefined()
  })

  it('saves the cache for the next commit', async () => {
    await using folder = await temporaryFolder()
    const results = await startResults()
    try {
      const inputs = {
        prepare:
          "mkdir -p dist deps\ncat deps/lock 2>/dev/null || printf 'MI%s' SS\necho cached > deps/lock\ncp deps/lock dist/",
        'cache-path': 'deps',
        'cache-key': 'deps-1',
      }
      const first = await step('build', inputsFor(newCommit(), inputs), { workspace: folder.path, results })
      expect(errorsOf(first)).toBe('')
      expect(first.log).toContain('MISS')
      await rm(join(folder.path, 'deps'), { recursive: true })
      const second = await step('build', inputsFor(newCommit(), inputs), { workspace: folder.path, results })
      expect(second.log).not.toContain('MISS')
      expect(second.log).toContain('restored deps-1')
    } finally {
      await results.close()
    }
  })
})

describe('tags of strangers', () => {
  it('a SHA tag without a record is refused, and sealed with adopt: true', async () => {
    await using folder = await temporaryFolder()
    await writeApplication(folder.path)
    const other = await step('build', inputsFor(newCommit()), { workspace: folder.path })
    const commit = newCommit()
    await registry.putTag('team/app', commit, other.outputs['digest'] ?? '')
    const refused = await step('build', inputsFor(commit), { workspace: folder.path })
    expect(errorsOf(refused)).toContain('UNSEALED_TAG')
    const adopted = await step('build', inputsFor(commit, { adopt: 'true' }), { workspace: folder.path })
    expect(errorsOf(adopted)).toBe('')
    expect(adopted.outputs).toMatchObject({ built: 'false', digest: other.outputs['digest'] })
    const reused = await step('build', inputsFor(commit), { workspace: folder.path })
    expect(reused.outputs['digest']).toBe(other.outputs['digest'])
  })
})

describe('builds that are not published', () => {
  it.each([
    { description: 'push: false', more: { push: 'false' }, setup: {} },
    {
      description: 'a pull request from a fork',
      more: {},
      setup: {
        event: 'pull_request',
        payload: {
          pull_request: {
            head: { repo: { full_name: 'stranger/app' } },
            base: { repo: { full_name: 'octo-org/app' } },
          },
        },
      },
    },
  ])('$description builds, stays green, says so and pushes nothing', async ({ more, setup }) => {
    await using folder = await temporaryFolder()
    await writeApplication(folder.path)
    const commit = newCommit()
    const before = registry.requests.length
    const result = await step('build', inputsFor(commit, more), { workspace: folder.path, ...setup })
    expect(errorsOf(result)).toBe('')
    expect(result.conclusion).toBe('success')
    expect(result.outputs).toMatchObject({ built: 'false', digest: '' })
    expect(result.summary).toContain('not published')
    expect(
      registry.requests
        .slice(before)
        .filter((request) => request.method !== 'GET' && request.method !== 'HEAD'),
    ).toEqual([])
  })
})
