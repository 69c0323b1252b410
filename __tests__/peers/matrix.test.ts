import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf } from '../../src/domain/digest.ts'
import { RECORD_TYPES } from '../../src/domain/record.ts'
import { bytesOf } from '../registry/support/access.ts'
import { publish, readWhole } from './matrix/content.ts'
import { type AttachedRecord, discover, READ, READERS } from './matrix/readers.ts'
import { type Cell, createWorld, openCell, REGISTRIES, TOOLS, type Tool, type World } from './matrix/world.ts'
import { ATTACHERS, type Cannot, WRITERS, WRITTEN } from './matrix/writers.ts'
import { expectOnPage, table } from './page.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})

afterAll(async () => {
  await world?.close()
})

/** Cells that were run to their end, by `direction tool what registry`. */
const done = new Set<string>()

function isPossible<Operation>(operation: Operation | Cannot): operation is Operation {
  return typeof operation !== 'object' || operation === null || !('cannot' in operation)
}

async function attachRecord(cell: Cell, text: string): Promise<AttachedRecord> {
  const { descriptor } = cell.contents.image
  const type = RECORD_TYPES.build
  const record = { type, bytes: bytesOf(text), created: '2026-11-23T01:43:50.000Z' }
  const digest = await cell.records.attach(cell.repository, descriptor, record)
  return { type, text, subject: descriptor.digest, digest, blob: digestOf(record.bytes) }
}

async function checkWriting(cell: Cell, tool: Tool, what: Exclude<(typeof WRITTEN)[number], 'attachment'>) {
  const write = WRITERS[tool][what]
  if (!isPossible(write)) throw new Error(write.cannot)
  const digest = await write(cell, 'v1')
  expect((await readWhole(cell.registry, cell.repository, 'v1')).digest).toBe(digest)
  expect(await cell.registry.listTags(cell.repository)).toContain('v1')
}

/** What others attach is kept, and is no record; ours is kept, and is one. */
async function checkAttaching(cell: Cell, tool: Tool): Promise<void> {
  const attach = ATTACHERS[tool]
  if (!isPossible(attach)) throw new Error(attach.cannot)
  const subject = await publish(cell.registry, cell.repository, cell.contents.image)
  const before = await attachRecord(cell, '{"written":"before"}')
  const type = await attach(cell, `${cell.image}@${subject}`)
  const after = await attachRecord(cell, '{"written":"after"}')
  const listed = await cell.records.list(cell.repository, subject, RECORD_TYPES.build)
  expect(listed.map(({ manifestDigest }) => manifestDigest).toSorted()).toEqual(
    [before.digest, after.digest].toSorted(),
  )
  const types = (await discover(cell, `${cell.image}@${subject}`)).map(({ artifactType }) => artifactType)
  expect(types.toSorted()).toEqual([RECORD_TYPES.build, RECORD_TYPES.build, type].toSorted())
}

async function checkReading(cell: Cell, tool: Tool, what: (typeof READ)[number]): Promise<void> {
  const reader = READERS[tool]
  if (what === 'record') {
    await publish(cell.registry, cell.repository, cell.contents.image)
    await reader.record(cell, await attachRecord(cell, '{"written":"by our client"}'))
  } else if (what === 'tags') {
    if (!isPossible(reader.tags)) throw new Error(reader.tags.cannot)
    for (const tag of ['v1', 'v2']) await publish(cell.registry, cell.repository, cell.contents.image, tag)
    expect([...(await reader.tags(cell))].toSorted()).toEqual(['v1', 'v2'])
  } else {
    const digest = await publish(cell.registry, cell.repository, cell.contents[what], 'v1')
    await reader[what](cell, { tag: 'v1', digest })
  }
}

const writing = TOOLS.flatMap((tool) =>
  WRITTEN.map((what) => ({
    tool,
    what,
    operation: what === 'attachment' ? ATTACHERS[tool] : WRITERS[tool][what],
  })),
)
const reading = TOOLS.flatMap((tool) => READ.map((what) => ({ tool, what, operation: READERS[tool][what] })))

describe.each(REGISTRIES)('$name', ({ name, referrersApi, start }) => {
  let registry: Awaited<ReturnType<typeof start>>

  beforeAll(async () => {
    registry = await start()
  })

  afterAll(async () => {
    await registry?.close()
  })

  test.each(writing.filter(({ operation }) => isPossible(operation)))(
    'our client reads the $what that $tool wrote',
    async ({ tool, what }) => {
      const cell = openCell(world, registry.host, referrersApi)
      await (what === 'attachment' ? checkAttaching(cell, tool) : checkWriting(cell, tool, what))
      done.add(`writing ${tool} ${what} ${name}`)
    },
  )

  test.each(reading.filter(({ operation }) => isPossible(operation)))(
    '$tool reads the $what that our client wrote',
    async ({ tool, what }) => {
      await checkReading(openCell(world, registry.host, referrersApi), tool, what)
      done.add(`reading ${tool} ${what} ${name}`)
    },
  )
})

describe('the matrix', () => {
  const cellOf = (direction: string, tool: Tool, what: string, operation: unknown, name: string): string => {
    if (!isPossible(operation)) return '–'
    return done.has(`${direction} ${tool} ${what} ${name}`) ? 'yes' : 'NO'
  }
  const rowsOf = (direction: string, rows: readonly { tool: Tool; what: string; operation: unknown }[]) =>
    rows.map(({ tool, what, operation }) => [
      tool,
      what,
      ...REGISTRIES.map(({ name }) => cellOf(direction, tool, what, operation, name)),
      isPossible(operation) ? '' : (operation as Cannot).cannot,
    ])
  const head = ['Tool', 'What', ...REGISTRIES.map(({ name }) => name), 'Why not']

  test('a tool writes, our client reads: docs/conformance.md says so', () => {
    expectOnPage('tools-write', table(head, rowsOf('writing', writing)))
  })

  test('our client writes, a tool reads: docs/conformance.md says so', () => {
    expectOnPage('tools-read', table(head, rowsOf('reading', reading)))
  })
})
