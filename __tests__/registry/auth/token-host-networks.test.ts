import { describe, expect, test } from 'vitest'
import { temporaryFolder, writeTree } from '../../fixtures/folders.ts'
import { createAuthority } from '../../fixtures/tls/certificates.ts'
import { failureWith, open, repositoryAt } from '../support/access.ts'
import { testNames } from '../support/names.ts'
import type { Script, Seen } from '../support/scripted-server.ts'
import { serveTls } from '../support/tls-server.ts'
import { always, BASIC, challenge, found, password, token } from '../support/token-registry.ts'

const REGISTRY = 'registry.example.test'
const AUTH = 'auth.example.test'

function answer({ path, headers }: Seen, realm: string): Script {
  if (path === '/token') return token(headers.authorization === BASIC ? 'good' : 'anonymous-token')
  return headers.authorization === 'Bearer good' ? found : challenge(`Bearer realm="${realm}"`)
}

const shownAt = (seen: readonly Seen[], host: string): readonly (string | undefined)[] =>
  seen.filter(({ headers }) => headers.host === host).map(({ headers }) => headers.authorization)

describe('a name of a token server that leads', () => {
  const authority = createAuthority()
  const certificate = authority.issue({ hosts: ['*.example.test'] })

  /** A registry on the internet whose token server is in a private network. */
  async function start(tokenHosts: (host: string) => ReadonlyMap<string, readonly string[]>) {
    let auth = ''
    const server = await serveTls(certificate, (seen) => answer(seen, `https://${auth}/token`), '0.0.0.0')
    auth = `${AUTH}:${server.port}`
    const place = `${REGISTRY}:${server.port}`
    const certificates = [
      writeTree(temporaryFolder(), {
        [`${place}/ca.crt`]: authority.cert,
        [`${auth}/ca.crt`]: authority.cert,
      }),
    ]
    const names = testNames({ [REGISTRY]: '127.0.0.2', [AUTH]: '127.0.0.3' })
    const access = open({ names, certificates, credentials: always(password), tokenHosts: tokenHosts(auth) })
    return { ...access, place, auth, seen: server.seen }
  }

  test('into a private network, it is not followed', async () => {
    const { registry, place, auth, seen } = await start(() => new Map())
    const error = await failureWith('REGISTRY_UNEXPECTED', registry.readTag(repositoryAt(place), 'v1'))
    expect(error.message).toContain('private network')
    expect(shownAt(seen, auth)).toEqual([])
  })

  test('into a private network that the user allows, it is', async () => {
    const { registry, place, auth, seen } = await start(
      (host) => new Map([[`${REGISTRY}:${host.split(':')[1]}`, [host]]]),
    )
    await expect(registry.readTag(repositoryAt(place), 'v1')).resolves.toBeDefined()
    expect(shownAt(seen, auth)).toEqual([BASIC])
  })
})
