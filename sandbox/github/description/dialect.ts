import type { Json, JsonObject } from './extract.ts'
import { isObject } from './extract.ts'

/** The one schema document everything is compiled from. */
export const ROOT = 'urn:sandbox:github'

/**
 * Formats as GitHub means them. Its own examples have empty and relative texts where `uri` is written, and the
 * addresses of its bots have brackets, which RFC 5322 forbids.
 */
const FORMATS: Readonly<Record<string, string>> = {
  uri: 'uri-reference',
  email: 'github-email',
  int64: 'int64',
  'date-time': 'date-time',
}

/** Keywords whose value is a list of schemas. */
const COMBINERS = ['allOf', 'anyOf']
/** Keywords that mean the same in both dialects. */
const SHARED = [
  ...['type', 'enum', 'required', 'pattern', 'minLength', 'maxLength'],
  ...['minItems', 'maxItems', 'uniqueItems', 'maxProperties', 'minimum', 'maximum'],
]

function mapMembers(schemas: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, convertSchema(schema)]))
}

function convertKeyword(name: string, value: Json): JsonObject {
  if (SHARED.includes(name)) return { [name]: value }
  if (COMBINERS.includes(name) && Array.isArray(value)) return { [name]: value.map(convertSchema) }
  // The branches are rarely exclusive: every text of an error body fits both kinds of a 422.
  if (name === 'oneOf' && Array.isArray(value)) return { anyOf: value.map(convertSchema) }
  if (name === 'properties' && isObject(value)) return { properties: mapMembers(value) }
  if (name === 'items') return { items: convertSchema(value) }
  if (name === 'additionalProperties') {
    return { additionalProperties: typeof value === 'boolean' ? value : convertSchema(value) }
  }
  if (name === 'format') {
    const format = typeof value === 'string' ? FORMATS[value] : undefined
    if (format === undefined)
      throw new Error(`the description uses an unknown format: ${JSON.stringify(value)}`)
    return { format }
  }
  // `nullable` is handled for the schema as a whole; a discriminator only helps to choose a branch.
  if (name === 'nullable' || name === 'discriminator') return {}
  throw new Error(`the description uses an unknown keyword: ${name}`)
}

/**
 * Turns an OpenAPI 3.0 schema into JSON Schema: `nullable` becomes a type, what stands beside `$ref` is
 * ignored (OpenAPI 3.0.3, "Reference Object"), and a keyword nobody handles is an error.
 */
export function convertSchema(schema: Json): Json {
  if (!isObject(schema)) throw new Error(`expected a schema, got ${JSON.stringify(schema)}`)
  const ref = schema['$ref']
  if (typeof ref === 'string') return { $ref: `${ROOT}${ref}` }
  const converted: JsonObject = Object.assign(
    {},
    ...Object.entries(schema).map(([name, value]) => convertKeyword(name, value)),
  )
  if (schema['nullable'] !== true) return converted
  return { anyOf: [{ type: 'null' }, converted] }
}
