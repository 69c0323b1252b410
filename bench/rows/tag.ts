import { emptyDaemon } from '../daemon.ts'
import type { TestImage } from '../image.ts'
import type { Case } from '../measure.ts'
import { runMeasured } from '../process.ts'
import { readManifest } from '../registry.ts'
import type { Servers } from '../servers.ts'
import type { Tagger } from './taggers.ts'

const MOST_ATTEMPTS = 5

/** What a case of tagging is about. */
export interface TagWork {
  readonly images: readonly TestImage[]
  /** How many tags each image gets. */
  readonly tags: number
  /** Where one round takes long. */
  readonly atMost?: number
  /** What the name says beside that of the tool. */
  readonly note?: string
}

/** A case that tags with one of the ways and then reads what each new tag holds. */
export function tagCase(servers: Servers, tagger: Tagger, work: TagWork): Case {
  const { images, atMost, note } = work
  const prefix = `${work.tags}-of-${images.length}-${tagger.name.replaceAll(/[^a-z0-9]+/g, '-')}`
  return {
    name: note === undefined ? tagger.name : `${tagger.name}${note}`,
    digest: tagger.digest,
    ...(atMost === undefined ? {} : { atMost }),
    ...(tagger.needsEmptyDaemon === true ? { prepare: async () => emptyDaemon(servers.env) } : {}),
    run: async (round) => {
      const tags = Array.from({ length: work.tags }, (_, index) => `${prefix}-${round}-${index}`)
      const command = tagger.command(images.map((image) => ({ image, tags })))
      const attempts = tagger.mayFail === true ? MOST_ATTEMPTS : 1
      const run = await firstSuccess(attempts, async () => runMeasured(command, servers))
      for (const image of images) await Promise.all(tags.map(async (tag) => expectTag(image, tag, tagger)))
      // Most of the work of docker is done by its daemon, whose memory is not that of the command.
      return run.milliseconds
    },
  }
}

async function firstSuccess<T>(attempts: number, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= attempts) throw error
      console.error(`run again: ${String(error).slice(0, 300)}`)
    }
  }
}

async function expectTag(image: TestImage, tag: string, { digest }: Tagger): Promise<void> {
  const found = await readManifest(image.image, tag)
  const outcome = found.digest === image.digest ? 'unchanged' : 'another'
  if (outcome !== digest) {
    throw new Error(`${image.image}:${tag} · expected the digest to be ${digest}, got ${found.digest}`)
  }
}
