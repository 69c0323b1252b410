import type { Digest } from '../../domain/digest.ts'
import { listed, PolicyError, TargetError } from '../../domain/error.ts'
import { identify, type Manifest } from '../../domain/manifest.ts'
import { digestReference, formatReference, formatRepository } from '../../domain/reference.ts'
import type { Attempt } from './attempt.ts'
import type { DeployInputs } from './inputs.ts'
import type { DeployTarget, GuardedResult } from './ports.ts'
import type { Verified } from './witnesses.ts'

/** What steps 4 to 6 would do, in words; for a dry run. */
export function plannedSteps(inputs: DeployInputs): readonly string[] {
  const { unpack, run, running } = inputs
  return [
    ...(unpack === undefined ? [] : [`verify the files of the artifact and unpack them into ${unpack}`]),
    ...(run === undefined ? [] : [`run, with the ${inputs.guard} guard: ${shortened(run)}`]),
    ...(running === undefined ? [] : [`check what runs: ${shortened(running)}`]),
    `record the deployment to ${inputs.environment}`,
  ]
}

function shortened(script: string): string {
  const lines = script.split('\n').filter((line) => line.trim() !== '')
  return lines.length > 3
    ? [...lines.slice(0, 3), `… (${lines.length} lines)`].join(' ⏎ ')
    : lines.join(' ⏎ ')
}

/** Step 4: unpack, then run. */
export async function release(attempt: Attempt, { agreement, sealed }: Verified): Promise<void> {
  const { inputs, target, ports } = attempt
  attempt.phase = 'begun'
  if (inputs.unpack !== undefined) {
    const { files, bytes } = await ports.unpack(target.repository, sealed, inputs.unpack)
    ports.log.info(`Unpacked ${files} files (${bytes} bytes) of ${agreement.digest} into ${inputs.unpack}`)
  }
  if (inputs.run === undefined) return
  const script = inputs.run
  const result = await ports.log.group('Deploy', async () =>
    ports.guarded(script, variables(target, agreement.digest)),
  )
  refuseBuilding(result, 'run')
  if (result.exitCode !== 0) {
    throw new TargetError(
      'RUN_FAILED',
      `The run script failed · expected exit code 0, got ${result.exitCode}`,
      {
        hint: 'Read its output above. The deployment is recorded as failed.',
      },
    )
  }
}

function variables(target: DeployTarget, digest: Digest): Readonly<Record<string, string>> {
  return {
    IMAGE: formatRepository(target.repository),
    DIGEST: digest,
    REFERENCE: formatReference(digestReference(target.repository, digest)),
    COMMIT: target.commit,
    ENVIRONMENT: target.environment,
  }
}

/** Whatever the exit code: a script that tried to build does not get away with ignoring the refusal. */
function refuseBuilding({ violations }: GuardedResult, input: string): void {
  if (violations.length === 0) return
  throw new PolicyError(
    'REBUILD_REQUESTED',
    listed(`The ${input} script tried to build or retag · expected no builds, got`, violations),
    {
      hint: 'deploy ships the digest that was built and tested. Move this command to the build job.',
    },
  )
}

/** Step 5: what runs is what was deployed, as the `running` command reports it. */
export async function checkRunning(attempt: Attempt, { agreement, sealed }: Verified): Promise<void> {
  const { inputs, target, ports } = attempt
  if (inputs.running === undefined) return
  const result = await ports.guarded(inputs.running, variables(target, agreement.digest))
  refuseBuilding(result, 'running')
  const mismatch = (got: string): TargetError => runningMismatch(agreement.digest, got)
  if (result.exitCode !== 0)
    throw mismatch(`nothing: the running command failed with exit code ${result.exitCode}`)
  if (result.isTruncated) throw mismatch('more than can be read: the running command printed over 1 MB')
  const found = result.stdout.split('\n').filter((line) => line.trim() !== '')
  if (found.length === 0) throw mismatch('nothing: the running command printed no digest')
  for (const line of found) {
    const foreign = foreignIn(line, sealed)
    if (foreign !== undefined) throw mismatch(foreign)
  }
  ports.log.info(`What runs is what was built: ${[...new Set(found.map((line) => line.trim()))].join(', ')}`)
}

function runningMismatch(expected: Digest, got: string): TargetError {
  const message = `What runs is not what was deployed · expected ${expected}, got ${got}`
  return new TargetError('RUNNING_MISMATCH', message, {
    hint: 'The running command must print the digest that runs, one a line. The deployment is recorded as failed.',
  })
}

/** What a line names that is not the sealed artifact; `kubectl -o jsonpath` prints the digests of all pods in one line. */
function foreignIn(line: string, sealed: Manifest): string | undefined {
  const digests = line.match(/\bsha\d+:[0-9a-f]+/g) ?? []
  if (digests.length === 0) return `a line without a digest: ${JSON.stringify(line.slice(0, 200))}`
  return digests.find((digest) => !identify(digest as Digest, sealed).same)
}
