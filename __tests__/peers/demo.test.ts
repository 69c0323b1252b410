import { cp, mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand, writeContext } from '../../sandbox/peers/command.ts'
import type { DockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import type { Dockerd } from '../../sandbox/peers/dockerd.ts'
import { startDockerd } from '../../sandbox/peers/dockerd.ts'
import { exec } from '../../src/platform/exec.ts'

const DEMO = resolve(import.meta.dirname, '..', '..', 'scripts', 'demo', 'main.ts')

let folder: string
let registry: DockerRegistry
let dockerd: Dockerd
let base: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'build-once-demo-test-'))
  registry = await startDockerRegistry()
  dockerd = await startDockerd()
  base = await pushNodeImage(join(folder, 'base'))
})

afterAll(async () => {
  await dockerd?.close()
  await registry?.close()
  await rm(folder, { recursive: true, force: true })
})

/** A base image without any network: this node, its shared libraries and their loader, each at its path. */
async function pushNodeImage(context: string): Promise<string> {
  await writeContext(context, { Dockerfile: 'FROM scratch\nCOPY files /\nENV PATH=/usr/local/bin\n' })
  const { stdout } = await runCommand(['ldd', process.execPath])
  const libraries = [...stdout.matchAll(/(?:^|\s)(?<path>\/\S+) \(0x/gm)].map(
    (match) => match.groups?.['path'] ?? '',
  )
  expect(libraries.length).toBeGreaterThan(1)
  for (const [from, to] of [
    [process.execPath, '/usr/local/bin/node'],
    ...libraries.map((path) => [path, path]),
  ]) {
    const target = join(context, 'files', to ?? '')
    await mkdir(dirname(target), { recursive: true })
    await cp(await realpath(from ?? ''), target)
  }
  const image = `${registry.host}/base/node:24`
  await runCommand(['docker', 'buildx', 'build', '--push', '--tag', image, context], { env: dockerd.env })
  return image
}

test('the demo with a real docker and a real registry', async () => {
  const args = [
    '--registry',
    registry.host,
    '--engine',
    'docker',
    '--base',
    base,
    '--folder',
    join(folder, 'demo'),
  ]
  const environment = { ...process.env, ...dockerd.env }
  const { exitCode, stdout, stderr } = await exec(process.execPath, [DEMO, ...args], {
    environment,
    timeoutMs: 240_000,
  })
  expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: '' })
  const result = stdout.slice(stdout.indexOf('\nResult\n'))
  const digests = [...result.matchAll(/^ *(?:staging|production) .*(?<digest>sha256:[0-9a-f]{64})$/gm)]
  expect(digests).toHaveLength(2)
  expect(new Set(digests.map((match) => match.groups?.['digest'])).size).toBe(1)
  for (const code of ['OUT_OF_ORDER', 'REBUILD_REQUESTED', 'DIGEST_MISMATCH', 'TAG_MOVED', 'OUTDATED'])
    expect(result).toContain(code)
  expect(await readdir(join(folder, 'demo', 'summaries'))).toContain('deployments.html')

  const containers = await runCommand(['docker', 'ps', '--all', '--quiet'], { env: dockerd.env })
  expect(containers.stdout).toBe('')
})
