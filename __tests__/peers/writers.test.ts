import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../../sandbox/peers/command.ts'
import { findPeers } from '../../sandbox/peers/tools.ts'
import type { Descriptor } from '../../src/domain/manifest.ts'
import { RECORD_TYPES } from '../../src/domain/record.ts'
import { open, repositoryAt } from '../registry/support/access.ts'
import { makeArtifact, publish } from './matrix/content.ts'
import { REGISTRIES } from './matrix/world.ts'

const PROCESSES = 8
const RECORDS = 3

/** Starts a process that writes records, up to the point where it waits for the word. */
async function startWriter(host: string, path: string, subject: Descriptor, writer: number) {
  const program = join(import.meta.dirname, 'record-writer.ts')
  const argv = [program, host, path, JSON.stringify(subject), String(writer), String(RECORDS)]
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'pipe'] })
  const errors = text(child.stderr)
  const ended = once(child, 'close')
  // One that ends before it is ready is told by its exit code below.
  await Promise.race([once(child.stdout, 'data'), ended])
  return {
    go: () => child.stdin.end('go\n'),
    result: async () => {
      const [exitCode] = (await ended) as [number | null]
      return { exitCode, errors: await errors }
    },
  }
}

describe.each(REGISTRIES)('$name', ({ referrersApi, start }) => {
  let registry: Awaited<ReturnType<typeof start>>

  beforeAll(async () => {
    registry = await start()
  })

  afterAll(async () => {
    await registry?.close()
  })

  test.each(['first', 'second'])(
    `${PROCESSES} processes that write ${RECORDS} records each lose none: %s time`,
    async (time) => {
      const repository = repositoryAt(registry.host, `team/${time}`)
      const access = open()
      const artifact = makeArtifact(time)
      const subject = await publish(access.registry, repository, artifact, 'v1')
      const writers = await Promise.all(
        Array.from({ length: PROCESSES }, async (_, writer) =>
          startWriter(registry.host, repository.path, artifact.descriptor, writer),
        ),
      )
      for (const { go } of writers) go()
      const results = await Promise.all(writers.map(async ({ result }) => result()))
      expect(results).toEqual(writers.map(() => ({ exitCode: 0, errors: '' })))

      const found = await access.records.list(repository, subject, RECORD_TYPES.build)
      const texts = found.map(({ bytes }) => Buffer.from(bytes).toString())
      const wanted = Array.from({ length: PROCESSES * RECORDS }, (_, number) =>
        JSON.stringify({ writer: String(Math.floor(number / RECORDS)), index: number % RECORDS }),
      )
      expect(texts.toSorted()).toEqual(wanted.toSorted())
      // Others find them too, by the API or by the fallback index.
      const { oras } = await findPeers()
      const api = referrersApi ? 'v1.1-referrers-api' : 'v1.1-referrers-tag'
      const argv = ['discover', '--plain-http', '--format', 'json', '--distribution-spec', api] as const
      const reference = `${registry.host}/${repository.path}@${subject}`
      const { stdout } = await runCommand([oras, ...argv, reference])
      const { referrers } = JSON.parse(stdout) as { referrers: readonly { readonly digest: string }[] }
      expect(referrers.map(({ digest }) => digest).toSorted()).toEqual(
        found.map(({ manifestDigest }) => manifestDigest).toSorted(),
      )
    },
  )
})
