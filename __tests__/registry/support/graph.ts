import { onTestFinished } from 'vitest'
import {
  type RegistryOptions,
  type SandboxRegistry,
  startRegistry,
} from '../../../sandbox/registry/server.ts'
import { type Digest, digestOf } from '../../../src/domain/digest.ts'
import { type Descriptor, EMPTY_CONFIG, MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import type { Repository } from '../../../src/domain/reference.ts'
import { bytesOf, repositoryAt } from './access.ts'

type Algorithm = 'sha256' | 'sha512'

/** A sandbox registry that ends with the test. */
export async function sandbox(options: RegistryOptions = {}): Promise<SandboxRegistry> {
  const registry = await startRegistry(options)
  onTestFinished(async () => await registry.close())
  return registry
}

/** Puts content into a repository by plain HTTP, the way a tool that is not ours would. */
export class Publisher {
  readonly repository: Repository
  readonly #base: string

  constructor(host: string, path = 'owner/app') {
    this.repository = repositoryAt(host, path)
    this.#base = `http://${host}/v2/${path}`
  }

  async blob(
    content: string | Uint8Array,
    mediaType = 'application/octet-stream',
    algorithm: Algorithm = 'sha256',
  ): Promise<Descriptor> {
    const bytes = typeof content === 'string' ? bytesOf(content) : content
    const digest = digestOf(bytes, algorithm)
    await this.#send('POST', `blobs/uploads/?digest=${digest}`, bytes, 'application/octet-stream')
    return { mediaType, digest, size: bytes.byteLength }
  }

  /** An image or artifact; every text of `layers` becomes a layer. */
  async image(
    layers: readonly (string | Descriptor)[],
    { tag, algorithm, ...fields }: { tag?: string; algorithm?: Algorithm; [field: string]: unknown } = {},
  ): Promise<Descriptor> {
    const descriptors = []
    for (const layer of layers) {
      descriptors.push(typeof layer === 'string' ? await this.blob(layer, MEDIA_TYPES.ociTar) : layer)
    }
    await this.blob(EMPTY_CONFIG.bytes)
    const config = EMPTY_CONFIG.descriptor
    const mediaType = MEDIA_TYPES.ociManifest
    const document = { schemaVersion: 2, mediaType, config, layers: descriptors, ...fields }
    return await this.manifest(document, { tag, algorithm })
  }

  async index(
    children: readonly Descriptor[],
    { tag, algorithm, ...fields }: { tag?: string; algorithm?: Algorithm; [field: string]: unknown } = {},
  ): Promise<Descriptor> {
    const mediaType = MEDIA_TYPES.ociIndex
    const document = { schemaVersion: 2, mediaType, manifests: children, ...fields }
    return await this.manifest(document, { tag, algorithm })
  }

  /** A manifest of any kind; the white space makes sure that nobody writes it anew. */
  async manifest(
    document: { readonly mediaType?: string; readonly [field: string]: unknown },
    { tag, algorithm }: { tag?: string | undefined; algorithm?: Algorithm | undefined } = {},
  ): Promise<Descriptor> {
    const bytes = bytesOf(`${JSON.stringify(document, undefined, 3)}\n`)
    const mediaType = document.mediaType ?? MEDIA_TYPES.ociManifest
    const digest = digestOf(bytes, algorithm)
    await this.#send('PUT', `manifests/${digest}`, bytes, mediaType)
    if (tag !== undefined) await this.#send('PUT', `manifests/${tag}`, bytes, mediaType)
    return { mediaType, digest, size: bytes.byteLength }
  }

  /** Adds to the index under the fallback tag, which is how tools attach things without the referrers API. */
  async fallback(subject: Digest, entries: readonly Descriptor[]): Promise<void> {
    const tag = subject.replace(':', '-').slice(0, 71)
    await this.index(entries, { tag })
  }

  async #send(method: string, path: string, body: Uint8Array, type: string): Promise<void> {
    const answer = await fetch(`${this.#base}/${path}`, {
      method,
      body: Buffer.from(body),
      headers: { 'content-type': type },
    })
    if (answer.status !== 201)
      throw new Error(`${method} ${path} answered ${answer.status} ${await answer.text()}`)
  }
}

/** The exact bytes and types of manifests by digest, as a registry serves them. */
export async function manifestsOf(
  registry: SandboxRegistry,
  digests: readonly Digest[],
  path = 'owner/app',
): Promise<Record<string, string>> {
  const found = await Promise.all(
    digests.map(async (digest) => {
      const manifest = await registry.readManifest(path, digest)
      return [digest, `${manifest?.mediaType} ${Buffer.from(manifest?.bytes ?? []).toString()}`] as const
    }),
  )
  return Object.fromEntries(found)
}

/** What was asked of a registry: `PUT manifest`, in the order of arrival, without what only reads. */
export function writesOf(registry: SandboxRegistry): readonly string[] {
  return registry.requests
    .filter(({ method }) => method !== 'GET' && method !== 'HEAD')
    .map(({ method, operation }) => `${method} ${operation}`)
}
