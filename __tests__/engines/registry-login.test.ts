import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { withLogin } from '../../src/engines/registry-login.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

const SECRET = 'hunter2-secret'
const login = { registry: 'ghcr.io', username: 'someone', password: 'p:w' }
const auth = Buffer.from('someone:p:w').toString('base64')

/** Folders with this docker configuration. */
async function given(config: string): Promise<{ environment: NodeJS.ProcessEnv; folder: string }> {
  const root = await mkdtemp(join(tmpdir(), 'build-once-login-'))
  onTestFinished(async () => await rm(root, { recursive: true, force: true }))
  const docker = join(root, 'docker')
  const folder = join(root, 'private')
  for (const it of [docker, folder]) await mkdir(it)
  await writeFile(join(docker, 'config.json'), config)
  return { environment: { DOCKER_CONFIG: docker }, folder }
}

test('the login goes into a copy, where no store hides it', async () => {
  const config = {
    auths: { 'quay.io': { auth: 'eDp5' } },
    credsStore: 'x',
    credHelpers: { 'ghcr.io': 'y', r: 'z' },
  }
  const { environment, folder } = await given(JSON.stringify(config))
  const changed = await withLogin(environment, login, folder)
  expect(JSON.parse(await readFile(join(changed['DOCKER_CONFIG'] ?? '', 'config.json'), 'utf8'))).toEqual({
    auths: { 'quay.io': { auth: 'eDp5' }, 'ghcr.io': { auth } },
    credHelpers: { r: 'z' },
  })
  const original = await readFile(join(environment['DOCKER_CONFIG'] ?? '', 'config.json'), 'utf8')
  expect(JSON.parse(original)).toEqual(config)
})

test('an empty configuration is none', async () => {
  const { environment, folder } = await given(' \n')
  const changed = await withLogin(environment, login, folder)
  const written = await readFile(join(changed['DOCKER_CONFIG'] ?? '', 'config.json'), 'utf8')
  expect(JSON.parse(written)).toMatchObject({ auths: { 'ghcr.io': { auth } } })
})

test.each([`{"auths":{"ghcr.io":{"password":"${SECRET}"`, `"${SECRET}"`, `["${SECRET}"]`, 'null'])(
  'one that is broken does not show what is in it: %s',
  async (config) => {
    const { environment, folder } = await given(config)
    const error = await expectCode(
      async () => await withLogin(environment, login, folder),
      'CREDENTIALS_INVALID',
    )
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toContain(SECRET)
    expect(error.message).toContain('config.json')
  },
)
