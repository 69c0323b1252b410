import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const modules = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && path !== 'leftovers.ts',
)

test('what tests share registers no hooks when it is loaded: it is loaded for the first file of a worker only', () => {
  const hook = /^(?:before|after)(?:Each|All)\(/m
  expect(hook.test('\nafterEach(() => {\n')).toBe(true)
  expect(modules.length).toBeGreaterThan(40)
  expect(modules.filter((path) => hook.test(readFileSync(join(import.meta.dirname, path), 'utf8')))).toEqual(
    [],
  )
})
