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
 * Pushes an image of the local daemon under a staging tag and returns its manifest digest.
 *
 * The tag is shared: on a daemon with several runners another build may give it to its own image between our
 * tag and our push. What was pushed is therefore compared with the image that was built, by content. (Reading
 * the tag back, as `docker buildx build --push` does with this driver, could not tell the two apart.)
 * Whoever meets another build there goes on under a tag of its own, which stays behind.
 * @throws {EngineError} ENGINE_FAILED.
 */
export async function pushImage(imageId: string, request: BuildRequest, tools: EngineTools): Promise<Digest> {
  let failure = new EngineError('ENGINE_FAILED', `${imageId} was not pushed.`)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const tag = await request.stagingTag(attempt === 1 ? 'shared' : 'exclusive')
    const reference = `${formatRepository(request.repository)}:${tag}`
    try {
      const digest = await tagAndPush(imageId, reference, request, tools)
      if (await isImage(digest, imageId, request, tools)) return digest
      failure = otherImage(imageId, reference)
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'ENGINE_FAILED') throw error
      // Registries may refuse what another client is sending at the same moment; later it is there.
      failure = error
    }
    if (attempt < ATTEMPTS) tools.log.info(`Pushing again: ${failure.message}`)
  }
  throw failure
}

async function tagAndPush(
  imageId: string,
  reference: string,
  { environment, workspace }: BuildRequest,
  tools: EngineTools,
): Promise<Digest> {
  const options = { cwd: workspace, environment }
  await runTool(tools, 'docker', ['tag', imageId, reference], options)
  const { stdout } = await runTool(tools, 'docker', ['push', reference], options)
  const digest = pushedDigest(stdout)
  if (digest !== undefined) return digest
  throw new EngineError('ENGINE_FAILED', `docker push did not report the digest of ${reference}.`, {
    hint: 'Use a docker client that prints it, or a docker-container builder.',
  })
}

function otherImage(imageId: string, reference: string): EngineError {
  return new EngineError(
    'ENGINE_FAILED',
    `docker push pushed another image · expected ${imageId} under ${reference}`,
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
