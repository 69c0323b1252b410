import type { Demo } from './demo.ts'
import { DemoFailure, expectEqual } from './failure.ts'
import { createRepository } from './repository.ts'
import { askDigest, fetchPage } from './running-app.ts'
import { formatTime } from './screen.ts'
import { expectSuccess } from './workflow.ts'

/** What was built and brought to every environment. */
export interface Delivery {
  readonly commit: string
  readonly digest: string
  /** What each environment shows, by name. */
  readonly greetings: ReadonlyMap<string, string>
}

/** The way it should go: build once, reuse, deploy the one digest everywhere. */
export async function deliver(demo: Demo): Promise<Delivery> {
  const { screen } = demo
  screen.heading('1 · A repository with one commit')
  const commit = await createRepository(demo.folders.repository)
  screen.say(`commit   ${commit}`)
  screen.say(`registry ${demo.image}`)
  const digest = await buildOnce(demo, commit)
  await deployEverywhere(demo, commit, digest)
  return { commit, digest, greetings: await compareEnvironments(demo, digest) }
}

async function buildOnce(demo: Demo, commit: string): Promise<string> {
  const { screen } = demo
  screen.heading('2 · Build it (workflow run 1001)')
  const first = await demo.build('build', commit, '1001', 1, 'v1.0.0')
  expectSuccess('the build', first)
  const digest = first.outputs['digest'] ?? ''
  if (!/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new DemoFailure(`the build gave no digest, got "${digest}"`)
  expectEqual('output built of the first build', 'true', first.outputs['built'] ?? '')
  for (const tag of [commit, 'v1.0.0'])
    expectEqual(`digest of the tag ${tag}`, digest, (await demo.registry.readManifest(tag)).digest)
  screen.good(`built in ${formatTime(first.milliseconds)}, 1 s of it to let the seal settle`)
  screen.good(digest)

  screen.heading('3 · Run the same workflow again (attempt 2)')
  const again = await demo.build('build-again', commit, '1001', 2, 'v1.0.0')
  expectSuccess('the re-run', again)
  expectEqual('output built of the re-run', 'false', again.outputs['built'] ?? '')
  expectEqual('digest of the re-run', digest, again.outputs['digest'] ?? '')
  if (again.step.log.includes('Build with engine')) throw new DemoFailure('the re-run started the engine')
  screen.good(`reused in ${formatTime(again.milliseconds)}: nothing was built, the digest is the same`)
  screen.say(
    `  (the build took ${formatTime(first.milliseconds)}; a seal as young as this one is settled again)`,
  )
  // What jobs after it read as needs.build.outputs.digest.
  return again.outputs['digest'] ?? ''
}

async function deployEverywhere(demo: Demo, commit: string, digest: string): Promise<void> {
  for (const [index, environment] of demo.environments.entries()) {
    demo.screen.heading(`${4 + index} · Deploy needs.build.outputs.digest to ${environment.name}`)
    const result = await demo.deploy({ name: `deploy-${environment.name}`, environment, commit, digest })
    expectSuccess(`the deployment to ${environment.name}`, result)
    expectEqual(`output digest of ${environment.name}`, digest, result.outputs['digest'] ?? '')
    expectEqual(`what runs in ${environment.name}`, digest, await askDigest(environment.port))
    demo.screen.good(`deployed in ${formatTime(result.milliseconds)}`)
  }
}

async function compareEnvironments(demo: Demo, digest: string): Promise<Map<string, string>> {
  const { screen } = demo
  screen.heading('6 · The same artifact, each environment its own configuration')
  const greetings = new Map<string, string>()
  for (const { name, port } of demo.environments) {
    const page = await fetchPage(port)
    const greeting = /<h1>(?<text>[^<]*)<\/h1>/.exec(page)?.groups?.['text'] ?? ''
    if (!page.includes(digest)) throw new DemoFailure(`the page of ${name} does not show ${digest}`)
    screen.say(
      `${name.padEnd(10)} http://127.0.0.1:${port} says "${greeting}" and runs ${await askDigest(port)}`,
    )
    greetings.set(name, greeting)
  }
  const distinct = new Set(greetings.values()).size
  if (distinct !== demo.environments.length)
    throw new DemoFailure(
      `the pages should differ by configuration · expected ${demo.environments.length} texts, got ${distinct}`,
    )
  screen.good('two configurations, one digest')
  return greetings
}
