import type { Extract, Json, JsonObject } from './extract.ts'
import { isObject } from './extract.ts'

const COMBINERS = ['allOf', 'anyOf', 'oneOf']
const SCHEMA_REF = '#/components/schemas/'

/** The schemas that speak of one value: references followed, alternatives and parts side by side. */
function flatten({ schemas }: Extract, roots: readonly Json[]): readonly JsonObject[] {
  const found = new Set<JsonObject>()
  const wanted = [...roots]
  for (let one = wanted.pop(); one !== undefined; one = wanted.pop()) {
    if (!isObject(one) || found.has(one)) continue
    found.add(one)
    const ref = one['$ref']
    if (typeof ref === 'string') wanted.push(schemas[ref.slice(SCHEMA_REF.length)] ?? null)
    for (const name of COMBINERS) {
      const parts = one[name]
      if (Array.isArray(parts)) wanted.push(...parts)
    }
  }
  return [...found]
}

function membersOf(extract: Extract, all: readonly JsonObject[], value: JsonObject): readonly string[] {
  const named = all.map(({ properties }) => properties).filter(isObject)
  const others = all.map(({ additionalProperties }) => additionalProperties ?? false)
  // An object of which no member is named may hold anything.
  const isOpen = named.length === 0 || others.some((other) => other !== false)
  return Object.entries(value).flatMap(([name, member]) => {
    const own = named.filter((one) => Object.hasOwn(one, name)).map((one) => one[name] ?? null)
    if (own.length === 0 && !isOpen) return [`.${name}`]
    const inside = findUndescribed(extract, own.length === 0 ? others : own, member)
    return inside.map((path) => `.${name}${path}`)
  })
}

/** The members of a value that none of its schemas names, such as `.object.kind` and `[0].size`. */
export function findUndescribed(extract: Extract, schemas: readonly Json[], value: Json): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  const all = flatten(extract, schemas)
  if (isObject(value)) return membersOf(extract, all, value)
  const entries: readonly Json[] = value
  const items = all.map((one) => one['items'] ?? null)
  return entries.flatMap((entry, index) =>
    findUndescribed(extract, items, entry).map((path) => `[${index}]${path}`),
  )
}
