import { expect, test } from 'vitest'
import { MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { anonymous } from '../../src/registry/credentials.ts'
import { keptLog, open, repositoryAt, sampleManifest } from './support/access.ts'
import { type Script, serve } from './support/scripted-server.ts'

const sample = sampleManifest('a')

function warned(...warnings: readonly string[]): Script {
  const headers = { 'content-type': MEDIA_TYPES.ociManifest, warning: warnings }
  return { status: 200, headers, body: sample.bytes }
}

async function shown(script: Script, times = 1): Promise<readonly string[]> {
  const server = await serve(() => script)
  const log = keptLog()
  const { registry } = open({ log, credentials: anonymous })
  for (let index = 0; index < times; index += 1) {
    const manifest = await registry.readTag(repositoryAt(server.host), 'v1')
    // Whatever is warned about, the answer stands.
    expect(manifest?.digest).toBe(sample.digest)
  }
  return log.lines.map((line) => line.replace(server.host, 'HOST'))
}

test('each text is shown once', async () => {
  expect(await shown(warned('299 - "quota is nearly used up"'), 3)).toEqual([
    'HOST warns: quota is nearly used up',
  ])
})

test.each([
  ['several headers', ['299 - "one"', '299 - "two"'], ['one', 'two']],
  ['several in one header', ['299 - "one", 299 - "two, three"'], ['one', 'two, three']],
  ['escaped quotes', [String.raw`299 - "say \"no\" \\ yes"`], [String.raw`say "no" \ yes`]],
  ['another code', ['199 - "stale"', '110 - "old"'], []],
  ['another agent', ['299 proxy.example.com "x"'], []],
  ['no quotes', ['299 - text'], []],
  ['an open quote', ['299 - "text'], []],
  ['nothing to say', ['299 - ""', '299 - "  "'], []],
  [
    'a workflow command',
    ['299 - "::set-output name=x::y"', '299 - "\t::error::x"'],
    ['::set-output name=x::y', '::error::x'],
  ],
  ['UTF-8', [Buffer.from('299 - "größer"').toString('latin1')], ['größer']],
  [
    'characters that move the cursor or the reading direction',
    [Buffer.from('299 - "a\u202eb\u009bc"').toString('latin1')],
    ['a b c'],
  ],
])('%s', async (_name, headers, expected) => {
  expect(await shown(warned(...headers))).toEqual(expected.map((text) => `HOST warns: ${text}`))
})

test('no more than a registry may say', async () => {
  const text = 'x'.repeat(3_000)
  expect(await shown(warned(`299 - "${text}"`, `299 - "${'y'.repeat(3_000)}"`))).toEqual([
    `HOST warns: ${text}`,
  ])
  const many = Array.from({ length: 100 }, (_, index) => `299 - "${index}"`)
  expect(await shown(warned(...many))).toHaveLength(20)
})

test('a text that hangs a careless reader', async () => {
  const slow = `299 - "${String.raw`\\`.repeat(2_000)}`
  expect(await shown(warned(slow))).toEqual([])
})

test('storage that the registry points at has nothing to say', async () => {
  const storage = await serve(() => warned('299 - "from elsewhere"'))
  expect(
    await shown({ status: 307, headers: { location: `${storage.origin}/x`, warning: '299 - "go on"' } }),
  ).toEqual([])
})
