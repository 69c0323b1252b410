import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFolders } from '../../../scripts/demo/folders.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'build-once-demo-folders-'))
})

afterEach(() => rm(root, { recursive: true, force: true }))

test('the folder of an earlier demo is emptied', async () => {
  await createFolders(root)
  await writeFile(join(root, 'logs', 'old.log'), 'old')
  const folders = await createFolders(root)
  expect(await readdir(folders.logs)).toEqual([])
})

test('a folder that holds something else is left alone', async () => {
  await mkdir(join(root, 'work'))
  await expect(createFolders(root)).rejects.toThrow('holds something else')
  expect(await readdir(root)).toEqual(['work'])
})

test('the folder of a demo that still runs is left alone, and taken when that has ended', async () => {
  const script = `
    const { createFolders } = await import(${JSON.stringify(join(import.meta.dirname, '../../../scripts/demo/folders.ts'))})
    await createFolders(${JSON.stringify(root)})
    console.log('ready')
    setInterval(() => {}, 1000)`
  const other = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(other.stdout, 'data')
  await expect(createFolders(root)).rejects.toThrow(`a demo that still runs (pid ${other.pid})`)
  other.kill('SIGKILL')
  await once(other, 'exit')
  await expect(createFolders(root)).resolves.toMatchObject({ logs: expect.stringContaining('logs') })
})
