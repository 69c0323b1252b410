import { describe, expect, test } from 'vitest'
import type { Descriptor } from '../../../src/domain/manifest.ts'
import type { CredentialSource } from '../../../src/registry/credentials.ts'
import { blobOf, failureWith, open, repositoryAt } from '../support/access.ts'
import type { Script, Seen } from '../support/scripted-server.ts'
import { always, basic, challenge, found, password, registryWith, token } from '../support/token-registry.ts'

const scopesOf = (seen: Seen): readonly string[] => seen.query.getAll('scope')

/** A registry that says no to every token, and names what it wants. */
function insufficient(origin: string, scope: string, status = 401): Script {
  return challenge(`Bearer realm="${origin}/token",error="insufficient_scope",scope="${scope}"`, status)
}

describe('a token that is too narrow', () => {
  test.each([401, 403])('is replaced once, by one with the scope that is named (%s)', async (status) => {
    let origin = ''
    const server = await registryWith(
      (it) => `Bearer realm="${it}/token"`,
      (seen) => token(scopesOf(seen).join(' ').includes('push') ? 'good' : 'narrow'),
      (_seen, authorization) => {
        if (authorization === 'Bearer good') return found
        return authorization === ''
          ? undefined
          : insufficient(origin, 'repository:owner/app:pull,push', status)
      },
    )
    origin = server.origin
    const { registry } = open()
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    expect(server.asked().map(scopesOf)).toEqual([
      ['repository:owner/app:pull'],
      ['repository:owner/app:pull,push'],
    ])
    // What was learned is asked for at once from now on.
    await expect(registry.readTag(repositoryAt(server.host), 'v2')).resolves.toBeDefined()
    expect(server.asked()).toHaveLength(2)
  })

  test.each([
    ['the same scope', 'repository:owner/app:pull'],
    ['a wider scope', 'repository:owner/app:pull,push'],
    ['no scope', ''],
    ['another repository', 'repository:owner/secret:pull,push'],
    ['everything', '* repository:owner/app:* registry:catalog:*'],
  ])('and whose successor is, too, is a denial, after %s was named', async (_name, scope) => {
    let origin = ''
    const server = await registryWith(
      (it) => `Bearer realm="${it}/token"`,
      (_seen, count) => token(`t${count}`),
      (_seen, authorization) => (authorization === '' ? undefined : insufficient(origin, scope)),
    )
    origin = server.origin
    await failureWith('REGISTRY_DENIED', open().registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.asked()).toHaveLength(2)
    expect(server.seen).toHaveLength(5)
    for (const text of server.asked().flatMap(scopesOf))
      expect(text).toMatch(/^repository:owner\/app:(?:pull|pull,push)$/)
  })

  test('and that was in use before is replaced once as well', async () => {
    let origin = ''
    let isOpen = true
    const server = await registryWith(
      (it) => `Bearer realm="${it}/token"`,
      (_seen, count) => token(`t${count}`),
      (_seen, authorization) => {
        if (authorization === '') return undefined
        return isOpen ? found : insufficient(origin, 'repository:owner/app:pull,push')
      },
    )
    origin = server.origin
    const { registry } = open()
    await registry.readTag(repositoryAt(server.host), 'v1')
    isOpen = false
    await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.asked()).toHaveLength(2)
  })

  test('a refused token in use is replaced once, where the registry gives no reason', async () => {
    let isOpen = true
    const server = await registryWith(
      (it) => `Bearer realm="${it}/token"`,
      (_seen, count) => token(`t${count}`),
      (_seen, authorization) => (authorization !== '' && isOpen ? found : undefined),
    )
    const { registry } = open()
    await registry.readTag(repositoryAt(server.host), 'v1')
    isOpen = false
    await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.asked()).toHaveLength(2)
  })
})

describe('what a registry asks for', () => {
  test.each([
    ['more than is needed', 'repository:owner/app:pull,push,delete', 'repository:owner/app:pull'],
    [
      'what only it knows',
      'repository:owner/app:metadata_read,pull',
      'repository:owner/app:metadata_read,pull',
    ],
    ['another repository', 'repository:owner/secret:pull', 'repository:owner/app:pull'],
    ['everything', '*', 'repository:owner/app:pull'],
    ['a thousand others', 'repository:owner/x:pull '.repeat(300), 'repository:owner/app:pull'],
  ])('%s, before any token', async (_name, scope, expected) => {
    const server = await registryWith(
      (origin) => `Bearer realm="${origin}/token",scope="${scope}"`,
      () => token('good'),
    )
    await open().registry.readTag(repositoryAt(server.host), 'v1')
    expect(server.asked().map(scopesOf)).toEqual([[expected]])
  })
})

describe('a mount', () => {
  const blob = blobOf('shared')
  const descriptor: Descriptor = {
    mediaType: 'application/octet-stream',
    digest: blob.digest,
    size: blob.size,
  }

  /** A registry whose token server reads the first scope only, as long as a test says so. */
  async function mounting(challengeScope: string, grants: (scopes: readonly string[]) => string) {
    let origin = ''
    let isMounted = false
    const server = await registryWith(
      (it) => `Bearer realm="${it}/token"`,
      (seen) => token(grants(scopesOf(seen))),
      ({ method, query }, authorization) => {
        if (authorization === '') return undefined
        if (method === 'HEAD') return { status: isMounted ? 200 : 404 }
        isMounted = query.has('mount') && authorization === 'Bearer both'
        return isMounted ? { status: 201 } : insufficient(origin, challengeScope)
      },
    )
    origin = server.origin
    return server
  }

  test('asks for both repositories, with the one that was missing first', async () => {
    const server = await mounting('repository:owner/from:pull', (scopes) =>
      scopes[0] === 'repository:owner/from:pull' ? 'both' : 'push-only',
    )
    const { registry } = open({ credentials: always(password) })
    const from = repositoryAt(server.host, 'owner/from')
    const to = repositoryAt(server.host, 'owner/to')
    await expect(registry.copyBlob(from, to, descriptor)).resolves.toBe('mounted')
    expect(server.asked().slice(0, 3).map(scopesOf)).toEqual([
      ['repository:owner/to:pull,push'],
      ['repository:owner/to:pull,push', 'repository:owner/from:pull'],
      ['repository:owner/from:pull', 'repository:owner/to:pull,push'],
    ])
  })
})

describe('tokens are kept apart', () => {
  test('by repository', async () => {
    const server = await registryWith(
      (origin) => `Bearer realm="${origin}/token"`,
      (seen) => token(scopesOf(seen).join()),
      ({ path }, authorization) =>
        authorization === `Bearer repository:${path.slice(4).replace('/manifests/v1', '')}:pull`
          ? found
          : undefined,
    )
    const { registry } = open()
    for (const name of ['owner/a', 'owner/b', 'owner/a'])
      await expect(registry.readTag(repositoryAt(server.host, name), 'v1')).resolves.toBeDefined()
    expect(server.asked()).toHaveLength(2)
  })

  test('by credentials, which may differ within a registry', async () => {
    const source: CredentialSource = {
      find: async ({ path }) =>
        await Promise.resolve({ kind: 'password', username: path.replace('/', '-'), password: 'p' }),
    }
    const server = await registryWith(
      (origin) => `Bearer realm="${origin}/token"`,
      () => token('good'),
    )
    const { registry } = open({ credentials: source })
    for (const name of ['owner/a', 'owner/b']) await registry.readTag(repositoryAt(server.host, name), 'v1')
    expect(server.asked().map(({ headers }) => headers.authorization)).toEqual([
      basic('owner-a', 'p'),
      basic('owner-b', 'p'),
    ])
  })

  test('and shared by everything at a time', async () => {
    const server = await registryWith(
      (origin) => `Bearer realm="${origin}/token"`,
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 30))
        return token('good')
      },
    )
    const { registry } = open()
    const reads = Array.from(
      { length: 20 },
      async (_, n) => await registry.readTag(repositoryAt(server.host), `v${n}`),
    )
    await Promise.all(reads)
    expect(server.asked()).toHaveLength(1)
  })

  test('a failure is shared as well, and not kept', async () => {
    const server = await registryWith(
      (origin) => `Bearer realm="${origin}/token"`,
      async (_seen, count) => {
        await new Promise((resolve) => setTimeout(resolve, 30))
        return count === 1 ? { status: 403 } : token('good')
      },
    )
    const { registry } = open()
    const reads = Array.from(
      { length: 5 },
      async () => await registry.readTag(repositoryAt(server.host), 'v1'),
    )
    const results = await Promise.allSettled(reads)
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'rejected'))
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    expect(server.asked()).toHaveLength(2)
  })
})
