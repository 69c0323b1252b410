import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Commit } from '../domain/commit.ts'
import { createWorkflowArtifacts } from '../github/artifacts.ts'
import { type Context, readContext } from '../github/context.ts'
import { eventCommit, knownCommit } from '../github/events.ts'
import { readInputs } from '../github/inputs.ts'
import { githubLog } from '../github/log.ts'
import { readOnlyCause } from '../github/pull-request.ts'
import { systemClock } from '../platform/clock.ts'
import { childEnvironment } from '../platform/environment.ts'
import { execUntil } from '../platform/exec.ts'
import { withTemporaryFolder } from '../platform/files.ts'
import { runScript } from '../platform/script.ts'
import { hashConfiguration } from '../targets/configuration.ts'
import { createGuard } from '../targets/guard.ts'
import { unpackFiles } from '../targets/unpack.ts'
import { type DeployInputs, parseDeployInputs } from '../verbs/deploy/inputs.ts'
import type { DeployPorts } from '../verbs/deploy/ports.ts'
import { deploy } from '../verbs/deploy/run.ts'
import { deploySummary, earlyFailureSummary, failureSummary } from '../verbs/deploy/summary.ts'
import { openArtifactMetadata } from './artifact-metadata.ts'
import { grace } from './cancellation.ts'
import { deploymentPorts } from './deployments.ts'
import { apiOpener, maskSecrets, openGitSeals } from './github.ts'
import { deployOutputs, setOutputs } from './outputs.ts'
import { connect, type Connection } from './registry.ts'
import { runStep, type Tell } from './step.ts'

/** The deploy action. */
export async function main(home: string): Promise<void> {
  const action = { folder: 'deploy', failureSummary: earlyFailureSummary }
  await runStep(action, async (tell, cancelled) => await work(home, tell, cancelled))
}

async function work(home: string, tell: Tell, cancelled: AbortSignal): Promise<void> {
  const context = readContext(process.env)
  const raw = readInputs(process.env)
  maskSecrets(raw, githubLog)
  const inputs = parseDeployInputs(raw, readOnlyCause(context) !== undefined)
  const target = {
    repository: inputs.image,
    commit: commitOf(inputs, context),
    environment: inputs.environment,
  }
  const connection = connect(inputs, githubLog, process.env)
  try {
    await withTemporaryFolder(context.temporary, async (temporary) => {
      const result = await deploy(
        inputs,
        target,
        await ports(inputs, context, connection, temporary, home, cancelled),
        async (failure) => await tell(failureSummary(failure)),
      )
      await tell(deploySummary(result))
      setOutputs(deployOutputs(result))
      githubLog.info(
        `${result.planned === undefined ? 'Deployed' : 'Would deploy'} ${result.reference} to ${target.environment}`,
      )
    })
  } finally {
    connection.close()
  }
}

/** Which commit a rollback goes to is in the log; until that is read, it is about whatever commit there is. */
function commitOf({ commit, 'rollback-to': rollback }: DeployInputs, context: Context): Commit {
  if (commit !== undefined) return commit
  if (rollback?.kind === 'commit') return rollback.commit
  const any = rollback === undefined ? undefined : (knownCommit(context) ?? context.headCommit)
  return any ?? eventCommit(context)
}

async function ports(
  inputs: DeployInputs,
  context: Context,
  connection: Connection,
  temporary: string,
  home: string,
  cancelled: AbortSignal,
): Promise<DeployPorts> {
  const { registry, records } = connection
  const open = apiOpener(githubLog, process.env)
  const guardProgram = { node: process.execPath, entry: join(home, '..', 'guard', 'index.js') }
  return {
    registry,
    records,
    gitSeals: await openGitSeals(inputs, githubLog, open),
    context,
    clock: systemClock,
    log: githubLog,
    cancelled,
    grace,
    metadata: openArtifactMetadata(inputs, context, githubLog, process.env),
    ...(await deploymentPorts(inputs, context, connection, githubLog, process.env, open)),
    artifacts: createWorkflowArtifacts(process.env, temporary, githubLog),
    guarded: async (script, variables) => {
      // Left for the runner to remove at the end of the job, see createGuard.
      const folder = await mkdtemp(join(context.temporary, 'build-once-guard-'))
      const environment = { ...childEnvironment(process.env), ...variables }
      const guard = await createGuard(folder, inputs.guard, guardProgram, environment)
      const { exitCode, stdout, isTruncated } = await runScript(script, {
        exec: execUntil(cancelled),
        folder,
        name: 'deploy',
        cwd: context.workspace,
        environment: guard.environment,
        onOutput: (chunk) => githubLog.raw(chunk),
        waitsForAll: true,
      })
      return { exitCode, stdout, isTruncated, violations: await guard.violations() }
    },
    unpack: async (repository, manifest, directory) =>
      await unpackFiles({
        registry,
        repository,
        manifest,
        directory: resolve(context.workspace, directory),
        log: githubLog,
      }),
    hashConfig: async (patterns) => await hashConfiguration(context.workspace, patterns),
    nonce: () => randomBytes(16).toString('hex'),
  }
}
