import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuildahStorage, createBuildahStorage } from '../../sandbox/peers/buildah.ts'
import { type Buildkitd, startBuildkitd } from '../../sandbox/peers/buildkitd.ts'
import { type DockerRegistry, startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { createRemoteBuilder, type Dockerd, startDockerd } from '../../sandbox/peers/dockerd.ts'
import { findPeers } from '../../sandbox/peers/tools.ts'
import type { StepResult } from '../../sandbox/runner/runner.ts'
import { errorsOf, newCommit, step, temporaryFolder } from '../e2e/world.ts'
import { buildTwice, deploy, type Env, listTags, runImage, writeSources } from './world.ts'

const LOGIN = { user: 'ada', password: 'correct horse: battery' }
const INPUTS = { username: LOGIN.user, password: LOGIN.password }

let registry: DockerRegistry
let dockerd: Dockerd
let buildkitd: Buildkitd
let storage: BuildahStorage
let folder: Awaited<ReturnType<typeof temporaryFolder>>
/** For the programs that look: logged in, as `docker login` would have done it. */
let observer: Env

beforeAll(async () => {
  folder = await temporaryFolder()
  registry = await startDockerRegistry({ htpasswd: LOGIN })
  dockerd = await startDockerd()
  buildkitd = await startBuildkitd()
  storage = await createBuildahStorage()
  observer = await logIn()
  await writeSources(folder.path, 'behind a password\n')
})

afterAll(async () => {
  await storage?.close()
  await buildkitd?.close()
  await dockerd?.close()
  await registry?.close()
  await folder?.[Symbol.asyncDispose]()
})

async function logIn(): Promise<Env> {
  const { cliPlugins } = await findPeers()
  const config = join(folder.path, 'docker')
  const auth = Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString('base64')
  await mkdir(config)
  const content = { auths: { [registry.host]: { auth } }, cliPluginsExtraDirs: [cliPlugins] }
  await writeFile(join(config, 'config.json'), JSON.stringify(content))
  return { ...dockerd.env, DOCKER_CONFIG: config, REGISTRY_AUTH_FILE: join(config, 'config.json') }
}

/** All that others can see of a step but for the commands that mask. */
function shown(result: StepResult): string {
  const stdout = result.rawStdout.split('\n').filter((line) => !line.startsWith('::add-mask::'))
  return [...stdout, result.summary, JSON.stringify(result.outputs)].join('\n')
}

const engines: readonly { readonly name: string; readonly with: () => Promise<[Env, Env]> }[] = [
  { name: 'docker', with: async () => [{ engine: 'docker' }, dockerd.env] },
  { name: 'plain docker', with: async () => [{ engine: 'docker' }, dockerd.withoutBuildx] },
  {
    name: 'docker with a builder',
    with: async () => {
      const builder = await createRemoteBuilder(dockerd, buildkitd.address)
      return [{ engine: 'docker', builder }, dockerd.env]
    },
  },
  { name: 'buildah', with: async () => [{ engine: 'buildah' }, storage.env] },
  {
    name: 'layers',
    with: async () => [
      { engine: 'layers', path: 'files', entrypoint: '/bin/busybox', cmd: 'cat\n/greeting' },
      {},
    ],
  },
]

describe('a registry with htpasswd', () => {
  test.each(engines)(
    '$name builds and pushes with username and password',
    async ({ name, with: prepare }) => {
      const [inputs, env] = await prepare()
      const image = `${registry.host}/private/${name.replaceAll(' ', '-')}`
      const given = { image, inputs: { ...inputs, ...INPUTS }, workspace: folder.path, env }
      const sealed = await buildTwice(given, observer)
      expect(shown(sealed.result)).not.toContain(LOGIN.password)
      expect(await runImage(sealed.reference, observer)).toBe('behind a password\n')
      const deployed = await deploy(sealed, INPUTS, {})
      expect([errorsOf(deployed), deployed.outputs['digest']]).toEqual(['', sealed.digest])
      expect(shown(deployed)).not.toContain(LOGIN.password)
    },
  )

  test('the docker configuration does as well, without the inputs', async () => {
    const image = `${registry.host}/private/logged-in`
    const inputs = { engine: 'docker', network: 'none' }
    const commit = newCommit()
    const given = { image, commit, settle: '0', ...inputs }
    const result = await step('build', given, { workspace: folder.path, env: observer })
    expect([errorsOf(result), result.outputs['built']]).toEqual(['', 'true'])
    const digest = result.outputs['digest'] ?? ''
    expect(errorsOf(await deploy({ image, commit, digest }, {}, observer))).toBe('')
  })

  test.each([
    { description: 'a wrong password', inputs: { ...INPUTS, password: 'wrong horse' } },
    { description: 'no password', inputs: {} },
  ])('$description is REGISTRY_DENIED, and nothing is built', async ({ inputs }) => {
    const commit = newCommit()
    const image = `${registry.host}/private/denied`
    const given = { image, commit, settle: '0', engine: 'docker', prepare: 'echo PREP""ARED', ...inputs }
    const result = await step('build', given, { workspace: folder.path, env: dockerd.env })
    expect(errorsOf(result)).toContain('REGISTRY_DENIED')
    expect(result.log).not.toContain('PREPARED')
    expect(shown(result)).not.toContain('wrong horse')
    const digest = `sha256:${'0'.repeat(64)}`
    expect(errorsOf(await deploy({ image, commit, digest }, inputs, {}))).toContain('REGISTRY_DENIED')
    expect(await listTags(image, observer)).toEqual([])
  })
})
