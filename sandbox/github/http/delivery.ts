import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerRefusal } from './answer.ts'
import type { Fault, Moment } from '../faults.ts'
import { momentOf } from '../faults.ts'
import { versionOf } from '../access/gate.ts'
import { describeRequirement, REQUIREMENTS } from '../access/permissions.ts'
import { exhausted } from '../access/rate-limit.ts'
import type { Reply } from './responses.ts'
import { encodeAnswer, replyOf, sendHalf, sendReply } from './responses.ts'
import type { Request, Service } from './service.ts'
import { answerRequest, callerOf, inspect } from './service.ts'

/** Headers of every answer, whatever it says. */
function commonHeaders(service: Service, request: Request): Readonly<Record<string, string>> {
  const { world } = service
  const caller = callerOf(service, request)
  const requirement = request.route === undefined ? [] : REQUIREMENTS[request.route.id]
  const accepted = describeRequirement(requirement)
  return {
    Server: 'github.com',
    'x-github-media-type': 'github.v3; format=json',
    'x-github-api-version-selected': versionOf(request),
    'x-github-request-id': randomBytes(16)
      .toString('hex')
      .toUpperCase()
      .replace(/(.{4})(?!$)/gu, '$1:'),
    ...(world.product === 'ghes' ? { 'x-github-enterprise-version': 'enterprise-server@3.19.0' } : {}),
    ...(accepted === '' ? {} : { 'x-accepted-github-permissions': accepted }),
    ...(world.product === 'ghes' || caller === undefined ? {} : world.limits.headers(caller)),
  }
}

type Ending = Reply | 'hang' | 'reset' | { readonly half: Reply; readonly end: 'hang' | 'reset' }

/** Plays the faults of a moment; what it returns ends the exchange. */
async function play(
  service: Service,
  request: Request,
  faults: readonly Fault[],
  moment: Moment,
  right?: Reply,
): Promise<Ending | undefined> {
  for (const fault of faults.filter((one) => momentOf(one) === moment)) {
    if (fault.kind === 'hang' || fault.kind === 'reset') return fault.kind
    if (fault.kind === 'truncated' && right !== undefined) return { half: right, end: fault.end }
    if (fault.kind === 'delay') await sleep(fault.ms)
    if (fault.kind === 'overtake') fault.act(service.world)
    if (fault.kind === 'primary-limit') {
      service.world.limits.leave(callerOf(service, request)?.kind ?? 'anonymous', 0, fault.resetIn)
      return encodeAnswer(answerRefusal(exhausted(fault.status)))
    }
    const reply = replyOf(fault, right)
    if (reply !== undefined) return reply
  }
  return undefined
}

/** Answers a request with the faults chosen for it; `observe` is told the sandbox's own status. */
export async function deliver(
  service: Service,
  request: Request,
  faults: readonly Fault[],
  response: ServerResponse,
  observe: (status: number) => void,
): Promise<void> {
  const problems = inspect(service, request)
  let ending = await play(service, request, faults, 'before')
  if (ending === undefined) {
    const right = encodeAnswer(answerRequest(service, request, problems))
    observe(right.status)
    ending = (await play(service, request, faults, 'after', right)) ?? right
  }
  const complete = (reply: Reply): Reply => {
    return { ...reply, headers: { ...commonHeaders(service, request), ...reply.headers } }
  }
  if (typeof ending === 'object' && 'half' in ending) {
    await sendHalf(response, complete(ending.half))
    ending = ending.end
  }
  if (ending === 'hang') return
  if (ending === 'reset') response.req.socket.resetAndDestroy()
  else sendReply(response, complete(ending))
}
