import type { Digest } from '../domain/digest.ts'
import { EngineError } from '../domain/error.ts'
import { digestReference, formatReference } from '../domain/reference.ts'
import type { BuildRequest, Built, Engine, EngineTools } from './engine.ts'

/** Inputs of the engine `existing`, named as in the action. */
export interface ExistingInputs {
  /** Digest that another step pushed to the repository. */
  readonly digest?: Digest | undefined
}

/** The engine `existing`: adopts what another step of the same job built and pushed. */
export function createExistingEngine(inputs: ExistingInputs, tools: EngineTools): Engine {
  return {
    name: 'existing',
    // Which tool it was is known only to the step that ran it.
    version: async () => 'existing',
    check: async () => (inputs.digest === undefined ? ['digest: is required by engine "existing"'] : []),
    build: async (request) => await adopt(inputs, request, tools),
  }
}

async function adopt(inputs: ExistingInputs, request: BuildRequest, tools: EngineTools): Promise<Built> {
  const { digest } = inputs
  if (digest === undefined)
    throw new EngineError('ENGINE_FAILED', 'The engine "existing" was given no digest.')
  const manifest = await tools.registry.readManifest(request.repository, digest)
  if (manifest !== undefined) return { digest }
  const reference = formatReference(digestReference(request.repository, digest))
  throw new EngineError(
    'ENGINE_FAILED',
    `digest: there is no such manifest in the repository · expected ${reference}, got nothing`,
    { hint: 'Push it to the repository named in image before this step, and pass its manifest digest.' },
  )
}
