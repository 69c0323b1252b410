import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultLottery, type FaultProxy, createFaultProxy } from '../../../sandbox/faults/proxy.ts'
import type { Random } from '../../../sandbox/faults/random.ts'
import type { Digest } from '../../../src/domain/digest.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import { type Copier, type NewRecord, type RecordStore, type Registry } from '../../../src/domain/registry.ts'
import { RECORD_TYPES } from '../../../src/domain/record.ts'
import type { Repository } from '../../../src/domain/reference.ts'
import { explicitCredentials, firstOf } from '../../../src/registry/credentials.ts'
import { createRegistry, type RegistryAccess } from '../../../src/registry/index.ts'
import { fastClock, keptLog, type KeptLog } from '../support/access.ts'
import { type Direct, directTo, sha256, type User } from './direct.ts'

/** A registry a world is made of. */
export interface Behind {
  readonly host: string
  readonly user?: User
  readonly hasImmutableTags?: boolean
  /** Uploads that were started and neither finished nor given up; unknown where it is left out. */
  readonly openUploads?: () => number
}

/** A repository as the client sees it, through the proxy, and as it is. */
export interface Place {
  readonly repository: Repository
  readonly direct: Direct
  readonly hasImmutableTags: boolean
}

/** Bytes and their name, computed apart from the code under test. */
export interface Content {
  readonly bytes: Uint8Array
  readonly digest: Digest
}

/** Everything the operations of one round may use. */
export interface World {
  readonly places: readonly Place[]
  readonly proxies: readonly FaultProxy[]
  readonly registry: Registry
  readonly records: RecordStore
  readonly copier: Copier
  readonly log: KeptLog
  readonly blobs: readonly Content[]
  readonly manifests: readonly Content[]
  /** What records are attached to; in the first place from the beginning, with its layer. */
  readonly subject: Content
  readonly layer: Content
  readonly recordsToWrite: readonly NewRecord[]
  /** What must never be in a message. */
  readonly secrets: readonly string[]
  /** Uploads that hang in the registries, as far as they say so. */
  openUploads(): number
  /** Other plans for all proxies. */
  follow(lottery: FaultLottery | undefined): void
  /** Closes the client, then the proxies; says how many connections the client left open. */
  close(): Promise<number>
}

export const TAGS = ['v1', 'v2', 'latest'] as const
export const NAMED = ['log-1', 'log-2'] as const

function contentOf(bytes: Uint8Array): Content {
  return { bytes, digest: sha256(bytes) as Digest }
}

function noise(random: Random, size: number): Content {
  return contentOf(Uint8Array.from({ length: size }, () => random.below(256)))
}

/** A manifest anybody would take, with the annotations in the way of bytes that must not change. */
function manifestOf(name: string, layer: Content): Content {
  const { digest, size } = EMPTY_CONFIG.descriptor
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: 'application/vnd.example',
    config: { mediaType: MEDIA_TYPES.ociEmpty, digest, size },
    layers: [{ mediaType: 'application/vnd.example', digest: layer.digest, size: layer.bytes.byteLength }],
    // Mostly text, so that most single changes leave a manifest that is none the worse for it, but another one.
    annotations: { name, text: 'as good as any other text '.repeat(80) },
  })
  return contentOf(Buffer.from(`${text}\n`))
}

function recordOf(name: string): NewRecord {
  const bytes = Buffer.from(JSON.stringify({ record: name }))
  return { type: RECORD_TYPES.deployment, bytes, created: '2026-11-23T12:00:00.000Z' }
}

function openClient(users: readonly (readonly [host: string, user: User])[]) {
  const log = keptLog()
  const access: RegistryAccess = createRegistry({
    credentials: firstOf(
      ...users.map(([host, user]) => explicitCredentials(host, user.username, user.password)),
    ),
    log,
    clock: fastClock(),
    environment: {},
    retry: { tries: 3, baseMs: 2, capMs: 5 },
    timeouts: { idleMs: 150, totalMs: 1_500, transferMs: 3_000 },
  })
  return { access, log }
}

/** Connections that are still there after a while; a closed one needs a moment to be seen. */
async function connectionsLeft(proxies: readonly FaultProxy[]): Promise<number> {
  const open = (): number => proxies.reduce((sum, { connections }) => sum + connections, 0)
  for (let look = 0; look < 200 && open() > 0; look += 1) await sleep(10)
  return open()
}

/** Two repositories in the first registry and one in the second, each registry behind a proxy of its own. */
export async function createWorld(
  name: string,
  random: Random,
  behind: readonly [Behind, Behind],
): Promise<World> {
  const proxies = [
    await createFaultProxy({ target: `http://${behind[0].host}` }),
    await createFaultProxy({ target: `http://${behind[1].host}` }),
  ] as const
  const users = behind.flatMap(({ user }, index) =>
    user === undefined ? [] : [[proxies[index as 0 | 1].host, user] as const],
  )
  const { access, log } = openClient(users)
  const place = (index: 0 | 1, path: string): Place => ({
    repository: { registry: proxies[index].host, path: `${name}/${path}` },
    direct: directTo(behind[index].host, behind[index].user),
    hasImmutableTags: behind[index].hasImmutableTags ?? false,
  })
  const places = [place(0, 'app'), place(0, 'other'), place(1, 'copy')]
  const empty = contentOf(EMPTY_CONFIG.bytes)
  const layer = noise(random, 30_000)
  const subject = manifestOf(`${name} subject`, layer)
  const manifests = [1, 2, 3].map((number) => manifestOf(`${name} ${number}`, empty))
  const blobs = [0, 1, 700, 20_000, 70_000].map((size) => noise(random, size))
  for (const { direct, repository } of places) {
    // Half of the content is there from the beginning, so that reading it has something to find.
    const there = [empty, ...blobs.filter(() => random.chance(0.5))]
    for (const { bytes } of there) await direct.pushBlob(repository.path, bytes)
    for (const tag of TAGS.filter(() => random.chance(0.6)))
      await direct.pushManifest(repository.path, tag, random.pick(manifests).bytes, MEDIA_TYPES.ociManifest)
  }
  const [{ direct, repository }] = places as [Place]
  await direct.pushBlob(repository.path, layer.bytes)
  await direct.pushManifest(repository.path, subject.digest, subject.bytes, MEDIA_TYPES.ociManifest)
  const follow = (lottery: FaultLottery | undefined): void => {
    for (const proxy of proxies) proxy.follow(lottery === undefined ? {} : { lottery })
  }
  return {
    places,
    proxies,
    registry: access.registry,
    records: access.records,
    copier: access.copier,
    log,
    blobs,
    manifests,
    subject,
    layer,
    recordsToWrite: [1, 2, 3].map((number) => recordOf(`${name} ${number}`)),
    secrets: users.flatMap(([, { username, password }]) => {
      return [password, Buffer.from(`${username}:${password}`).toString('base64')]
    }),
    openUploads: () => behind.reduce((sum, { openUploads }) => sum + (openUploads?.() ?? 0), 0),
    follow,
    async close() {
      access.close()
      const left = await connectionsLeft(proxies)
      await Promise.all(proxies.map((proxy) => proxy.close()))
      return left
    },
  }
}
