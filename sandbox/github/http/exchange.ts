import type { Answer } from './answer.ts'
import type { JsonObject } from '../description/extract.ts'
import type { OperationId } from '../operations.ts'
import type { Caller } from '../access/tokens.ts'
import type { World } from '../world.ts'

/** A request that was understood, may be made, and has the form the description demands. */
export interface Exchange {
  readonly operation: OperationId
  /** Decoded parts of the path. */
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: JsonObject
  readonly caller: Caller
  /** The address that `Link` headers lead to, without a query. */
  readonly pageUrl: string
  /** So many of the newest entries a list does not show yet. */
  readonly hidden: number
}

/** Carries out an operation. Nothing in it waits, so each request takes effect at one moment. */
export type Handler = (world: World, exchange: Exchange) => Answer

/** A part of the path. */
export function parameterOf(exchange: Exchange, name: string): string {
  const value = exchange.parameters[name]
  if (value === undefined) throw new Error(`${exchange.operation} has no parameter ${name}`)
  return value
}

/** A numeric part of the path. */
export function idOf(exchange: Exchange, name: string): number {
  return Number(parameterOf(exchange, name))
}
