import type { Answer } from '../http/answer.ts'
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
  /** Undefined when the request has no body, or none that can be read. */
  readonly body: Json | undefined
  readonly headers: Readonly<Record<string, string | undefined>>
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
  return schemas
    .undescribedInBody(id, body)
    .map((path) => ({ where: `body${path}`, message: 'is not described', effect: 'ignored' }))
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

const JSON_TYPES = /^application\/(?:json|vnd\.github(?:\.(?:v3|[\w-]+-preview))?\+json)$/u

/** Names of the media types in a header, without what follows them. */
function mediaTypes(text: string): readonly string[] {
  return text.split(',').map((type) => (type.split(';')[0] ?? '').trim().toLowerCase())
}

/** Bodies are sent and answered as JSON here; GitHub has other forms of many answers. */
function checkForms({ body, headers }: RequestParts): readonly Problem[] {
  const problems: Problem[] = []
  const type = headers['content-type'] ?? ''
  if (body !== undefined && !mediaTypes(type).every((one) => JSON_TYPES.test(one))) {
    problems.push({ where: 'headers.content-type', message: `"${type}" is not JSON`, effect: 'ignored' })
  }
  const accept = headers['accept'] ?? '*/*'
  if (!mediaTypes(accept).some((one) => ['*/*', 'application/*'].includes(one) || JSON_TYPES.test(one))) {
    problems.push({ where: 'headers.accept', message: `"${accept}" is not served`, effect: 'ignored' })
  }
  return problems
}

/** Everything that is wrong with a request, judged by the description alone. */
export function checkRequest(schemas: Schemas, id: string, parts: RequestParts): readonly Problem[] {
  return [
    ...checkForms(parts),
    ...checkPath(schemas, id, parts),
    ...checkQuery(schemas, id, parts),
    ...checkBody(schemas, id, parts),
  ]
}

/** Statuses that any operation can answer, whether its description lists them or not. */
const GENERAL = new Set([400, 401, 403, 404, 413, 415, 429, 500, 502, 503])

type AnswerProblem = Omit<Problem, 'effect'>

/** Every error is an object that says in a sentence what is wrong. */
function checkError(schemas: Schemas, body: Json | undefined): readonly AnswerProblem[] {
  if (!isObject(body) || typeof body['message'] !== 'string') {
    return [{ where: 'body', message: 'must be an error with a message' }]
  }
  return schemas.component('basic-error', body).map((message) => ({ where: 'body', message }))
}

const LINK = /^<https?:\/\/[^<>\s]+>; rel="(?:prev|next|last|first)"$/u

/** A described `Location` is there, and a `Link` has the form every client expects. */
function checkAnswerHeaders(schemas: Schemas, id: string, answer: Answer): readonly AnswerProblem[] {
  const { Location: location, Link: links } = answer.headers ?? {}
  const isDescribed = schemas.operation(id)?.headers[answer.status]?.includes('Location') === true
  const problems: AnswerProblem[] = []
  if (location === undefined ? isDescribed : !URL.canParse(location)) {
    problems.push({ where: 'headers.location', message: 'must be an address' })
  }
  if (links?.split(', ').every((link) => LINK.test(link)) === false) {
    problems.push({ where: 'headers.link', message: 'must be a list of pages' })
  }
  return problems
}

function checkAnswerBody(schemas: Schemas, id: string, { status, body }: Answer): readonly AnswerProblem[] {
  const complaints = schemas.answer(id, status, body)
  if (complaints === undefined && !GENERAL.has(status)) {
    return [{ where: 'status', message: `${status} is not described` }]
  }
  const wrong = (complaints ?? []).map((message) => ({ where: 'body', message }))
  // GitHub adds to its errors what it likes.
  if (status >= 400) return [...checkError(schemas, body), ...wrong]
  const strange = body === undefined ? [] : schemas.undescribedInAnswer(id, status, body)
  return [...wrong, ...strange.map((path) => ({ where: `body${path}`, message: 'is not described' }))]
}

/** Everything that is wrong with an answer. */
export function checkAnswer(schemas: Schemas, id: string, answer: Answer): readonly AnswerProblem[] {
  return [...checkAnswerBody(schemas, id, answer), ...checkAnswerHeaders(schemas, id, answer)]
}
