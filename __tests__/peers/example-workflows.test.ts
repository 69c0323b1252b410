import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { runCommand, tryCommand } from '../../sandbox/peers/command.ts'
import { findPeers } from '../../sandbox/peers/tools.ts'
import { temporaryFolder } from '../e2e/world.ts'
import { writeAccepted } from './act/accepted.ts'

const root = resolve(import.meta.dirname, '..', '..')
const folder = join(root, 'examples', 'workflows')

test('actionlint accepts every workflow of ours and every example', async () => {
  const { actionlint } = await findPeers()
  const check = await tryCommand(['bash', join(root, 'scripts', 'check-workflows.sh'), actionlint])
  expect(check.exitCode, check.stdout + check.stderr).toBe(0)
  for (const name of readdirSync(folder)) expect(check.stdout).toContain(`examples/workflows/${name}\n`)
})

test.each(readdirSync(folder))('act accepts %s but for keys it does not know yet', async (name) => {
  await using place = await temporaryFolder()
  const original = readFileSync(join(folder, name), 'utf8')
  const { text, leftOut } = await writeAccepted(join(place.path, name), original)
  const keys = leftOut.map((line) => /^\d+: ([\w-]+):/.exec(line)?.[1])
  for (const key of keys) expect(['artifact-metadata', 'deployment']).toContain(key)
  const removed = leftOut.map((line) => Number.parseInt(line, 10) - 1)
  const lines = original.split('\n').map((line, index) => (removed.includes(index) ? '' : line))
  expect(text).toBe(lines.join('\n'))
})

const pages = [
  ...['README.md', 'deploy/README.md', 'examples/web-app/README.md'],
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
]
type Document = Readonly<Record<string, unknown>> | readonly unknown[]

/** A job that others need without showing it. */
const OTHER = { 'runs-on': 'ubuntu-latest', outputs: { digest: 'x' }, steps: [{ run: 'true' }] }

/** A snippet as the whole workflow it is a part of; undefined where it is too small a part for that. */
function complete(document: Document): object | undefined {
  if ('on' in document) return document
  const jobs: Readonly<Record<string, unknown>> = Array.isArray(document)
    ? { job: { needs: ['build', 'staging'], steps: document } }
    : Object('jobs' in document ? document.jobs : document)
  const shown = Object.entries(jobs).map(([name, job]) => [
    name,
    { 'runs-on': 'ubuntu-latest', ...Object(job) },
  ])
  if (!shown.every(([, job]) => 'steps' in Object(job))) return undefined
  return { on: 'push', jobs: { build: OTHER, staging: OTHER, ...Object.fromEntries(shown) } }
}

describe.each(pages)('actionlint accepts the workflows in %s', (page) => {
  const found = [...readFileSync(join(root, page), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)]
  const workflows = found.flatMap(([, text = '']) => complete(parse(text) as Document) ?? [])

  test(`${workflows.length} of ${found.length} snippets`, async () => {
    await using place = await temporaryFolder()
    const target = join(place.path, '.github', 'workflows')
    await mkdir(target, { recursive: true })
    await mkdir(join(place.path, '.git'))
    const files = workflows.map((workflow, index) => {
      return { path: join(target, `${index}.yml`), text: stringify(workflow, { lineWidth: 0 }) }
    })
    for (const { path, text } of files) await writeFile(path, text)
    if (files.length === 0) return
    const { actionlint } = await findPeers()
    // GitHub has taken `queue` since May 2026; actionlint does not know it yet.
    const queue = 'unexpected key "queue" for "concurrency" section'
    // What a part of a workflow refers to may stand in another part.
    const ignored = ['-ignore', queue, '-ignore', 'is not defined in object type [{][}]']
    const paths = files.map(({ path }) => path)
    await runCommand([actionlint, ...ignored, ...paths], { cwd: place.path })
  })
})
