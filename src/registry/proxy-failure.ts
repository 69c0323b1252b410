import { NetworkError, networkError } from './network-error.ts'
import type { Proxy } from './proxy.ts'

/** The failure for a proxy that cannot be reached. */
export function unreachable(proxy: Proxy, error: unknown): NetworkError {
  const found = networkError(error)
  return new NetworkError(
    found.code,
    error === found ? found.message : `${proxy.name} cannot be used: ${found.message}`,
    found.isTransient,
    {
      cause: error,
      isFault: found.isFault,
      hint: found.hint ?? 'Check the proxy, or name the registry in NO_PROXY.',
    },
  )
}

/** The failure for a proxy that answered by itself. */
export function refusedBy(proxy: Proxy, status: number): NetworkError {
  const hint =
    status === 407
      ? 'Put a user name and password that the proxy accepts into the variable (http://user:password@host:port).'
      : 'Check that the proxy allows this host, or name the registry in NO_PROXY.'
  const isTransient = [408, 429, 500, 502, 503, 504].includes(status)
  return new NetworkError(`PROXY_${status}`, `${proxy.name} answered ${status}`, isTransient, {
    isFault: !isTransient,
    hint,
  })
}
