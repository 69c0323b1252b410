/** Something the description of the API does not allow. */
export interface Violation {
  /** GitHub's name of the operation; undefined for a route that is not served. */
  readonly operation: string | undefined
  readonly side: 'request' | 'answer'
  /** Method and path, as sent. */
  readonly request: string
  /** The part that is wrong, such as `query.per_page`, `body.state` or `status`. */
  readonly where: string
  readonly message: string
}

/** One line for people. */
export function describeViolation({ request, side, where, message }: Violation): string {
  return `${request}: ${side} ${where} ${message}`
}
