import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type CredentialSource, dockerCredentials } from '../../../src/registry/credentials.ts'
import { failureWith } from '../support/access.ts'
import { ociError } from '../support/scripted-server.ts'
import { createDistribution, type Quirks } from './support/distribution.ts'
import { login, other, push, pushFirst, sample, TAG, type Vendor, visit } from './support/scenario.ts'
import { Shelf } from './support/shelf.ts'
import { actionOf, basicUser, bearer, json, TokenDesk, unauthorized } from './support/tokens.ts'

const HOST = 'acme.azurecr.io'
const REALM = `https://${HOST}/oauth2/token`
const IMAGE = `${HOST}/owner/app`
const REFRESH_TOKEN = 'refresh.token.1'

interface Settings {
  readonly credentials?: CredentialSource
  readonly quirks?: Quirks
}

/** Identity tokens are exchanged by POST and by nothing else; listing tags needs an action of its own. */
function acr({ credentials = login(IMAGE, 'acme', 'admin-key'), quirks }: Settings = {}): Vendor {
  const shelf = new Shelf()
  const desk = new TokenDesk()
  const core = createDistribution(shelf, {
    location: (repository, upload) =>
      `/v2/${repository}/blobs/uploads/${upload}?_nouploadcache=false&_state=o50d5VdLNn7XXcsNYEFD%3D%3D`,
    ...quirks,
  })
  return {
    hosts: [HOST],
    image: IMAGE,
    credentials,
    answer(asked) {
      if (asked.path === '/oauth2/token') {
        if (asked.method === 'GET') {
          const user = basicUser(asked, { acme: 'admin-key' })
          const isKnown = user !== undefined && user !== false
          return isKnown ? desk.issue(asked, user, ({ actions }) => actions) : json(401, { errors: [] })
        }
        const form = new URLSearchParams(asked.body)
        const isRefresh = form.get('grant_type') === 'refresh_token' && form.get('service') === HOST
        if (!isRefresh || form.get('refresh_token') !== REFRESH_TOKEN) {
          return json(400, { errors: [{ code: 'UNAUTHORIZED', message: 'invalid refresh token' }] })
        }
        const query = new URLSearchParams()
        for (const scope of (form.get('scope') ?? '').split(' ')) query.append('scope', scope)
        return desk.issue({ query }, 'somebody', ({ actions }) => actions)
      }
      const access = desk.read(asked)
      if (asked.kind === 'ping' && access !== undefined) return core(asked)
      const needed = asked.kind === 'tags' ? 'metadata_read' : actionOf(asked)
      if (access?.allows[asked.repository]?.includes(needed) === true) return core(asked)
      const challenge =
        asked.kind === 'tags'
          ? `Bearer realm="${REALM}",service="${HOST}",scope="repository:${asked.repository}:metadata_read"`
          : bearer(REALM, HOST, asked)
      const error = access === undefined ? '' : ',error="insufficient_scope"'
      const broken =
        asked.headers.authorization?.startsWith('Basic ') === true ? ',error="invalid_token"' : error
      return unauthorized(
        challenge + broken,
        'authentication required, visit https://aka.ms/acr/authorization for more information.',
      )
    },
  }
}

/** What `az acr login` leaves: a user that is no user, and an identity token. */
async function azLogin(token = REFRESH_TOKEN): Promise<CredentialSource> {
  const folder = await mkdtemp(join(tmpdir(), 'acr-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  const auth = Buffer.from('00000000-0000-0000-0000-000000000000:').toString('base64')
  const config = { auths: { [HOST]: { auth, identitytoken: token } } }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  return dockerCredentials({ environment: { DOCKER_CONFIG: folder }, home: folder })
}

test('the first push with an identity token, which goes to the token server by POST only', async () => {
  const visited = await visit(acr({ credentials: await azLogin() }))
  await pushFirst(visited)
  const { seen } = visited.internet
  expect(seen.some(({ headers }) => headers.authorization?.startsWith('Basic ') === true)).toBe(false)
  expect(seen.filter(({ path, method }) => path === '/oauth2/token' && method === 'GET')).toEqual([])
  expect(seen.filter(({ body, path }) => body.includes(REFRESH_TOKEN) && path !== '/oauth2/token')).toEqual(
    [],
  )
})

test('the first push with the key of the admin user', async () => {
  await pushFirst(await visit(acr()))
})

test('an identity token that has expired is a denial', async () => {
  const visited = await visit(acr({ credentials: await azLogin('refresh.token.0') }))
  const error = await failureWith('REGISTRY_DENIED', visited.registry.readTag(visited.repository, TAG))
  expect(error.message).not.toContain('refresh.token.0')
})

test('listing tags asks for the action that the registry names', async () => {
  const visited = await visit(acr())
  await push(visited)
  await expect(visited.registry.listTags(visited.repository)).resolves.toEqual([TAG])
  const scopes = visited.internet.seen.flatMap(({ query }) => query.getAll('scope'))
  expect(scopes.some((scope) => scope.includes('metadata_read'))).toBe(true)
})

test('the state of an upload is sent back as it came', async () => {
  const visited = await visit(acr())
  await push(visited)
  const finished = visited.internet.seen.find(
    ({ method, path }) => method === 'PUT' && path.includes('/uploads/'),
  )
  expect(finished?.query.get('_state')).toBe('o50d5VdLNn7XXcsNYEFD==')
  expect(finished?.query.get('_nouploadcache')).toBe('false')
})

describe('a locked tag (405)', () => {
  const quirks: Quirks = {
    overwrite: () =>
      ociError(
        405,
        'REGISTRY_DISALLOWED_OPERATION',
        'The operation is disallowed on this registry, repository or image.',
      ),
  }

  test('the same image is what was wanted, another is refused', async () => {
    const visited = await visit(acr({ quirks }))
    await push(visited)
    await expect(push(visited)).resolves.toBe(sample.digest)
    const error = await failureWith('REGISTRY_REFUSED', push(visited, other))
    expect(error).toMatchObject({ status: 405, ociCodes: ['REGISTRY_DISALLOWED_OPERATION'] })
    expect(error.message).toContain(sample.digest)
  })
})
