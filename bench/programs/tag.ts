import type { Manifest } from '../../src/domain/manifest.ts'
import { parseRepository, type Repository } from '../../src/domain/reference.ts'
import type { Registry } from '../../src/domain/registry.ts'
import { githubLog } from '../../src/github/log.ts'
import { connect } from '../../src/main/registry.ts'
import { mapLimited } from '../../src/registry/concurrency.ts'
import type { TagTask } from './tasks.ts'

/** Requests under way at the same time, whatever they are for. */
const AT_ONCE = 8

interface Name {
  readonly repository: Repository
  readonly manifest: Manifest
  readonly tag: string
}

/**
 * Gives images further names and, when all are given, reads every name again. The client is the one of the
 * actions, with docker's credentials, retries and masks.
 */
export async function tagImages(tasks: readonly TagTask[]): Promise<void> {
  const images = tasks.map((task) => ({ ...task, repository: parseRepository(task.image) }))
  const [first] = images
  if (first === undefined) throw new Error('there is nothing to tag')
  const connection = connect({ image: first.repository }, githubLog, process.env)
  const { registry } = connection
  const found = await mapLimited(images, AT_ONCE, async ({ repository, from, tags }) => {
    const manifest = await registry.readTag(repository, from)
    if (manifest === undefined) throw new Error(`there is no ${from} in ${repository.path}`)
    return tags.map((tag): Name => ({ repository, manifest, tag }))
  })
  const names = found.flat()
  await mapLimited(names, AT_ONCE, async ({ repository, manifest, tag }) =>
    registry.putManifest(repository, manifest.bytes, manifest.mediaType, tag),
  )
  await mapLimited(names, AT_ONCE, async (name) => expectThere(registry, name))
  connection.close()
}

async function expectThere(registry: Registry, { repository, manifest, tag }: Name): Promise<void> {
  const there = await registry.readTag(repository, tag)
  if (there?.digest === manifest.digest) return
  throw new Error(`${tag} is ${there?.digest ?? 'missing'} after writing`)
}
