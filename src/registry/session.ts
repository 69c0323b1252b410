import { RegistryError, withHint } from '../domain/error.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import type { Clock } from '../platform/clock.ts'
import {
  type Absence,
  type Answer,
  absenceOf,
  describeAnswer,
  failureOf,
  isHtml,
  MAX_ERROR_BODY,
  missesRepository,
} from './answers.ts'
import { Authorizer, type Grant } from './auth.ts'
import { asksForScope } from './challenge.ts'
import type { CredentialSource } from './credentials.ts'
import { Deadline } from './deadline.ts'
import { apiPath, type Endpoint } from './endpoint.ts'
import { KnownRepositories } from './known-repositories.ts'
import { isAnswerable } from './offer.ts'
import { type Repeatable, type RetryPolicy, withRetries } from './retry.ts'
import { MAX_TOKEN_BODY } from './token.ts'
import type { Method, Outgoing, StreamBody } from './transport.ts'
import { type Reading, Wire, type WireOptions } from './wire.ts'

/** Longest times; milliseconds. */
export interface Timeouts {
  /** How long a connection may be silent. */
  readonly idleMs: number
  /** The same after the last byte of a blob: registries bring it to their storage before they answer. */
  readonly commitMs: number
  /** How long it may take to get a connection: name, proxy, TCP and TLS. */
  readonly connectMs: number
  /** A token with all retries; whoever waits for one waits for something else. */
  readonly tokenMs: number
  /** A request with all its retries. */
  readonly totalMs: number
  /** The same where a blob is carried. */
  readonly transferMs: number
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  idleMs: 60_000,
  commitMs: 300_000,
  connectMs: 15_000,
  tokenMs: 60_000,
  totalMs: 180_000,
  transferMs: 3_600_000,
}

/** One request to a registry. */
export interface Call extends Reading {
  readonly method: Method
  readonly url: URL
  readonly grant: Grant
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | StreamBody
  /** Answers that the same request may not meet a moment later, beside those whose status says so. */
  readonly isPassing?: (answer: Answer) => boolean
  /** Sent on a connection of its own: a kept one that turns out closed would mean to send it twice. */
  readonly isSentOnce?: boolean
  /** Ends the call at once, wherever it is, with an error that is not repeated. */
  readonly signal?: AbortSignal | undefined
  /** One attempt only; what fails in transit is thrown as it is, for a caller that repeats more than this request. */
  readonly deadline?: Deadline
}

export interface SessionOptions extends WireOptions {
  readonly credentials: CredentialSource
  /** Token servers on other hosts that may see them; undefined where the user cannot name any. */
  readonly tokenHosts: readonly string[] | undefined
  readonly clock: Clock
  readonly retry: RetryPolicy
  readonly timeouts: Timeouts
  /** True where this process pushes, so that a repository it may not read may be one that it is about to make. */
  readonly mayCreate: boolean
}

/** Authentication, redirects, retries and bounded reading for one registry. */
export class Session {
  readonly known = new KnownRepositories()
  readonly #options: SessionOptions
  readonly #wire: Wire
  readonly #authorizer: Authorizer
  #isRegistry: Promise<boolean> | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    const { endpoint, credentials, tokenHosts, redactor, clock } = options
    this.#wire = new Wire(options)
    const ask = async (outgoing: Outgoing): Promise<Answer> => await this.#askToken(outgoing)
    this.#authorizer = new Authorizer({ endpoint, credentials, tokenHosts, redactor, clock, ask })
  }

  get endpoint(): Endpoint {
    return this.#options.endpoint
  }

  /** The address of something in a repository. Every part comes from a validated type; nothing is encoded. */
  urlOf(repository: Repository, suffix: string): URL {
    return new URL(`${this.endpoint.origin}/v2/${apiPath(repository)}/${suffix}`)
  }

  /** Sends a request, authenticating as the registry asks; the answer is any that is neither 408, 429 nor 5xx. */
  async call(call: Call): Promise<Answer> {
    try {
      const answer = await this.#authorized(call)
      if (this.known.learn(call, answer)) this.#authorizer.forgetTokens()
      return answer
    } catch (error) {
      // A token server that refuses knows nothing of what the user can do.
      const isDenial = error instanceof RegistryError && error.code === 'REGISTRY_DENIED'
      if (!isDenial) throw error
      const { repository } = call.grant
      // 401 is about who asks, whatever is asked for.
      const isIdentity = error.status === 401 && (await this.#authorizer.hasCredentials(repository))
      const hint = isIdentity
        ? await this.#authorizer.hintFor(repository, true)
        : await this.#denialHint(repository)
      throw withHint(error, hint)
    }
  }

  async #authorized(call: Call): Promise<Answer> {
    const { totalMs, transferMs } = this.#options.timeouts
    // One for the whole, however often the registry asks for something else.
    const within = new Deadline(call.streams === true ? transferMs : totalMs)
    const isOwn = this.endpoint.owns(call.url)
    if (!isOwn) return await this.#attempts(call, undefined, within)
    const known = await this.#authorizer.current(call.grant)
    const first = await this.#attempts(call, known, within)
    if (!wantsAuthorization(first, known)) return first
    const asked = await this.#challenged(first, call, within)
    const answered = await this.#authorizer.answer(asked, call.grant, known)
    if (answered === undefined) return first
    const second = await this.#attempts(call, answered, within)
    if (!wantsAuthorization(second, answered)) return second
    // A token just minted is only replaced when the registry says, for the first time, that a wider one would do,
    // or when its time passed during the retries. Then no more.
    const isWidening =
      asksForScope(second.challenges) && !(known !== undefined && asksForScope(first.challenges))
    if (!isWidening && !(await this.#authorizer.isSpent(answered))) return second
    const askedAgain = await this.#challenged(second, call, within)
    const last = await this.#authorizer.answer(askedAgain, call.grant, answered)
    return last === undefined ? second : await this.#attempts(call, last, within)
  }

  /** The error for an answer, with what the user can do about it. */
  async failure(answer: Answer, grant: Grant, why?: string): Promise<RegistryError> {
    return failureOf(answer, why, await this.#hintFor(answer, grant.repository))
  }

  async #hintFor(answer: Answer, repository: Repository): Promise<string | undefined> {
    const isWrite = answer.method !== 'GET' && answer.method !== 'HEAD'
    if (isWrite && missesRepository(answer)) {
      return `The registry makes no repository by itself; create ${formatRepository(repository)} (and its project) first.`
    }
    if (!answer.isOwn || (answer.status !== 401 && answer.status !== 403)) return undefined
    return await this.#denialHint(repository)
  }

  async #denialHint(repository: Repository): Promise<string> {
    const hint = await this.#authorizer.hintFor(repository)
    return this.known.has(repository)
      ? hint
      : `${hint} Registries also answer so when ${formatRepository(repository)} does not exist, or its project.`
  }

  /** True where a repository that is not shown may be made by pushing to it. */
  async mayCreate(repository: Repository): Promise<boolean> {
    return this.#options.mayCreate && (await this.#authorizer.hasCredentials(repository))
  }

  /**
   * True when the registry says that the thing is not there. A 404 without a word is believed only from
   * something that is otherwise known to be a registry.
   */
  async saysAbsent(answer: Answer, grant: Grant): Promise<boolean> {
    const absence: Absence = absenceOf(answer)
    if (absence === 'no') return false
    if ((await this.#authorizer.withheldFrom(grant.repository)) !== undefined) {
      // Registries deny the existence of what somebody without credentials may not see.
      const why = 'but no credentials were shown, so this is no proof'
      const hint = await this.#authorizer.hintFor(grant.repository)
      throw new RegistryError('REGISTRY_DENIED', `${describeAnswer(answer)} · ${why}`, { hint })
    }
    if (absence === 'absent') return true
    return await this.#speaksAsRegistry(grant)
  }

  /** Only a yes is kept: a login page or an outage says nothing about the next time. */
  async #speaksAsRegistry(grant: Grant): Promise<boolean> {
    this.#isRegistry ??= this.#ping(grant)
    const asked = this.#isRegistry
    let isRegistry = false
    try {
      isRegistry = await asked
      return isRegistry
    } finally {
      if (!isRegistry && this.#isRegistry === asked) this.#isRegistry = undefined
    }
  }

  /** Repeats work that is more than one request, under the policy of this registry. */
  async repeat(
    request: Pick<Outgoing, 'method' | 'url'>,
    work: (deadline: Deadline, tries: number) => Promise<Answer>,
  ): Promise<Answer> {
    return await this.#repeat(request, work, new Deadline(this.#options.timeouts.transferMs))
  }

  async #repeat(
    { method, url }: Pick<Outgoing, 'method' | 'url'>,
    work: (deadline: Deadline, tries: number) => Promise<Answer>,
    deadline: Deadline,
    isPassing?: Call['isPassing'],
  ): Promise<Answer> {
    const { retry: policy, clock } = this.#options
    const operation: Repeatable = {
      method,
      url,
      policy,
      clock,
      deadline,
      isPassing: isPassing ?? (() => false),
    }
    return await withRetries(operation, async (tries) => await work(deadline, tries))
  }

  async #askToken(outgoing: Outgoing): Promise<Answer> {
    const { tokenMs, totalMs } = this.#options.timeouts
    const attempt = async (deadline: Deadline): Promise<Answer> =>
      await this.#wire.send(outgoing, { limit: MAX_TOKEN_BODY }, deadline)
    return await this.#repeat(outgoing, attempt, new Deadline(Math.min(tokenMs, totalMs)))
  }

  async #ping(grant: Grant): Promise<boolean> {
    const url = new URL(`${this.endpoint.origin}/v2/`)
    const answer = await this.call({ method: 'GET', url, grant, limit: MAX_ERROR_BODY })
    const type = answer.headers['content-type'] ?? ''
    const isApi = answer.headers['docker-distribution-api-version'] !== undefined || /json/i.test(type)
    return answer.status === 200 && isApi && !isHtml(answer)
  }

  /** A refusal that carries a challenge; where it has none, the root of the API is asked for one. */
  async #challenged(refusal: Answer, call: Call, within: Deadline): Promise<Answer> {
    // Harbor sends an empty one for a project that it does not have.
    if (refusal.challenges.some((header) => header.trim() !== '')) return refusal
    const url = new URL(`${this.endpoint.origin}/v2/`)
    const root = { method: 'GET', url, grant: call.grant, limit: MAX_ERROR_BODY } as const
    return await this.#attempts(root, undefined, within)
  }

  async #attempts(call: Call, authorization: string | undefined, within: Deadline): Promise<Answer> {
    if (call.deadline !== undefined) return await this.#attempt(call, authorization, call.deadline)
    const attempt = async (deadline: Deadline): Promise<Answer> =>
      await this.#attempt(call, authorization, deadline)
    return await this.#repeat(call, attempt, within, call.isPassing)
  }

  async #attempt(call: Call, authorization: string | undefined, deadline: Deadline): Promise<Answer> {
    return await this.#wire.send(outgoingOf(call, authorization), call, deadline)
  }
}

function outgoingOf(call: Call, authorization: string | undefined): Outgoing {
  const headers: Record<string, string> = {
    'user-agent': 'build-once',
    'accept-encoding': 'identity',
    ...call.headers,
    ...(authorization === undefined ? {} : { authorization }),
  }
  const { method, url, body, isSentOnce = false, signal } = call
  const head = { method, url, headers, isSentOnce, signal }
  return body === undefined ? head : { ...head, body }
}

function wantsAuthorization(answer: Answer, sent: string | undefined): boolean {
  if (!answer.isOwn) return false
  if (answer.status === 401) return true
  // A challenge may come with a 403, too, and says that credentials could help (RFC 9110 §11.6.1).
  const { challenges } = answer
  return (
    answer.status === 403 && (asksForScope(challenges) || (sent === undefined && isAnswerable(challenges)))
  )
}
