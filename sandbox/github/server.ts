import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { closeServer, listen } from '../listening.ts'
import { answerRefusal, notFound, Refusal } from './http/answer.ts'
import { deliver } from './http/delivery.ts'
import { readDescription } from './description/read.ts'
import { schemasOf } from './description/schemas.ts'
import type { Fault, Faults } from './faults.ts'
import { createFaults } from './faults.ts'
import type { GitHubOptions, GitHubRequest } from './options.ts'
import { createRateLimits } from './access/rate-limit.ts'
import type { Received } from './http/receiving.ts'
import { parseBody, receive } from './http/receiving.ts'
import type { Repository } from './repository.ts'
import { encodeAnswer, sendReply } from './http/responses.ts'
import { createRouter } from './http/router.ts'
import type { Request, Service } from './http/service.ts'
import type { Tokens } from './access/tokens.ts'
import { ALL_PERMISSIONS, createTokens } from './access/tokens.ts'
import { createUrls } from './urls.ts'
import { describeViolation, type Violation } from './description/violations.ts'
import type { World } from './world.ts'
import { createWorld } from './world.ts'

/** A running sandbox, with the doors that tests use to look and reach behind its back. */
export interface SandboxGitHub {
  /** What `GITHUB_API_URL` must say. */
  readonly apiUrl: string
  /** What `GITHUB_SERVER_URL` must say. */
  readonly serverUrl: string
  /** `owner/name`. */
  readonly repository: string
  /** A job's token with the permissions of the options. */
  readonly token: string
  readonly state: World
  readonly tokens: Tokens
  readonly faults: Faults
  /** What the description does not allow, of requests and answers. Tests empty it when they expect some. */
  readonly violations: Violation[]
  /** Every request so far, in the order of arrival. */
  readonly requests: readonly GitHubRequest[]
  /** Ends it, and fails when there are violations left that nobody has taken out. */
  close(): Promise<void>
}

const ENTERPRISE_PREFIX = '/api/v3'
/** Where artifacts' contents are, beside the API. */
const CONTENT_PREFIX = '/_content/'

function createRepository(options: GitHubOptions, now: () => Date): Repository {
  const fullName = options.repository ?? 'octo-org/app'
  const [login, name, ...rest] = fullName.split('/')
  if (!login || !name || rest.length > 0) throw new Error(`expected owner/name, got "${fullName}"`)
  return {
    owner: { login, id: 6_811_672, type: options.ownerType ?? 'Organization' },
    name,
    fullName,
    id: 118_296_269,
    visibility: options.visibility ?? 'private',
    defaultBranch: options.defaultBranch ?? 'main',
    createdAt: now(),
  }
}

function createService(options: GitHubOptions, origin: string): Service {
  const { now = () => new Date(), product = 'github.com' } = options
  const repository = createRepository(options, now)
  const isEnterprise = product === 'ghes'
  const urls = createUrls(
    isEnterprise ? `${origin}${ENTERPRISE_PREFIX}` : origin,
    isEnterprise ? origin : 'https://github.com',
    repository.fullName,
  )
  const limits = createRateLimits(now, options.rateLimit)
  const world = createWorld({ product, repository, urls, now, limits })
  if (options.empty !== true) world.git.commit({ message: 'Begin\n' })
  return {
    world,
    tokens: createTokens(),
    schemas: schemasOf(product),
    router: createRouter(readDescription(product)),
    violations: [],
    allowUnknown: options.allowUnknown ?? [],
  }
}

/** The path within the API, with the repository by its name even when it is asked for by its number. */
function innerPath({ product, repository }: World, path: string): string {
  const isInside = path.startsWith(`${ENTERPRISE_PREFIX}/`)
  const inner = product === 'ghes' && isInside ? path.slice(ENTERPRISE_PREFIX.length) : path
  if (product === 'ghes' && !isInside) return '/outside-the-api'
  const numbered = `/repositories/${repository.id}`
  if (inner !== numbered && !inner.startsWith(`${numbered}/`)) return inner
  return `/repos/${repository.fullName}${inner.slice(numbered.length)}`
}

function bodyOf(received: Received): Pick<Request, 'body' | 'unreadable'> {
  try {
    return { body: parseBody(received), unreadable: undefined }
  } catch (error) {
    if (error instanceof Refusal) return { body: undefined, unreadable: error }
    throw error
  }
}

/** Serves an artifact's content to whoever has the signed address; a token must not be sent here. */
function sendContent({ world, violations }: Service, received: Received, response: ServerResponse): void {
  const artifact = world.artifacts.open(received.path.slice(CONTENT_PREFIX.length))
  if (received.headers['authorization'] !== undefined) {
    const message = 'was sent to the storage of artifacts'
    const request = `${received.method} ${received.path}`
    const where = 'headers.authorization'
    violations.push({ operation: undefined, side: 'request', request, where, message })
  }
  if (artifact === undefined) {
    sendReply(response, encodeAnswer(answerRefusal(notFound())))
    return
  }
  const headers = { 'Content-Type': artifact.contentType }
  sendReply(response, { status: 200, headers, content: artifact.bytes })
}

interface Log {
  readonly requests: GitHubRequest[]
  readonly faults: Faults
  readonly write: (line: string) => void
}

async function handle(
  service: Service,
  log: Log,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const received = await receive(message)
  if (received.path.startsWith(CONTENT_PREFIX)) {
    sendContent(service, received, response)
    return
  }
  const path = innerPath(service.world, received.path)
  const method = received.method === 'HEAD' ? 'GET' : received.method
  const route = service.router(method, path)
  const faults: readonly Fault[] = log.faults.choose({ operation: route?.id, method: received.method, path })
  const hidden = faults.reduce((sum, fault) => sum + (fault.kind === 'stale' ? fault.newest : 0), 0)
  const request: Request = { ...received, ...bodyOf(received), path, route, hidden }
  const { query, headers } = received
  const logged: GitHubRequest = {
    ...{ index: log.requests.length, method: received.method, path, query, headers },
    body: request.body,
    operation: route?.id,
    status: undefined,
  }
  log.requests.push(logged)
  await deliver(service, request, faults, response, (status) => {
    logged.status = status
  })
  log.write(`${received.method} ${path} ${logged.status ?? faults.map(({ kind }) => kind).join()}`)
}

/** Starts GitHub's REST API, in memory and on a free loopback port unless said. */
export async function startGitHub(options: GitHubOptions = {}): Promise<SandboxGitHub> {
  const write = options.log ?? (() => {})
  const log: Log = { requests: [], faults: createFaults(), write }
  const server = createServer()
  const service = createService(options, `http://${await listen(server, options)}`)
  server.on('request', (message, response) => {
    handle(service, log, message, response).catch((error: unknown) => {
      // A mistake of the sandbox's own: it must not look like a fault of GitHub's.
      const request = `${message.method ?? ''} ${message.url ?? ''}`
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      service.violations.push({
        operation: undefined,
        side: 'answer',
        request,
        where: 'sandbox',
        message: text,
      })
      write(`${request} broke off: ${text}`)
      response.destroy()
    })
  })
  const { world, tokens, violations } = service
  return {
    apiUrl: world.urls.api,
    serverUrl: world.urls.server,
    repository: world.repository.fullName,
    token: tokens.add({ permissions: options.permissions ?? ALL_PERMISSIONS }),
    state: world,
    tokens,
    faults: log.faults,
    violations,
    requests: log.requests,
    close: async () => {
      await closeServer(server)
      if (violations.length > 0) throw new Error(violations.map(describeViolation).join('\n'))
    },
  }
}
