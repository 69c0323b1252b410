import { expect, onTestFinished, test } from 'vitest'
import { runCommand } from '../../sandbox/peers/command.ts'
import { findPeers } from '../../sandbox/peers/tools.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { RECORD_TYPES } from '../../src/domain/record.ts'
import { fallbackTag } from '../../src/registry/fallback.ts'
import { open, repositoryAt } from '../registry/support/access.ts'
import { ALL_RECORDS, raceSubject, raceWriters } from '../registry/support/record-race.ts'
import { REGISTRIES } from './matrix/world.ts'

/** What oras lists at the artifact, by the API alone or by the fallback index alone. */
async function listedByOras(reference: string, referrersApi: boolean): Promise<string[]> {
  const { oras } = await findPeers()
  const api = referrersApi ? 'v1.1-referrers-api' : 'v1.1-referrers-tag'
  const argv = ['discover', '--plain-http', '--format', 'json', '--distribution-spec', api] as const
  const { stdout } = await runCommand([oras, ...argv, reference])
  const { referrers } = JSON.parse(stdout) as { referrers: readonly { readonly digest: string }[] }
  return referrers.map(({ digest }) => digest).toSorted()
}

// A registry that loses what it was told to list is nothing a client could make up for.
test.each(REGISTRIES.filter(({ losesReferrers }) => losesReferrers !== true))(
  'eight processes that write three records each to $name lose none, nor their entries in a list',
  async ({ referrersApi, start }) => {
    const peer = await start()
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
    const digests = found.map(({ manifestDigest }) => manifestDigest).toSorted()
    const api = await listedByOras(`${peer.host}/${repository.path}@${raceSubject.digest}`, referrersApi)
    expect(api).toEqual(digests)
    const index = await registry.readTag(repository, fallbackTag(raceSubject.digest))
    const listed = index?.kind === 'index' ? index.document.manifests.map(({ digest }) => digest) : []
    // With the API there is no such index.
    expect(listed).toEqual(referrersApi ? [] : digests)
  },
)
