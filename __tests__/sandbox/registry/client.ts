import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { RegistryOptions, SandboxRegistry } from '../../../sandbox/registry/server.ts'
import { startRegistry } from '../../../sandbox/registry/server.ts'

/** The kinds of storage every behaviour is tested on. */
export const STORAGES = ['memory', 'disk'] as const

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** What a test sends; header values are sent as they are. */
export interface Sending {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | readonly Uint8Array[]
}

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json'
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'

/** A folder that is gone after the test. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-registry-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A registry that is closed after the test. */
export async function openRegistry(
  kind: (typeof STORAGES)[number],
  options: RegistryOptions = {},
): Promise<SandboxRegistry> {
  const storage = kind === 'disk' ? { kind, directory: await makeFolder() } : { kind }
  const registry = await startRegistry({ storage, ...options })
  onTestFinished(() => registry.close())
  return registry
}

/** One request on a connection of its own, with the path exactly as given; a list of bytes is sent chunked. */
export async function send(
  registry: SandboxRegistry,
  method: string,
  path: string,
  { headers = {}, body = '' }: Sending = {},
): Promise<WireAnswer> {
  const [hostname, port] = registry.host.split(':')
  const agent = new Agent({ keepAlive: false })
  return await new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, agent, headers }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) }),
      )
    })
    outgoing.on('error', reject)
    if (typeof body === 'string' || body instanceof Uint8Array) {
      const bytes = Buffer.from(body)
      if (bytes.length > 0 && headers['Content-Length'] === undefined) {
        outgoing.setHeader('Content-Length', bytes.length)
      }
      outgoing.end(bytes)
      return
    }
    for (const chunk of body) outgoing.write(chunk)
    outgoing.end()
  })
}

/** The digest of bytes, computed apart from the registry's own code. */
export function digestOf(bytes: string | Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

/** The error codes of an answer, whose body must be in the OCI form. */
export function codesOf(answer: WireAnswer): string[] {
  const { errors } = JSON.parse(answer.body.toString()) as { errors: { code: string; message: string }[] }
  return errors.map((error) => error.code)
}

/** A header that must be there, once. */
export function header(answer: WireAnswer, name: string): string {
  const value = answer.headers[name]
  if (typeof value !== 'string') throw new Error(`expected one ${name} header, got ${String(value)}`)
  return value
}

/** Uploads a blob in one request. */
export async function pushBlob(
  registry: SandboxRegistry,
  repository: string,
  bytes: string | Uint8Array,
  algorithm: 'sha256' | 'sha512' = 'sha256',
): Promise<string> {
  const digest = digestOf(bytes, algorithm)
  const answer = await send(registry, 'POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, {
    body: bytes,
  })
  if (answer.status !== 201) throw new Error(`blob push: ${answer.status} ${answer.body.toString()}`)
  return digest
}

/** A descriptor of bytes. */
export function describeBytes(mediaType: string, bytes: string | Uint8Array) {
  return { mediaType, digest: digestOf(bytes), size: Buffer.byteLength(bytes) }
}

/** An image manifest of one layer; its blobs are pushed. */
export async function makeImage(
  registry: SandboxRegistry,
  repository: string,
  layer: string,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  await pushBlob(registry, repository, '{}')
  await pushBlob(registry, repository, layer)
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: describeBytes(OCI_CONFIG, '{}'),
    layers: [describeBytes(OCI_LAYER, layer)],
    ...extra,
  })
}

/** PUT of a manifest. */
export async function putManifest(
  registry: SandboxRegistry,
  repository: string,
  reference: string,
  manifest: string | Uint8Array,
  mediaType: string = OCI_MANIFEST,
): Promise<WireAnswer> {
  return await send(registry, 'PUT', `/v2/${repository}/manifests/${reference}`, {
    headers: { 'Content-Type': mediaType },
    body: manifest,
  })
}

/** Pushes an image under a tag; the answer is its digest. */
export async function pushImage(
  registry: SandboxRegistry,
  repository: string,
  tag: string,
  layer: string = tag,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const manifest = await makeImage(registry, repository, layer, extra)
  const answer = await putManifest(registry, repository, tag, manifest)
  if (answer.status !== 201) throw new Error(`manifest push: ${answer.status} ${answer.body.toString()}`)
  return digestOf(manifest)
}
