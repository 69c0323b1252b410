import { Agent } from 'node:http'
import { bareHost, mayName, type Network } from './address.ts'
import type { Trust } from './certificates.ts'
import { guardedLookup, type Names, refusedAddress } from './lookup.ts'
import { type Proxy, proxyFor } from './proxy.ts'
import { refuseUnsolicited } from './unsolicited.ts'

/** How a request gets to its host. */
export interface Route {
  readonly agent: Agent
  /** The proxy on the way, if there is one. */
  readonly proxy: Proxy | undefined
  /** True when the proxy itself is asked for the whole address (plain http). */
  readonly isForwarded: boolean
}

/** What a route must be like. */
export interface Way {
  readonly url: URL
  /** True for a connection that may have served others before. */
  readonly isShared: boolean
  /** The network of the registry that named the address; undefined for an address the user named. */
  readonly namedFrom: Network | undefined
  readonly trust: Trust
}

export interface RouteOptions {
  readonly environment: NodeJS.ProcessEnv
  readonly connectMs: number
  readonly names: Names
  /** Where the certificates of registries are; by default where docker and podman look. */
  readonly certificates?: readonly string[]
  /** Is given every secret of a proxy. */
  hide(secret: string): void
}

/** Finds ways to hosts: proxies, certificates and what names may mean; connections of one kind are shared. */
export interface Routes {
  find(way: Way): Promise<Route>
  /** Ends all connections. */
  close(): void
}

// A connection over half the world takes longer than the 250 ms Node.js gives an address before it tries the next.
const NEXT_ADDRESS_MS = 1_000

export function createRoutes(options: RouteOptions): Routes {
  const { environment, names } = options
  const agents = new Map<string, Promise<Agent>>()
  const live: Agent[] = []

  const create = async (way: Way, proxy: Proxy | undefined): Promise<Agent> => {
    const agent = refuseUnsolicited(await agentFor(way, proxy))
    live.push(agent)
    return agent
  }

  const agentFor = async (way: Way, proxy: Proxy | undefined): Promise<Agent> => {
    const { url, isShared, namedFrom, trust } = way
    const lookup = namedFrom === undefined ? names.lookup : guardedLookup(names, namedFrom)
    // The proxy is the user's own choice, wherever it is; it looks up the names it is asked for.
    const reach = proxy === undefined ? { lookup } : {}
    const connection = { keepAlive: isShared, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS, ...reach }
    if (url.protocol === 'http:' && proxy?.url.protocol !== 'https:') return new Agent(connection)
    // Loading TLS starts to read all root certificates, so it is left to whoever speaks it.
    const { secureAgent } = await import('./secure-agent.ts')
    const { certificates, connectMs } = options
    return await secureAgent({ url, proxy, connection, trust, certificates, environment, connectMs })
  }

  return {
    async find(way) {
      const { url, isShared, namedFrom, trust } = way
      const proxy = proxyFor(url, environment, (secret) => options.hide(secret))
      if (proxy === undefined && namedFrom !== undefined) assertNameable(url, names, namedFrom)
      const kind = proxy === undefined ? (namedFrom ?? 'own') : 'proxied'
      const key = `${url.origin} ${isShared} ${kind} ${trust}`
      const opening = agents.get(key) ?? create(way, proxy)
      agents.set(key, opening)
      const agent = await opening
      return { agent, proxy, isForwarded: proxy !== undefined && url.protocol === 'http:' }
    },
    close() {
      for (const agent of live) agent.destroy()
    },
  }
}

/** Literal addresses are never looked up, so they are judged here. */
function assertNameable(url: URL, names: Names, from: Network): void {
  const host = bareHost(url.hostname)
  const network = names.networkOf(host)
  if (!mayName(from, network)) throw refusedAddress(host, network)
}
