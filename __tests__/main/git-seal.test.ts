import { mkdir } from 'node:fs/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { FaultRule } from '../../sandbox/github/faults.ts'
import type { GitHubOptions } from '../../sandbox/github/options.ts'
import type { OperationId } from '../../sandbox/github/operations.ts'
import { type SandboxRegistry, startRegistry, type RegistryOptions } from '../../sandbox/registry/server.ts'
import type { Commit } from '../../src/domain/commit.ts'
import { errorsOf, newCommit, temporaryFolder, writeApplication } from '../e2e/world.ts'
import { openApi } from '../github/support/api.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { buildStep } from './support/source-step.ts'

const RACERS = 16

async function openRegistry(options: RegistryOptions = {}): Promise<SandboxRegistry> {
  const registry = await startRegistry(options)
  onTestFinished(async () => await registry.close())
  return registry
}

function inputsFor(registry: SandboxRegistry, commit: string): Readonly<Record<string, string>> {
  return { image: `${registry.host}/team/app`, commit, engine: 'layers', path: 'dist', seal: 'git' }
}

/** A script for `prepare`, which runs once nothing was found: ends when all racers have got there. */
function waitForAll(folder: string): string {
  return `touch "${folder}/ready-$$"; until [ "$(ls "${folder}" | grep -c ready)" -ge ${RACERS} ]; do sleep 0.2; done`
}

describe('sixteen processes that build one commit at once', () => {
  const create = { operation: 'git/create-ref' } as const
  const rounds: readonly [string, GitHubOptions, readonly FaultRule[]][] = [
    [
      'every answer about the ref is lost after it was decided',
      {},
      [{ ...create, fault: { kind: 'reset', when: 'after' }, times: Infinity }],
    ],
    [
      'some connections are reset before, some after, and some answers are others, on an enterprise server',
      { product: 'ghes' },
      [
        { ...create, fault: { kind: 'reset', when: 'before' }, times: 2 },
        { ...create, fault: { kind: 'reset', when: 'after' }, from: 2, times: 3 },
        { ...create, fault: { kind: 'answer', status: 502, body: 'bad', when: 'after' }, from: 5, times: 4 },
        { operation: 'git/get-ref', fault: { kind: 'reset' }, from: 16, times: 6 },
      ],
    ],
  ]
  test.each(rounds)(
    'one wins, and all report its digest: %s',
    async (_name, options, faults) => {
      const github = await openGitHub({ rateLimit: 100_000, ...options })
      // Whoever claims first waits until the others have looked a last time, and seen that nobody has.
      github.faults.add({ ...create, fault: { kind: 'delay', ms: 5000 }, times: RACERS / 2 }, ...faults)
      const registry = await openRegistry()
      await using folder = await temporaryFolder()
      const commit = newCommit() as Commit
      const inputs = { ...inputsFor(registry, commit), prepare: waitForAll(folder.path) }
      const image = `${registry.host}/team/app`
      const racers = Array.from({ length: RACERS }, async (_, racer) => {
        const workspace = `${folder.path}/${racer}`
        await mkdir(workspace)
        await writeApplication(workspace, `racer ${racer}`)
        const { apiUrl, token } = github
        const setup = { workspace, apiUrl, token, workflowRunId: String(9000 + racer) }
        return await buildStep(`${workspace}/step`, inputs, setup)
      })
      const results = await Promise.all(racers)
      expect(results.map(errorsOf).filter((text) => text !== '')).toEqual([])

      const [digest, ...others] = new Set(results.map(({ outputs }) => outputs['digest']))
      expect(others).toEqual([])
      expect(results.filter(({ outputs }) => outputs['built'] === 'true')).toHaveLength(1)
      expect(new Set(results.map(({ outputs }) => outputs['record'])).size).toBe(1)
      expect((await registry.readManifest('team/app', commit))?.digest).toBe(digest)
      const sealed = await openApi(github).seals.read(image, commit)
      expect(JSON.stringify(sealed)).toBe(JSON.stringify(JSON.parse(results[0]?.outputs['record'] ?? '')))
      expect(sealed?.digest).toBe(digest)

      // It was a race: several had built before they learnt of the winner.
      const claims = github.requests.filter(
        ({ operation, method }) => operation === 'git/create-ref' && method === 'POST',
      )
      expect(claims.length).toBeGreaterThan(2)
      // How many there are is up to the machine.
      github.faults.clear()
      for (const result of results) expect(result.log).not.toContain(github.token)
    },
    180_000,
  )
})

describe('a build that is killed', () => {
  const points: readonly [string, OperationId][] = [
    ['after the blob', 'git/create-blob'],
    ['after the tag object', 'git/create-tag'],
    ['after the ref', 'git/create-ref'],
  ]
  test.each(points)(
    '%s is completed or begun again by the next one',
    async (_name, operation) => {
      const github = await openGitHub()
      const registry = await openRegistry()
      const { commit, killed, again } = await killedAndRunAgain(github, registry, async (pid) => {
        // The first blob only shows that the build may write.
        const from = operation === 'git/create-blob' ? 1 : 0
        github.faults.add({ operation, fault: { kind: 'hang', when: 'after' }, from })
        return () => {
          const done = github.requests.filter((one) => one.operation === operation && one.status === 201)
          const isThere = done.length > from
          if (isThere) process.kill(pid(), 'SIGKILL')
          return isThere
        }
      })
      expect(killed.signal).toBe('SIGKILL')
      const hadWon = operation === 'git/create-ref'
      expect(again.outputs['built']).toBe(String(!hadWon))
      await expectSealed(github, registry, commit, again.outputs['digest'])
    },
    120_000,
  )

  test.each(['before', 'after'] as const)(
    '%s the SHA tag is completed by the next one',
    async (when) => {
      const github = await openGitHub()
      let kill: (() => void) | undefined
      const isTag = ({ method, path }: { method: string; path: string }): boolean =>
        method === 'PUT' && /\/manifests\/[0-9a-f]{40}$/.test(path)
      const registry = await openRegistry({
        [when === 'before' ? 'onRequest' : 'onResponse']: (request: { method: string; path: string }) => {
          if (isTag(request)) kill?.()
        },
      })
      let isKilled = false
      const { commit, killed, again } = await killedAndRunAgain(github, registry, async (pid) => {
        kill = () => {
          if (!isKilled) process.kill(pid(), 'SIGKILL')
          isKilled = true
        }
        return () => isKilled
      })
      expect(killed.signal).toBe('SIGKILL')
      expect(again.outputs['built']).toBe('false')
      await expectSealed(github, registry, commit, again.outputs['digest'])
    },
    120_000,
  )
})

type GitHub = Awaited<ReturnType<typeof openGitHub>>

/** Runs a build that is killed at a point, and then another one with other files. */
async function killedAndRunAgain(
  github: GitHub,
  registry: SandboxRegistry,
  arm: (pid: () => number) => Promise<() => boolean>,
) {
  await using folder = await temporaryFolder()
  const commit = newCommit() as Commit
  const inputs = inputsFor(registry, commit)
  const setup = { workspace: folder.path, apiUrl: github.apiUrl, token: github.token }
  let pid = 0
  const isDone = await arm(() => pid)
  const watching = setInterval(() => {
    if (isDone()) clearInterval(watching)
  }, 10)
  try {
    await writeApplication(folder.path, 'first')
    const killed = await buildStep(`${folder.path}/first`, inputs, {
      ...setup,
      onSpawn: (spawned) => (pid = spawned),
    })
    await writeApplication(folder.path, 'second')
    const again = await buildStep(`${folder.path}/second`, inputs, setup)
    expect(errorsOf(again)).toBe('')
    return { commit, killed, again }
  } finally {
    clearInterval(watching)
  }
}

async function expectSealed(
  github: GitHub,
  registry: SandboxRegistry,
  commit: Commit,
  digest: string | undefined,
) {
  const { seals } = openApi(github)
  expect((await seals.read(`${registry.host}/team/app`, commit))?.digest).toBe(digest)
  expect((await registry.readManifest('team/app', commit))?.digest).toBe(digest)
}

describe('the build action', () => {
  test('names the permission that is missing, and builds and pushes nothing', async () => {
    const github = await openGitHub()
    const registry = await openRegistry()
    await using folder = await temporaryFolder()
    await writeApplication(folder.path)
    const commit = newCommit()
    const token = github.tokens.add({ permissions: { contents: 'read' } })
    const result = await buildStep(`${folder.path}/step`, inputsFor(registry, commit), {
      workspace: folder.path,
      apiUrl: github.apiUrl,
      token,
    })
    expect(errorsOf(result)).toContain('GITHUB_DENIED')
    expect(errorsOf(result)).toContain('permissions: contents: write')
    expect(registry.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([])
    expect(result.log).not.toContain(token)
  })

  test('fails at once, with a code, outside a GitHub repository', async () => {
    const registry = await openRegistry()
    await using folder = await temporaryFolder()
    await writeApplication(folder.path)
    const result = await buildStep(`${folder.path}/step`, inputsFor(registry, newCommit()), {
      workspace: folder.path,
      repository: '',
    })
    expect(errorsOf(result)).toContain('INPUT_INVALID')
    expect(errorsOf(result)).toContain('GITHUB_REPOSITORY')
    expect(registry.requests).toEqual([])
  })

  test('does not speak to GitHub without seal: git', async () => {
    const github = await openGitHub()
    const registry = await openRegistry()
    await using folder = await temporaryFolder()
    await writeApplication(folder.path)
    const { seal: _, ...inputs } = inputsFor(registry, newCommit())
    const setup = { workspace: folder.path, apiUrl: github.apiUrl, token: github.token }
    const result = await buildStep(`${folder.path}/step`, { ...inputs, settle: '0' }, setup)
    expect(errorsOf(result)).toBe('')
    expect(result.outputs['built']).toBe('true')
    expect(github.requests).toEqual([])
  })
})
