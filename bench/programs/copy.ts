import { parseReference } from '../../src/domain/reference.ts'
import { githubLog } from '../../src/github/log.ts'
import { connect } from '../../src/main/registry.ts'
import { collectOften } from '../../src/platform/memory.ts'
import type { CopyTask } from './tasks.ts'

/** Copies an image with all that is attached to it, and gives it a tag there, which is read again. */
export async function copyImage(task: CopyTask): Promise<void> {
  collectOften()
  const [from, to] = [parseReference(task.from), parseReference(task.to)]
  if (from.kind !== 'digest' || to.kind !== 'tag') throw new Error('a copy goes from a digest to a tag')
  const connection = connect({ image: to.repository }, githubLog, process.env)
  const { registry, copier } = connection
  const { digest } = await copier.copy(from.repository, from.digest, to.repository)
  const manifest = await registry.readManifest(to.repository, digest)
  if (manifest === undefined) throw new Error(`${digest} is missing after the copy`)
  await registry.putManifest(to.repository, manifest.bytes, manifest.mediaType, to.tag)
  const there = await registry.readTag(to.repository, to.tag)
  connection.close()
  if (there?.digest !== from.digest)
    throw new Error(`${to.tag} is ${there?.digest ?? 'missing'} after writing`)
}
