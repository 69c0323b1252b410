import { isCommit } from '../../domain/commit.ts'
import { InvalidReferenceError } from '../../domain/error.ts'
import { formatRepository, parseRepository, type Repository, tagFault } from '../../domain/reference.ts'
import type { SealTarget } from './ports.ts'

/**
 * What is wrong with the tags; without a valid image only bare ones can be judged.
 * @param commit the commit that is built, whose SHA tag may be named.
 */
export function tagFaults(tags: readonly string[], image: string, commit: string): readonly string[] {
  const repository = repositoryOf(image)
  return tags.flatMap((text) => {
    const shown = JSON.stringify(text.slice(0, 200))
    if (repository === undefined && text.includes('/') && text.includes(':')) return []
    const tag = repository === undefined ? text : bareTag(text, repository)
    if (tag === undefined) return [`tags: ${shown} is not a tag of ${image}`]
    const fault = tagFault(tag) ?? reservedFault(tag, commit)
    return fault === undefined ? [] : [`tags: ${shown}: ${fault}`]
  })
}

/** The repository; undefined where the image is a fault of its own. */
function repositoryOf(image: string): Repository | undefined {
  try {
    return parseRepository(image)
  } catch (error) {
    if (error instanceof InvalidReferenceError) return undefined
    throw error
  }
}

/** The tags beside the SHA tag, each once; metadata-action may name the commit itself, which is set anyway. */
export function tagsOf(texts: readonly string[], { repository, commit }: SealTarget): readonly string[] {
  const tags = texts.flatMap((text) => bareTag(text, repository) ?? [])
  return [...new Set(tags)].filter((tag) => tag !== commit)
}

/** `ghcr.io/o/app:v1` → `v1`; undefined for a reference to another repository or by digest. */
export function bareTag(text: string, repository: Repository): string | undefined {
  const prefix = `${formatRepository(repository)}:`
  if (text.startsWith(prefix) && !text.includes('@')) return text.slice(prefix.length)
  return text.includes('/') && text.includes(':') ? undefined : text
}

function reservedFault(tag: string, commit: string): string | undefined {
  if (/^sha\d+-[0-9a-f]{64}/.test(tag)) return 'this form of tag is reserved for referrers'
  if (tag.startsWith('build-once-') || tag.startsWith('build-once.'))
    return 'tags that start with "build-once" are reserved'
  if (isCommit(tag) && tag !== commit)
    return 'a full commit id is a SHA tag; only the seal of that commit writes it'
  return undefined
}
