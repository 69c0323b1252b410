import { runCommand } from '../../sandbox/peers/command.ts'
import type { RunnerJob } from '../../sandbox/runner/model.ts'
import { succeed } from '../action.ts'
import { runInside } from '../inside.ts'
import { type Case, timed } from '../measure.ts'
import { expectDigest } from '../registry.ts'
import type { World } from '../world.ts'
import type { SealedCommit } from './reuse.ts'

/** What it takes to let the witnesses agree; nothing is deployed. */
export function deployCases(
  world: World,
  sealed: SealedCommit,
): { process: Case; artifacts: Case; inside: Case; crane: Case } {
  const { image, commit, digest } = sealed
  return {
    process: deploy('deploy, dry run', world.job, sealed),
    artifacts: deploy('deploy, dry run, workflow artifacts asked too', world.jobWithResults, sealed),
    inside: {
      name: 'the witnesses of the registry, read and agreed on, inside the process',
      run: async () => {
        const task = { image, commit, digest, temporary: world.temporary }
        const report = await runInside('witnesses', task, world.job)
        expectDigest('what the witnesses agree on', report.digest, digest)
        return report.milliseconds
      },
    },
    crane: {
      name: 'crane digest: one request, no witness',
      run: async () => {
        const { milliseconds, value } = await timed(async () =>
          runCommand([world.peers.crane, 'digest', '--insecure', `${image}:${commit}`], {
            env: world.dockerd.env,
          }),
        )
        expectDigest('crane digest', value.stdout.trim(), digest)
        return milliseconds
      },
    },
  }
}

function deploy(name: string, job: RunnerJob, { image, commit, digest }: SealedCommit): Case {
  return {
    name,
    run: async () => {
      const inputs = {
        image,
        commit,
        digest,
        environment: 'bench',
        run: 'true',
        'dry-run': 'true',
        token: '',
      }
      const { outputs, milliseconds } = await succeed('deploy', inputs, job)
      expectDigest('the digest that would be deployed', outputs['digest'], digest)
      if (outputs['deployment-id'] !== '') throw new Error('expected a dry run, got a deployment')
      return milliseconds
    },
  }
}
