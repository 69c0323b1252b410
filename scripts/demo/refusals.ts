import type { Delivery } from './delivery.ts'
import type { Demo, StartedJob } from './demo.ts'
import { DemoFailure, expectEqual } from './failure.ts'
import { type Refusal, refuse } from './refuse.ts'
import { checkOut, commitChange } from './repository.ts'
import { askDigest } from './running-app.ts'
import { expectSuccess } from './workflow.ts'
import type { WorkflowRun } from './github.ts'

/** Another commit, built. */
export interface OtherBuild {
  readonly run: WorkflowRun
  readonly digest: string
}

/** What came of the attempts to ship something else. */
export interface RefusedDigests {
  readonly refusals: readonly Refusal[]
  readonly other: OtherBuild
  /** The deployment of the other commit to staging, which waits for its turn meanwhile. */
  readonly next: StartedJob
}

/** Attempts to ship something else. Each has to end with its code, and no environment may be touched. */
export async function refuseOtherDigests(demo: Demo, delivery: Delivery): Promise<RefusedDigests> {
  const input = await refuseRebuildInput(demo, delivery)
  const other = await buildOtherCommit(demo, delivery)
  const { folders, staging } = demo
  const next = demo.start({ name: 'deploy-second-to-staging', environment: staging, ...other })
  const { run, digest } = delivery
  await checkOut(folders.repository, run.commit)
  const foreign = await refuse(
    demo,
    { attempt: 'the digest of another commit', code: 'DIGEST_MISMATCH' },
    { name: 'refused-foreign-digest', environment: demo.staging, run, digest: other.digest },
  )
  const moved = await refuseMovedTag(demo, delivery, other)
  for (const { name, port } of [demo.staging, demo.production])
    expectEqual(`what runs in ${name} after the refusals`, digest, await askDigest(port))
  demo.screen.good('every environment still runs what was built')
  return { refusals: [input, foreign, moved], other, next }
}

async function refuseRebuildInput(demo: Demo, { run, digest }: Delivery): Promise<Refusal> {
  demo.screen.heading('8 · Refused: a deploy job that wants to build (context: .)')
  return await refuse(
    demo,
    { attempt: 'a build input on deploy', code: 'REBUILD_REQUESTED' },
    { name: 'refused-rebuild-input', environment: demo.staging, run, digest, with: { context: '.' } },
  )
}

async function buildOtherCommit(demo: Demo, delivery: Delivery): Promise<OtherBuild> {
  const { screen, folders, github } = demo
  screen.heading('9 · Refused: the digest of another commit')
  const commit = await commitChange(folders.repository, github)
  const run = { id: 1002, attempt: 1, commit }
  const build = await demo.build('build-of-another-commit', run, 'v1.0.1')
  expectSuccess('the build of the second commit', build)
  const digest = build.outputs['digest'] ?? ''
  if (digest === delivery.digest) throw new DemoFailure('two commits gave one digest')
  screen.good(`the second commit ${commit.slice(0, 12)} is ${digest}`)
  return { run, digest }
}

async function refuseMovedTag(demo: Demo, { run, digest }: Delivery, other: OtherBuild): Promise<Refusal> {
  const { screen, registry } = demo
  const { commit } = run
  screen.heading('10 · Refused: the tag of the commit was moved in the registry')
  const built = await registry.readManifest(commit)
  await registry.putManifest(commit, await registry.readManifest(other.digest))
  screen.say(`moved the tag ${commit.slice(0, 12)}… to ${other.digest}`)
  const moved = await refuse(
    demo,
    { attempt: 'a moved tag', code: 'TAG_MOVED' },
    { name: 'refused-moved-tag', environment: demo.staging, run, digest },
  )
  await registry.putManifest(commit, built)
  expectEqual('the tag, put back', digest, (await registry.readManifest(commit)).digest)
  screen.say('put the tag back')
  return moved
}
