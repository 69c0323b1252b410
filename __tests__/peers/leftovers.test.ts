import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runCommand, writeContext } from '../../sandbox/peers/command.ts'
import { createPeerFolder, removePeerFolder } from '../../sandbox/peers/folder.ts'
import { identifyProcess } from '../../sandbox/peers/processes.ts'
import { findPeers } from '../../sandbox/peers/tools.ts'

// Where no other run looks for what is left: it would end that as well.
let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'build-once-left-'))
  vi.stubEnv('TMPDIR', place)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(place, { recursive: true })
})

test.each([
  { killed: 'the run', alsoDockerd: false },
  { killed: 'the run and its dockerd', alsoDockerd: true },
])('$killed killed: the next run ends what is left, and removes the folder', async ({ alsoDockerd }) => {
  const left = await startAndKill(alsoDockerd)
  expect(await Promise.all(left.pids.map(identifyProcess))).not.toContain(undefined)

  const next = await createPeerFolder()
  try {
    expect(await Promise.all(left.pids.map(identifyProcess))).toEqual(left.pids.map(() => undefined))
    await expect(access(left.folder)).rejects.toThrow('ENOENT')
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(left.folder)
  } finally {
    await removePeerFolder(next)
  }
})

test('a folder whose owner lives is left alone', async () => {
  const first = await createPeerFolder()
  const second = await createPeerFolder()
  await access(first)
  await removePeerFolder(first)
  await removePeerFolder(second)
})

/** Starts dockerd by hand with a container that would run for ten minutes, kills its starter, and says what is left. */
async function startAndKill(alsoDockerd: boolean): Promise<{ folder: string; pids: number[] }> {
  const starter = spawn(process.execPath, ['sandbox/peers/main.ts', 'dockerd'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output] = (await once(starter.stdout, 'data')) as [Buffer]
  const env = Object.fromEntries(
    [...output.toString().matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
  const folder = dirname(env['DOCKER_CONFIG'] ?? '')
  const container = await runSleeper(env)
  const dockerd = Number(await readFile(join(folder, 'docker.pid'), 'utf8'))
  const containerd = Number(await readFile(join(folder, 'exec', 'containerd', 'containerd.pid'), 'utf8'))
  const ended = once(starter, 'exit')
  starter.kill('SIGKILL')
  await ended
  if (!alsoDockerd) return { folder, pids: [dockerd, containerd, container] }
  // Its containerd dies with it; the container does not.
  process.kill(dockerd, 'SIGKILL')
  return { folder, pids: [container] }
}

async function runSleeper(env: Record<string, string>): Promise<number> {
  const context = await mkdtemp(join(tmpdir(), 'build-once-peers-test-'))
  const { busybox } = await findPeers()
  await writeContext(context, {
    Dockerfile: 'FROM scratch\nCOPY busybox /busybox\nCMD ["/busybox", "sleep", "600"]\n',
    busybox: { content: await readFile(busybox), mode: 0o755 },
  })
  await runCommand(['docker', 'buildx', 'build', '-t', 'sleeper', context], { env })
  await rm(context, { recursive: true })
  await runCommand(['docker', 'run', '--detach', '--network', 'none', '--name', 'sleeper', 'sleeper'], {
    env,
  })
  const inspect = await runCommand(['docker', 'inspect', '--format', '{{.State.Pid}}', 'sleeper'], { env })
  return Number(inspect.stdout)
}
