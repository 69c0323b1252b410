import { z } from 'zod'

/** Twirp error codes this service answers, with their HTTP status (twirp specification v7). */
const STATUS = {
  bad_route: 404,
  malformed: 400,
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  failed_precondition: 412,
  internal: 500,
} as const

/** A Twirp error code. */
export type TwirpCode = keyof typeof STATUS

/** A refusal in Twirp's form: `{code, msg}` with the status of the code. */
export class TwirpError extends Error {
  readonly code: TwirpCode

  constructor(code: TwirpCode, message: string) {
    super(message)
    this.name = 'TwirpError'
    this.code = code
  }

  get status(): number {
    return STATUS[this.code]
  }
}

/** Decodes a message; an unknown field is refused, so that a client's new field is noticed here first. */
export function decodeMessage<T extends z.ZodType>(schema: T, message: unknown): z.infer<T> {
  const parsed = schema.safeParse(message)
  if (!parsed.success) throw new TwirpError('malformed', z.prettifyError(parsed.error))
  return parsed.data
}

/** int64 travels as a decimal string in protobuf's JSON form. */
export const Int64 = z.string().regex(/^\d{1,19}$/, 'expected an int64 as a decimal string')

/** The methods of one Twirp service by name: a JSON message in, a JSON message out. */
export type TwirpMethods<Caller> = ReadonlyMap<
  string,
  (caller: Caller, message: unknown) => object | Promise<object>
>
