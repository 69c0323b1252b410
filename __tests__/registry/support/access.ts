import { onTestFinished } from 'vitest'
import { type Digest, digestOf } from '../../../src/domain/digest.ts'
import { RegistryError } from '../../../src/domain/error.ts'
import type { ErrorCode } from '../../../src/domain/error-codes.ts'
import { type Descriptor, EMPTY_CONFIG, MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import type { BlobSource } from '../../../src/domain/registry.ts'
import type { Repository } from '../../../src/domain/reference.ts'
import type { Clock } from '../../../src/platform/clock.ts'
import type { Log } from '../../../src/platform/log.ts'
import { anonymous } from '../../../src/registry/credentials.ts'
import { createRegistry, type RegistryAccess, type RegistryOptions } from '../../../src/registry/index.ts'
import type { Ending } from '../../fixtures/ending.ts'

/** A log that keeps what it was told. */
export interface KeptLog extends Log {
  readonly lines: readonly string[]
  readonly masked: readonly string[]
}

export function keptLog(): KeptLog {
  const lines: string[] = []
  const masked: string[] = []
  const keep = (line: string): void => void lines.push(line)
  return {
    lines,
    masked,
    info: keep,
    debug: keep,
    notice: keep,
    warning: keep,
    raw: keep,
    group: async (_title, work) => await work(),
    mask: (secret) => void masked.push(secret),
  }
}

/** A clock whose pauses are remembered and cost (almost) no time. */
export function fastClock(pauses: number[] = [], factor = 0): Clock {
  return {
    now: () => new Date(),
    sleep: async (milliseconds) => {
      pauses.push(milliseconds)
      await new Promise((resolve) => setTimeout(resolve, milliseconds * factor))
    },
  }
}

/** The client as the actions make it, but impatient; it ends with the test. */
export function open(
  options: Partial<RegistryOptions> = {},
  test: Ending = { onTestFinished },
): RegistryAccess {
  const access = createRegistry({
    credentials: anonymous,
    log: keptLog(),
    clock: fastClock(),
    environment: {},
    ...options,
    retry: { tries: 3, ...options.retry },
    timeouts: { idleMs: 5_000, totalMs: 20_000, ...options.timeouts },
  })
  test.onTestFinished(() => access.close())
  return access
}

export function repositoryAt(host: string, path = 'owner/app'): Repository {
  return { registry: host, path }
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function blobOf(text: string, chunks = 1): BlobSource {
  const bytes = bytesOf(text)
  const step = Math.ceil(bytes.byteLength / chunks)
  return {
    digest: digestOf(bytes),
    size: bytes.byteLength,
    async *open() {
      for (let at = 0; at < bytes.byteLength; at += step) yield bytes.subarray(at, at + step)
    },
  }
}

/** A small OCI manifest, different for every name. */
export function sampleManifest(name: string): { bytes: Uint8Array; digest: Digest; descriptor: Descriptor } {
  const bytes = bytesOf(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      artifactType: 'application/vnd.example',
      config: EMPTY_CONFIG.descriptor,
      layers: [],
      annotations: { name },
    }),
  )
  const digest = digestOf(bytes)
  return { bytes, digest, descriptor: { mediaType: MEDIA_TYPES.ociManifest, digest, size: bytes.byteLength } }
}

/** Waits for a failure and returns it; fails when there is none or it has another code. */
export async function failureWith(code: ErrorCode, work: Promise<unknown>): Promise<RegistryError> {
  const error: unknown = await work.then(
    (value) => new Error(`expected ${code}, got the value ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  if (error instanceof RegistryError && error.code === code) return error
  throw error
}

export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString()
}
