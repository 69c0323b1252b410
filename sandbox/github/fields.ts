import type { Json, JsonObject } from './description/extract.ts'

// The description has been checked before a handler runs: a member is of its type or it is not there.

/** A text member, if it is there. */
export function textOf(body: JsonObject, name: string): string | undefined {
  const value = body[name]
  return typeof value === 'string' ? value : undefined
}

/** A text member the description requires. */
export function requiredText(body: JsonObject, name: string): string {
  const value = textOf(body, name)
  if (value === undefined) throw new Error(`the description should have required ${name}`)
  return value
}

/** A boolean member, if it is there. */
export function flagOf(body: JsonObject, name: string): boolean | undefined {
  const value = body[name]
  return typeof value === 'boolean' ? value : undefined
}

/** A list of texts, if it is there. */
export function textsOf(body: JsonObject, name: string): readonly string[] | undefined {
  const value = body[name]
  if (!Array.isArray(value)) return undefined
  return value.filter((one: Json): one is string => typeof one === 'string')
}

/** GitHub's times have no fractions of a second. */
export function timeText(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

/** An opaque id in the form of GitHub's GraphQL ids. */
export function nodeId(type: string, id: number | string): string {
  return Buffer.from(`${type}:${id}`).toString('base64')
}
