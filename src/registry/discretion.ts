import type { Log } from '../platform/log.ts'
import type { Redactor } from './redact.ts'

/** Causes are followed this far. */
const MAX_CAUSES = 16

/**
 * The same port, whose errors never hold a secret. A registry that was shown one can put it anywhere in its
 * answer (an address, a header, an error code) and so into any message that quotes the answer; the log masks what
 * is written as it was sent, but summaries, outputs and records do not.
 */
export function discreet<T extends object>(port: T, redactor: Redactor): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...given: readonly unknown[]): unknown => {
        try {
          return discreetResult(Reflect.apply(member, target, given), redactor)
        } catch (error) {
          throw discreetError(error, redactor)
        }
      }
    },
  })
}

function discreetResult(result: unknown, redactor: Redactor): unknown {
  if (result instanceof Promise) {
    return result.catch((error: unknown) => {
      throw discreetError(error, redactor)
    })
  }
  return isStream(result) ? discreetStream(result, redactor) : result
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

async function* discreetStream(stream: AsyncIterable<unknown>, redactor: Redactor): AsyncGenerator {
  try {
    yield* stream
  } catch (error) {
    throw discreetError(error, redactor)
  }
}

/** Takes secrets out of an error and its causes, in place: it stays the error it was. */
function discreetError(error: unknown, redactor: Redactor): unknown {
  let current = error
  for (let depth = 0; current instanceof Error && depth < MAX_CAUSES; depth += 1) {
    for (const name of ['message', 'stack', 'hint', 'cause']) {
      const text: unknown = Reflect.get(current, name)
      const shown = typeof text === 'string' ? redactor.conceal(text) : text
      if (shown !== text) Object.defineProperty(current, name, { value: shown })
    }
    current = current.cause
  }
  return error
}

/** A log in which no secret is written that came in with an answer. */
export function discreetLog(log: Log, redactor: Redactor): Log {
  return {
    info: (message) => log.info(redactor.conceal(message)),
    debug: (message) => log.debug(redactor.conceal(message)),
    notice: (message) => log.notice(redactor.conceal(message)),
    warning: (message) => log.warning(redactor.conceal(message)),
    group: async (title, work) => await log.group(title, work),
    raw: (chunk) => log.raw(chunk),
    mask: (secret) => log.mask(secret),
  }
}
