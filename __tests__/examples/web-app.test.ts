import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'

const home = fileURLToPath(new URL('../../examples/web-app', import.meta.url))
const started: ChildProcess[] = []

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
})

/** Starts the application on a free port; resolves with its address. */
async function start(environment: NodeJS.ProcessEnv, program = process.execPath): Promise<string> {
  const args = program === process.execPath ? ['server.mjs'] : []
  const child = spawn(program, args, {
    cwd: home,
    env: { PATH: process.env['PATH'], PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started.push(child)
  let output = ''
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk)
    const address = /listening on (?<address>http:\S+)\n/.exec(output)?.groups?.['address']
    if (address !== undefined) return address
  }
  throw new Error(`The application ended without listening: ${output}`)
}

test('the same files show the configuration of each environment', async () => {
  const [staging, production] = await Promise.all(
    ['staging', 'production'].map(async (name) => start({ CONFIG_FILE: `config/${name}.json` })),
  )
  const first = await (await fetch(`${staging}/`)).text()
  expect(first).toContain('<h1>Hello from staging</h1>')
  expect(first).toContain('data-theme="contrast"')
  const second = await (await fetch(`${production}/`)).text()
  expect(second).toContain('<h1>Welcome</h1>')
  expect(second).toContain('data-theme="dark"')
})

test('it says what was built and what runs', async () => {
  const address = await start({ COMMIT: 'a'.repeat(40), DIGEST: `sha256:${'b'.repeat(64)}` })
  const health = await (await fetch(`${address}/health`)).json()
  expect(health).toMatchObject({ status: 'ok', commit: 'a'.repeat(40), digest: `sha256:${'b'.repeat(64)}` })
  expect(await (await fetch(`${address}/`)).text()).toContain(`sha256:${'b'.repeat(64)}`)
})

test('configuration is text, never markup', async () => {
  const address = await start({ GREETING: '<script>"&\'' })
  const page = await (await fetch(`${address}/`)).text()
  expect(page).toContain('<h1>&lt;script&gt;&quot;&amp;&#39;</h1>')
})

test('only what is published is served', async () => {
  const address = await start({})
  const statuses = await Promise.all(
    ['/', '/style.css', '/server.mjs', '/..%2fserver.mjs', '/config/production.json'].map(
      async (path) => (await fetch(`${address}${path}`)).status,
    ),
  )
  expect(statuses).toEqual([200, 200, 404, 404, 404])
  expect((await fetch(`${address}/`, { method: 'POST' })).status).toBe(405)
})

test('the link starts the executable, which starts the server', async () => {
  const node = join(process.execPath, '..')
  const address = await start({ PATH: `${node}:${process.env['PATH']}` }, join(home, 'start'))
  expect((await fetch(`${address}/health`)).status).toBe(200)
})

test('a wrong configuration ends the start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'build-once-web-app-'))
  try {
    const file = join(folder, 'config.json')
    writeFileSync(file, '{"theme":"purple"}')
    const child = spawn(process.execPath, ['server.mjs'], {
      cwd: home,
      env: { CONFIG_FILE: file, PORT: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let message = ''
    child.stderr.on('data', (chunk) => (message += String(chunk)))
    const [code] = await once(child, 'close')
    expect(code).not.toBe(0)
    expect(message).toContain('must be one of light, dark, contrast, got "purple"')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
