import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand, writeContext } from '../../sandbox/peers/command.ts'
import { type DockerRegistry, startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { findPeers, type Peers } from '../../sandbox/peers/tools.ts'
import { errorsOf, newCommit, step, temporaryFolder } from '../e2e/world.ts'
import { listTags, readManifest } from './world.ts'

let peers: Peers
let registry: DockerRegistry

beforeAll(async () => {
  peers = await findPeers()
  registry = await startDockerRegistry()
})

afterAll(async () => {
  await registry?.close()
})

/** Git without the machine's and the user's configuration, with a fixed author and time. */
async function git(folder: string, time: string, ...args: readonly string[]): Promise<string> {
  const env = {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    ...{ GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com', GIT_AUTHOR_DATE: time },
    ...{ GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.com', GIT_COMMITTER_DATE: time },
  }
  return (await runCommand([peers.git, '-C', folder, ...args], { env })).stdout.trim()
}

/** Makes a repository with two commits, and checks the second out. */
async function makeRepository(
  folder: string,
  format: 'sha1' | 'sha256' = 'sha1',
): Promise<{ first: string; second: string }> {
  await git(folder, '', 'init', '--quiet', '--initial-branch=main', `--object-format=${format}`)
  const commit = async (text: string, time: string): Promise<string> => {
    await writeContext(folder, { 'site/index.html': text })
    await git(folder, time, 'add', '.')
    await git(folder, time, 'commit', '--quiet', '--message', text)
    return git(folder, time, 'rev-parse', 'HEAD')
  }
  const first = await commit('one', '2021-02-03T04:05:06+02:00')
  return { first, second: await commit('two', '2022-03-04T05:06:07Z') }
}

const inputsFor = (commit: string, more: Readonly<Record<string, string>> = {}) => ({
  image: `${registry.host}/team/site`,
  commit,
  engine: 'layers',
  path: 'site',
  settle: '0',
  ...more,
})

async function createdOf(reference: string): Promise<unknown> {
  const config = JSON.parse((await runCommand([peers.crane, 'config', reference])).stdout) as {
    created: string
    config: { Labels: Record<string, string> }
  }
  return { created: config.created, label: config.config.Labels['org.opencontainers.image.created'] }
}

describe('a git checkout', () => {
  test.each(['sha1', 'sha256'] as const)(
    'of the commit is built, and created is the time of the commit (%s)',
    async (format) => {
      await using folder = await temporaryFolder()
      const { second } = await makeRepository(folder.path, format)
      const result = await step('build', inputsFor(second), { workspace: folder.path })
      expect(errorsOf(result)).toBe('')
      const created = '2022-03-04T05:06:07Z'
      const reference = result.outputs['reference'] ?? ''
      expect(await createdOf(reference)).toEqual({ created, label: created })
      expect(await readManifest(reference)).toMatchObject({
        annotations: {
          'org.opencontainers.image.created': created,
          'org.opencontainers.image.revision': second,
        },
      })
    },
  )

  test('of another commit is refused, and nothing is prepared or pushed', async () => {
    await using folder = await temporaryFolder()
    const { first, second } = await makeRepository(folder.path)
    const result = await step('build', inputsFor(first, { prepare: 'touch prepared' }), {
      workspace: folder.path,
    })
    expect(errorsOf(result)).toContain('COMMIT_NOT_CHECKED_OUT')
    expect(errorsOf(result)).toContain(`expected ${first}, got ${second}`)
    await expect(readFile(join(folder.path, 'prepared'))).rejects.toThrow('ENOENT')
    expect(await listTags(`${registry.host}/team/site`)).not.toContain(first)
  })

  test('of another commit does not matter for what is built already', async () => {
    await using folder = await temporaryFolder()
    const { first, second } = await makeRepository(folder.path)
    const image = `${registry.host}/team/moved-on`
    const built = await step('build', { ...inputsFor(second), image }, { workspace: folder.path })
    await git(folder.path, '', 'checkout', '--quiet', '--detach', first)
    const again = await step('build', { ...inputsFor(second), image }, { workspace: folder.path })
    expect(errorsOf(again)).toBe('')
    expect(again.outputs).toMatchObject({ built: 'false', digest: built.outputs['digest'] })
  })

  test('detached at the commit, shallow and as a linked work tree, is a checkout too', async () => {
    await using folder = await temporaryFolder()
    const origin = join(folder.path, 'origin')
    await writeContext(origin, { 'site/index.html': 'zero' })
    const { first, second } = await makeRepository(origin)
    const shallow = join(folder.path, 'shallow')
    await git(folder.path, '', 'clone', '--quiet', '--depth', '1', `file://${origin}`, shallow)
    const linked = join(folder.path, 'linked')
    await git(origin, '', 'worktree', 'add', '--quiet', '--detach', linked, first)
    const image = `${registry.host}/team/checkouts`
    const fromShallow = await step('build', { ...inputsFor(second), image }, { workspace: shallow })
    const fromLinked = await step('build', { ...inputsFor(first), image }, { workspace: linked })
    expect([errorsOf(fromShallow), errorsOf(fromLinked)]).toEqual(['', ''])
    expect(await createdOf(fromLinked.outputs['reference'] ?? '')).toMatchObject({
      created: '2021-02-03T02:05:06Z',
    })
    const mismatched = await step('build', { ...inputsFor(newCommit()), image }, { workspace: linked })
    expect(errorsOf(mismatched)).toContain('COMMIT_NOT_CHECKED_OUT')
  })

  test('of another user is read all the same', async () => {
    await using folder = await temporaryFolder()
    const { second } = await makeRepository(folder.path)
    await runCommand(['chown', '-R', '65534:65534', folder.path])
    const image = `${registry.host}/team/other-user`
    const result = await step('build', { ...inputsFor(second), image }, { workspace: folder.path })
    expect([errorsOf(result), result.outputs['built']]).toEqual(['', 'true'])
  })

  test('that is damaged is an error, not a folder without git', async () => {
    await using folder = await temporaryFolder()
    const { second } = await makeRepository(folder.path)
    await runCommand(['rm', '-r', join(folder.path, '.git', 'objects')])
    const image = `${registry.host}/team/damaged`
    const result = await step('build', { ...inputsFor(second), image }, { workspace: folder.path })
    expect(errorsOf(result)).toContain('COMMIT_NOT_CHECKED_OUT')
  })

  test('SOURCE_DATE_EPOCH replaces the time of the commit', async () => {
    await using folder = await temporaryFolder()
    const { second } = await makeRepository(folder.path)
    const image = `${registry.host}/team/epoch`
    const env = { SOURCE_DATE_EPOCH: '1000000000' }
    const result = await step('build', { ...inputsFor(second), image }, { workspace: folder.path, env })
    expect(await createdOf(result.outputs['reference'] ?? '')).toMatchObject({
      created: '2001-09-09T01:46:40Z',
    })
  })
})

describe('without git', () => {
  test('a folder that is no work tree is built, with a fixed time', async () => {
    await using folder = await temporaryFolder()
    await writeContext(folder.path, { 'site/index.html': 'three' })
    const image = `${registry.host}/team/no-git`
    const result = await step('build', { ...inputsFor(newCommit()), image }, { workspace: folder.path })
    expect(await createdOf(result.outputs['reference'] ?? '')).toMatchObject({
      created: '1970-01-01T00:00:00Z',
    })
  })
})
