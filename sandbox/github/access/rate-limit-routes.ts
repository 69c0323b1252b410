import { notFound, ok } from '../http/answer.ts'
import type { Handler } from '../http/exchange.ts'

/** Shows how many requests are left. An enterprise server has no limits unless its owner sets some. */
export const getRateLimit: Handler = (world, { caller }) => {
  if (world.product === 'ghes') throw notFound('Rate limiting is not enabled.')
  const core = world.limits.describe(caller)
  const other = { limit: 30, used: 0, remaining: 30, reset: core['reset'] ?? 0 }
  return ok({ resources: { core, search: other, graphql: other }, rate: core })
}
