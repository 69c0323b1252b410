import { created, notFound, ok, Refusal, unprocessable } from '../http/answer.ts'
import type { Handler } from '../http/exchange.ts'
import { parameterOf } from '../http/exchange.ts'
import { nodeId, requiredText, textOf } from '../fields.ts'
import type { World } from '../world.ts'

/** No git operation works before the first commit. */
export function requireCommits({ git }: World): void {
  if (git.refs.isEmpty) throw new Refusal(409, 'Git Repository is empty.')
}

function decodeBase64(text: string): Buffer {
  const compact = text.replace(/\s/gu, '')
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u.test(compact)) {
    throw unprocessable('content is not valid Base64')
  }
  return Buffer.from(compact, 'base64')
}

/** Stores a blob. */
export const createBlob: Handler = (world, { body }) => {
  requireCommits(world)
  const encoding = textOf(body, 'encoding') ?? 'utf-8'
  const content = requiredText(body, 'content')
  if (!['utf-8', 'base64'].includes(encoding)) throw unprocessable(`Unsupported encoding: ${encoding}`)
  const bytes = encoding === 'base64' ? decodeBase64(content) : Buffer.from(content)
  const sha = world.git.objects.writeBlob(bytes)
  return created({ sha, url: world.urls.repository(`/git/blobs/${sha}`) })
}

/** Shows a blob. */
export const getBlob: Handler = (world, exchange) => {
  requireCommits(world)
  const sha = parameterOf(exchange, 'file_sha')
  const content = world.git.objects.blob(sha)
  if (content === undefined) throw notFound()
  return ok({
    sha,
    node_id: nodeId('Blob', sha),
    size: content.length,
    url: world.urls.repository(`/git/blobs/${sha}`),
    // In lines of 60 characters, and each ends.
    content: content.toString('base64').replace(/.{1,60}/gu, '$&\n'),
    encoding: 'base64',
  })
}
