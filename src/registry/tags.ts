import { z } from 'zod'
import { parseStrictJson } from '../domain/json.ts'
import { type Repository, tagFault } from '../domain/reference.ts'
import { type Answer, unexpected } from './answers.ts'
import { readPresent } from './first-push.ts'
import { readPages } from './paging.ts'
import type { Session } from './session.ts'

// Some registries ignore `n` and send everything at once; ECR refuses more than 1,000 with 405.
const PAGE_SIZE = 1000
const MAX_PAGE_BYTES = 16 * 1024 * 1024

// Go writes an empty list as null.
const tagList = z.looseObject({ tags: z.array(z.string()).nullable() })

/** Every tag of a repository, each once; none when the registry says that there is no such repository. */
export async function listTags(session: Session, repository: Repository): Promise<readonly string[]> {
  const tags = new Set<string>()
  await readPages(session.urlOf(repository, `tags/list?n=${PAGE_SIZE}`), async (url) => {
    const answer = await readPresent(session, repository, {
      method: 'GET',
      url,
      limit: MAX_PAGE_BYTES,
      mayBeUnborn: true,
    })
    if (answer === undefined) return undefined
    for (const tag of parseTags(answer)) {
      if (tagFault(tag) === undefined) tags.add(tag)
    }
    return answer
  })
  return [...tags]
}

function parseTags(answer: Answer): readonly string[] {
  try {
    return tagList.parse(parseStrictJson(answer.body, { maxBytes: MAX_PAGE_BYTES })).tags ?? []
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error
    throw unexpected(answer, 'expected a list of tags as JSON')
  }
}
