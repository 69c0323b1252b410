import type { Answer } from './answer.ts'
import { answerRefusal, notFound, Refusal } from './answer.ts'
import type { Json } from '../description/extract.ts'
import { isObject } from '../description/extract.ts'
import type { Schemas } from '../description/schemas.ts'
import type { Exchange } from './exchange.ts'
import { admit, checkHeaders } from '../access/gate.ts'
import type { Received } from './receiving.ts'
import type { Route, Router } from './router.ts'
import { HANDLERS } from '../routes.ts'
import type { Caller, Tokens } from '../access/tokens.ts'
import type { Problem } from '../description/validation.ts'
import { checkAnswer, checkRequest } from '../description/validation.ts'
import type { Violation } from '../description/violations.ts'
import type { World } from '../world.ts'

/** What answers requests. */
export interface Service {
  readonly world: World
  readonly tokens: Tokens
  readonly schemas: Schemas
  readonly router: Router
  readonly violations: Violation[]
  readonly allowUnknown: readonly RegExp[]
}

/** A request with the operation it names. */
export interface Request extends Received {
  readonly route: Route | undefined
  /** Undefined without a body, and for one that cannot be read. */
  readonly body: Json | undefined
  /** Why the body cannot be read. */
  readonly unreadable: Refusal | undefined
  /** So many of the newest entries a list hides. */
  readonly hidden: number
}

function note(
  service: Service,
  request: Request,
  side: Violation['side'],
  problem: Omit<Problem, 'effect'>,
): void {
  service.violations.push({
    operation: request.route?.id,
    side,
    request: `${request.method} ${request.path}`,
    where: problem.where,
    message: problem.message,
  })
}

/** What the description says against a request. */
function judge(service: Service, request: Request): readonly Problem[] {
  const { route, body, unreadable, query, headers } = request
  if (route === undefined) {
    const isAllowed = service.allowUnknown.some((allowed) => allowed.test(request.path))
    return isAllowed ? [] : [{ where: 'path', message: 'is not served', effect: 'not found' }]
  }
  if (unreadable !== undefined) return [{ where: 'body', message: unreadable.message, effect: 'ignored' }]
  return checkRequest(service.schemas, route.id, { parameters: route.parameters, query, body, headers })
}

/** Remembers all that is wrong with a request, whatever becomes of it, and returns it. */
export function inspect(service: Service, request: Request): readonly Problem[] {
  const problems = judge(service, request)
  for (const problem of problems) note(service, request, 'request', problem)
  return problems
}

function refuseProblems(problems: readonly Problem[]): void {
  if (problems.some(({ effect }) => effect === 'not found')) throw notFound()
  const wrong = problems.filter(({ effect }) => effect === 'unprocessable')
  if (wrong.length === 0) return
  const lines = wrong.map(({ where, message }) => `For '${where}', ${message}.`)
  throw new Refusal(422, `Invalid request.\n\n${lines.join('\n')}`)
}

/** Addresses in `Link` headers name the repository by its number, as GitHub's do. */
function pageUrlOf({ repository, urls }: World, path: string): string {
  const numbered = path.replace(/^\/repos\/[^/]+\/[^/]+/u, `/repositories/${repository.id}`)
  return `${urls.api}${numbered}`
}

function readRequest(
  { world }: Service,
  request: Request,
  route: Route,
  caller: Caller,
  problems: readonly Problem[],
): Exchange {
  const { body, unreadable } = request
  if (unreadable !== undefined) throw unreadable
  if (body !== undefined && !isObject(body)) throw new Refusal(400, 'Body should be a JSON object')
  refuseProblems(problems)
  return {
    operation: route.id,
    parameters: route.parameters,
    query: request.query,
    body: body ?? {},
    caller,
    pageUrl: pageUrlOf(world, request.path),
    hidden: request.hidden,
  }
}

/** The caller, before anything is decided; an unknown token is not refused yet. */
export function callerOf({ tokens }: Service, { headers }: Received): Caller | undefined {
  try {
    return tokens.identify(headers['authorization'])
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

function carryOut(service: Service, request: Request, problems: readonly Problem[]): Answer {
  const { world, tokens } = service
  checkHeaders(world.product, request)
  const caller = tokens.identify(request.headers['authorization'])
  if (world.product === 'github.com' && request.route?.id !== 'rate-limit/get') world.limits.count(caller)
  const { route } = request
  if (route === undefined) throw notFound()
  admit(world, route.id, route.parameters, caller)
  return HANDLERS[route.id](world, readRequest(service, request, route, caller, problems))
}

/** Answers a request, and checks the answer against the description. */
export function answerRequest(service: Service, request: Request, problems: readonly Problem[]): Answer {
  let answer: Answer
  try {
    answer = carryOut(service, request, problems)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    answer = answerRefusal(error)
  }
  if (request.route === undefined) return answer
  const wrong = checkAnswer(service.schemas, request.route.id, answer)
  for (const problem of wrong) note(service, request, 'answer', problem)
  return answer
}
