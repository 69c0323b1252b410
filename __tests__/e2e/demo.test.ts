import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { exec } from '../../src/platform/exec.ts'
import { temporaryFolder } from './world.ts'

const DEMO = resolve(import.meta.dirname, '..', '..', 'scripts', 'demo', 'main.ts')
const DIGEST = /sha256:[0-9a-f]{64}/

/** A PATH with bash and the coreutils that a build script may use: no git, no docker, no curl. */
async function createBarePath(folder: string): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  for (const name of ['bash', 'sh', 'cp', 'mkdir', 'rm']) {
    const found = ['/usr/bin', '/bin'].map((place) => join(place, name)).find((path) => existsSync(path))
    await symlink(found ?? name, join(bin, name))
  }
  return bin
}

async function runDemo(args: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
  return await exec(process.execPath, [DEMO, ...args], { environment, timeoutMs: 120_000 })
}

test('one build, one digest in both environments, four refusals; and nothing is needed but node', async () => {
  await using temporary = await temporaryFolder()
  const folder = join(temporary.path, 'demo')
  const environment = { PATH: await createBarePath(temporary.path), HOME: temporary.path }
  const { exitCode, stdout, stderr } = await runDemo(['--folder', folder], environment)
  expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: '' })

  const result = stdout.slice(stdout.indexOf('\nResult\n'))
  const [staging, production] = ['staging', 'production'].map((name) => {
    const row = result.split('\n').find((line) => line.trim().startsWith(name)) ?? ''
    return { digest: DIGEST.exec(row)?.[0], says: row.split(/ {2,}/)[2] }
  })
  expect(staging?.digest).toMatch(DIGEST)
  expect(production?.digest).toBe(staging?.digest)
  expect(production?.says).not.toBe(staging?.says)
  for (const [attempt, code] of [
    ['a build input on deploy', 'REBUILD_REQUESTED'],
    ['docker build in the deploy script', 'REBUILD_REQUESTED'],
    ['the digest of another commit', 'DIGEST_MISMATCH'],
    ['a moved tag', 'TAG_MOVED'],
  ])
    expect(result).toMatch(new RegExp(`^ *${attempt} +${code}$`, 'm'))

  const { jobs } = JSON.parse(await readFile(join(folder, 'outputs.json'), 'utf8')) as {
    jobs: Record<string, { conclusion: string; outputs: Record<string, string> }>
  }
  expect(jobs['build']?.outputs).toMatchObject({ built: 'true', digest: staging?.digest })
  expect(jobs['build-again']?.outputs).toMatchObject({ built: 'false', digest: staging?.digest })
  expect(await readdir(join(folder, 'records'))).toHaveLength(7)
  expect(await findRunning(folder)).toEqual([])
})

test('Ctrl-C stops what was started', async () => {
  await using temporary = await temporaryFolder()
  const folder = join(temporary.path, 'demo')
  const demo = spawn(process.execPath, [DEMO, '--folder', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  await waitForText(demo, '5 · Deploy')
  expect(await findRunning(folder)).toEqual(['staging'])
  demo.kill('SIGINT')
  const [exitCode] = (await once(demo, 'exit')) as [number | null]
  expect(exitCode).toBe(130)
  expect(await findRunning(folder)).toEqual([])
})

test.each([
  { args: ['--engine', 'buildah'], message: '--engine: the demo knows layers and docker, got "buildah"' },
  { args: ['--base', 'node:24'], message: '--base needs --engine docker' },
  { args: ['--registry', 'http://localhost:5000'], message: '--registry: expected HOST:PORT' },
  { args: ['--nonsense'], message: '--nonsense' },
])('refuses $args', async ({ args, message }) => {
  const { exitCode, stderr } = await runDemo(args)
  expect(exitCode).toBe(2)
  expect(stderr).toContain(message)
  expect(stderr).toContain('usage: npm run demo')
})

test('leaves a folder alone that holds something else', async () => {
  await using temporary = await temporaryFolder()
  await writeFile(join(temporary.path, 'precious'), '')
  const { exitCode, stdout } = await runDemo(['--folder', temporary.path])
  expect(exitCode).toBe(1)
  expect(stdout).toContain('holds something else')
  expect(await readdir(temporary.path)).toEqual(['precious'])
})

/** The environments whose application still answers. */
async function findRunning(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const name of await readdir(join(folder, 'environments'))) {
    if (!name.endsWith('.json')) continue
    const { environment, port } = JSON.parse(await readFile(join(folder, 'environments', name), 'utf8')) as {
      environment: string
      port: number
    }
    const answers = await fetch(`http://127.0.0.1:${port}/health`).then(
      (response) => response.ok,
      () => false,
    )
    if (answers) found.push(environment)
  }
  return found
}

async function waitForText(child: ChildProcess, text: string): Promise<void> {
  let seen = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (seen += chunk))
  while (!seen.includes(text)) {
    if (child.exitCode !== null) throw new Error(`the demo ended before it said "${text}":\n${seen}`)
    await sleep(20)
  }
}
