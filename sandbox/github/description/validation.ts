import type { Json, Parameter } from './extract.ts'
import { isObject } from './extract.ts'
import type { Schemas } from './schemas.ts'

/** One fault of a request, and what GitHub does about it. */
export interface Problem {
  readonly where: string
  readonly message: string
  /** GitHub cuts, ignores or replaces many values in silence; a sandbox that did so would hide mistakes. */
  readonly effect: 'ignored' | 'not found' | 'unprocessable'
}

/** The parts of a request that a description speaks of. */
export interface RequestParts {
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Undefined when the request has no body. */
  readonly body: Json | undefined
}

const MAX_PER_PAGE = 100
/** Not described, and yet served: this list can be read in pages. */
const UNDESCRIBED: Readonly<Record<string, readonly string[]>> = {
  'git/list-matching-refs': ['per_page', 'page'],
}
/** Said in prose, not in the schema, and GitHub's answer to it is a 422. */
const LIMITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'repos/create-deployment': { environment: 255 },
  'repos/create-deployment-status': { description: 140, environment: 255 },
  'repos/create-commit-status': { description: 140 },
}

/** Values of a path or query are texts; the schema says what they stand for. */
function readValue({ schema }: Parameter, text: string): Json {
  const type = isObject(schema) ? schema['type'] : undefined
  if (type === 'integer' && /^-?\d+$/u.test(text)) return Number(text)
  if (type === 'boolean' && /^(?:true|false)$/u.test(text)) return text === 'true'
  return text
}

function checkPath(schemas: Schemas, id: string, parts: RequestParts): readonly Problem[] {
  const described = schemas.operation(id)?.parameters.filter((one) => one.in === 'path') ?? []
  return described.flatMap((parameter) => {
    const value = readValue(parameter, parts.parameters[parameter.name] ?? '')
    return schemas.parameter(id, parameter.name, value).map((message): Problem => {
      return { where: `path.${parameter.name}`, message, effect: 'not found' }
    })
  })
}

function checkQuery(schemas: Schemas, id: string, { query }: RequestParts): readonly Problem[] {
  const described = schemas.operation(id)?.parameters.filter((one) => one.in === 'query') ?? []
  const problems: Problem[] = []
  const note = (name: string, message: string): void => {
    problems.push({ where: `query.${name}`, message, effect: 'ignored' })
  }
  for (const [name, text] of query) {
    const parameter = described.find((one) => one.name === name)
    if (query.getAll(name).length > 1) note(name, 'is given more than once')
    if (parameter === undefined) {
      if (UNDESCRIBED[id]?.includes(name) !== true) note(name, 'is not a parameter of this operation')
      continue
    }
    for (const message of schemas.parameter(id, name, readValue(parameter, text))) note(name, message)
    if (name === 'per_page' && Number(text) > MAX_PER_PAGE) note(name, `is more than ${MAX_PER_PAGE}`)
    if (['per_page', 'page'].includes(name) && Number(text) < 1) note(name, 'is less than 1')
  }
  return problems
}

function checkUnknownMembers(schemas: Schemas, id: string, body: Json): readonly Problem[] {
  const schema = schemas.operation(id)?.body
  const known = isObject(schema) ? schema['properties'] : undefined
  if (!isObject(body) || !isObject(known)) return []
  return Object.keys(body)
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => ({ where: `body.${name}`, message: 'is not described', effect: 'ignored' }))
}

function checkLimits(id: string, body: Json): readonly Problem[] {
  return Object.entries(LIMITS[id] ?? {}).flatMap(([name, limit]): Problem[] => {
    const text = isObject(body) ? body[name] : undefined
    if (typeof text !== 'string' || Array.from(text).length <= limit) return []
    const message = `is too long (maximum is ${limit} characters)`
    return [{ where: `body.${name}`, message, effect: 'unprocessable' }]
  })
}

function checkBody(schemas: Schemas, id: string, { body }: RequestParts): readonly Problem[] {
  const operation = schemas.operation(id)
  if (operation?.body === null) {
    if (body === undefined) return []
    return [{ where: 'body', message: 'is not part of this operation', effect: 'ignored' }]
  }
  const value = body ?? {}
  const wrong = schemas.body(id, value).map((message): Problem => {
    return { where: 'body', message, effect: 'unprocessable' }
  })
  return [...wrong, ...checkLimits(id, value), ...checkUnknownMembers(schemas, id, value)]
}

/** Everything that is wrong with a request, judged by the description alone. */
export function checkRequest(schemas: Schemas, id: string, parts: RequestParts): readonly Problem[] {
  return [
    ...checkPath(schemas, id, parts),
    ...checkQuery(schemas, id, parts),
    ...checkBody(schemas, id, parts),
  ]
}

/** Statuses that any operation can answer, whether its description lists them or not. */
const GENERAL = new Set([400, 401, 403, 404, 413, 415, 429, 500, 502, 503])

/** Everything that is wrong with an answer. */
export function checkAnswer(
  schemas: Schemas,
  id: string,
  status: number,
  body: Json | undefined,
): readonly Omit<Problem, 'effect'>[] {
  const complaints = schemas.answer(id, status, body ?? null)
  if (complaints !== undefined) return complaints.map((message) => ({ where: 'body', message }))
  if (!GENERAL.has(status)) return [{ where: 'status', message: `${status} is not described` }]
  return schemas.component('basic-error', body ?? null).map((message) => ({ where: 'body', message }))
}
