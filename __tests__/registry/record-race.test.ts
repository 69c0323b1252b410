import { expect, onTestFinished, test } from 'vitest'
import { type RegistryOptions, startRegistry } from '../../sandbox/registry/server.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { RECORD_TYPES } from '../../src/domain/record.ts'
import { open, repositoryAt } from './support/access.ts'
import { ALL_RECORDS, raceSubject, raceWriters } from './support/record-race.ts'

test.each([
  ['with the referrers API', { referrersApi: true }],
  ['without it', { referrersApi: false }],
  ['without it, tags immutable', { referrersApi: false, immutableTags: true }],
] satisfies [string, RegistryOptions][])(
  'eight processes that write three records each lose none: %s',
  async (_name, options) => {
    const sandbox = await startRegistry(options)
    onTestFinished(async () => await sandbox.close())
    const repository = repositoryAt(sandbox.host)
    const { registry, records } = open()
    await registry.putBlob(repository, {
      ...EMPTY_CONFIG.descriptor,
      async *open() {
        yield EMPTY_CONFIG.bytes
      },
    })
    await registry.putManifest(repository, raceSubject.bytes, MEDIA_TYPES.ociManifest, 'v1')
    await raceWriters(sandbox.host)
    const found = await records.list(repository, raceSubject.digest, RECORD_TYPES.build)
    expect(found.map(({ bytes }) => Buffer.from(bytes).toString()).toSorted()).toEqual(ALL_RECORDS)
  },
)
