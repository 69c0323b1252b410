import { expect } from 'vitest'
import type { Digest } from '../../../../src/domain/digest.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../../../src/domain/manifest.ts'
import type { BlobSource } from '../../../../src/domain/registry.ts'
import { parseRepository, type Repository } from '../../../../src/domain/reference.ts'
import { type CredentialSource, explicitCredentials } from '../../../../src/registry/credentials.ts'
import type { RegistryAccess, RegistryOptions } from '../../../../src/registry/index.ts'
import { bytesOf, open, sampleManifest } from '../../support/access.ts'
import type { Script, Seen } from '../../support/scripted-server.ts'
import { type Asked, takeApart } from './distribution.ts'
import { type Internet, startInternet } from './internet.ts'

/** A registry as one vendor runs it. */
export interface Vendor {
  readonly hosts: readonly string[]
  /** As it is written in references. */
  readonly image: string
  readonly credentials: CredentialSource
  answer(asked: Asked): Script | Promise<Script>
}

/** A client, and the vendor it speaks to. */
export interface Visit extends RegistryAccess {
  readonly repository: Repository
  readonly internet: Internet
  /** The requests so far, as `METHOD /path`. */
  readonly requests: () => readonly string[]
}

const RECORD = 'application/vnd.build-once.build.v1+json'
export const sample = sampleManifest('sample')
export const other = sampleManifest('other')
export const TAG = '1111111111111111111111111111111111111111'

/** Starts a vendor and a client that is about to push. */
export async function visit(vendor: Vendor, options: Partial<RegistryOptions> = {}): Promise<Visit> {
  const internet = await startInternet(vendor.hosts, async (seen) => await vendor.answer(takeApart(seen)))
  const { environment } = internet
  const access = open({ environment, credentials: vendor.credentials, mayCreate: true, ...options })
  const repository = parseRepository(vendor.image)
  const requests = (): readonly string[] => internet.seen.map(describe)
  return { ...access, repository, internet, requests }
}

function describe({ method, headers, path }: Seen): string {
  return `${method} ${headers.host}${path}`
}

export function login(image: string, username: string, password: string): CredentialSource {
  return explicitCredentials(parseRepository(image).registry, username, password)
}

export function source(bytes: Uint8Array, digest: Digest): BlobSource {
  return {
    digest,
    size: bytes.byteLength,
    open: async function* () {
      yield bytes
    },
  }
}

export const config: BlobSource = source(EMPTY_CONFIG.bytes, EMPTY_CONFIG.descriptor.digest)

/** What a build writes: blobs, the manifest by digest, and then the tag. */
export async function push({ registry, repository }: Visit, manifest = sample, tag = TAG): Promise<Digest> {
  await registry.putBlob(repository, config)
  await registry.putManifest(repository, manifest.bytes, MEDIA_TYPES.ociManifest)
  return await registry.putManifest(repository, manifest.bytes, MEDIA_TYPES.ociManifest, tag)
}

/** The whole first build of a repository that does not exist: look, push, record, and look again. */
export async function pushFirst(visited: Visit): Promise<void> {
  const { registry, records, repository } = visited
  expect(await registry.readTag(repository, TAG)).toBeUndefined()
  await registry.requirePush(repository)
  await registry.putBlob(repository, config)
  await registry.putManifest(repository, sample.bytes, MEDIA_TYPES.ociManifest)
  const record = { type: RECORD, bytes: bytesOf('{"a":1}'), created: '2026-11-23T10:00:00.000Z' } as const
  await records.attach(repository, sample.descriptor, record)
  expect(await registry.readTag(repository, TAG)).toBeUndefined()
  await registry.putManifest(repository, sample.bytes, MEDIA_TYPES.ociManifest, TAG)
  expect(await registry.readTag(repository, TAG)).toMatchObject({ digest: sample.digest })
  expect(await registry.listTags(repository)).toContain(TAG)
  const found = await records.list(repository, sample.digest, RECORD)
  expect(found.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['{"a":1}'])
}
