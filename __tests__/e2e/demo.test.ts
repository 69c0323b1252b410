import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { access, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { exec } from '../../src/platform/exec.ts'
import {
  allOf,
  cellsOf,
  type Element,
  harmIn,
  linksOf,
  parsePage,
  textOf,
} from '../scripts/demo/support/html.ts'
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
  return await exec(process.execPath, [DEMO, ...args], { environment, timeoutMs: 170_000 })
}

const REFUSALS = [
  ['production before staging', 'OUT_OF_ORDER'],
  ['a build input on deploy', 'REBUILD_REQUESTED'],
  ['the digest of another commit', 'DIGEST_MISMATCH'],
  ['a moved tag', 'TAG_MOVED'],
  ['docker build in the deploy script', 'REBUILD_REQUESTED'],
  ['an older commit', 'OUTDATED'],
] as const

test.concurrent('one build, one digest in both environments, six refusals; and nothing is needed but node', {
  timeout: 180_000,
}, async () => {
  await using temporary = await temporaryFolder()
  const folder = join(temporary.path, 'demo')
  const environment = { PATH: await createBarePath(temporary.path), HOME: temporary.path }
  const { exitCode, stdout, stderr } = await runDemo(['--folder', folder], environment)
  expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: '' })

  const result = stdout.slice(stdout.indexOf('\nResult\n'))
  const [staging, production] = ['staging', 'production'].map((name) => {
    const row = result.split('\n').find((line) => line.trim().startsWith(name)) ?? ''
    return { digest: DIGEST.exec(row)?.[0] ?? '', says: row.split(/ {2,}/)[2] }
  })
  expect(staging?.digest).toMatch(DIGEST)
  expect(production?.digest).toBe(staging?.digest)
  expect(production?.says).not.toBe(staging?.says)
  for (const [attempt, code] of REFUSALS) expect(result).toMatch(new RegExp(`^ *${attempt} +${code}$`, 'm'))
  expect(result).toContain(join(folder, 'summaries', 'index.html'))
  await expectInReadme(stdout)

  const { jobs } = JSON.parse(await readFile(join(folder, 'outputs.json'), 'utf8')) as {
    jobs: Record<string, { conclusion: string; outputs: Record<string, string> }>
  }
  const digest = staging?.digest ?? ''
  expect(jobs['build']?.outputs).toMatchObject({ built: 'true', digest })
  expect(jobs['build-again']?.outputs).toMatchObject({ built: 'false', digest })
  const next = jobs['build-of-another-commit']?.outputs['digest'] ?? ''
  expect(jobs['roll-back-staging']?.outputs).toMatchObject({ digest, 'previous-digest': next })
  expect(await readdir(join(folder, 'records'))).toHaveLength(10)
  expect(await findRunning(folder)).toEqual([])
  await expectSteps(folder, digest, next)
  await expectDeployments(folder, digest, next)
})

/** What is another each time, as one and the same. */
function alike(text: string): string {
  return text
    .replaceAll(/\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{12}|[0-9a-f]{8})\b/g, 'HASH')
    .replaceAll(/\b(?<address>127[.-]0[.-]0[.-]1[:-])\d+/g, '$<address>PORT')
    .replaceAll(/\d+(?:\.\d)? m?s\b/g, 'TIME')
}

/** The README shows what is really printed. */
async function expectInReadme(stdout: string): Promise<void> {
  const readme = alike(await readFile(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8'))
  const [, refusal = ''] = /\n(4 · [^]*?)\n\n5 · /.exec(stdout) ?? []
  const [, result = ''] = /\n(Result\n[^]*?)\n\n {2}Everything/.exec(stdout) ?? []
  expect(readme).toContain(alike(`\`\`\`text\n${refusal}\n\n${result}\n\`\`\`\n`))
}

async function openPage(folder: string, name: string): Promise<Element> {
  const page = parsePage(await readFile(join(folder, 'summaries', name), 'utf8'))
  expect(harmIn(page), name).toEqual([])
  return page
}

/** The pages of the job summaries: a list of all steps in their order, and each as GitHub shows it. */
async function expectSteps(folder: string, first: string, second: string): Promise<void> {
  const index = await openPage(folder, 'index.html')
  const [head, ...steps] = cellsOf(allOf(index, 'table')[0] ?? index)
  expect(head).toContain('Outcome')
  expect(steps.map(([number, name, , , outcome]) => [number, name, outcome])).toEqual([
    ['1', 'build', '✔ built'],
    ['2', 'build-again', '✔ reused'],
    ['3', 'refused-production-first', '✘ refused with OUT_OF_ORDER'],
    ['4', 'deploy-staging', '✔ deployed'],
    ['5', 'deploy-production', '✔ deployed'],
    ['6', 'refused-rebuild-input', '✘ refused with REBUILD_REQUESTED'],
    ['7', 'build-of-another-commit', '✔ built'],
    ['8', 'refused-foreign-digest', '✘ refused with DIGEST_MISMATCH'],
    ['9', 'refused-moved-tag', '✘ refused with TAG_MOVED'],
    ['10', 'deploy-second-to-staging', '✔ deployed'],
    ['11', 'refused-older-commit', '✘ refused with OUTDATED'],
    ['12', 'roll-back-staging', '✔ deployed'],
    ['13', 'refused-docker-build', '✘ refused with REBUILD_REQUESTED'],
  ])
  for (const link of linksOf(index)) await access(join(folder, 'summaries', link))
  for (const [number = '', name = '', , , outcome = ''] of steps) {
    const file = `${number.padStart(2, '0')}-${name}`
    const page = await openPage(folder, `${file}.html`)
    expect(allOf(page, 'h3')).toHaveLength(1)
    const isOfSecond = ['build-of-another-commit', 'deploy-second-to-staging'].includes(name)
    const codes = allOf(page, 'code').map(textOf)
    if (outcome.startsWith('✔')) expect(codes).toContain(isOfSecond ? second : first)
    else expect(allOf(page, 'strong').map(textOf)).toContain(outcome.split(' ').at(-1))
    // A table that was not taken for one would be text with bars.
    expect(allOf(page, 'p').map(textOf).join('\n')).not.toContain('|')
    const rows = (await readFile(join(folder, 'summaries', `${file}.md`), 'utf8')).split('\n')
    const isSeparator = (line: string): boolean => line.startsWith('| ---')
    expect(allOf(page, 'table')).toHaveLength(rows.filter(isSeparator).length)
    expect(allOf(page, 'tr')).toHaveLength(
      rows.filter((line) => line.startsWith('|') && !isSeparator(line)).length,
    )
  }
}

/** What GitHub shows: each attempt, newest first, with its digest and how it ended, and the seals. */
async function expectDeployments(folder: string, first: string, second: string): Promise<void> {
  const page = await openPage(folder, 'deployments.html')
  const [deployments = [], environments, seals] = allOf(page, 'table').map(cellsOf)
  expect(deployments[0]).toEqual([
    'Deployment',
    'Environment',
    'State',
    'Digest',
    'Commit',
    'Who',
    'Description',
  ])
  const shown = deployments.slice(1).map(([, environment, state, digest]) => [environment, state, digest])
  // Jobs that run at once are announced in any order; so one environment after the other, and two refusals in staging
  // may come before or after the deployment that waits there.
  const of = (name: string) => shown.filter(([environment]) => environment === name).toReversed()
  expect(of('production')).toEqual([
    ['production', 'in_progress → error', first],
    ['production', 'in_progress → success', first],
    ['production', expect.stringMatching(/^in_progress → (?:error|failure)$/), first],
  ])
  const [begin, rebuild, ...later] = of('staging')
  const back = later.pop()
  expect([begin, rebuild, back]).toEqual([
    ['staging', 'in_progress → success → inactive', first],
    ['staging', 'error', first],
    ['staging', 'in_progress → success', first],
  ])
  expect(later.map((cells) => cells.join(' ')).toSorted()).toEqual(
    [
      `staging error ${first}`,
      `staging error ${second}`,
      `staging in_progress → success → inactive ${second}`,
    ].toSorted(),
  )
  for (const cells of deployments.slice(1))
    expect(cells[5]).toMatch(/^github-actions\[bot\]\nfor octocat\nrun 100\d, attempt \d$/)
  const descriptions = deployments.map((cells) => cells[6])
  expect(descriptions.filter((text) => text === `Replaces ${second}, rollback`)).toHaveLength(1)
  expect(environments?.slice(1)).toEqual([
    ['staging', 'branch_policy'],
    ['production', 'required_reviewers, branch_policy'],
  ])
  expect(seals).toHaveLength(3)
  for (const [ref] of seals?.slice(1) ?? []) expect(ref).toMatch(/^refs\/build-once\/[^/]+\/[0-9a-f]{40}$/)
}

test.concurrent('Ctrl-C stops what was started', { timeout: 120_000 }, async () => {
  await using temporary = await temporaryFolder()
  const folder = join(temporary.path, 'demo')
  const demo = spawn(process.execPath, [DEMO, '--folder', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  await waitForText(demo, '6 · Deploy')
  expect(await findRunning(folder)).toEqual(['staging'])
  demo.kill('SIGINT')
  const [exitCode] = (await once(demo, 'exit')) as [number | null]
  expect(exitCode).toBe(130)
  expect(await findRunning(folder)).toEqual([])
})

test.concurrent.each([
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

test.concurrent('leaves a folder alone that holds something else', async () => {
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
