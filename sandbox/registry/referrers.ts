import { answerJson, RefusalError } from './answer.ts'
import type { Exchange, Registry } from './exchange.ts'
import { referenceOf, repositoryOf } from './exchange.ts'
import { isDigest } from './grammar.ts'
import { OCI_INDEX } from './manifest-document.ts'
import type { Answer } from './options.ts'
import { cutPage, DEFAULT_PAGE_SIZE, linkNext } from './paging.ts'

/** GET of the referrers of a digest; an unknown digest or repository has none (never 404). */
export async function listReferrers(registry: Registry, exchange: Exchange): Promise<Answer> {
  const { path, query } = exchange.request
  const subject = referenceOf(exchange)
  if (!isDigest(subject)) throw new RefusalError(400, 'DIGEST_INVALID', 'the subject is not a digest')
  const artifactType = query.get('artifactType')
  const all = await registry.storage.referrers(repositoryOf(exchange), subject)
  const chosen = artifactType === null ? all : all.filter((entry) => entry.artifactType === artifactType)
  const size = registry.options.pageSize ?? DEFAULT_PAGE_SIZE
  const page = cutPage(chosen, (entry) => entry.digest, size, query.get('last'))
  const filter = artifactType === null ? {} : { artifactType }
  return answerJson(
    200,
    { schemaVersion: 2, mediaType: OCI_INDEX, manifests: page.entries },
    {
      'Content-Type': OCI_INDEX,
      ...(artifactType === null ? {} : { 'OCI-Filters-Applied': 'artifactType' }),
      ...(page.next === undefined ? {} : linkNext(path, { ...filter, last: page.next })),
    },
  )
}
