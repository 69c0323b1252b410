import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { exec } from '../../src/platform/exec.ts'

const MODULE = fileURLToPath(new URL('../../src/platform/memory.ts', import.meta.url))

/** The room for young objects after many were made and some of them kept, in a process of its own; bytes. */
async function youngRoom(before: string): Promise<number> {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8'
    import { collectOften } from ${JSON.stringify(MODULE)}
    ${before}
    const kept = []
    for (let index = 0; index < 2_000_000; index += 1) kept[index % 200_000] = { index }
    const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
    console.log(space.space_size)`
  const result = await exec(process.execPath, ['--input-type=module', '--eval', script], {
    environment: process.env,
  })
  expect(result.stderr).toBe('')
  return Number(result.stdout)
}

test('young objects get no more room than at the start, however many are made', async () => {
  const [usual, bounded] = [await youngRoom(''), await youngRoom('collectOften()')]
  expect(usual).toBeGreaterThan(4 * 1024 * 1024)
  expect(bounded).toBeLessThanOrEqual(4 * 1024 * 1024)
})
