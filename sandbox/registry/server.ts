import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { closeServer, listen } from '../listening.ts'
import { answerJson, answerRefusal, RefusalError, sendAnswer } from './answer.ts'
import type { Gate } from './auth.ts'
import { createGate } from './auth.ts'
import { dispatch } from './dispatch.ts'
import type { Registry } from './exchange.ts'
import type { Answer, RegistryOptions, RegistryRequest } from './options.ts'
import { KeyedQueue } from './ordering.ts'
import { compareLexically } from './paging.ts'
import { parseTarget } from './router.ts'
import type { Storage } from './storage.ts'
import { DiskStorage } from './storage-disk.ts'
import { MemoryStorage } from './storage-memory.ts'
import { UploadSessions } from './upload-sessions.ts'

export type { Answer, RegistryOperation, RegistryOptions, RegistryRequest } from './options.ts'

/** A running registry, with the doors that tests use to look and reach behind its back. */
export interface SandboxRegistry {
  /** Host and port, as they stand in image references. */
  readonly host: string
  readonly url: string
  /** Every request so far, in the order of arrival. */
  readonly requests: readonly RegistryRequest[]
  /** Uploads that were started and neither finished nor given up. */
  readonly openUploads: number
  tags(repository: string): Promise<string[]>
  readManifest(
    repository: string,
    reference: string,
  ): Promise<{ bytes: Uint8Array; mediaType: string; digest: string } | undefined>
  /** Moves a tag whatever the rules are; the digest need not exist. */
  putTag(repository: string, tag: string, digest: string): Promise<void>
  /** Stores other bytes under a blob's digest, in this repository alone. */
  corruptBlob(repository: string, digest: string, bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

function describeRequest(message: IncomingMessage, index: number): RegistryRequest {
  const headers = Object.entries(message.headers).map(([name, value]): [string, string | undefined] => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ])
  const method = message.method ?? ''
  return { index, method, headers: Object.fromEntries(headers), ...parseTarget(message.url ?? '') }
}

function answerError(registry: Registry, error: unknown): Answer {
  if (error instanceof RefusalError) return answerRefusal(error)
  registry.options.log?.(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return answerJson(500, { errors: [{ code: 'UNKNOWN', message: 'unknown error' }] })
}

/** Marks a connection that is dropped on purpose. */
type Outcome = Answer | 'hang' | 'reset'

async function decideOutcome(
  registry: Registry,
  gate: Gate,
  message: IncomingMessage,
  request: RegistryRequest,
): Promise<Outcome> {
  const { onRequest, onResponse } = registry.options
  const intervention = await onRequest?.(request)
  if (intervention !== undefined) return intervention
  const answer = await dispatch(registry, gate, { request, message }).catch((error: unknown) =>
    answerError(registry, error),
  )
  if ((await onResponse?.(request, answer.status)) === 'reset') return 'reset'
  const headers = { 'Docker-Distribution-API-Version': 'registry/2.0', ...answer.headers }
  return { ...answer, headers }
}

async function handle(
  registry: Registry,
  gate: Gate,
  request: RegistryRequest,
  response: ServerResponse,
): Promise<void> {
  const message = response.req
  const outcome = await decideOutcome(registry, gate, message, request).catch((error: unknown) =>
    answerError(registry, error),
  )
  const status = typeof outcome === 'string' ? outcome : outcome.status
  registry.options.log?.(`${request.method} ${request.path} ${status}`)
  if (outcome === 'hang') return
  if (outcome === 'reset') {
    message.socket.resetAndDestroy()
    return
  }
  await sendAnswer(response, outcome)
  // A body nobody read would block the next request of the same connection.
  message.resume()
}

async function openStorage(options: RegistryOptions): Promise<Storage> {
  if (options.storage?.kind !== 'disk') return new MemoryStorage()
  const storage = new DiskStorage(options.storage.directory)
  await storage.open()
  return storage
}

function openBackDoors(
  registry: Registry,
): Pick<SandboxRegistry, 'tags' | 'readManifest' | 'putTag' | 'corruptBlob'> {
  const { storage, queue } = registry
  return {
    async tags(repository) {
      return [...(await storage.tags(repository)).keys()].toSorted(compareLexically)
    },
    async readManifest(repository, reference) {
      const digest = reference.includes(':') ? reference : await storage.readTag(repository, reference)
      const found = digest === undefined ? undefined : await storage.readManifest(repository, digest)
      if (digest === undefined || found === undefined) return undefined
      return { bytes: found.bytes, mediaType: found.mediaType, digest }
    },
    putTag: (repository, tag, digest) =>
      queue.run(repository, () => storage.writeTag(repository, tag, digest)),
    async corruptBlob(repository, digest, bytes) {
      if ((await storage.blobSize(repository, digest)) === undefined) {
        throw new Error(`${repository} has no blob ${digest}`)
      }
      await storage.replaceBlob(repository, digest, bytes)
    },
  }
}

/** Starts an OCI distribution-spec v1.1 registry, by default in memory on a free loopback port. */
export async function startRegistry(options: RegistryOptions = {}): Promise<SandboxRegistry> {
  const storage = await openStorage(options)
  const registry = { options, storage, sessions: new UploadSessions(storage), queue: new KeyedQueue() }
  const gate = createGate(options.auth)
  const requests: RegistryRequest[] = []
  const server = createServer((message, response) => {
    const request = describeRequest(message, requests.length)
    requests.push(request)
    handle(registry, gate, request, response).catch((error: unknown) => {
      // The answer can no longer be given; a client must not take half of one for the whole.
      options.log?.(`${request.method} ${request.path} broke off: ${String(error)}`)
      response.destroy()
    })
  })
  const host = await listen(server, options)
  return {
    host,
    url: `http://${host}`,
    requests,
    get openUploads() {
      return registry.sessions.count
    },
    ...openBackDoors(registry),
    async close() {
      await closeServer(server)
      await registry.sessions.discardAll()
      await storage.close()
    },
  }
}
