import type { RegistryOperation } from './options.ts'

/** What a request target names, before anything is checked. */
export interface Target {
  readonly path: string
  readonly query: URLSearchParams
  readonly operation: RegistryOperation
  readonly repository?: string
  readonly reference?: string
}

type Route = Omit<Target, 'path' | 'query'>

const UNKNOWN: Route = { operation: 'unknown' }

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

/**
 * Repository names may contain any of the keywords (`blobs`, `tags`, …), so a path is read from its end.
 * The segments are never normalised: `..` is a bad name here, not a way to another repository.
 */
function routeRepository(segments: readonly string[]): Route {
  const last = segments.at(-1) ?? ''
  const keyword = segments.at(-2) ?? ''
  const name = segments.slice(0, -2).join('/')
  if (keyword === 'uploads' && segments.at(-3) === 'blobs') {
    const repository = segments.slice(0, -3).join('/')
    return last === ''
      ? { operation: 'upload', repository }
      : { operation: 'upload', repository, reference: last }
  }
  switch (keyword) {
    case 'manifests':
      return { operation: 'manifest', repository: name, reference: last }
    case 'blobs':
      return { operation: 'blob', repository: name, reference: last }
    case 'referrers':
      return { operation: 'referrers', repository: name, reference: last }
    case 'tags':
      return last === 'list' ? { operation: 'tags', repository: name } : UNKNOWN
    default:
      return UNKNOWN
  }
}

function routePath(path: string): Route {
  if (path === '/v2/') return { operation: 'ping' }
  if (path === '/token') return { operation: 'token' }
  if (path === '/v2/_catalog') return { operation: 'catalog' }
  if (!path.startsWith('/v2/')) return UNKNOWN
  const segments = path.slice('/v2/'.length).split('/').map(decodeSegment)
  // An encoded slash would let two spellings of a path name different things.
  if (!segments.every((segment) => segment !== undefined && !segment.includes('/'))) return UNKNOWN
  return routeRepository(segments.filter((segment) => segment !== undefined))
}

/** Reads a request target (RFC 9112 origin form) without resolving or cleaning the path. */
export function parseTarget(url: string): Target {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
  return { path, query, ...routePath(path) }
}
