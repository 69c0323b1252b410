import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { runMain, spawnMain } from '../mains.ts'
import { startBehind } from './wire.ts'

test('says where it is and what it breaks, until it is told to stop', async () => {
  const { origin } = await startBehind()
  const options = ['--seed', 'one', '--probability', '1', '--kinds', 'page', '--connections', '0']
  const child = spawnMain('faults', ['--target', origin, ...options])
  const lines: string[] = []
  const reader = createInterface(child.stdout).on('line', (line) => lines.push(line))
  await once(reader, 'line')
  const host = /^fault proxy listening on (127\.0\.0\.1:\d+), seed one$/u.exec(lines[0] ?? '')?.[1]
  expect(await (await fetch(`http://${host}/v2/`)).text()).toContain('Please sign in')
  await expect.poll(() => lines[1]).toMatch(/^#0 GET \/v2\/: page status=/u)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test.each([
  [[], '--target: expected http://HOST:PORT'],
  [['--target', 'https://127.0.0.1:1'], '--target'],
  [['--target', 'http://127.0.0.1:1/v2/'], '--target'],
  [['--target', 'http://127.0.0.1:1', '--probability', '2'], '--probability: expected 0 to 1, got "2"'],
  [['--target', 'http://127.0.0.1:1', '--kinds', 'page,earthquake'], 'there is no fault "earthquake"'],
  [['--unknown'], '--unknown'],
])('%j is a mistake it explains', async (args, message) => {
  const { code, errors } = await runMain('faults', args)
  expect(code).toBe(2)
  expect(errors).toContain(message)
  expect(errors).toContain('usage:')
})
