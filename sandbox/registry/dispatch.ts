import { answerJson, answerNoRoute, RefusalError } from './answer.ts'
import type { Gate } from './auth.ts'
import { deleteBlob, getBlob } from './blobs.ts'
import type { Exchange, Registry } from './exchange.ts'
import { isRepositoryName } from './grammar.ts'
import { deleteManifest, getManifest, putManifest } from './manifests.ts'
import type { Answer, RegistryOperation, RegistryRequest } from './options.ts'
import { listReferrers } from './referrers.ts'
import { listRepositories, listTags } from './tags.ts'
import { deleteUpload, getUpload, patchUpload, putUpload, startUpload } from './uploads.ts'

type Handler = (registry: Registry, exchange: Exchange) => Promise<Answer>
type Methods = Readonly<Record<string, Handler>>

const UPLOAD_START: Methods = { POST: startUpload }
const METHODS: Readonly<Record<RegistryOperation, Methods>> = {
  ping: { GET: answerPing, HEAD: answerPing },
  manifest: { GET: getManifest, HEAD: getManifest, PUT: putManifest, DELETE: deleteManifest },
  blob: { GET: getBlob, HEAD: getBlob, DELETE: deleteBlob },
  upload: { GET: getUpload, PATCH: patchUpload, PUT: putUpload, DELETE: deleteUpload },
  tags: { GET: listTags },
  referrers: { GET: listReferrers },
  catalog: { GET: listRepositories },
  token: {},
  unknown: {},
}

function answerPing(): Promise<Answer> {
  return Promise.resolve(answerJson(200, {}))
}

function methodsOf({ operation, reference }: RegistryRequest): Methods {
  return operation === 'upload' && reference === undefined ? UPLOAD_START : METHODS[operation]
}

function hasRoute(registry: Registry, request: RegistryRequest): boolean {
  if (request.operation === 'referrers') return registry.options.referrersApi !== false
  return request.operation !== 'unknown' && request.operation !== 'token'
}

function checkName({ repository }: RegistryRequest): void {
  if (repository === undefined || isRepositoryName(repository)) return
  throw new RefusalError(400, 'NAME_INVALID', 'invalid repository name', { detail: { name: repository } })
}

function findHandler(registry: Registry, request: RegistryRequest): Handler {
  const methods = methodsOf(request)
  const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined
  const isRemoval = request.method === 'DELETE' && request.operation !== 'upload'
  if (handler !== undefined && !(isRemoval && registry.options.deletes === false)) return handler
  throw new RefusalError(405, 'UNSUPPORTED', 'The operation is unsupported.', {
    headers: { Allow: Object.keys(methods).join(', ') },
  })
}

/** The answer to a request after authentication; refusals are thrown. */
export async function dispatch(registry: Registry, gate: Gate, exchange: Exchange): Promise<Answer> {
  const { request } = exchange
  if (request.operation === 'token' && gate.tokens !== undefined) return await gate.tokens.answer(exchange)
  if (!hasRoute(registry, request)) return answerNoRoute()
  checkName(request)
  gate.check(request)
  return await findHandler(registry, request)(registry, exchange)
}
