import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { RuntimeIdentity } from './model.ts'
import { TwirpError } from './twirp.ts'

/** The caller of a Twirp method, as its token names it. */
export interface Caller {
  readonly identity: Required<RuntimeIdentity>
  readonly runBackendId: string
  readonly jobBackendId: string
}

/** Issues runtime tokens and checks them. */
export interface TokenIssuer {
  issue(identity: RuntimeIdentity): string
  /** The caller of an `Authorization` header; 401 unless this issuer signed the token. */
  authenticate(authorization: string | undefined): Caller
}

/** A UUID-shaped id that is stable for its parts: the service names runs and jobs by such ids. */
function backendId(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}

/** The backend id of a workflow run: every attempt is a plan of its own. */
export function runBackendId(workflowRunId: string, attempt: number): string {
  return backendId('run', workflowRunId, attempt)
}

function identify(identity: Required<RuntimeIdentity>): Caller {
  const { workflowRunId, attempt, jobId } = identity
  return {
    identity,
    runBackendId: runBackendId(workflowRunId, attempt),
    jobBackendId: backendId('job', workflowRunId, attempt, jobId),
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function checkIdentity({ workflowRunId, attempt, jobId }: RuntimeIdentity): void {
  if (!/^\d+$/.test(workflowRunId))
    throw new Error(`workflowRunId: expected a number, got '${workflowRunId}'`)
  if (!Number.isInteger(attempt) || attempt < 1)
    throw new Error(`attempt: expected 1 or more, got ${attempt}`)
  if (jobId === '') throw new Error('jobId: expected a name')
}

/** Makes an issuer with a key of its own: a token of another service instance is refused. */
export function createTokenIssuer(): TokenIssuer {
  const key = randomBytes(32)
  // The signed claims alone would do; the map keeps the parsed form, so that nothing decodes claims twice.
  const callers = new Map<string, Caller>()
  const sign = (text: string): Buffer => createHmac('sha256', key).update(text).digest()

  return {
    issue(identity) {
      checkIdentity(identity)
      const caller = identify({ rerun: 'all-jobs', ...identity })
      // The clients read nothing but this claim; the other scope is there because GitHub's has several.
      const scp = `Actions.GenericRead:${backendId('read')} Actions.Results:${caller.runBackendId}:${caller.jobBackendId}`
      const claims = { iss: 'sandbox', scp, jti: randomBytes(8).toString('hex') }
      const text = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(claims)}`
      const token = `${text}.${sign(text).toString('base64url')}`
      callers.set(text, caller)
      return token
    },
    authenticate(authorization) {
      const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? ''
      const end = token.lastIndexOf('.')
      const text = token.slice(0, Math.max(end, 0))
      const signature = Buffer.from(token.slice(end + 1), 'base64url')
      const expected = sign(text)
      const caller = callers.get(text)
      if (
        caller === undefined ||
        signature.length !== expected.length ||
        !timingSafeEqual(signature, expected)
      ) {
        throw new TwirpError('unauthenticated', 'invalid or missing runtime token')
      }
      return caller
    },
  }
}
