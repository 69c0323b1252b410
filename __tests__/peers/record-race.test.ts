import { expect, onTestFinished, test } from 'vitest'
import { startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { RECORD_TYPES } from '../../src/domain/record.ts'
import { fallbackTag } from '../../src/registry/fallback.ts'
import { open, repositoryAt } from '../registry/support/access.ts'
import { ALL_RECORDS, raceSubject, raceWriters } from '../registry/support/record-race.ts'

test('eight processes that write three records each to docker-registry lose none, nor their entries in the index', async () => {
  const peer = await startDockerRegistry()
  onTestFinished(async () => await peer.close())
  const repository = repositoryAt(peer.host)
  const { registry, records } = open()
  await registry.putBlob(repository, {
    ...EMPTY_CONFIG.descriptor,
    async *open() {
      yield EMPTY_CONFIG.bytes
    },
  })
  await registry.putManifest(repository, raceSubject.bytes, MEDIA_TYPES.ociManifest, 'v1')
  await raceWriters(peer.host)
  const found = await records.list(repository, raceSubject.digest, RECORD_TYPES.build)
  expect(found.map(({ bytes }) => Buffer.from(bytes).toString()).toSorted()).toEqual(ALL_RECORDS)
  const index = await registry.readTag(repository, fallbackTag(raceSubject.digest))
  const listed = index?.kind === 'index' ? index.document.manifests.map(({ digest }) => digest) : []
  expect(listed).toEqual(found.map(({ manifestDigest }) => manifestDigest).toSorted())
})
