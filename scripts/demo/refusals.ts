import type { Delivery } from './delivery.ts'
import type { Demo, DeployRequest } from './demo.ts'
import { DemoFailure, expectEqual } from './failure.ts'
import { checkOut, commitChange } from './repository.ts'
import { askDigest } from './running-app.ts'
import { formatTime } from './screen.ts'
import { expectSuccess } from './workflow.ts'

/** An attempt to ship something else, and the code it was refused with. */
export interface Refusal {
  readonly attempt: string
  readonly code: string
}

/** The ways it must not go. Each has to end with its code, and no environment may be touched. */
export async function refuseAll(demo: Demo, delivery: Delivery): Promise<readonly Refusal[]> {
  const refusals = [
    await refuseRebuildInput(demo, delivery),
    await refuseBuildInScript(demo, delivery),
    ...(await refuseOtherDigests(demo, delivery)),
  ]
  for (const { name, port } of demo.environments)
    expectEqual(`what runs in ${name} after the refusals`, delivery.digest, await askDigest(port))
  demo.screen.good('every environment still runs what was built')
  return refusals
}

async function refuseRebuildInput(demo: Demo, delivery: Delivery): Promise<Refusal> {
  demo.screen.heading('7 · Refused: a deploy job that wants to build (context: .)')
  return await refuse(demo, delivery, 'a build input on deploy', 'REBUILD_REQUESTED', {
    name: 'refused-rebuild-input',
    with: { context: '.' },
  })
}

async function refuseBuildInScript(demo: Demo, delivery: Delivery): Promise<Refusal> {
  demo.screen.heading('8 · Refused: docker build inside the deploy script, its failure ignored with || true')
  return await refuse(demo, delivery, 'docker build in the deploy script', 'REBUILD_REQUESTED', {
    name: 'refused-docker-build',
    with: { run: 'docker build --tag web-app . || true' },
  })
}

async function refuseOtherDigests(demo: Demo, delivery: Delivery): Promise<readonly Refusal[]> {
  const { screen, folders, registry } = demo
  screen.heading('9 · Refused: the digest of another commit')
  const other = await commitChange(folders.repository)
  const build = await demo.build('build-of-another-commit', other, '1002', 1, 'v1.0.1')
  expectSuccess('the build of the second commit', build)
  const digest = build.outputs['digest'] ?? ''
  if (digest === delivery.digest) throw new DemoFailure('two commits gave one digest')
  screen.good(`the second commit ${other.slice(0, 12)} is ${digest}`)
  await checkOut(folders.repository, delivery.commit)
  const foreign = await refuse(demo, delivery, 'the digest of another commit', 'DIGEST_MISMATCH', {
    name: 'refused-foreign-digest',
    digest,
  })

  screen.heading('10 · Refused: the tag of the commit was moved in the registry')
  const built = await registry.readManifest(delivery.commit)
  await registry.putManifest(delivery.commit, await registry.readManifest(digest))
  screen.say(`moved the tag ${delivery.commit.slice(0, 12)}… to ${digest}`)
  const moved = await refuse(demo, delivery, 'a moved tag', 'TAG_MOVED', { name: 'refused-moved-tag' })
  await registry.putManifest(delivery.commit, built)
  expectEqual('the tag, put back', delivery.digest, (await registry.readManifest(delivery.commit)).digest)
  screen.say('put the tag back')
  return [foreign, moved]
}

async function refuse(
  demo: Demo,
  delivery: Delivery,
  attempt: string,
  code: string,
  request: Pick<DeployRequest, 'name' | 'with'> & Partial<DeployRequest>,
): Promise<Refusal> {
  const [environment] = demo.environments
  if (environment === undefined) throw new DemoFailure('there is no environment')
  const { commit, digest } = delivery
  const result = await demo.deploy({ commit, digest, environment, ...request })
  const got = result.step.conclusion === 'failure' ? (result.code ?? 'a failure without a code') : 'success'
  expectEqual(attempt, code, got)
  demo.screen.good(`refused with ${code} after ${formatTime(result.milliseconds)}`)
  return { attempt, code }
}
