import type { Demo, Environment } from './demo.ts'
import { DemoFailure, expectEqual } from './failure.ts'
import type { WorkflowRun } from './github.ts'
import { type Refusal, refuse } from './refuse.ts'
import { createRepository } from './repository.ts'
import { askDigest, fetchPage } from './running-app.ts'
import { formatTime } from './screen.ts'
import { expectSuccess, type JobResult, showLog } from './workflow.ts'

/** What was built and brought to every environment. */
export interface Delivery {
  /** The attempt that reused the build went on to deploy it. */
  readonly run: WorkflowRun
  readonly digest: string
  /** The attempt to do it in the wrong order. */
  readonly refusal: Refusal
  /** What each environment shows, by name. */
  readonly greetings: ReadonlyMap<string, string>
}

/** The way it should go: build once, reuse, deploy the one digest everywhere, one environment after the other. */
export async function deliver(demo: Demo): Promise<Delivery> {
  const { screen } = demo
  screen.heading('1 · A repository with one commit')
  const commit = await createRepository(demo.folders.repository, demo.github)
  screen.say(`commit   ${commit}`)
  screen.say(`registry ${demo.image}`)
  screen.say(`GitHub   ${demo.github.apiUrl}, for ${demo.github.repository}`)
  const digest = await buildOnce(demo, commit)
  const run = { id: 1001, attempt: 2, commit }
  const refusal = await deployInOrder(demo, run, digest)
  return { run, digest, refusal, greetings: await compareEnvironments(demo, digest) }
}

async function buildOnce(demo: Demo, commit: string): Promise<string> {
  const { screen } = demo
  screen.heading('2 · Build it (workflow run 1001), sealed in git (seal: git)')
  const first = await demo.build('build', { id: 1001, attempt: 1, commit }, 'v1.0.0')
  expectSuccess('the build', first)
  const digest = first.outputs['digest'] ?? ''
  if (!/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new DemoFailure(`the build gave no digest, got "${digest}"`)
  expectEqual('output built of the first build', 'true', first.outputs['built'] ?? '')
  for (const tag of [commit, 'v1.0.0'])
    expectEqual(`digest of the tag ${tag}`, digest, (await demo.registry.readManifest(tag)).digest)
  screen.good(`built in ${formatTime(first.milliseconds)}`)
  screen.good(digest)

  screen.heading('3 · Run the same workflow again (attempt 2)')
  const again = await demo.build('build-again', { id: 1001, attempt: 2, commit }, 'v1.0.0')
  expectSuccess('the re-run', again)
  expectEqual('output built of the re-run', 'false', again.outputs['built'] ?? '')
  expectEqual('digest of the re-run', digest, again.outputs['digest'] ?? '')
  if (again.step.log.includes('Build with engine')) throw new DemoFailure('the re-run started the engine')
  screen.good(`reused in ${formatTime(again.milliseconds)}: nothing was built, the digest is the same`)
  // What jobs after it read as needs.build.outputs.digest.
  return again.outputs['digest'] ?? ''
}

/** Two jobs start at once; production has to wait until staging has the digest. */
async function deployInOrder(demo: Demo, run: WorkflowRun, digest: string): Promise<Refusal> {
  const { screen, staging, production } = demo
  const after = { after: staging.name }
  screen.heading('4 · Refused: production before staging has it (after: staging)')
  const first = demo.start({ name: 'deploy-staging', environment: staging, run, digest })
  const refusal = await refuse(
    demo,
    { attempt: 'production before staging', code: 'OUT_OF_ORDER' },
    { name: 'refused-production-first', environment: production, run, digest, with: after },
  )
  screen.heading('5 · Deploy needs.build.outputs.digest to staging')
  const result = await first.finish()
  showLog(screen, result)
  await expectDeployed(staging, digest, result)
  screen.good('deployed')
  screen.heading('6 · Deploy needs.build.outputs.digest to production (after: staging)')
  const second = { name: 'deploy-production', environment: production, run, digest, with: after }
  const last = await demo.deploy(second)
  await expectDeployed(production, digest, last)
  screen.good(`deployed in ${formatTime(last.milliseconds)}`)
  return refusal
}

/** Fails the demo unless a job deployed a digest. */
export async function expectDeployed(
  { name, port }: Environment,
  digest: string,
  result: JobResult,
): Promise<void> {
  expectSuccess(`the deployment to ${name}`, result)
  expectEqual(`output digest of ${name}`, digest, result.outputs['digest'] ?? '')
  expectEqual(`what runs in ${name}`, digest, await askDigest(port))
}

async function compareEnvironments(demo: Demo, digest: string): Promise<Map<string, string>> {
  const { screen } = demo
  screen.heading('7 · The same artifact, each environment its own configuration')
  const environments = [demo.staging, demo.production]
  const greetings = new Map<string, string>()
  for (const { name, port } of environments) {
    const page = await fetchPage(port)
    const greeting = /<h1>(?<text>[^<]*)<\/h1>/.exec(page)?.groups?.['text'] ?? ''
    if (!page.includes(digest)) throw new DemoFailure(`the page of ${name} does not show ${digest}`)
    screen.say(
      `${name.padEnd(10)} http://127.0.0.1:${port} says "${greeting}" and runs ${await askDigest(port)}`,
    )
    greetings.set(name, greeting)
  }
  const distinct = new Set(greetings.values()).size
  if (distinct !== environments.length)
    throw new DemoFailure(
      `the pages should differ by configuration · expected ${environments.length} texts, got ${distinct}`,
    )
  screen.good('two configurations, one digest')
  return greetings
}
