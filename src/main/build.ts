import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { untilStopped } from '../domain/cancellation.ts'
import { digestReference, formatReference } from '../domain/reference.ts'
import { createEngine } from '../engines/index.ts'
import { withLogin } from '../engines/registry-login.ts'
import { createWorkflowArtifacts } from '../github/artifacts.ts'
import { createCache } from '../github/cache.ts'
import { readCheckout } from '../github/checkout.ts'
import { type Context, readContext } from '../github/context.ts'
import { declareArtifact } from '../github/declared-artifacts.ts'
import { eventCommit, knownCommit } from '../github/events.ts'
import { readInputs } from '../github/inputs.ts'
import { githubLog } from '../github/log.ts'
import { readOnlyCause } from '../github/pull-request.ts'
import { systemClock } from '../platform/clock.ts'
import { childEnvironment } from '../platform/environment.ts'
import { execUntil } from '../platform/exec.ts'
import { withTemporaryFolder } from '../platform/files.ts'
import { runScript } from '../platform/script.ts'
import { type BuildInputs, parseBuildInputs } from '../verbs/build/inputs.ts'
import type { BuildPorts } from '../verbs/build/ports.ts'
import { build, type BuildResult, buildTarget } from '../verbs/build/run.ts'
import { buildFailureSummary, buildSummary } from '../verbs/build/summary.ts'
import { willPush } from '../verbs/build/withheld.ts'
import { openArtifactMetadata } from './artifact-metadata.ts'
import { grace } from './cancellation.ts'
import { apiOpener, maskSecrets, openGitSeals } from './github.ts'
import { buildOutputs, setOutputs } from './outputs.ts'
import { connect, type Connection } from './registry.ts'
import { runStep, type Tell } from './step.ts'

/** The build action. */
export async function main(): Promise<void> {
  await runStep({ folder: '', failureSummary: buildFailureSummary }, work)
}

async function work(tell: Tell, cancelled: AbortSignal): Promise<void> {
  const context = readContext(process.env)
  const inputs = await parse(context)
  const target = buildTarget(inputs, inputs.commit ?? eventCommit(context))
  const connection = connect(inputs, githubLog, process.env, willPush(inputs, context))
  try {
    await withTemporaryFolder(context.temporary, async (temporary) => {
      // It may be left behind at any point, as if it was killed: what counts is made by single writes.
      const building = build(inputs, target, await ports(inputs, context, connection, temporary, cancelled))
      const result = await untilStopped(building, cancelled, grace)
      // Before anything else can fail: what was published stays published.
      await tell(buildSummary(result))
      setOutputs(buildOutputs(result))
      if (result.sealed !== undefined) {
        const artifact = digestReference(target.repository, result.sealed.manifest.digest)
        githubLog.info(`${result.outcome}: ${formatReference(artifact)}${originOf(result)}`)
        await declareArtifact(process.env, artifact, githubLog)
      }
    })
  } finally {
    connection.close()
  }
}

/** Where a digest that this step did not build comes from. */
function originOf({ outcome, sealed }: BuildResult): string {
  const url = sealed?.record.workflowRun?.url
  return outcome === 'built' || url === undefined ? '' : ` (built by ${url})`
}

/**
 * When inputs are wrong, the sources are looked at as well, so that one message holds every fault. When they
 * are right, the engine checks its sources itself, and only if something has to be built.
 */
async function parse(context: Context): Promise<BuildInputs> {
  const raw = readInputs(process.env)
  maskSecrets(raw, githubLog)
  const known = { commit: knownCommit(context), isReadOnly: readOnlyCause(context) !== undefined }
  try {
    return parseBuildInputs(raw, known)
  } catch (error) {
    const { sourceFaults } = await import('../engines/source-folder.ts')
    const path = raw.get('prepare') ? '' : (raw.get('path') ?? '')
    if (path === '') throw error
    return parseBuildInputs(raw, { ...known, faults: sourceFaults(path, context.workspace, () => []) })
  }
}

async function ports(
  inputs: BuildInputs,
  context: Context,
  connection: Connection,
  temporary: string,
  cancelled: AbortSignal,
): Promise<BuildPorts> {
  const exec = execUntil(cancelled)
  const environment = childEnvironment(process.env)
  const { registry, records } = connection
  const { username, password } = inputs
  const login =
    username === undefined || password === undefined
      ? undefined
      : { registry: inputs.image.registry, username, password }
  return {
    registry,
    records,
    // A job that cannot push seals nothing.
    gitSeals: willPush(inputs, context)
      ? await openGitSeals(inputs, githubLog, apiOpener(githubLog, process.env))
      : undefined,
    metadata: openArtifactMetadata(inputs, context, githubLog, process.env),
    context,
    temporary,
    clock: systemClock,
    log: githubLog,
    artifacts: createWorkflowArtifacts(process.env, temporary, githubLog),
    cache: createCache(githubLog),
    engine: async () =>
      await createEngine(inputs.engine, inputs, {
        registry,
        exec,
        log: githubLog,
        environment,
        memory: join(context.cacheFolder, 'build-once'),
      }),
    script: async (text) => {
      const options = {
        exec,
        folder: temporary,
        name: 'prepare',
        cwd: context.workspace,
        environment,
        onOutput: (chunk: string) => githubLog.raw(chunk),
      }
      return (await runScript(text, options)).exitCode
    },
    checkedOut: async () =>
      await readCheckout(exec, context.workspace, environment, inputs.context ?? inputs.path),
    engineEnvironment: async () => await withLogin(environment, login, temporary),
    nonce: () => randomBytes(16).toString('hex'),
  }
}
