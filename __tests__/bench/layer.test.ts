import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeLayer } from '../../bench/layer.ts'
import { runCommand } from '../../sandbox/peers/command.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-layer-'))
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

// Around the sizes of a block of tar and of a chunk that is written at once.
test.each([0, 1, 511, 512, 513, 1024 * 1024, 1024 * 1024 + 1])('a layer of %i bytes', async (bytes) => {
  const path = join(folder, 'layer.tar.gz')
  const layer = await writeLayer(path, bytes, 1)
  const packed = await readFile(path)
  expect(layer).toEqual({
    digest: sha256(packed),
    size: packed.byteLength,
    diffId: sha256(gunzipSync(packed)),
  })
  const { stdout } = await runCommand(['tar', '--numeric-owner', '-tvzf', path])
  expect(stdout.split('\n')[0]).toMatch(new RegExp(`^-rw-r--r-- 0/0 +${bytes} .* content$`))
})

test('the same seed makes the same layer, another one another', async () => {
  const write = async (seed: number) => (await writeLayer(join(folder, 'again.tar.gz'), 10_000, seed)).digest
  const [first, again, other] = [await write(7), await write(7), await write(8)]
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test('a layer cannot be compressed', async () => {
  const path = join(folder, 'noise.tar.gz')
  await writeLayer(path, 100_000, 1)
  const { stdout } = await runCommand(['bash', '-c', `gzip -dc "$1" | gzip -9 | wc -c`, 'bash', path])
  expect(Number(stdout)).toBeGreaterThan(100_000)
})
