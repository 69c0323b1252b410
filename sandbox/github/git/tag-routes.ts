import { ACTIONS_BOT } from '../accounts.ts'
import { created, notFound, ok, unprocessable } from '../http/answer.ts'
import type { Json, JsonObject } from '../description/extract.ts'
import { isObject } from '../description/extract.ts'
import type { Exchange, Handler } from '../http/exchange.ts'
import { parameterOf } from '../http/exchange.ts'
import { nodeId, requiredText, textOf, timeText } from '../fields.ts'
import { requireCommits } from './blob-routes.ts'
import type { ObjectType, Signature } from './hash.ts'
import type { TagObject } from './objects.ts'
import { checkSha } from './ref-name.ts'
import type { World } from '../world.ts'

/** The addresses of objects are made of these. */
export const COLLECTIONS: Readonly<Record<ObjectType, string>> = {
  blob: 'blobs',
  commit: 'commits',
  tag: 'tags',
  tree: 'trees',
}

/** What GitHub says of everything that is not signed. */
export const UNSIGNED: JsonObject = {
  verified: false,
  reason: 'unsigned',
  signature: null,
  payload: null,
  verified_at: null,
}

function presentTag({ urls }: World, tag: TagObject): JsonObject {
  const { sha, tagger, message, object, type } = tag
  return {
    node_id: nodeId('Tag', sha),
    sha,
    url: urls.repository(`/git/tags/${sha}`),
    tagger: { name: tagger.name, email: tagger.email, date: timeText(tagger.date) },
    object: { sha: object, type, url: urls.repository(`/git/${COLLECTIONS[type]}/${object}`) },
    tag: tag.tag,
    message,
    verification: UNSIGNED,
  }
}

function readTagger(world: World, exchange: Exchange, tagger: Json | undefined): Signature {
  const now = world.now()
  if (isObject(tagger)) {
    const date = textOf(tagger, 'date')
    return {
      name: requiredText(tagger, 'name'),
      email: requiredText(tagger, 'email'),
      date: date === undefined ? now : new Date(date),
    }
  }
  if (exchange.caller.kind !== 'workflow') return world.git.signature()
  const { id, login } = ACTIONS_BOT
  return { name: login, email: `${id}+${login}@users.noreply.github.com`, date: now }
}

/** Stores a tag object; no ref is made. */
export const createTag: Handler = (world, exchange) => {
  requireCommits(world)
  const { body } = exchange
  const object = requiredText(body, 'object')
  checkSha(object)
  const type = world.git.objects.typeOf(object)
  if (type === undefined || type !== textOf(body, 'type')) throw unprocessable('Could not verify object')
  const tag = world.git.objects.writeTag({
    object,
    type,
    tag: requiredText(body, 'tag'),
    message: requiredText(body, 'message'),
    tagger: readTagger(world, exchange, body['tagger']),
  })
  return created(presentTag(world, tag))
}

/** Shows a tag object. */
export const getTag: Handler = (world, exchange) => {
  requireCommits(world)
  const tag = world.git.objects.tag(parameterOf(exchange, 'tag_sha'))
  if (tag === undefined) throw notFound()
  return ok(presentTag(world, tag))
}
