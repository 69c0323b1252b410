import type { Json } from '../description/extract.ts'

/** An answer of the API. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Undefined for an answer without a body. */
  readonly body?: Json
}

/** One entry of a 422 answer's `errors`. */
export interface FieldError {
  readonly resource: string
  readonly code: string
  readonly field?: string
  readonly message?: string
}

const DOCUMENTATION = 'https://docs.github.com/rest'

/** A request that GitHub refuses; it becomes GitHub's error body. */
export class Refusal extends Error {
  readonly status: number
  readonly extra: Readonly<Record<string, Json>>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    extra: Readonly<Record<string, Json>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.extra = extra
    this.headers = headers
  }
}

/** The same answer for what does not exist and for what the caller may not know of. */
export function notFound(message = 'Not Found'): Refusal {
  return new Refusal(404, message)
}

/** A 422 with one sentence. */
export function unprocessable(message: string): Refusal {
  return new Refusal(422, message)
}

/** A 422 that names fields. */
export function validationFailed(...errors: readonly FieldError[]): Refusal {
  return new Refusal(422, 'Validation Failed', { errors: errors.map((error) => ({ ...error })) })
}

/** The answer for a refusal. */
export function answerRefusal({ status, message, extra, headers }: Refusal): Answer {
  const body = { message, documentation_url: DOCUMENTATION, status: String(status), ...extra }
  return { status, headers, body }
}

/** An answer for something that was made: its address goes into `Location`. */
export function created(body: Readonly<Record<string, Json>>): Answer {
  const { url } = body
  return { status: 201, headers: typeof url === 'string' ? { Location: url } : {}, body }
}

/** An ordinary answer. */
export function ok(body: Json, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers, body }
}
