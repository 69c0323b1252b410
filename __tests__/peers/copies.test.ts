import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Digest, digestOf } from '../../src/domain/digest.ts'
import { MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { RECORD_TYPES } from '../../src/domain/record.ts'
import { bytesOf } from '../registry/support/access.ts'
import { publish, readWhole } from './matrix/content.ts'
import { type AttachedRecord, discover, READERS } from './matrix/readers.ts'
import { type Cell, createWorld, openCell, REGISTRIES, type World } from './matrix/world.ts'
import { ATTACHERS, type Cannot, verify } from './matrix/writers.ts'
import { expectOnPage, table } from './page.ts'

type Running = Awaited<ReturnType<(typeof REGISTRIES)[number]['start']>>

let world: World
const running = new Map<string, Running>()

beforeAll(async () => {
  world = await createWorld()
  for (const { name, start } of REGISTRIES) running.set(name, await start())
})

afterAll(async () => {
  await world?.close()
  await Promise.all([...running.values()].map(async ({ close }) => close()))
})

function cellOn({ name, referrersApi }: (typeof REGISTRIES)[number]): Cell {
  return openCell(world, running.get(name)?.host ?? '', referrersApi)
}

async function attachWith(tool: 'oras' | 'cosign', cell: Cell, reference: string): Promise<void> {
  const attach: Cannot | ((cell: Cell, reference: string) => Promise<string>) = ATTACHERS[tool]
  if ('cannot' in attach) throw new Error(attach.cannot)
  await attach(cell, reference)
}

/** An index with our record, a file of oras and a signature of cosign. */
async function prepare(cell: Cell): Promise<{ subject: Digest; record: AttachedRecord }> {
  const { descriptor } = cell.contents.index
  const subject = await publish(cell.registry, cell.repository, cell.contents.index)
  const text = '{"written":"before the copy"}'
  const record = { type: RECORD_TYPES.build, bytes: bytesOf(text), created: '2026-11-23T01:43:50.000Z' }
  const digest = await cell.records.attach(cell.repository, descriptor, record)
  for (const tool of ['oras', 'cosign'] as const) await attachWith(tool, cell, `${cell.image}@${subject}`)
  return { subject, record: { type: record.type, text, subject, digest, blob: digestOf(record.bytes) } }
}

async function attachedTo(cell: Cell, subject: string): Promise<string[]> {
  return (await discover(cell, `${cell.image}@${subject}`)).map(({ digest }) => digest).toSorted()
}

/** Pushes what is attached once more, one after the other: then no entry of the list can get lost. */
async function announceAgain(cell: Cell, attached: readonly Digest[]): Promise<void> {
  for (const digest of attached) {
    const manifest = await cell.registry.readManifest(cell.repository, digest)
    if (manifest === undefined) throw new Error(`${digest} was not copied`)
    await cell.registry.putManifest(cell.repository, manifest.bytes, manifest.mediaType)
  }
}

/** Every tool reads the copy and the record; the signature made at the source holds here. */
async function expectReadByAll(cell: Cell, subject: Digest, record: AttachedRecord): Promise<void> {
  await cell.registry.putManifest(cell.repository, cell.contents.index.bytes, MEDIA_TYPES.ociIndex, 'v1')
  const published = { tag: 'v1', digest: subject }
  // Two at a time: two cores are all there is.
  await Promise.all([READERS.crane.index(cell, published), READERS.buildx.index(cell, published)])
  await Promise.all([READERS.oras.index(cell, published), READERS.buildx.record(cell, record)])
  await Promise.all([READERS.skopeo.index(cell, published), READERS.crane.record(cell, record)])
  await Promise.all([READERS.oras.record(cell, record), READERS.skopeo.record(cell, record)])
  const [signed] = await Promise.all([
    verify(cell, `${cell.image}@${subject}`),
    READERS.cosign.record(cell, record),
  ])
  expect(signed).toBe(subject)
}

const done = new Set<string>()

describe.each(REGISTRIES)('from $name', (from) => {
  test.each(REGISTRIES)('to $name', async (to) => {
    const [source, target] = [cellOn(from), cellOn(to)]
    onTestFinished(() => source.close())
    const { subject, record } = await prepare(source)
    const attached = await attachedTo(source, subject)
    expect(attached).toHaveLength(3)

    const report = await source.copier.copy(source.repository, subject, target.repository)
    expect(report.digest).toBe(subject)
    expect(report.referrers.toSorted()).toEqual(attached)
    expect(report.manifests).toEqual({ copied: 6, present: 0 })

    if (to.losesReferrers) await announceAgain(target, report.referrers)
    expect(await attachedTo(target, subject)).toEqual(attached)
    const records = await target.records.list(target.repository, subject, RECORD_TYPES.build)
    expect(records.map(({ manifestDigest }) => manifestDigest)).toEqual([record.digest])
    await expectReadByAll(target, subject, record)
    expect((await readWhole(target.registry, target.repository, 'v1')).digest).toBe(subject)
    done.add(`${from.name} → ${to.name}`)
  })
})

test('docs/conformance.md says so', () => {
  const names = REGISTRIES.map(({ name }) => name)
  const rows = names.map((from) => [from, ...names.map((to) => (done.has(`${from} → ${to}`) ? 'yes' : 'NO'))])
  expectOnPage('copies', table(['From \\ to', ...names], rows))
})
