import { messageOf } from '../domain/error.ts'
import type { Log } from '../platform/log.ts'

/** What to keep between builds of different commits. */
export interface CacheRequest {
  readonly paths: readonly string[]
  readonly key: string
  readonly restoreKeys: readonly string[]
}

/** The workflow cache. It only saves time: every failure is a warning and the build goes on. */
export interface Cache {
  /** Restores; true when the exact key was found, so that there is nothing to save afterwards. */
  restore(request: CacheRequest): Promise<boolean>
  save(request: CacheRequest): Promise<void>
}

/** The cache through the toolkit's client, loaded only when it is used. */
export function createCache(log: Log): Cache {
  return {
    restore: async ({ paths, key, restoreKeys }) => {
      try {
        const cache = await import('@actions/cache')
        const found = await cache.restoreCache([...paths], key, [...restoreKeys])
        log.info(found === undefined ? `Cache: nothing found for ${key}` : `Cache: restored ${found}`)
        // The service matches keys by prefix, so only equality is a hit.
        return found === key
      } catch (error) {
        log.warning(`The cache could not be restored: ${messageOf(error)}`)
        return false
      }
    },
    save: async ({ paths, key }) => {
      try {
        const cache = await import('@actions/cache')
        const id = await cache.saveCache([...paths], key)
        // The client reports a lost reservation and an outage alike as -1, never as an error.
        log.info(
          id === -1
            ? `Cache: ${key} was not saved (it exists already, or the service refused)`
            : `Cache: saved ${key}`,
        )
      } catch (error) {
        log.warning(`The cache could not be saved: ${messageOf(error)}`)
      }
    },
  }
}
