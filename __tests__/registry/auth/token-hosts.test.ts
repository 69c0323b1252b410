import { describe, expect, test } from 'vitest'
import { connect } from '../../../src/main/registry.ts'
import { temporaryFolder, writeTree } from '../../fixtures/folders.ts'
import { blobOf, failureWith, keptLog, open, repositoryAt } from '../support/access.ts'
import { ociError, type Script, type Seen, serve } from '../support/scripted-server.ts'
import {
  always,
  BASIC,
  challenge,
  formOf,
  found,
  identity,
  password,
  PASSWORD,
  token,
} from '../support/token-registry.ts'
import { startInternet } from '../vendors/support/internet.ts'

const REGISTRY = 'registry.example.test'
const AUTH = 'auth.example.test'
const REALM = `https://${AUTH}/token`

/** A registry that sends everybody to a token server, which only knows one user. */
function answer(seen: Seen, realm = REALM): Script {
  if (seen.path === '/token') {
    const isKnown = seen.headers.authorization === BASIC || formOf(seen)['refresh_token'] !== undefined
    return token(isKnown ? 'good' : 'anonymous-token')
  }
  if (seen.headers.authorization === 'Bearer good') return found
  return challenge(`Bearer realm="${realm}",service="${REGISTRY}"`)
}

const shownAt = (seen: readonly Seen[], host: string): readonly (string | undefined)[] =>
  seen.filter(({ headers }) => headers.host === host).map(({ headers }) => headers.authorization)

const allowed = (...hosts: readonly string[]) => new Map([[REGISTRY, hosts]])

describe('a token server on another host', () => {
  test('sees no password; the denial says how it may', async () => {
    const { environment, seen } = await startInternet([REGISTRY, AUTH], (it) => answer(it))
    const { registry } = open({ credentials: always(password), environment })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(REGISTRY), 'v1'))
    expect(error.hint).toContain(`were not sent: its token server ${AUTH} is on another host`)
    expect(error.hint).toContain(`add \`token-hosts: ${AUTH}\``)
    expect(shownAt(seen, AUTH)).toEqual([undefined])
  })

  test('sees it where the user allows that', async () => {
    const { environment, seen } = await startInternet([REGISTRY, AUTH], (it) => answer(it))
    const { registry } = open({ credentials: always(password), environment, tokenHosts: allowed(AUTH) })
    await expect(registry.readTag(repositoryAt(REGISTRY), 'v1')).resolves.toBeDefined()
    expect(shownAt(seen, AUTH)).toEqual([BASIC])
    expect(shownAt(seen, REGISTRY)).toEqual([undefined, 'Bearer good'])
  })

  test('sees an identity token where the user allows that', async () => {
    const { environment, seen } = await startInternet([REGISTRY, AUTH], (it) => answer(it))
    const { registry } = open({ credentials: always(identity), environment, tokenHosts: allowed(AUTH) })
    await expect(registry.readTag(repositoryAt(REGISTRY), 'v1')).resolves.toBeDefined()
    expect(seen.find(({ path }) => path === '/token')?.method).toBe('POST')
  })

  test.each([
    ['another host is allowed', new Map([[REGISTRY, ['auth.example']]])],
    ['another port is allowed', new Map([[REGISTRY, [`${AUTH}:8443`]]])],
    ['it is allowed for another registry', new Map([['other.example.test', [AUTH]]])],
    ['it is allowed for another port of the registry', new Map([[`${REGISTRY}:443`, [AUTH]]])],
    ['nothing is allowed', new Map([[REGISTRY, []]])],
  ])('sees no password where %s', async (_name, tokenHosts) => {
    const { environment, seen } = await startInternet([REGISTRY, AUTH], (it) => answer(it))
    const { registry } = open({ credentials: always(password), environment, tokenHosts })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(REGISTRY), 'v1'))
    expect(error.hint).toContain('token-hosts')
    expect(shownAt(seen, AUTH)).toEqual([undefined])
  })

  test('gives anonymous tokens to whoever has nothing to show', async () => {
    const { environment, seen } = await startInternet([REGISTRY, AUTH], (it) =>
      it.headers.authorization === 'Bearer anonymous-token' ? found : answer(it),
    )
    await expect(open({ environment }).registry.readTag(repositoryAt(REGISTRY), 'v1')).resolves.toBeDefined()
    expect(shownAt(seen, AUTH)).toEqual([undefined])
  })

  test('may refuse; the denial is about the credentials that were not sent', async () => {
    const { environment } = await startInternet([REGISTRY, AUTH], (it) =>
      it.path === '/token' ? ociError(401, 'UNAUTHORIZED') : answer(it),
    )
    const { registry } = open({ credentials: always(password), environment })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(REGISTRY), 'v1'))
    expect(error.message).toContain(`https://${AUTH}/token answered 401`)
    expect(error.hint).toContain(`\`token-hosts: ${AUTH}\``)
  })

  test('makes an absence nothing to rely on, because private things are said to be absent', async () => {
    const { environment } = await startInternet([REGISTRY, AUTH], (it) =>
      it.headers.authorization === 'Bearer anonymous-token' ? ociError(404, 'MANIFEST_UNKNOWN') : answer(it),
    )
    const { registry } = open({ credentials: always(password), environment })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(REGISTRY), 'v1'))
    expect(error.message).toContain('no proof')
    expect(error.hint).toContain(`\`token-hosts: ${AUTH}\``)
    await expect(
      open({ environment }).registry.readTag(repositoryAt(REGISTRY), 'v1'),
    ).resolves.toBeUndefined()
  })

  test('is no reason to take the repository for one that does not exist yet', async () => {
    const { environment, seen } = await startInternet([REGISTRY, AUTH], (it) => answer(it))
    const { registry } = open({ credentials: always(password), environment, mayCreate: true })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(REGISTRY), 'v1'))
    expect(error.hint).toContain(`\`token-hosts: ${AUTH}\``)
    expect(seen.every(({ method }) => method === 'GET')).toBe(true)
  })

  test('named without TLS is refused, also when its host is allowed', async () => {
    const { environment, seen } = await startInternet([REGISTRY, AUTH], (it) =>
      answer(it, `http://${AUTH}/token`),
    )
    const { registry } = open({ credentials: always(password), environment, tokenHosts: allowed(AUTH) })
    const error = await failureWith('REGISTRY_UNEXPECTED', registry.readTag(repositoryAt(REGISTRY), 'v1'))
    expect(error.message).toContain('it is not https')
    expect(shownAt(seen, AUTH)).toEqual([])
  })

  test('on this machine, named by a registry on the internet, is refused, and used where it is allowed', async () => {
    const local = await serve((seen) => answer(seen))
    const { environment } = await startInternet([REGISTRY], (it) => answer(it, `${local.origin}/token`))
    const strict = open({ credentials: always(password), environment })
    await failureWith('REGISTRY_UNEXPECTED', strict.registry.readTag(repositoryAt(REGISTRY), 'v1'))
    expect(local.seen).toEqual([])
    const { registry } = open({ credentials: always(password), environment, tokenHosts: allowed(local.host) })
    await expect(registry.readTag(repositoryAt(REGISTRY), 'v1')).resolves.toBeDefined()
  })
})

describe('the inputs of a step', () => {
  /** A loopback registry and its token server at another port, which is another host. */
  async function start() {
    const auth = await serve((seen) => answer(seen))
    const hosts = { auth, registry: await serve((seen) => answer(seen, `${auth.origin}/token`)) }
    const image = repositoryAt(hosts.registry.host)
    return { ...hosts, image, login: { image, username: 'someone', password: PASSWORD } }
  }

  test('allow hosts for the registry of the image', async () => {
    const { auth, image, login } = await start()
    const inputs = { ...login, 'token-hosts': [auth.host] }
    const { registry, ...connection } = connect(inputs, keptLog(), {})
    await expect(registry.readTag(image, 'v1')).resolves.toBeDefined()
    connection.close()
  })

  test('and without them, say which to give', async () => {
    const { auth, image, login } = await start()
    const { registry, ...connection } = connect(login, keptLog(), {})
    const error = await failureWith('REGISTRY_DENIED', registry.putBlob(image, blobOf('x')))
    connection.close()
    expect(error.hint).toContain(`add \`token-hosts: ${auth.host}\``)
  })

  test('allow nothing for the other registries of the step', async () => {
    const { auth, login, registry: own } = await start()
    const base = await serve((seen) => answer(seen, `${auth.origin}/token`))
    const folder = writeTree(temporaryFolder(), {
      'config.json': JSON.stringify({ auths: { [base.host]: { username: 'someone', password: PASSWORD } } }),
    })
    const inputs = { ...login, 'token-hosts': [auth.host] }
    const { registry, ...connection } = connect(inputs, keptLog(), { DOCKER_CONFIG: folder })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(base.host), 'v1'))
    connection.close()
    expect(error.hint).toContain('`token-hosts` only holds for the registry of `image`')
    expect(auth.seen.map(({ headers }) => headers.authorization)).toEqual([undefined])
    expect(own.seen).toEqual([])
  })

  test('hold for a registry under any of its names', async () => {
    const { environment, seen } = await startInternet(['registry-1.docker.io', AUTH], (it) => answer(it))
    const { registry } = open({
      credentials: always(password),
      environment,
      tokenHosts: new Map([['docker.io', [AUTH]]]),
    })
    await expect(registry.readTag(repositoryAt('index.docker.io'), 'v1')).resolves.toBeDefined()
    expect(shownAt(seen, AUTH)).toEqual([BASIC])
  })
})
