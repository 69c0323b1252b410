import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
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
  const text = typeof config === 'string' || Buffer.isBuffer(config) ? config : JSON.stringify(config)
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

  test.each([
    ['1 MiB of it', `{"auths":{},"x":"${'y'.repeat(1024 * 1024)}"}`],
    ['a byte order mark', '\uFEFF{"auths":{}}'],
    ['no UTF-8', Buffer.from('7b2278223a22ff227d', 'hex')],
    ['an end that is missing', `{"auths":{"ghcr.io":${JSON.stringify(entry)}}`],
    ['__proto__', '{"auths":{"__proto__":{"auth":"eDp5"}}}'],
  ])('a file with %s', async (_name, text) => {
    await failureWith('CREDENTIALS_INVALID', find(text))
  })

  test('a file that never ends', async () => {
    const folder = await home()
    await symlink('/dev/zero', join(folder, 'config.json'))
    const source = dockerCredentials({ environment: { DOCKER_CONFIG: folder }, home: folder })
    await failureWith('CREDENTIALS_INVALID', source.find({ registry: 'ghcr.io', path: 'a' }))
  })

  test('a symbolic link that leads nowhere is no file', async () => {
    const folder = await home()
    await symlink('nowhere.json', join(folder, 'config.json'))
    const source = dockerCredentials({ environment: { DOCKER_CONFIG: folder }, home: folder })
    await expect(source.find({ registry: 'ghcr.io', path: 'a' })).resolves.toBeUndefined()
  })

  test('$DOCKER_CONFIG takes the place of the home folder, also when it is empty', async () => {
    const folder = await home()
    await mkdir(join(folder, '.docker'))
    await writeFile(join(folder, '.docker', 'config.json'), JSON.stringify({ auths: { 'ghcr.io': entry } }))
    const find = async (environment: NodeJS.ProcessEnv) =>
      await dockerCredentials({ environment, home: folder }).find({ registry: 'ghcr.io', path: 'a' })
    await expect(find({ DOCKER_CONFIG: join(folder, 'else') })).resolves.toBeUndefined()
    await expect(find({ DOCKER_CONFIG: '' })).resolves.toEqual(found)
  })

  test('headers in it are not sent, and everything else in it is ignored', async () => {
    const config = {
      HttpHeaders: { Authorization: 'Bearer x', 'X-Meta': 'y' },
      auths: { 'ghcr.io': entry },
      proxies: { default: {} },
      currentContext: 3,
    }
    await expect(find(config)).resolves.toEqual(found)
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

  test.each([
    ['r.example:5000', 'r.example'],
    ['r.example', 'r.example:5000'],
    ['r.example:5000', 'r.example:5001'],
    ['https://r.example:5000/v2/', 'r.example'],
    ['r.example:443', 'r.example'],
    ['127.0.0.1:5000', 'localhost:5000'],
    ['[::1]:5000', '[::1]:5001'],
  ])('%s says nothing about %s', async (key, registry) => {
    await expect(find({ auths: { [key]: entry } }, registry)).resolves.toBeUndefined()
    const environment = { PATH: '/nonexistent' }
    await expect(
      find({ credHelpers: { [key]: 'absent' } }, registry, 'a', environment),
    ).resolves.toBeUndefined()
  })

  test('an address in brackets', async () => {
    await expect(find({ auths: { '[::1]:5000': entry } }, '[::1]:5000')).resolves.toEqual(found)
  })

  test.each([
    [['ghcr.io', 'https://ghcr.io'], 'ghcr.io'],
    [['https://ghcr.io', 'ghcr.io'], 'ghcr.io'],
    [['https://ghcr.io/v2/', 'https://ghcr.io/some/page'], 'https://ghcr.io/v2/'],
    [['https://ghcr.io/some/page', 'https://ghcr.io'], 'https://ghcr.io'],
    [['https://ghcr.io/', 'http://ghcr.io/'], 'https://ghcr.io/'],
  ])('of %j, %s counts', async (keys, counts) => {
    const auths = Object.fromEntries(keys.map((key) => [key, { username: key, password: 'y' }]))
    await expect(find({ auths })).resolves.toMatchObject({ username: counts })
  })

  test('an entry that holds nothing leaves the next one that fits', async () => {
    const auths = { 'ghcr.io/owner/app': {}, 'ghcr.io/owner': { auth: '' }, 'ghcr.io': entry }
    await expect(find({ auths })).resolves.toEqual(found)
  })

  test('what docker keeps for itself below the address of Docker Hub is not the password', async () => {
    const auths = {
      'https://index.docker.io/v1/access-token': { auth: auth('x:access') },
      'https://index.docker.io/v1/refresh-token': { auth: auth('x:refresh') },
      'https://index.docker.io/v1/': entry,
    }
    await expect(find({ auths }, 'docker.io')).resolves.toEqual(found)
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

  test.each([
    [['docker.io', 'https://index.docker.io/v1/'], 'https://index.docker.io/v1/'],
    [['https://index.docker.io/v1/', 'docker.io'], 'https://index.docker.io/v1/'],
    [['registry-1.docker.io', 'index.docker.io', 'https://index.docker.io/v1/'], 'index.docker.io'],
    [['registry-1.docker.io', 'docker.io'], 'docker.io'],
    [['registry-1.docker.io', 'docker.io/owner'], 'docker.io/owner'],
  ])('where the keys of Docker Hub differ, as in %j, %s counts by any of its names', async (keys, counts) => {
    const auths = Object.fromEntries(keys.map((key) => [key, { username: key, password: 'p' }]))
    for (const registry of ['docker.io', 'index.docker.io', 'registry-1.docker.io'])
      await expect(find({ auths }, registry)).resolves.toMatchObject({ username: counts })
  })

  test.each(['evildocker.io', 'docker.io.example', 'auth.docker.io', 'hub.docker.com', 'docker.io:5000'])(
    '%s is not Docker Hub',
    async (registry) => {
      const auths = {
        'docker.io': entry,
        'https://index.docker.io/v1/': entry,
        'registry-1.docker.io': entry,
      }
      await expect(find({ auths }, registry)).resolves.toBeUndefined()
    },
  )
})

describe('entries', () => {
  test.each([
    [{ auth: auth('u:a:b:c') }, { kind: 'password', username: 'u', password: 'a:b:c' }],
    [{ auth: auth('u:p\0\0') }, { kind: 'password', username: 'u', password: 'p' }],
    [
      { auth: `${auth('u:p').slice(0, 2)}\r\n${auth('u:p').slice(2)}` },
      { kind: 'password', username: 'u', password: 'p' },
    ],
    [
      { auth: auth('robot$org+name:pä$$') },
      { kind: 'password', username: 'robot$org+name', password: 'pä$$' },
    ],
    [
      { auth: auth('00000000-0000-0000-0000-000000000000:'), identitytoken: 'refresh', registrytoken: '' },
      { kind: 'identity-token', token: 'refresh' },
    ],
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
    { value: { auth: Buffer.from('753aff', 'hex').toString('base64') } },
    { value: { registrytoken: 'a\r\nX-Injected: 1' } },
    { value: { registrytoken: 'tökén' } },
    { value: { password: ['x'] } },
  ])('malformed: $value', async ({ value }) => {
    const error = await failureWith('CREDENTIALS_INVALID', find({ auths: { 'ghcr.io': value } }))
    expect(error.message).toContain('ghcr.io')
    // Someone else's broken entry is not our concern.
    await expect(find({ auths: { 'quay.io': value, 'ghcr.io': entry } })).resolves.toEqual(found)
  })
})

async function isRunning(id: number): Promise<boolean> {
  // A process that has ended and that nobody has waited for is still listed.
  const status = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => 'gone) Z')
  return status.split(') ')[1]?.startsWith('Z') !== true
}

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
    ['on standard error', 'echo "Credentials not found in native keychain" >&2; exit 1'],
    ['with another exit code', 'echo "error: credentials not found in native keychain"; exit 9'],
    ['with an empty answer', `echo '{"ServerURL":"","Username":"","Secret":""}'`],
  ])('one that knows nothing, and says so %s', async (_name, script) => {
    const environment = await helper(script)
    await expect(find({ credsStore: 'test' }, 'ghcr.io', 'a', environment)).resolves.toBeUndefined()
  })

  test.each([
    'no credentials server URL',
    'no credentials username',
    'The user cancelled: no credentials',
    'credentials not found',
  ])('one that fails with "%s" did not say that it knows nothing', async (text) => {
    const environment = await helper(`echo "${text}"; exit 1`)
    await failureWith('CREDENTIALS_INVALID', find({ credsStore: 'test' }, 'ghcr.io', 'a', environment))
  })

  test('one that never answers is ended, with everything it has started', async () => {
    const folder = await home()
    const note = join(folder, 'ids')
    const environment = await helper(
      `sleep 1000 & echo $! > ${note}; (sleep 1000 & echo $! >> ${note}; wait) & echo $! >> ${note}; wait`,
    )
    await writeFile(join(folder, 'config.json'), JSON.stringify({ credsStore: 'test' }))
    const source = dockerCredentials({
      environment: { ...environment, DOCKER_CONFIG: folder },
      home: folder,
      helperTimeoutMs: 1_500,
    })
    const error = await failureWith('CREDENTIALS_INVALID', source.find({ registry: 'ghcr.io', path: 'a' }))
    expect(error.message).toContain('did not answer within 1.5 s')
    const ids = (await readFile(note, 'utf8')).trim().split('\n').map(Number)
    expect(ids).toHaveLength(3)
    await expect.poll(async () => await Promise.all(ids.map(isRunning))).toEqual([false, false, false])
  })

  test('one whose answer only ends like one', async () => {
    const valid = `{"Username":"u","Secret":"${SECRET}"}`
    const environment = await helper(`head -c 70000 /dev/zero | tr '\\0' ' '; echo '${valid}'`)
    const error = await failureWith(
      'CREDENTIALS_INVALID',
      find({ credsStore: 'test' }, 'ghcr.io', 'a', environment),
    )
    expect(error.message).toContain('64 KiB')
  })

  test('is asked about the host with its port, and only about the registry it is for', async () => {
    const script = `read server; printf '{"Username":"%s","Secret":"${SECRET}"}' "$server"`
    const environment = await helper(script)
    const config = { credHelpers: { 'r.example:5000': 'test' } }
    await expect(find(config, 'r.example:5000', 'a', environment)).resolves.toMatchObject({
      kind: 'password',
      password: SECRET,
    })
    await expect(find(config, 'r.example', 'a', environment)).resolves.toBeUndefined()
    await expect(find(config, 'r.example:5001', 'a', environment)).resolves.toBeUndefined()
  })

  test('for Docker Hub, under any of its names', async () => {
    const environment = await helper(answer('someone'))
    for (const key of [
      'docker.io',
      'index.docker.io',
      'https://index.docker.io/v1/',
      'registry-1.docker.io',
    ]) {
      const config = { credHelpers: { [key]: 'test' } }
      await expect(find(config, 'docker.io', 'a', environment)).resolves.toEqual(found)
    }
  })

  test('an empty name for a registry turns the one of all off there', async () => {
    const config = { credHelpers: { 'ghcr.io': '' }, credsStore: 'absent', auths: { 'ghcr.io': entry } }
    await expect(find(config, 'ghcr.io', 'a', { PATH: '/nonexistent' })).resolves.toEqual(found)
  })

  test('one that is there and may not be started', async () => {
    const folder = await home()
    await writeFile(join(folder, 'docker-credential-test'), 'not a program', { mode: 0o644 })
    const error = await failureWith(
      'CREDENTIALS_INVALID',
      find({ credsStore: 'test' }, 'ghcr.io', 'a', { PATH: folder }),
    )
    expect(error.message).toContain('could not be started')
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

describe('the files of podman', () => {
  async function files(docker: string | undefined, podman: string) {
    const folder = await home()
    if (docker !== undefined) await writeFile(join(folder, 'config.json'), docker)
    await writeFile(join(folder, 'auth.json'), podman)
    const environment = { DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: join(folder, 'auth.json') }
    return dockerCredentials({ environment: { ...environment, PATH: '/nonexistent' }, home: folder })
  }
  const config = JSON.stringify({ auths: { 'ghcr.io': entry } })
  const repository = { registry: 'ghcr.io', path: 'owner/app' }

  test('are not looked at where that of docker has the answer, so they may be broken', async () => {
    await expect((await files(config, '{')).find(repository)).resolves.toEqual(found)
  })

  test.each([
    ['docker says nothing', '{}'],
    ['docker has no file', undefined],
  ])('may not be broken where %s: nobody knows what was meant', async (_name, docker) => {
    const error = await failureWith('CREDENTIALS_INVALID', (await files(docker, '{')).find(repository))
    expect(error.message).toContain('auth.json')
  })

  test('do not make up for a broken one of docker', async () => {
    const error = await failureWith('CREDENTIALS_INVALID', (await files('{', config)).find(repository))
    expect(error.message).toContain('config.json')
  })

  test('may name helpers, too', async () => {
    const source = await files('{}', JSON.stringify({ credHelpers: { 'ghcr.io': 'absent' } }))
    const error = await failureWith('CREDENTIALS_INVALID', source.find(repository))
    expect(error.message).toContain('docker-credential-absent')
  })

  test.each([
    ['ghcr.io/owner/app', 'app'],
    ['ghcr.io/owner/app/part', 'app'],
    ['ghcr.io/owner/apple', 'owner'],
    ['ghcr.io/ownership/app', 'all'],
    ['ghcr.io/other', 'all'],
  ])('tell namespaces apart: %s belongs to "%s"', async (name, username) => {
    const auths = Object.fromEntries(
      [
        ['ghcr.io', 'all'],
        ['ghcr.io/owner', 'owner'],
        ['ghcr.io/owner/app', 'app'],
      ].map(([key, user]) => [key, { auth: auth(`${user}:p`) }]),
    )
    const source = await files(undefined, JSON.stringify({ auths }))
    const path = name.slice('ghcr.io/'.length)
    await expect(source.find({ registry: 'ghcr.io', path })).resolves.toMatchObject({ username })
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
  await mkdir(join(folder, 'xdg', 'containers'), { recursive: true })
  await writeFile(join(folder, 'xdg', 'containers', 'auth.json'), config('xdg'))
  const xdg = { XDG_CONFIG_HOME: join(folder, 'xdg') }
  await expect(findUser(xdg)).resolves.toMatchObject({ username: 'xdg' })
  await writeFile(join(runtime, 'containers', 'auth.json'), config('runtime'))
  await expect(findUser({ ...xdg, XDG_RUNTIME_DIR: runtime })).resolves.toMatchObject({ username: 'runtime' })
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
    await expect(source.find({ registry: 'ghcr.io:443', path: 'a' })).resolves.toBeUndefined()
    await expect(source.find({ registry: 'my.ghcr.io', path: 'a' })).resolves.toBeUndefined()
  })

  test('make the files unnecessary, broken ones as well', async () => {
    const folder = await home()
    await writeFile(join(folder, 'config.json'), '{')
    const files = dockerCredentials({ environment: { DOCKER_CONFIG: folder }, home: folder })
    const source = firstOf(explicitCredentials('docker.io', 'u', 'p'), files)
    for (const registry of ['docker.io', 'index.docker.io', 'registry-1.docker.io'])
      await expect(source.find({ registry, path: 'a' })).resolves.toMatchObject({ username: 'u' })
    await failureWith('CREDENTIALS_INVALID', source.find({ registry: 'ghcr.io', path: 'a' }))
  })
})
