import { answerJson, RefusalError } from './answer.ts'
import type { Exchange, Registry } from './exchange.ts'
import { repositoryOf } from './exchange.ts'
import type { Answer } from './options.ts'
import { cutPage, DEFAULT_PAGE_SIZE, linkNext, parsePageSize } from './paging.ts'

function answerPage(
  registry: Registry,
  exchange: Exchange,
  names: readonly string[],
  body: (entries: readonly string[]) => unknown,
): Answer {
  const { path, query } = exchange.request
  const size = parsePageSize(query.get('n'), registry.options.pageSize ?? DEFAULT_PAGE_SIZE)
  const page = cutPage(names, (name) => name, size, query.get('last'))
  const link = page.next === undefined ? {} : linkNext(path, { n: String(size), last: page.next })
  return answerJson(200, body(page.entries), link)
}

/** GET of the tags of a repository (distribution-spec "Listing Tags"). */
export async function listTags(registry: Registry, exchange: Exchange): Promise<Answer> {
  const name = repositoryOf(exchange)
  if (!(await registry.storage.hasRepository(name))) {
    throw new RefusalError(404, 'NAME_UNKNOWN', 'repository name not known to registry', { detail: { name } })
  }
  const names = [...(await registry.storage.tags(name)).keys()]
  return answerPage(registry, exchange, names, (tags) => ({ name, tags }))
}

/** GET of every repository: not in the specification, but in most registries. */
export async function listRepositories(registry: Registry, exchange: Exchange): Promise<Answer> {
  const names = await registry.storage.repositories()
  return answerPage(registry, exchange, names, (repositories) => ({ repositories }))
}
