import type { TaskId } from '../../../scripts/docs/permissions/tasks.ts'
import type { JobOptions } from '../../../sandbox/runner/runner.ts'
import type { Digest } from '../../../src/domain/digest.ts'
import { parseCommit } from '../../../src/domain/commit.ts'
import type { Holder } from '../../../src/domain/lock.ts'
import { parseRepository } from '../../../src/domain/reference.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { createRegistryLock } from '../../../src/registry/deployment-lock.ts'
import { newCommit } from '../../e2e/world.ts'
import { intentOf, openLog } from '../../github/support/deployments.ts'
import { nextNonce } from '../../fixtures/samples.ts'
import { keptLog, open } from '../../registry/support/access.ts'
import type { Place, Scene } from './permission-place.ts'

type Inputs = Readonly<Record<string, string>>

/** Commits that are built, the second one a child of the first. */
interface Built {
  readonly commit: string
  readonly digest: string
}

/** What the scenes are played with. */
export interface Stage {
  readonly place: Place
  readonly image: string
  readonly one: Built
  readonly two: Built
}

const BUILD = { engine: 'layers', path: 'dist', settle: '0' } as const
/** A payload that does not say whose repository it is. */
const UNOWNED = { repository: { full_name: 'octo-org/app' } }
const UNKNOWN_OWNER: Partial<JobOptions> = { event: 'workflow_dispatch', payload: UNOWNED }

/** Builds two commits, sealed in git as well as in the registry. */
export async function setStage(place: Place): Promise<Stage> {
  const { git } = place.github.state
  const image = `${place.registry.host}/team/app`
  const build = async (commit: string): Promise<Built> => {
    const seen = await built(place, { image, commit, seal: 'git' })
    return { commit, digest: seen['digest'] ?? '' }
  }
  const first = git.head()
  const second = git.commit()
  return { place, image, one: await build(first), two: await build(second) }
}

async function built(place: Place, inputs: Inputs): Promise<Inputs> {
  const seen = await place.step({ verb: 'build', inputs: { ...BUILD, ...inputs } }, place.github.token)
  if (seen.code !== undefined) throw new Error(seen.text)
  return seen.outputs
}

function buildScene({ place }: Stage, inputs: Inputs = {}, job: Partial<JobOptions> = {}): Scene {
  const image = `${place.registry.host}/${place.fresh()}/app`
  return { verb: 'build', inputs: { ...BUILD, image, commit: newCommit(), ...inputs }, job }
}

/** A job that deploys to an environment of its own, which is protected. */
function deployScene(
  { place, image, two }: Stage,
  inputs: Inputs = {},
  job: Partial<JobOptions> = {},
): Scene & { readonly environment: string } {
  const { actions, environments, jobs } = place.github.state
  const environment = place.fresh()
  environments.set(environment, { protection: [{ type: 'required_reviewers' }] })
  const run = actions.startRun({ sha: two.commit })
  const checkRunId = jobs.start(run).id
  const given = { image, commit: two.commit, digest: 'sealed', environment, records: 'github', ...inputs }
  return {
    verb: 'deploy',
    environment,
    inputs: given,
    job: { workflowRunId: String(run.id), checkRunId, ...job },
  }
}

/** Lets an environment have run something before. */
async function ran({ place, image }: Stage, environment: string, ...before: readonly Built[]): Promise<void> {
  const { append } = openLog(place.github)
  for (const { commit, digest } of before)
    await append({ environment, repository: image, commit: parseCommit(commit), digest: digest as Digest })
}

/** Another job, which has ended without a word. */
function gone({ place, two }: Stage, isKnownByCheck: boolean): Holder {
  const { actions, jobs } = place.github.state
  const run = actions.startRun({ sha: two.commit })
  const job = jobs.start(run)
  jobs.finish(job, 'cancelled')
  actions.finishRun(run, 'cancelled')
  const url = `https://github.com/octo-org/app/actions/runs/${run.id}`
  const workflowRun = { id: String(run.id), attempt: 1, url, workflow: 'CI', job: 'deploy' }
  return { id: nextNonce(), workflowRun, checkRunId: isKnownByCheck ? job.id : null, actor: 'octocat' }
}

/** Announces the deployment of a job that has ended without a word. */
async function announced(stage: Stage, environment: string, holder: Holder): Promise<void> {
  const { id, workflowRun, checkRunId } = holder
  const { deployments, record } = openLog(stage.place.github, checkRunId === null ? {} : { checkRunId })
  const intent = record({ id, environment, repository: stage.image, workflowRun })
  await deployments.open(parseRepository(stage.image), intentOf(intent))
}

/** Leaves the lock in the registry to a job that has ended, and whose check run nobody finds. */
async function locked(stage: Stage, environment: string): Promise<void> {
  const { registry } = open()
  const clock = { ...systemClock, sleep: async () => {} }
  const lock = createRegistryLock({ registry, clock, log: keptLog(), times: { renewMs: 3_600_000 } })
  const holder = { ...gone(stage, false), checkRunId: 1 }
  const repository = parseRepository(stage.image)
  await lock.acquire({ repository, environment, holder, timeoutMs: 1000, open: undefined })
}

/** How each task comes about. */
export const SCENES: Readonly<Record<TaskId, (stage: Stage) => Promise<Scene>>> = {
  build: async (stage) => buildScene(stage),
  withheld: async (stage) => buildScene(stage, { push: 'false' }),
  'build-metadata': async (stage) => buildScene(stage, {}, UNKNOWN_OWNER),
  'seal-git': async (stage) => buildScene(stage, { seal: 'git' }),
  'reuse-git': async (stage) => {
    const scene = buildScene(stage, { seal: 'git' })
    await built(stage.place, scene.inputs)
    return scene
  },
  'adopt-git': async (stage) => {
    const scene = buildScene(stage, { seal: 'git', adopt: 'true' })
    const { image = '', commit = '' } = scene.inputs
    const { digest = '' } = await built(stage.place, { image, commit: newCommit() })
    await stage.place.registry.putTag(image.slice(image.indexOf('/') + 1), commit, digest)
    return scene
  },
  backfill: async (stage) => {
    const scene = buildScene(stage)
    await built(stage.place, scene.inputs)
    return { ...scene, inputs: { ...scene.inputs, seal: 'git', backfill: 'true' } }
  },
  'records-github': async (stage) => deployScene(stage),
  replace: async (stage) => {
    const scene = deployScene(stage)
    await ran(stage, scene.environment, stage.one)
    return scene
  },
  after: async (stage) => {
    const before = stage.place.fresh()
    await ran(stage, before, stage.two)
    return deployScene(stage, { after: before, soak: '0' })
  },
  rollback: async (stage) => {
    const scene = deployScene(stage, { commit: stage.one.commit, rollback: 'true' })
    await ran(stage, scene.environment, stage.one, stage.two)
    return scene
  },
  'rollback-to': async (stage) => {
    const scene = deployScene(stage, { commit: '', digest: '', 'rollback-to': 'previous' })
    await ran(stage, scene.environment, stage.one, stage.two)
    return scene
  },
  protection: async (stage) => deployScene(stage, { 'require-protection': 'true' }),
  'protection-of-app': async (stage) => {
    const scene = deployScene(stage)
    stage.place.github.state.environments.set(scene.environment, { customRules: [{ app: 'gatekeeper' }] })
    return scene
  },
  'witness-git': async (stage) => deployScene(stage, { seal: 'git' }),
  'wait-for-job': async (stage) => {
    const scene = deployScene(stage, { 'lock-timeout': '0' })
    await announced(stage, scene.environment, gone(stage, true))
    return scene
  },
  'wait-for-run': async (stage) => {
    const scene = deployScene(stage, { 'lock-timeout': '0' })
    await announced(stage, scene.environment, gone(stage, false))
    return scene
  },
  'records-registry': async (stage) => deployScene(stage, { records: 'registry' }),
  'replace-registry': async (stage) => {
    const scene = deployScene(stage, { records: 'registry' })
    const inputs = { ...scene.inputs, commit: stage.one.commit }
    await stage.place.step({ ...scene, inputs }, stage.place.github.token)
    return scene
  },
  'wait-in-registry': async (stage) => {
    const scene = deployScene(stage, { records: 'registry', 'lock-timeout': '0' })
    await locked(stage, scene.environment)
    return scene
  },
  'records-both': async (stage) => deployScene(stage, { records: 'both' }),
  'dry-run': async (stage) => {
    const scene = deployScene(stage, { 'dry-run': 'true' })
    await ran(stage, scene.environment, stage.one)
    return scene
  },
  'deploy-metadata': async (stage) => deployScene(stage, {}, UNKNOWN_OWNER),
  'no-token': async (stage) => deployScene(stage, { token: '', records: '' }),
}
