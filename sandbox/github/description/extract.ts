/** A JSON value that can be looked into. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: Json
}

/** One parameter of a request's path or query. */
export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  /** The value may contain slashes that are not percent-encoded. */
  readonly multiSegment: boolean
  readonly schema: Json
}

/** What the description says of one operation; a `null` schema means that no JSON body is described. */
export interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: Json
  readonly responses: Readonly<Record<string, Json>>
  /** The headers of answers, by status. */
  readonly headers: Readonly<Record<string, readonly string[]>>
}

/** The part of an API description that checks need: some operations, and every schema these refer to. */
export interface Extract {
  readonly source: string
  readonly operations: Readonly<Record<string, Operation>>
  readonly schemas: Readonly<Record<string, Json>>
}

const SCHEMA_REF = '#/components/schemas/'
const METHODS = ['get', 'post', 'put', 'patch', 'delete']
/** Annotations that no check depends on. They are nine tenths of the description. */
const PROSE = new Set([
  'title',
  'description',
  'example',
  'examples',
  'externalDocs',
  'deprecated',
  'default',
])
/** Keywords whose members are names of the API, and so may be called like an annotation. */
const NAMED = new Set(['properties', 'patternProperties'])

/** Whether a JSON value is an object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objectAt(value: Json | undefined, name: string): JsonObject {
  const member = isObject(value) ? value[name] : undefined
  return isObject(member) ? member : {}
}

function textAt(value: JsonObject, name: string): string {
  const member = value[name]
  if (typeof member !== 'string') throw new Error(`expected a text as ${name}`)
  return member
}

function resolve(document: JsonObject, value: Json): JsonObject {
  if (!isObject(value)) throw new Error(`expected an object, got ${JSON.stringify(value)}`)
  const ref = value['$ref']
  if (typeof ref !== 'string') return value
  let target: Json | undefined = document
  for (const name of ref.slice('#/'.length).split('/')) target = isObject(target) ? target[name] : undefined
  if (target === undefined) throw new Error(`the description has no ${ref}`)
  return resolve(document, target)
}

function stripProse(value: Json): Json {
  if (Array.isArray(value)) return value.map(stripProse)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([name]) => !PROSE.has(name) && !name.startsWith('x-'))
  return Object.fromEntries(
    kept.map(([name, member]): [string, Json] => [
      name,
      NAMED.has(name) && isObject(member)
        ? Object.fromEntries(Object.entries(member).map(([key, schema]) => [key, stripProse(schema)]))
        : stripProse(member),
    ]),
  )
}

function jsonSchemaOf(container: JsonObject): Json {
  const schema = objectAt(objectAt(container, 'content'), 'application/json')['schema']
  return schema === undefined ? null : stripProse(schema)
}

function readParameter(document: JsonObject, value: Json): Parameter {
  const parameter = resolve(document, value)
  return {
    name: textAt(parameter, 'name'),
    in: textAt(parameter, 'in'),
    required: parameter['required'] === true,
    multiSegment: parameter['x-multi-segment'] === true,
    schema: stripProse(parameter['schema'] ?? {}),
  }
}

function readOperation(document: JsonObject, method: string, path: string, operation: JsonObject): Operation {
  const parameters = operation['parameters']
  const hasBody = isObject(operation['requestBody'])
  const body = hasBody ? resolve(document, operation['requestBody'] ?? null) : {}
  const responses = Object.entries(objectAt(operation, 'responses')).map(
    ([status, response]): [string, JsonObject] => [status, resolve(document, response)],
  )
  return {
    method: method.toUpperCase(),
    path,
    parameters: (Array.isArray(parameters) ? parameters : []).map((one: Json) =>
      readParameter(document, one),
    ),
    body: jsonSchemaOf(body),
    responses: Object.fromEntries(responses.map(([status, one]) => [status, jsonSchemaOf(one)])),
    headers: Object.fromEntries(
      responses
        .map(([status, one]): [string, readonly string[]] => [status, Object.keys(objectAt(one, 'headers'))])
        .filter(([, names]) => names.length > 0),
    ),
  }
}

function refsIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(refsIn)
  if (!isObject(value)) return []
  const ref = value['$ref']
  const own = typeof ref === 'string' && ref.startsWith(SCHEMA_REF) ? [ref.slice(SCHEMA_REF.length)] : []
  return [...own, ...Object.values(value).flatMap(refsIn)]
}

function collectSchemas(document: JsonObject, names: readonly string[]): Record<string, Json> {
  const all = objectAt(objectAt(document, 'components'), 'schemas')
  const found: Record<string, Json> = {}
  const wanted = [...names]
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (name in found) continue
    const schema = all[name]
    if (schema === undefined) throw new Error(`the description has no schema ${name}`)
    const stripped = stripProse(schema)
    found[name] = stripped
    wanted.push(...refsIn(stripped))
  }
  return Object.fromEntries(Object.entries(found).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Cuts the named operations out of a description; operations it does not have are left out. */
export function extractOperations(document: JsonObject, source: string, ids: readonly string[]): Extract {
  const operations: Record<string, Operation> = {}
  for (const [path, methods] of Object.entries(objectAt(document, 'paths'))) {
    for (const method of METHODS) {
      const operation = objectAt(methods, method)
      const id = operation['operationId']
      if (typeof id === 'string' && ids.includes(id)) {
        operations[id] = readOperation(document, method, path, operation)
      }
    }
  }
  const refs = refsIn(JSON.parse(JSON.stringify(operations)))
  return { source, operations, schemas: collectSchemas(document, [...refs, 'basic-error']) }
}
