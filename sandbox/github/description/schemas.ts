import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { convertSchema, ROOT } from './dialect.ts'
import type { Extract, Json, JsonObject, Operation } from './extract.ts'
import { findUndescribed } from './members.ts'
import type { Product } from './read.ts'
import { readDescription } from './read.ts'

/** Compiled schemas of one API description. */
export interface Schemas {
  operation(id: string): Operation | undefined
  /** What is wrong with a request's body; nothing when the description has no schema for it. */
  body(id: string, value: Json): readonly string[]
  parameter(id: string, name: string, value: Json): readonly string[]
  /** What is wrong with an answer's body; undefined when the description does not mention the status. */
  answer(id: string, status: number, value: Json | undefined): readonly string[] | undefined
  /** The members of a body that its schema does not name, as pointers. */
  undescribedInBody(id: string, value: Json): readonly string[]
  undescribedInAnswer(id: string, status: number, value: Json): readonly string[]
  /** What is wrong with a value that should be the named component. */
  component(name: string, value: Json): readonly string[]
}

function convertOperation({ body, parameters, responses }: Operation): JsonObject {
  const answers = Object.entries(responses).filter(([, schema]) => schema !== null)
  return {
    ...(body === null ? {} : { body: convertSchema(body) }),
    parameters: Object.fromEntries(parameters.map(({ name, schema }) => [name, convertSchema(schema)])),
    responses: Object.fromEntries(answers.map(([status, schema]) => [status, convertSchema(schema)])),
  }
}

function rootDocument(extract: Extract): JsonObject {
  const schemas = Object.entries(extract.schemas)
  const operations = Object.entries(extract.operations)
  return {
    $id: ROOT,
    components: { schemas: Object.fromEntries(schemas.map(([name, one]) => [name, convertSchema(one)])) },
    operations: Object.fromEntries(operations.map(([id, one]) => [id, convertOperation(one)])),
  }
}

function pointer(...names: readonly string[]): string {
  return names
    .map((name) => `/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('')
}

function complain(validate: ValidateFunction, value: Json): readonly string[] {
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`.trim())
}

/** Prepares the schemas of a description; each is compiled when it is first needed. */
export function createSchemas(extract: Extract): Schemas {
  const ajv = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false })
  formats.default(ajv)
  ajv.addFormat('github-email', /^[^@\s]+@[^@\s]+$/u)
  // The document is a library of schemas and none itself.
  ajv.addVocabulary(['components', 'operations'])
  ajv.addSchema(rootDocument(extract))
  const find = (path: string): ValidateFunction => {
    const validate = ajv.getSchema(`${ROOT}#${path}`)
    if (validate === undefined) throw new Error(`${extract.source} has no schema at ${path}`)
    return validate
  }
  return {
    operation: (id) => extract.operations[id],
    body(id, value) {
      if ((extract.operations[id]?.body ?? null) === null) return []
      return complain(find(pointer('operations', id, 'body')), value)
    },
    parameter: (id, name, value) => complain(find(pointer('operations', id, 'parameters', name)), value),
    answer(id, status, value) {
      const schema = extract.operations[id]?.responses[status]
      if (schema === undefined) return undefined
      // Errors have bodies that the description does not always mention.
      if (schema === null) return value === undefined || status >= 400 ? [] : ['must not be there']
      return complain(find(pointer('operations', id, 'responses', String(status))), value ?? null)
    },
    undescribedInBody: (id, value) => findUndescribed(extract, [extract.operations[id]?.body ?? null], value),
    undescribedInAnswer: (id, status, value) =>
      findUndescribed(extract, [extract.operations[id]?.responses[status] ?? null], value),
    component: (name, value) => complain(find(pointer('components', 'schemas', name)), value),
  }
}

const prepared = new Map<Product, Schemas>()

/** The schemas of a product, compiled once for all sandboxes of a process. */
export function schemasOf(product: Product): Schemas {
  const known = prepared.get(product)
  if (known !== undefined) return known
  const schemas = createSchemas(readDescription(product))
  prepared.set(product, schemas)
  return schemas
}
