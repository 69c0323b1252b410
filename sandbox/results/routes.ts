import type { IncomingMessage, ServerResponse } from 'node:http'
import { handleBlob, nameBlobOperation } from './blob-routes.ts'
import type { BlobStore } from './blobs.ts'
import { BlobError } from './blobs.ts'
import type { Answer } from './http.ts'
import { BodyTooLargeError, jsonAnswer, readBody, sendAnswer } from './http.ts'
import type { ResultsFault, ResultsOptions, ResultsRequest } from './model.ts'
import type { Caller, TokenIssuer } from './tokens.ts'
import type { TwirpMethods } from './twirp.ts'
import { TwirpError } from './twirp.ts'

/** The parts that answer requests. */
export interface Routes {
  readonly tokens: TokenIssuer
  readonly blobs: BlobStore
  readonly services: ReadonlyMap<string, TwirpMethods<Caller>>
  readonly onRequest: ResultsOptions['onRequest']
}

const TWIRP_PATH = /^\/twirp\/github\.actions\.results\.api\.v1\.(\w+)\/(\w+)$/
const MESSAGE_LIMIT = 1024 * 1024

/** Answers one request; never rejects. */
export async function routeRequest(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const twirp = TWIRP_PATH.exec(url.pathname)
  try {
    const answer =
      twirp === null
        ? await answerBlob(routes, request, url)
        : await answerTwirp(routes, request, url, twirp[1] ?? '', twirp[2] ?? '')
    if (answer === 'disconnect') request.socket.destroy()
    else sendAnswer(request, response, answer)
  } catch (error) {
    sendAnswer(request, response, answerError(error))
  }
  // A refused upload may leave unread bytes; the connection is only reusable once they are gone.
  request.resume()
}

async function answerBlob(
  routes: Routes,
  request: IncomingMessage,
  url: URL,
): Promise<Answer | 'disconnect'> {
  const method = nameBlobOperation(request.method ?? '', url.searchParams)
  return withFaults(routes, { service: 'blob', method, path: url.pathname }, () =>
    handleBlob(routes.blobs, request, url),
  )
}

async function answerTwirp(
  { tokens, services, onRequest }: Routes,
  request: IncomingMessage,
  url: URL,
  serviceName: string,
  methodName: string,
): Promise<Answer | 'disconnect'> {
  const method = services.get(serviceName)?.get(methodName)
  if (method === undefined || request.method !== 'POST') {
    throw new TwirpError('bad_route', `no handler for ${request.method} ${url.pathname}`)
  }
  if (request.headers['content-type']?.split(';')[0] !== 'application/json') {
    throw new TwirpError('bad_route', 'only application/json is spoken here')
  }
  const message = parseJson((await readBody(request, MESSAGE_LIMIT)).toString('utf8'))
  const service = serviceName === 'CacheService' ? 'cache' : 'artifact'
  return withFaults({ onRequest }, { service, method: methodName, path: url.pathname, message }, async () => {
    return jsonAnswer(200, await method(tokens.authenticate(request.headers.authorization), message))
  })
}

/** Asks the hook first; without a fault the service answers. */
async function withFaults(
  { onRequest }: Pick<Routes, 'onRequest'>,
  request: ResultsRequest,
  handle: () => Promise<Answer>,
): Promise<Answer | 'disconnect'> {
  const fault: ResultsFault | undefined = await onRequest?.(request)
  if (fault === undefined) return handle()
  if ('status' in fault) {
    return { ...jsonAnswer(fault.status, fault.body ?? {}), ...(fault.headers && { headers: fault.headers }) }
  }
  if (fault.disconnect === 'after') await handle()
  return 'disconnect'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new TwirpError('malformed', `not JSON: ${String(error)}`)
  }
}

function answerError(error: unknown): Answer {
  if (error instanceof TwirpError) return jsonAnswer(error.status, { code: error.code, msg: error.message })
  if (error instanceof BodyTooLargeError) return jsonAnswer(413, { code: 'malformed', msg: error.message })
  if (error instanceof BlobError) {
    const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>`
    return {
      status: error.status,
      headers: { 'content-type': 'application/xml', 'x-ms-error-code': error.code },
      body,
    }
  }
  return jsonAnswer(500, { code: 'internal', msg: String(error) })
}
