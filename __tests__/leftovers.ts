import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { removeFolders } from './fixtures/folders.ts'

/** What all the files of a worker share, and the tests of any could change. */
function shared() {
  return {
    environment: { ...process.env },
    folder: process.cwd(),
    exitCode: process.exitCode,
    argv: [...process.argv],
    signals: { SIGINT: process.listenerCount('SIGINT'), SIGTERM: process.listenerCount('SIGTERM') },
    write: Object.getOwnPropertyDescriptor(process.stdout, 'write')?.value as unknown,
    globals: [fetch, Date, setTimeout],
  }
}

let before: ReturnType<typeof shared> | undefined

beforeAll(() => {
  before = shared()
})

afterEach(removeFolders)

// A worker runs one file after the other: a file that leaves something behind fails itself, not one that comes later.
afterAll(() => {
  expect(shared()).toEqual(before)
})
