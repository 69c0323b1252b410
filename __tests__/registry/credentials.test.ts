import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ExecOptions } from '../../src/platform/exec.ts'
import { dockerCredentials, explicitCredentials, firstOf } from '../../src/registry/credentials.ts'
import { failureWith } from './support/access.ts'

const SECRET = 'hunter2-secret'
const auth = (text: string): string => Buffer.from(text).toString('base64')
const entry = { auth: auth(`someone:${SECRET}`) }
const found = { kind: 'password', username: 'someone', password: SECRET }

async function home(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'build-once-credentials-'))
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }))
  return folder
}

/** Looks a repository up in a docker configuration with this content. */
async function find(config: unknown, registry = 'ghcr.io', path = 'owner/app', environment = {}) {
  const folder = await home()
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  await writeFile(join(folder, 'config.json'), text)
  const source = dockerCredentials({ environment: { DOCKER_CONFIG: folder, ...environment }, home: folder })
  return await source.find({ registry, path })
}

describe('the docker configuration', () => {
  test('no file, an empty file and a file about others know nothing', async () => {
    const source = dockerCredentials({ environment: {}, home: await home() })
    await expect(source.find({ registry: 'ghcr.io', path: 'a' })).resolves.toBeUndefined()
    await expect(find('')).resolves.toBeUndefined()
    await expect(find(' \n')).resolves.toBeUndefined()
    await expect(find({})).resolves.toBeUndefined()
    await expect(find({ auths: null })).resolves.toBeUndefined()
    await expect(find({ auths: { 'quay.io': entry } })).resolves.toBeUndefined()
  })

  test('in the home folder', async () => {
    const folder = await home()
    await mkdir(join(folder, '.docker'))
    await writeFile(join(folder, '.docker', 'config.json'), JSON.stringify({ auths: { 'ghcr.io': entry } }))
    const source = dockerCredentials({ environment: {}, home: folder })
    await expect(source.find({ registry: 'ghcr.io', path: 'a' })).resolves.toEqual(found)
  })

  test('through a symbolic link', async () => {
    const folder = await home()
    await writeFile(join(folder, 'real.json'), JSON.stringify({ auths: { 'ghcr.io': entry } }))
    await symlink('real.json', join(folder, 'config.json'))
    const source = dockerCredentials({ environment: { DOCKER_CONFIG: folder }, home: folder })
    await expect(source.find({ registry: 'ghcr.io', path: 'a' })).resolves.toEqual(found)
  })

  test('a folder in its place', async () => {
    const folder = await home()
    await mkdir(join(folder, 'config.json'))
    const source = dockerCredentials({ environment: { DOCKER_CONFIG: folder }, home: folder })
    const error = await failureWith('CREDENTIALS_INVALID', source.find({ registry: 'ghcr.io', path: 'a' }))
    expect(error.message).toContain('EISDIR')
  })

  test.each([
    '{',
    '[]',
    '"x"',
    '{"auths":[]}',
    '{"credsStore":1}',
    '{"auths":{},"auths":{}}',
    '{"a":\u0001}',
  ])('not a configuration: %s', async (text) => {
    await failureWith('CREDENTIALS_INVALID', find(text))
  })

  test('a broken file does not show what is in it', async () => {
    const error = await failureWith(
      'CREDENTIALS_INVALID',
      find(`{"auths":{"ghcr.io":{"password":"${SECRET}"`),
    )
    expect(`${error.message} ${String(error.cause)}`).not.toContain(SECRET)
  })
})

describe('keys', () => {
  test.each([
    'ghcr.io',
    'https://ghcr.io',
    'http://ghcr.io/',
    'https://ghcr.io/v2/',
    'ghcr.io/v1/',
    'GHCR.io',
    'ghcr.io/',
    'ghcr.io/owner',
    'ghcr.io/owner/app',
  ])('%s is ghcr.io/owner/app', async (key) => {
    await expect(find({ auths: { [key]: entry } })).resolves.toEqual(found)
  })

  test.each([
    'ghcr.io.evil.example',
    'evil.example/ghcr.io',
    'ghcr.io:443',
    'hcr.io',
    'my.ghcr.io',
    'io',
    'ghcr.io/own',
    'ghcr.io/owner/app/more',
    'ghcr.io/other',
    '',
  ])('%s is another registry', async (key) => {
    await expect(find({ auths: { [key]: entry } })).resolves.toBeUndefined()
  })

  test('ports are part of the host', async () => {
    const config = { auths: { 'r.example:5000': entry, 'r.example': { auth: auth('x:y') } } }
    await expect(find(config, 'r.example:5000')).resolves.toEqual(found)
  })

  test('the longest path wins', async () => {
    const config = { auths: { 'ghcr.io': { auth: auth('x:y') }, 'ghcr.io/owner': entry } }
    await expect(find(config)).resolves.toEqual(found)
    await expect(find(config, 'ghcr.io', 'other/app')).resolves.toMatchObject({ username: 'x' })
  })

  test.each(['docker.io', 'index.docker.io', 'registry-1.docker.io'])(
    'Docker Hub as %s has one name',
    async (registry) => {
      await expect(find({ auths: { 'https://index.docker.io/v1/': entry } }, registry)).resolves.toEqual(
        found,
      )
      await expect(find({ auths: { 'docker.io': entry } }, registry)).resolves.toEqual(found)
    },
  )

  test('where the keys of Docker Hub differ, the one docker writes counts', async () => {
    const config = { auths: { 'docker.io': { auth: auth('x:y') }, 'https://index.docker.io/v1/': entry } }
    await expect(find(config, 'docker.io')).resolves.toEqual(found)
  })
})

describe('entries', () => {
  test.each([
    [{ auth: auth('u:a:b:c') }, { kind: 'password', username: 'u', password: 'a:b:c' }],
    [{ auth: auth('u:p\0\0') }, { kind: 'password', username: 'u', password: 'p' }],
    [{ auth: auth('u:') }, { kind: 'password', username: 'u', password: '' }],
    [
      { username: 'u', password: 'p' },
      { kind: 'password', username: 'u', password: 'p' },
    ],
    [{ ...entry, username: 'x', password: 'y' }, found],
    [
      { ...entry, identitytoken: 'refresh' },
      { kind: 'identity-token', token: 'refresh' },
    ],
    [
      { ...entry, registrytoken: 'access' },
      { kind: 'registry-token', token: 'access' },
    ],
    [{}, undefined],
    [{ auth: '' }, undefined],
    [{ username: 'u' }, undefined],
  ])('%j', async (value, expected) => {
    await expect(find({ auths: { 'ghcr.io': value } })).resolves.toEqual(expected)
  })

  test.each([
    { value: null },
    { value: [] },
    { value: 'text' },
    { value: { auth: 1 } },
    { value: { auth: 'not base64!' } },
    { value: { auth: auth('nocolon') } },
    { value: { auth: auth(':nouser') } },
  ])('malformed: $value', async ({ value }) => {
    const error = await failureWith('CREDENTIALS_INVALID', find({ auths: { 'ghcr.io': value } }))
    expect(error.message).toContain('ghcr.io')
    // Someone else's broken entry is not our concern.
    await expect(find({ auths: { 'quay.io': value, 'ghcr.io': entry } })).resolves.toEqual(found)
  })
})

describe('helpers', () => {
  /** A folder on PATH with one helper of this content. */
  async function helper(script: string, name = 'docker-credential-test'): Promise<NodeJS.ProcessEnv> {
    const folder = await home()
    const file = join(folder, name)
    await writeFile(file, `#!/bin/sh\n${script}\n`)
    await chmod(file, 0o755)
    return { PATH: `${folder}:/usr/bin:/bin` }
  }

  const answer = (username: string): string =>
    `read server; printf '{"ServerURL":"%s","Username":"${username}","Secret":"${SECRET}"}' "$server"`

  test('of one registry before the one of all, before the file', async () => {
    const environment = await helper(answer('someone'))
    const config = {
      credHelpers: { 'ghcr.io': 'test' },
      credsStore: 'absent',
      auths: { 'ghcr.io': { auth: auth('x:y') } },
    }
    await expect(find(config, 'ghcr.io', 'a', environment)).resolves.toEqual(found)
  })

  test('a refresh token', async () => {
    const environment = await helper(answer('<token>'))
    await expect(find({ credsStore: 'test' }, 'ghcr.io', 'a', environment)).resolves.toEqual({
      kind: 'identity-token',
      token: SECRET,
    })
  })

  test('one that knows nothing leaves the file', async () => {
    const environment = await helper('echo "credentials not found in native keychain"; exit 1')
    await expect(find({ credsStore: 'test' }, 'ghcr.io', 'a', environment)).resolves.toBeUndefined()
    const config = { credsStore: 'test', auths: { 'ghcr.io': entry } }
    await expect(find(config, 'ghcr.io', 'a', environment)).resolves.toEqual(found)
  })

  test.each([
    ['fails', `echo '${SECRET}' >&2; echo '${SECRET}'; exit 1`],
    ['answers no JSON', `echo '${SECRET}'`],
    ['answers other JSON', `echo '{"Secret":"${SECRET}"}'`],
    ['answers too much', `head -c 10000000 /dev/zero | tr '\\0' 'x'; echo '${SECRET}'`],
    ['answers no secret', `echo '{"Username":"u","Secret":""}'`],
  ])('one that %s: its output is never shown', async (_name, script) => {
    const environment = await helper(script)
    const error = await failureWith(
      'CREDENTIALS_INVALID',
      find({ credsStore: 'test' }, 'ghcr.io', 'a', environment),
    )
    expect(`${error.message} ${String(error.cause)}`).not.toContain(SECRET)
    expect(error.message).toContain('docker-credential-test')
  })

  test('one that is not installed', async () => {
    const error = await failureWith(
      'CREDENTIALS_INVALID',
      find({ credsStore: 'absent' }, 'ghcr.io', 'a', { PATH: '/nonexistent' }),
    )
    expect(error.message).toContain('not installed')
  })

  test.each(['../../bin/evil', 'a;b', '/bin/sh', 'a b', 'x'.repeat(200)])(
    'one with the name %s is not started',
    async (name) => {
      const error = await failureWith('CREDENTIALS_INVALID', find({ credHelpers: { 'ghcr.io': name } }))
      expect(error.message).toContain('not allowed')
    },
  )

  test('how it is asked: bounded, without a shell, without our inputs', async () => {
    const folder = await home()
    await writeFile(join(folder, 'config.json'), JSON.stringify({ credsStore: 'test' }))
    const runs: { program: string; args: readonly string[]; options: ExecOptions }[] = []
    const source = dockerCredentials({
      environment: {
        DOCKER_CONFIG: folder,
        PATH: '/bin',
        INPUT_PASSWORD: SECRET,
        ACTIONS_RUNTIME_TOKEN: SECRET,
      },
      home: folder,
      exec: async (program, args, options) => {
        runs.push({ program, args, options })
        return { exitCode: 137, stdout: '', stderr: '', isTruncated: false, timedOut: true }
      },
    })
    const error = await failureWith('CREDENTIALS_INVALID', source.find({ registry: 'docker.io', path: 'a' }))
    expect(error.message).toContain('did not answer within 30 s')
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({
      program: 'docker-credential-test',
      args: ['get'],
      options: { input: 'https://index.docker.io/v1/', timeoutMs: 30_000, maxCapture: 65_536 },
    })
    expect(runs[0]?.options.environment).toEqual({ DOCKER_CONFIG: folder, PATH: '/bin' })
  })
})

test('the files of podman, in their order', async () => {
  const folder = await home()
  const runtime = join(folder, 'run')
  await mkdir(join(runtime, 'containers'), { recursive: true })
  await mkdir(join(folder, '.config', 'containers'), { recursive: true })
  const config = (user: string) => JSON.stringify({ auths: { 'ghcr.io': { auth: auth(`${user}:p`) } } })
  await writeFile(join(folder, '.config', 'containers', 'auth.json'), config('home'))
  const findUser = async (environment: NodeJS.ProcessEnv) =>
    await dockerCredentials({ environment, home: folder }).find({ registry: 'ghcr.io', path: 'a' })
  await expect(findUser({})).resolves.toMatchObject({ username: 'home' })
  await writeFile(join(runtime, 'containers', 'auth.json'), config('runtime'))
  await expect(findUser({ XDG_RUNTIME_DIR: runtime })).resolves.toMatchObject({ username: 'runtime' })
  await writeFile(join(folder, 'named.json'), config('named'))
  await expect(
    findUser({ XDG_RUNTIME_DIR: runtime, REGISTRY_AUTH_FILE: join(folder, 'named.json') }),
  ).resolves.toMatchObject({ username: 'named' })
})

describe('given user name and password', () => {
  test('count for their registry only, before any file', async () => {
    const explicit = explicitCredentials('ghcr.io', 'u', 'p')
    const source = firstOf(explicit, explicitCredentials('quay.io', 'q', 'q'))
    await expect(source.find({ registry: 'ghcr.io', path: 'a' })).resolves.toMatchObject({ username: 'u' })
    await expect(source.find({ registry: 'quay.io', path: 'a' })).resolves.toMatchObject({ username: 'q' })
    await expect(source.find({ registry: 'ghcr.io.evil.example', path: 'a' })).resolves.toBeUndefined()
  })
})
