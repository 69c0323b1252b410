import type { RunnerJob } from '../../sandbox/runner/model.ts'
import { newCommit, succeed } from '../action.ts'
import type { Case } from '../measure.ts'
import { expectDigest, readManifest } from '../registry.ts'
import type { World } from '../world.ts'

/** A commit that is sealed, and since when. */
export interface SealedCommit {
  readonly image: string
  readonly commit: string
  readonly digest: string
  /** Milliseconds since 1970, after which no reader waits for the seal to settle. */
  readonly settledAt: number
}

/** A seal younger than this is waited for by readers, and measured would be the waiting. */
const FRESH_MS = 5_000

/** Seals a commit of the application. */
export async function sealCommit(world: World): Promise<SealedCommit> {
  const image = `${world.registry.host}/bench/sealed`
  const commit = newCommit()
  const inputs = { image, commit, engine: 'layers', path: 'app', settle: '0' }
  const { outputs } = await succeed('build', inputs, world.job)
  const { digest } = await readManifest(image, commit)
  expectDigest('the sealed build', outputs['digest'], digest)
  return { image, commit, digest, settledAt: Date.now() + FRESH_MS + 500 }
}

/** Reuse of a sealed commit, without and with a service that takes the record as a workflow artifact. */
export function reuseCases(world: World, sealed: SealedCommit): { registry: Case; artifact: Case } {
  return {
    registry: reuse('reuse of a sealed commit', world.job, sealed),
    artifact: {
      ...reuse('reuse, and its record as a workflow artifact', world.jobWithResults, sealed),
      // A name can be taken once in a workflow run.
      prepare: async () => {
        for (const { id } of world.results.artifacts()) await world.results.removeArtifact(id)
      },
    },
  }
}

function reuse(name: string, job: RunnerJob, { image, commit, digest }: SealedCommit): Case {
  return {
    name,
    run: async () => {
      // The engine and its inputs are those of the first build; nothing of them is looked at.
      const inputs = { image, commit, engine: 'layers', path: 'app', settle: '0' }
      const { outputs, milliseconds } = await succeed('build', inputs, job)
      expectDigest('the reused build', outputs['digest'], digest)
      if (outputs['built'] !== 'false') throw new Error('expected a reuse, got a build')
      return milliseconds
    },
  }
}
