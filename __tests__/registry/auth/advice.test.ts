import { describe, expect, test } from 'vitest'
import { adviceFor } from '../../../src/registry/advice.ts'
import { explicitCredentials } from '../../../src/registry/credentials.ts'
import { failureWith, keptLog, open, repositoryAt } from '../support/access.ts'
import { type Script, serve } from '../support/scripted-server.ts'

const somebody = { kind: 'password', username: 'somebody', password: 'secret' } as const

describe('what a denial usually means', () => {
  test.each([
    ['ghcr.io', 'permissions: packages: write'],
    ['docker.io', 'access token'],
    ['index.docker.io', 'access token'],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', '12 hours'],
    ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com', '12 hours'],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', '12 hours'],
    ['europe-west1-docker.pkg.dev', 'oauth2accesstoken'],
    ['eu.gcr.io', 'oauth2accesstoken'],
    ['acme.azurecr.io', 'AcrPush'],
    ['quay.io', 'org+name'],
    ['registry.gitlab.com', 'write_registry'],
  ])('at %s', (registry, says) => {
    expect(adviceFor(registry, somebody)).toEqual([expect.stringContaining(says)])
  })

  test.each(['ghcr.io.example.com', 'registry.example.com:5000', 'notquay.io', 'docker.io:8443'])(
    'is not guessed at %s',
    (registry) => expect(adviceFor(registry, somebody)).toEqual([]),
  )

  test.each(['robot', 'robot+ci'])('of a robot whose name a shell has cut to %s', (username) => {
    expect(adviceFor('harbor.example.com', { ...somebody, username })).toEqual([
      expect.stringContaining('robot$name'),
    ])
  })

  test.each(['robot$ci', 'robot$library+ci', 'robots', 'org+robot'])('is not guessed for %s', (username) => {
    expect(adviceFor('harbor.example.com', { ...somebody, username })).toEqual([])
  })
})

/** The error of a read from a registry whose token server gives no tokens. */
async function refusedBy(answer: Script, username = 'somebody') {
  const server = await serve(({ path, headers }) => {
    const challenge = `Bearer realm="http://${headers.host}/token",service="svc"`
    return path === '/token' ? answer : { status: 401, headers: { 'www-authenticate': challenge } }
  })
  const log = keptLog()
  const credentials = explicitCredentials(server.host, username, 'my-secret-password')
  const read = open({ credentials, log }).registry.readTag(repositoryAt(server.host), 'v1')
  return await failureWith('REGISTRY_DENIED', read)
}

function json(status: number, value: object): Script {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

describe('a token server that refuses', () => {
  test.each([
    ['details', { details: 'incorrect username or password' }],
    ['message', { message: 'incorrect username or password' }],
    ['error_description', { error: 'invalid_grant', error_description: 'incorrect username or password' }],
  ])('is heard in its own words, in %s', async (_name, body) => {
    const error = await refusedBy(json(401, body))
    expect(error.message).toMatch(
      /no token was given(?: \(invalid_grant\))?: incorrect username or password$/,
    )
  })

  test.each([
    ['no text', { details: { a: 1 } }],
    ['nothing', {}],
    ['a list', []],
  ])('says no more than that where it says %s', async (_name, body) => {
    expect((await refusedBy(json(401, body))).message).toMatch(/· no token was given$/)
  })

  test('cannot write into the log, nor show the password', async () => {
    const details = `my-secret-password\r\n::set-output name=digest::evil\u001B[31m${'x'.repeat(9_000)}`
    const { message } = await refusedBy(json(401, { details }))
    expect(message).not.toMatch(/my-secret-password|\p{Cc}/u)
    expect(message).toContain(': *** ::set-output')
    expect(message.length).toBeLessThan(600)
  })

  test('the user has the wrong password, which is no matter of repositories', async () => {
    const { hint } = await refusedBy(json(401, { details: 'incorrect username or password' }), 'robot+ci')
    expect(hint).toMatch(/^The credentials for \S+ were refused by its token server: correct them/)
    expect(hint).toContain('robot$name')
    expect(hint).not.toContain('does not exist')
  })

  test('what is asked for may be what is denied', async () => {
    const { hint } = await refusedBy(json(403, { details: 'no' }))
    expect(hint).toMatch(/do not allow this; check the permissions\..*does not exist/)
  })
})
