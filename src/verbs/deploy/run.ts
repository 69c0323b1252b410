import type { Digest } from '../../domain/digest.ts'
import {
  BuildOnceError,
  listed,
  messageOf,
  PolicyError,
  TargetError,
  VerificationError,
} from '../../domain/error.ts'
import { shortKey } from '../../domain/json.ts'
import { identify, type Manifest } from '../../domain/manifest.ts'
import { type DeploymentRecord, recordTime } from '../../domain/record.ts'
import { digestReference, formatReference, formatRepository } from '../../domain/reference.ts'
import type { DeployInputs } from './inputs.ts'
import type { DeployPorts, DeployTarget, GuardedResult } from './ports.ts'
import { RefusedEvidence, verify, type Verified } from './witnesses.ts'

/** What a deployment ends with. */
export interface DeployResult {
  readonly target: DeployTarget
  readonly digest: Digest
  readonly reference: string
  readonly previousDigest: Digest | undefined
  readonly releaseId: string
  readonly configDigest: Digest | undefined
  /** Absent for a dry run, which records nothing. */
  readonly deploymentId: string | undefined
  readonly verified: Verified
  readonly dryRun: boolean
  readonly milliseconds: number
}

/** A deployment that did not succeed, with what was known when it ended; for the summary of the job. */
export interface DeployFailure {
  readonly target: DeployTarget
  readonly error: unknown
  readonly state: 'refused' | 'failure'
  readonly seen: RefusedEvidence
}

interface Progress {
  readonly startedAt: Date
  readonly seen: RefusedEvidence
  configDigest?: Digest
  previousDigest?: Digest | undefined
  releaseId?: string
}

/** Deploys the sealed digest: refuse, agree, release, check, record (design: the deploy verb). */
export async function deploy(
  inputs: DeployInputs,
  target: DeployTarget,
  ports: DeployPorts,
  onFailure: (failure: DeployFailure) => Promise<void>,
): Promise<DeployResult> {
  const progress: Progress = { startedAt: ports.clock.now(), seen: new RefusedEvidence() }
  try {
    const verified = await admit(inputs, target, ports, progress)
    if (!inputs['dry-run']) {
      await release(inputs, target, ports, verified)
      await checkRunning(inputs, target, ports, verified)
    }
    return await finish(inputs, target, ports, progress, verified)
  } catch (error) {
    const state = error instanceof VerificationError || error instanceof PolicyError ? 'refused' : 'failure'
    if (!inputs['dry-run']) await recordFailure(inputs, target, ports, progress, state, error)
    await onFailure({ target, error, state, seen: progress.seen })
    throw error
  }
}

/** Steps 1 and 2: everything that can refuse, before anything is touched. */
async function admit(
  inputs: DeployInputs,
  target: DeployTarget,
  ports: DeployPorts,
  progress: Progress,
): Promise<Verified> {
  refuseRebuild(inputs.rebuildInputs)
  const verified = await verify(inputs.digest, target, ports, progress.seen)
  refusePullRequest(inputs, verified)
  if (inputs.config !== undefined) progress.configDigest = await ports.hashConfig(inputs.config)
  progress.releaseId = releaseId(target, verified.agreement.digest, progress.configDigest)
  progress.previousDigest = await previousDigest(target, ports)
  return verified
}

function refuseRebuild(asked: readonly string[]): void {
  if (asked.length === 0) return
  throw new PolicyError(
    'REBUILD_REQUESTED',
    listed('deploy was asked to build · expected no build inputs, got', asked),
    {
      hint: 'deploy never builds. Remove these inputs; they belong to the build action, which runs once per commit.',
    },
  )
}

function refusePullRequest(inputs: DeployInputs, { agreement }: Verified): void {
  // Reviews of a pull request run on its merge commit too, and pull_request_target may build anything.
  const event = agreement.record?.event ?? ''
  if (!event.startsWith('pull_request') || inputs['allow-pull-request']) return
  throw new PolicyError(
    'PULL_REQUEST_BUILD',
    `The artifact was built from a pull request merge commit · expected a build of a pushed commit, got event ${event}`,
    {
      hint: 'Deploy the build of the merged commit, or set allow-pull-request: true for a preview environment.',
    },
  )
}

/** Build plus configuration of one environment is a release; the same three always give the same id. */
function releaseId(target: DeployTarget, digest: Digest, configDigest: Digest | undefined): string {
  const parts = [formatRepository(target.repository), target.environment, digest, configDigest ?? '']
  return `release-${shortKey(parts.join('\n'), 16)}`
}

async function previousDigest(target: DeployTarget, ports: DeployPorts): Promise<Digest | undefined> {
  for await (const record of ports.deployments.list(target.repository, target.environment)) {
    if (record.state === 'success' && record.digest !== null) return record.digest
  }
  return undefined
}

/** Step 4: unpack, then run. */
async function release(
  inputs: DeployInputs,
  target: DeployTarget,
  ports: DeployPorts,
  { agreement, sealed }: Verified,
): Promise<void> {
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
async function checkRunning(
  inputs: DeployInputs,
  target: DeployTarget,
  ports: DeployPorts,
  verified: Verified,
): Promise<void> {
  if (inputs.running === undefined) return
  const { agreement, sealed } = verified
  const result = await ports.guarded(inputs.running, variables(target, agreement.digest))
  refuseBuilding(result, 'running')
  const mismatch = (got: string): TargetError =>
    new TargetError(
      'RUNNING_MISMATCH',
      `What runs is not what was deployed · expected ${agreement.digest}, got ${got}`,
      {
        hint: 'The running command must print the digest that runs, one a line. The deployment is recorded as failed.',
      },
    )
  if (result.exitCode !== 0)
    throw mismatch(`nothing: the running command failed with exit code ${result.exitCode}`)
  const found = result.stdout.split('\n').filter((line) => line.trim() !== '')
  if (found.length === 0) throw mismatch('nothing: the running command printed no digest')
  for (const line of found) {
    // `kubectl -o jsonpath='{..imageID}'` prints the digests of all pods in one line.
    const digests = line.match(/sha256:[0-9a-f]{64}(?![0-9a-f])/g) ?? []
    if (digests.length === 0) throw mismatch(`a line without a digest: ${JSON.stringify(line.slice(0, 200))}`)
    const foreign = digests.find((digest) => !identify(digest as Digest, sealed).same)
    if (foreign !== undefined) throw mismatch(foreign)
  }
  ports.log.info(`What runs is what was built: ${[...new Set(found.map((line) => line.trim()))].join(', ')}`)
}

async function finish(
  inputs: DeployInputs,
  target: DeployTarget,
  ports: DeployPorts,
  progress: Progress,
  verified: Verified,
): Promise<DeployResult> {
  const { digest } = verified.agreement
  const id = inputs['dry-run'] ? undefined : ports.nonce()
  if (id !== undefined)
    await append(
      target,
      ports,
      makeRecord(id, inputs, target, ports, progress, 'success', null),
      verified.sealed,
    )
  return {
    target,
    digest,
    reference: formatReference(digestReference(target.repository, digest)),
    previousDigest: progress.previousDigest,
    releaseId: progress.releaseId ?? releaseId(target, digest, progress.configDigest),
    configDigest: progress.configDigest,
    deploymentId: id,
    verified,
    dryRun: inputs['dry-run'],
    milliseconds: ports.clock.now().getTime() - progress.startedAt.getTime(),
  }
}

function makeRecord(
  id: string,
  inputs: DeployInputs,
  target: DeployTarget,
  ports: DeployPorts,
  progress: Progress,
  state: DeploymentRecord['state'],
  reason: DeploymentRecord['reason'],
): DeploymentRecord {
  const { agreement } = progress.seen
  const asked = inputs.digest === 'sealed' ? undefined : inputs.digest
  return {
    schema: 'build-once/deployment/v1',
    id,
    releaseId: progress.releaseId ?? null,
    environment: target.environment,
    repository: formatRepository(target.repository),
    digest: agreement?.digest ?? asked ?? null,
    commit: target.commit,
    state,
    reason,
    configDigest: progress.configDigest ?? null,
    previousDigest: progress.previousDigest ?? null,
    // The bound of the record's schema; a workflow run may have left any number of artifacts.
    evidence: (agreement?.evidence ?? []).slice(0, 50),
    workflowRun: ports.context.workflowRun,
    actor: ports.context.actor,
    startedAt: recordTime(progress.startedAt),
    finishedAt: recordTime(ports.clock.now()),
    rollback: false,
    overrides: inputs['allow-pull-request'] ? ['allow-pull-request'] : [],
  }
}

async function append(
  target: DeployTarget,
  ports: DeployPorts,
  record: DeploymentRecord,
  sealed: Manifest | undefined,
): Promise<void> {
  const subject =
    sealed === undefined
      ? undefined
      : { mediaType: sealed.mediaType, digest: sealed.digest, size: sealed.bytes.byteLength }
  await ports.deployments.append(target.repository, record, subject)
}

/** Refusals and failures are part of the trail. The first error stays the one that is reported. */
async function recordFailure(
  inputs: DeployInputs,
  target: DeployTarget,
  ports: DeployPorts,
  progress: Progress,
  state: 'refused' | 'failure',
  error: unknown,
): Promise<void> {
  const code = error instanceof BuildOnceError ? error.code : 'INTERNAL'
  const reason = { code, message: messageOf(error).slice(0, 4000) }
  try {
    await append(
      target,
      ports,
      makeRecord(ports.nonce(), inputs, target, ports, progress, state, reason),
      progress.seen.sealed,
    )
  } catch (recordError) {
    ports.log.warning(`This ${state} could not be recorded: ${messageOf(recordError)}`)
  }
}
