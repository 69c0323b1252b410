import { notFound, Refusal } from '../http/answer.ts'
import type { Product } from '../description/read.ts'
import type { OperationId } from '../operations.ts'
import { authorize } from './permissions.ts'
import type { Received } from '../http/receiving.ts'
import type { Caller } from './tokens.ts'
import type { World } from '../world.ts'

const VERSIONS: Readonly<Record<Product, readonly string[]>> = {
  'github.com': ['2022-11-28', '2026-03-10'],
  ghes: ['2022-11-28'],
}
const DEFAULT_VERSION = '2022-11-28'

/** The version of the API a request asks for; it may be one that is not there. */
export function versionOf({ headers }: Received): string {
  return headers['x-github-api-version'] ?? DEFAULT_VERSION
}

/** Refuses a request whose headers GitHub does not accept. */
export function checkHeaders(product: Product, received: Received): void {
  if ((received.headers['user-agent'] ?? '') === '') {
    const message =
      'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.'
    throw new Refusal(403, message)
  }
  const version = versionOf(received)
  if (!VERSIONS[product].includes(version)) {
    throw new Refusal(400, `Not a supported version: ${version}`)
  }
  const accept = received.headers['accept'] ?? '*/*'
  if (!/\*\/\*|application\/(?:\*|json|vnd\.github)/u.test(accept)) {
    const message = `Unsupported 'Accept' header: '${accept}'. Must accept 'application/json'.`
    throw new Refusal(415, message)
  }
}

/** Refuses a caller that may not know of the repository, or not do what it asks. */
export function admit(
  world: World,
  id: OperationId,
  parameters: Readonly<Record<string, string>>,
  caller: Caller,
): void {
  const { repository } = world
  const { owner, repo } = parameters
  const isOther =
    (owner !== undefined && owner.toLowerCase() !== repository.owner.login.toLowerCase()) ||
    (repo !== undefined && repo.toLowerCase() !== repository.name.toLowerCase())
  if (isOther) throw notFound()
  authorize(id, caller, repository.visibility === 'public' && repo !== undefined)
}
