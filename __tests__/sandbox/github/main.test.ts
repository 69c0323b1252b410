import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Child, runMain, spawnMain } from '../mains.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const start = async (...args: string[]) => await started(spawnMain('github', args))

async function started(child: Child) {
  const environment: Record<string, string> = {}
  for await (const line of createInterface(child.stdout)) {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/u.exec(line) ?? []
    environment[name] = value
    if (name === 'GITHUB_TOKEN') break
  }
  return { child, environment }
}

test('says what a client needs, and serves until it is told to end', async () => {
  const { child, environment } = await start('--repository', 'ada/tool', '--owner-type', 'User')
  const { GITHUB_API_URL: api, GITHUB_REPOSITORY: repository, GITHUB_TOKEN: token } = environment
  expect(environment['GITHUB_SERVER_URL']).toBe('https://github.com')
  const headers = { authorization: `token ${token}` }
  const answer = await fetch(`${api}/repos/${repository}`, { headers })
  expect(await answer.json()).toMatchObject({ full_name: 'ada/tool', owner: { type: 'User' } })
  await fetch(`${api}/nowhere`, { headers })
  const errors = text(child.stderr)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await errors).toBe('violation: GET /nowhere: request path is not served\n')
})

test('is a script of the package, and ends with it', async () => {
  const args = ['run', '--silent', 'sandbox:github', '--', '--repository', 'ada/tool']
  const { child, environment } = await started(
    spawn('npm', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  const url = environment['GITHUB_API_URL'] ?? ''
  expect(environment['GITHUB_REPOSITORY']).toBe('ada/tool')
  expect((await fetch(`${url}/rate_limit`)).status).toBe(200)
  child.kill('SIGTERM')
  await once(child, 'exit')
  await expect(fetch(`${url}/rate_limit`)).rejects.toThrow('fetch failed')
})

test('ends at once when told so before anybody has asked for something', async () => {
  const { child } = await start()
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('takes its switches', async () => {
  const { environment } = await start('--enterprise', '--empty', '--visibility', 'public')
  const api = environment['GITHUB_API_URL'] ?? ''
  expect(api).toMatch(/\/api\/v3$/)
  const answer = await fetch(`${api}/repos/octo-org/app/git/ref/heads/main`)
  expect(answer.status).toBe(409)
})

test.each([
  ['--port', 'http'],
  ['--repository', 'app'],
  ['--owner-type', 'Robot'],
  ['--visibility', 'secret'],
  ['--unknown', 'x'],
])('%s %s is a mistake', async (...args) => {
  const { code, errors } = await runMain('github', args)
  expect(code).toBe(2)
  expect(errors).toContain('usage: node sandbox/github/main.ts')
})
