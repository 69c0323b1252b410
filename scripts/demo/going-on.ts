import { expectDeployed, type Delivery } from './delivery.ts'
import type { Demo } from './demo.ts'
import { expectEqual } from './failure.ts'
import type { RefusedDigests } from './refusals.ts'
import { expectRefusal, type Refusal, refuse } from './refuse.ts'
import { checkOut } from './repository.ts'
import { askDigest } from './running-app.ts'
import { formatTime } from './screen.ts'
import { expectSuccess, showLog } from './workflow.ts'

/** The next commit goes to staging, and back again; what must not happen meanwhile does not. */
export async function goOn(
  demo: Demo,
  delivery: Delivery,
  { other, next }: RefusedDigests,
): Promise<readonly Refusal[]> {
  const { screen, folders, staging, production } = demo
  const { run, digest } = delivery
  screen.heading('11 · The second commit goes to staging')
  await checkOut(folders.repository, other.run.commit)
  // Environments do not wait for each other: this one runs beside all that follows.
  const building = demo.start({
    ...{ name: 'refused-docker-build', environment: production, run, digest },
    with: { run: 'docker build --tag web-app . || true' },
  })
  await building.release()
  await expectDeployed(staging, other.digest, await next.finish())
  screen.good(`deployed: ${other.digest}`)

  screen.heading('12 · Refused: the older commit once more (dry-run: true)')
  const outdated = await refuse(
    demo,
    { attempt: 'an older commit', code: 'OUTDATED' },
    { name: 'refused-older-commit', environment: staging, run, digest, with: { 'dry-run': 'true' } },
  )
  await rollBack(demo, delivery, other.run.commit)

  screen.heading('14 · Refused in production meanwhile: docker build in the deploy script, hidden by || true')
  const refused = await building.finish()
  showLog(screen, refused)
  const inScript = { attempt: 'docker build in the deploy script', code: 'REBUILD_REQUESTED' }
  expectRefusal(demo, inScript, refused)
  for (const { name, port } of [staging, production])
    expectEqual(`what runs in ${name} at the end`, digest, await askDigest(port))
  return [outdated, inScript]
}

/** Neither digest nor commit is given: the log of deployments on GitHub names them. */
async function rollBack(demo: Demo, { digest }: Delivery, commit: string): Promise<void> {
  const { screen, staging } = demo
  screen.heading('13 · Back on purpose (rollback-to: previous)')
  const back = await demo.deploy({
    ...{ name: 'roll-back-staging', environment: staging, run: { id: 1003, attempt: 1, commit } },
    ...{ digest: '', with: { 'rollback-to': 'previous' }, isQuiet: true },
  })
  showLog(screen, back, (line) => line.startsWith('Rolling back staging to '))
  expectSuccess('the rollback of staging', back)
  expectEqual('output digest of the rollback', digest, back.outputs['digest'] ?? '')
  expectEqual('what runs in staging after the rollback', digest, await askDigest(staging.port))
  screen.good(
    `back in ${formatTime(back.milliseconds)}: the digest of the first commit, and nothing was built`,
  )
}
