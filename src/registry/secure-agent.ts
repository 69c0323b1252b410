import { Agent, type AgentOptions } from 'node:https'
import { certificateFolders, secureContextFor, type Trust } from './certificates.ts'
import type { Proxy } from './proxy.ts'
import { TunnelAgent } from './tunnel.ts'

/** What connections with TLS, to a host or to the proxy before it, are made for. */
export interface SecureWay {
  readonly url: URL
  readonly proxy: Proxy | undefined
  readonly connection: AgentOptions
  readonly trust: Trust
  /** Folders of certificates; by default those of docker and podman. */
  readonly certificates: readonly string[] | undefined
  readonly environment: NodeJS.ProcessEnv
  readonly connectMs: number
}

/** Makes the connections that need TLS: to a host, through a tunnel, or to a proxy that forwards plain http. */
export async function secureAgent(way: SecureWay): Promise<Agent> {
  const { url, proxy, connection, trust, environment, connectMs } = way
  if (url.protocol === 'http:') return new Agent({ ...connection, rejectUnauthorized: true })
  const folders = way.certificates ?? certificateFolders(environment)
  const secureContext = await secureContextFor(url, folders, trust)
  // Said explicitly, because NODE_TLS_REJECT_UNAUTHORIZED and NODE_OPTIONS change the defaults.
  const strict: AgentOptions = { rejectUnauthorized: true, minVersion: 'TLSv1.2' }
  const secure = { ...connection, ...strict, ...(secureContext === undefined ? {} : { secureContext }) }
  return proxy === undefined ? new Agent(secure) : new TunnelAgent(proxy, url, secure, connectMs)
}
