import type { Copier, RecordStore, Registry } from '../domain/registry.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { RegistryClient } from './client.ts'
import { Copies } from './copy.ts'
import type { CredentialSource } from './credentials.ts'
import { discreet, discreetLog } from './discretion.ts'
import { Records } from './records.ts'
import { Redactor } from './redact.ts'
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts'
import { DEFAULT_TIMEOUTS, type Timeouts } from './session.ts'
import { Sessions } from './sessions.ts'
import { createTransport, type TransportOptions } from './transport.ts'
import { Warnings } from './warnings.ts'

/** What the registry client needs. */
export interface RegistryOptions extends Pick<TransportOptions, 'environment' | 'names' | 'certificates'> {
  readonly credentials: CredentialSource
  readonly log: Log
  readonly clock: Clock
  /** Registries (`host` or `host:port`) that may be spoken to without TLS; loopback always may. */
  readonly insecure?: readonly string[]
  /**
   * Token servers on other hosts (`host` or `host:port`) that may see the credentials of a registry, by registry.
   * Without an entry they see none, but for the token servers of Docker Hub and GitLab.
   */
  readonly tokenHosts?: ReadonlyMap<string, readonly string[]>
  readonly retry?: Partial<RetryPolicy>
  readonly timeouts?: Partial<Timeouts>
  /** For whoever is about to push: a repository that may not be read may then be one that does not exist yet. */
  readonly mayCreate?: boolean
}

/** Registry and records over shared connections and tokens. */
export interface RegistryAccess {
  readonly registry: Registry
  readonly records: RecordStore
  readonly copier: Copier
  /** Ends all connections, so that the process can exit at once. */
  close(): void
}

/** Makes the registry client. Nothing is sent, and no credentials are read, until something is asked. */
export function createRegistry(options: RegistryOptions): RegistryAccess {
  const { credentials, clock } = options
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
  const redactor = new Redactor((secret) => options.log.mask(secret))
  const log = discreetLog(options.log, redactor)
  const transport = createTransport({ ...options, ...timeouts, hide: (secret) => redactor.hide(secret) })
  const sessions = new Sessions({
    transport,
    credentials,
    tokenHosts: options.tokenHosts,
    redactor,
    warnings: new Warnings(redactor, (text) => log.warning(text)),
    clock,
    retry: { ...DEFAULT_RETRY, ...options.retry },
    timeouts,
    mayCreate: options.mayCreate ?? false,
    insecure: options.insecure ?? [],
  })
  const registry = new RegistryClient(sessions)
  const records = new Records({ registry, sessions, clock, log })
  const copier = new Copies({ registry, sessions, clock, log })
  return {
    registry: discreet<Registry>(registry, redactor),
    records: discreet<RecordStore>(records, redactor),
    copier: discreet<Copier>(copier, redactor),
    close: () => transport.close(),
  }
}
