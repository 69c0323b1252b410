import type { Delivery } from './delivery.ts'
import type { Demo } from './demo.ts'
import { expectEqual } from './failure.ts'
import type { OtherBuild } from './refusals.ts'
import { expectRefusal, type Refusal, refuse } from './refuse.ts'
import { checkOut } from './repository.ts'
import { askDigest } from './running-app.ts'
import { formatTime } from './screen.ts'
import { expectSuccess, showLog } from './workflow.ts'

/** The next commit goes to staging, and back again; what must not happen meanwhile does not. */
export async function goOn(demo: Demo, delivery: Delivery, other: OtherBuild): Promise<readonly Refusal[]> {
  const { screen, staging } = demo
  const inScript = await deployNextCommit(demo, delivery, other)

  screen.heading('13 · Refused: the older commit once more (dry-run: true)')
  const outdated = await refuse(
    demo,
    { attempt: 'an older commit', code: 'OUTDATED' },
    {
      name: 'refused-older-commit',
      environment: staging,
      ...{ run: delivery.run, digest: delivery.digest, with: { 'dry-run': 'true' } },
    },
  )

  screen.heading('14 · Back on purpose (rollback-to: previous)')
  const run = { id: 1003, attempt: 1, commit: other.run.commit }
  const back = await demo.deploy({
    name: 'roll-back-staging',
    environment: staging,
    ...{ run, digest: '', with: { 'rollback-to': 'previous' } },
    isQuiet: true,
  })
  showLog(screen, back, (line) => line.startsWith('Rolling back staging to '))
  expectSuccess('the rollback of staging', back)
  expectEqual('output digest of the rollback', delivery.digest, back.outputs['digest'] ?? '')
  expectEqual('what runs in staging after the rollback', delivery.digest, await askDigest(staging.port))
  screen.good(
    `back in ${formatTime(back.milliseconds)}: the digest of the first commit, and nothing was built`,
  )
  return [inScript, outdated]
}

/** Two jobs at once, each for its environment. */
async function deployNextCommit(demo: Demo, delivery: Delivery, other: OtherBuild): Promise<Refusal> {
  const { screen, folders, staging, production } = demo
  await checkOut(folders.repository, other.run.commit)
  screen.heading('11 · The second commit goes to staging')
  const building = demo.deploy({
    name: 'refused-docker-build',
    environment: production,
    ...{ run: delivery.run, digest: delivery.digest },
    with: { run: 'docker build --tag web-app . || true' },
    isQuiet: true,
  })
  const deploying = demo.deploy({
    name: 'deploy-second-to-staging',
    environment: staging,
    ...other,
    isQuiet: true,
  })
  const [refused, deployed] = await Promise.all([building, deploying])
  expectSuccess('the deployment of the second commit', deployed)
  expectEqual('what runs in staging', other.digest, await askDigest(staging.port))
  screen.good(`deployed in ${formatTime(deployed.milliseconds)}: ${other.digest}`)

  screen.heading('12 · Refused in production meanwhile: docker build in the deploy script, hidden by || true')
  showLog(screen, refused)
  const expected = { attempt: 'docker build in the deploy script', code: 'REBUILD_REQUESTED' }
  expectRefusal(demo, expected, refused)
  expectEqual('what runs in production', delivery.digest, await askDigest(production.port))
  return expected
}
