import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuildahStorage, createBuildahStorage } from '../../sandbox/peers/buildah.ts'
import { type Buildkitd, startBuildkitd } from '../../sandbox/peers/buildkitd.ts'
import { runCommand, writeContext } from '../../sandbox/peers/command.ts'
import { type DockerRegistry, startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { createRemoteBuilder, type Dockerd, startDockerd } from '../../sandbox/peers/dockerd.ts'
import { findPeers } from '../../sandbox/peers/tools.ts'
import type { StepResult } from '../../sandbox/runner/runner.ts'
import { temporaryFolder } from '../e2e/world.ts'
import { build, type Env, runImage, writeSources } from './world.ts'

let registry: DockerRegistry
let dockerd: Dockerd
let buildkitd: Buildkitd
let storage: BuildahStorage

beforeAll(async () => {
  registry = await startDockerRegistry()
  dockerd = await startDockerd()
  buildkitd = await startBuildkitd()
  storage = await createBuildahStorage()
})

afterAll(async () => {
  await storage?.close()
  await buildkitd?.close()
  await dockerd?.close()
  await registry?.close()
})

/** Every way to hand over a secret, and the lengths of what arrives. */
const SECRETS = {
  inputs: {
    secrets: 'token=correct-horse-battery',
    'secret-files': 'file=token.txt',
    'secret-envs': 'variable=SECRET_VARIABLE',
  },
  file: 'staple-in-a-file',
  env: { SECRET_VARIABLE: 'staple-in-a-variable' },
  values: ['correct-horse-battery', 'staple-in-a-file', 'staple-in-a-variable'],
}

const DOCKERFILE = [
  'FROM scratch',
  'COPY files /',
  ...['token', 'file', 'variable'].map(
    (id) =>
      `RUN --mount=type=secret,id=${id} ["/bin/busybox", "sh", "-c", "/bin/busybox wc -c < /run/secrets/${id} >> /lengths"]`,
  ),
  'ENTRYPOINT ["/bin/busybox"]',
  'CMD ["cat", "/lengths"]',
  '',
].join('\n')

/** All that others can see of a step: its log but for the commands that mask, its outputs and its summary. */
function shown(result: StepResult): string {
  const stdout = result.rawStdout.split('\n').filter((line) => !line.startsWith('::add-mask::'))
  return [...stdout, result.summary, JSON.stringify(result.outputs)].join('\n')
}

/** All that anyone who can pull can see of an image: manifest, configuration with its history, and files. */
async function published(reference: string): Promise<string> {
  const { crane } = await findPeers()
  const env = dockerd.env
  const read = async (...argv: [string, ...string[]]): Promise<string> =>
    (await runCommand(argv, { env })).stdout
  return [
    await read(crane, 'manifest', reference),
    await read(crane, 'config', '--platform', 'linux/amd64', reference),
    await read('docker', 'history', '--no-trunc', reference),
    // Control: the files are really looked through, and hold what was written beside the secrets.
    await read(
      'sh',
      '-c',
      'crane export --platform linux/amd64 "$1" - | tar -xO lengths greeting',
      'sh',
      reference,
    ),
    await read(
      'sh',
      '-c',
      'crane export --platform linux/amd64 "$1" - | grep -a -o -E "(correct|staple)-[a-z-]+" || true',
      'sh',
      reference,
    ),
  ].join('\n')
}

describe('secrets of a build', () => {
  const engines: readonly { readonly name: string; readonly with: () => Promise<[Env, Env]> }[] = [
    { name: 'docker', with: async () => [{ engine: 'docker' }, dockerd.env] },
    {
      name: 'docker with a builder',
      with: async () => {
        const builder = await createRemoteBuilder(dockerd, buildkitd.address)
        return [{ engine: 'docker', builder, provenance: 'mode=max' }, dockerd.env]
      },
    },
    { name: 'buildah', with: async () => [{ engine: 'buildah' }, storage.env] },
  ]

  test.each(engines)('$name: they reach the build, and nothing else', async ({ name, with: prepare }) => {
    const [inputs, env] = await prepare()
    await using folder = await temporaryFolder()
    await writeSources(folder.path, 'no secret\n')
    await writeContext(folder.path, { Dockerfile: DOCKERFILE, 'token.txt': SECRETS.file })
    const sealed = await build({
      image: `${registry.host}/secrets/${name.replaceAll(' ', '-')}`,
      inputs: { ...inputs, ...SECRETS.inputs, network: 'none', 'no-cache': 'true' },
      workspace: folder.path,
      env: { ...env, ...SECRETS.env },
    })
    const lengths = SECRETS.values.map(({ length }) => `${length}\n`).join('')
    await runCommand(['docker', 'pull', sealed.reference], { env: dockerd.env })
    expect(await runImage(sealed.reference, dockerd.env)).toBe(lengths)
    const image = await published(sealed.reference)
    expect(image).toContain('no secret')
    for (const secret of SECRETS.values) expect(image).not.toContain(secret)
    for (const secret of SECRETS.values) expect(shown(sealed.result)).not.toContain(secret)
  })
})
