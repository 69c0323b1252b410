import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { runCommand, tryCommand, writeContext } from '../../sandbox/peers/command.ts'
import { findPeers } from '../../sandbox/peers/tools.ts'
import type { StepResult } from '../../sandbox/runner/runner.ts'
import { errorsOf, newCommit, step, temporaryFolder } from '../e2e/world.ts'

/** Environment variables, laid over this process's own. */
export type Env = Readonly<Record<string, string>>

/** An application that every engine can publish: a Dockerfile, and the same files ready to be copied in `files`. */
export async function writeSources(folder: string, greeting: string): Promise<void> {
  const { busybox } = await findPeers()
  const program = { content: await readFile(busybox), mode: 0o755 }
  await writeContext(folder, {
    Dockerfile: [
      'FROM scratch',
      'COPY files /',
      'ENTRYPOINT ["/bin/busybox"]',
      'CMD ["cat", "/greeting"]',
      '',
    ].join('\n'),
    'files/greeting': greeting,
    'files/bin/busybox': program,
  })
}

/** A sealed build, as the action reported it. */
export interface Sealed {
  readonly image: string
  readonly commit: string
  readonly digest: string
  /** `image@digest`. */
  readonly reference: string
  readonly result: StepResult
}

/** What is built, and with which tools on PATH. */
export interface Build {
  readonly image: string
  readonly inputs: Env
  readonly workspace: string
  readonly env: Env
}

/** Runs the build action for a new commit, which has to succeed. */
export async function build({ image, inputs, workspace, env }: Build): Promise<Sealed> {
  const commit = newCommit()
  const result = await step('build', { image, commit, settle: '0', ...inputs }, { workspace, env })
  expect(errorsOf(result)).toBe('')
  expect(result.conclusion).toBe('success')
  const digest = result.outputs['digest'] ?? ''
  return { image, commit, digest, reference: `${image}@${digest}`, result }
}

/**
 * Builds a new commit and asks for it again: first `built=true`, and every program that reads registries sees
 * the reported digest under the SHA tag and the other tags; then `built=false` with the same digest, in a place
 * where no engine could work.
 * @param observer environment of the programs that look.
 */
export async function buildTwice(given: Build, observer: Env): Promise<Sealed> {
  const inputs = { ...given.inputs, tags: 'v1.0.0,latest' }
  const sealed = await build({ ...given, inputs })
  const { image, commit, digest, result } = sealed
  expect(result.outputs).toMatchObject({ built: 'true', commit, tag: commit, image })
  for (const tag of [commit, 'v1.0.0', 'latest']) await expectAgreement(`${image}:${tag}`, digest, observer)
  await expectReuse(sealed, inputs)
  return sealed
}

/** Asks for a built commit where there are no sources, no programs and no docker: only a reuse can succeed. */
export async function expectReuse({ image, commit, result }: Sealed, inputs: Env): Promise<void> {
  await using nothing = await temporaryFolder()
  const env = { PATH: nothing.path, DOCKER_HOST: `unix://${nothing.path}/none.sock` }
  const again = await step(
    'build',
    { image, commit, settle: '0', ...inputs },
    { workspace: nothing.path, env },
  )
  expect(errorsOf(again)).toBe('')
  expect(again.conclusion).toBe('success')
  const { digest, record } = result.outputs
  expect(again.outputs).toMatchObject({ built: 'false', digest, record })
}

/** Runs the deploy action for a build: what is sealed is asked for by its digest unless `inputs` say otherwise. */
export async function deploy(
  { image, commit, digest }: Pick<Sealed, 'image' | 'commit' | 'digest'>,
  inputs: Env,
  env: Env,
): Promise<StepResult> {
  await using folder = await temporaryFolder()
  const given = { image, commit, digest, environment: 'staging', run: 'true', ...inputs }
  return await step('deploy', given, { workspace: folder.path, env })
}

/** Fails unless all programs that read registries see this digest. */
export async function expectAgreement(image: string, digest: string, env: Env): Promise<void> {
  const seen = await digestsOf(image, env)
  expect(seen, image).toEqual(Object.fromEntries(Object.keys(seen).map((program) => [program, digest])))
}

/** The digest of an image by the programs that report it, and by the bytes that they fetch. */
async function digestsOf(image: string, env: Env): Promise<Record<string, string>> {
  const peers = await findPeers()
  const read = async (program: string, ...args: readonly string[]): Promise<string> =>
    (await runCommand([program, ...args], { env })).stdout
  const hash = (bytes: string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const manifest = ['manifest', 'fetch', '--plain-http', image] as const
  return {
    'crane digest': (await read(peers.crane, 'digest', image)).trim(),
    'skopeo inspect --raw': hash(
      await read(peers.skopeo, 'inspect', '--raw', '--tls-verify=false', `docker://${image}`),
    ),
    'oras resolve': (await read(peers.oras, 'resolve', '--plain-http', image)).trim(),
    'oras manifest fetch': hash(await read(peers.oras, ...manifest)),
    'docker buildx imagetools inspect': hash(
      await read(peers.docker, 'buildx', 'imagetools', 'inspect', '--raw', image),
    ),
  }
}

/** Runs an image by reference, without a network, and returns what it prints. */
export async function runImage(reference: string, env: Env): Promise<string> {
  const argv = ['docker', 'run', '--rm', '--network', 'none', reference] as const
  return (await runCommand([...argv], { env })).stdout
}

/** The tags of a repository; none when the registry does not know it. */
export async function listTags(image: string, env: Env = {}): Promise<string[]> {
  const { crane } = await findPeers()
  const { stdout } = await tryCommand([crane, 'ls', image], { env })
  return stdout.split('\n').filter((tag) => tag !== '')
}

/** A manifest's JSON, as crane reads it. */
export async function readManifest(image: string, env: Env = {}): Promise<ManifestJson> {
  const { crane } = await findPeers()
  return JSON.parse((await runCommand([crane, 'manifest', image], { env })).stdout) as ManifestJson
}

/** The parts of manifests and indexes that tests look at. */
export interface ManifestJson {
  readonly artifactType?: string
  readonly subject?: { readonly digest: string }
  readonly layers?: readonly { readonly digest: string; readonly mediaType: string }[]
  readonly manifests?: readonly {
    readonly digest: string
    readonly platform?: { readonly os: string; readonly architecture: string }
  }[]
}

/** `os/architecture` of the children of an index. */
export async function childPlatforms(image: string, env: Env = {}): Promise<string[]> {
  const { manifests = [] } = await readManifest(image, env)
  return manifests.map(({ platform }) => `${platform?.os}/${platform?.architecture}`)
}
