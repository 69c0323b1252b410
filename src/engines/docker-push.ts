import { type Digest, isDigest } from '../domain/digest.ts'
import { EngineError } from '../domain/error.ts'
import { formatRepository } from '../domain/reference.ts'
import type { BuildRequest, EngineTools } from './engine.ts'
import { runTool } from './tool.ts'

const ATTEMPTS = 3

/** The digest `docker push` reports in its last `…: digest: sha256:… size: N` line. */
export function pushedDigest(output: string): Digest | undefined {
  const found = [...output.matchAll(/: digest: (?<digest>sha256:[0-9a-f]{64}) size: \d+/g)].at(-1)
  const digest = found?.groups?.['digest']
  return isDigest(digest) ? digest : undefined
}

/**
 * Pushes an image of the local daemon under the staging tag and returns its manifest digest.
 *
 * The tag is shared: on a daemon with several runners another build may give it to its own image between our
 * tag and our push. What was pushed is therefore compared with the image that was built, by content. (Reading
 * the tag back, as `docker buildx build --push` does with this driver, could not tell the two apart.)
 * @throws {EngineError} ENGINE_FAILED.
 */
export async function pushImage(imageId: string, request: BuildRequest, tools: EngineTools): Promise<Digest> {
  const { repository, environment, workspace } = request
  const reference = `${formatRepository(repository)}:${await request.stagingTag('shared')}`
  const options = { cwd: workspace, environment }
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    await runTool(tools, 'docker', ['tag', imageId, reference], options)
    const { stdout } = await runTool(tools, 'docker', ['push', reference], options)
    const digest = pushedDigest(stdout)
    if (digest === undefined)
      throw new EngineError('ENGINE_FAILED', `docker push did not report the digest of ${reference}.`, {
        hint: 'Use a docker client that prints it, or a docker-container builder.',
      })
    if (await isImage(digest, imageId, request, tools)) return digest
    tools.log.info(`Another build used ${reference} at the same time; pushing again.`)
  }
  throw new EngineError(
    'ENGINE_FAILED',
    `docker push kept pushing another image · expected ${imageId} under ${reference}`,
    {
      hint: 'Other builds share this docker daemon. Use a docker-container builder, which pushes by digest.',
    },
  )
}

/** The image id is the configuration's digest, or in the containerd image store the manifest's own. */
async function isImage(
  digest: Digest,
  imageId: string,
  { repository }: BuildRequest,
  { registry }: EngineTools,
): Promise<boolean> {
  if (digest === imageId) return true
  const manifest = await registry.readManifest(repository, digest)
  return manifest?.kind === 'image' && manifest.document.config.digest === imageId
}
