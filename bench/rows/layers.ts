import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../sandbox/peers/command.ts'
import { newCommit, succeed } from '../action.ts'
import { type ChildReport, runInside } from '../inside.ts'
import { type Case, timed } from '../measure.ts'
import { expectDigest, readManifest } from '../registry.ts'
import type { World } from '../world.ts'

const MEMORY = 'build-once'

/** Builds with the engine `layers`: what is new, and what another commit has built already. */
export interface LayersCases {
  readonly first: Case
  readonly unchanged: Case
  readonly firstInside: Case
  readonly unchangedInside: Case
}

/** The cases of the engine; `layer` is the digest that the same files have in every build. */
export function layersCases(world: World, layer: string): LayersCases {
  const memory = join(world.job.runner['RUNNER_TOOL_CACHE'] ?? world.temporary, MEMORY)
  const image = `${world.registry.host}/bench/layers`
  const forget = async (): Promise<void> => rm(memory, { recursive: true, force: true })
  const remember = async (): Promise<void> => {
    await build(world, image, layer)
  }
  return {
    first: {
      name: 'layers: a build of new files, whole process',
      prepare: forget,
      run: async (round) => build(world, `${image}-first-${round}`, layer),
    },
    unchanged: {
      name: 'layers: another commit, same files, whole process',
      prepare: remember,
      run: async () => build(world, image, layer),
    },
    firstInside: {
      name: 'layers: a build of new files, before sealing',
      prepare: forget,
      run: async (round) => buildInside(world, `${image}-inside-${round}`, memory, layer),
    },
    unchangedInside: {
      name: 'layers: another commit, same files, before sealing',
      prepare: remember,
      run: async () => buildInside(world, image, memory, layer),
    },
  }
}

async function build(world: World, image: string, layer: string): Promise<number> {
  const commit = newCommit()
  const inputs = { image, commit, engine: 'layers', path: 'app', settle: '0' }
  const { outputs, milliseconds } = await succeed('build', inputs, world.job)
  if (outputs['built'] !== 'true') throw new Error('expected a build, got a reuse')
  await expectImage(image, commit, outputs['digest'], layer)
  return milliseconds
}

async function buildInside(world: World, image: string, memory: string, layer: string): Promise<number> {
  const temporary = await mkdtemp(join(world.temporary, 'inside-'))
  const task = { image, commit: newCommit(), memory, temporary, workspace: world.application }
  const { milliseconds, digest }: ChildReport = await runInside('before-sealing', task, world.job)
  await expectImage(image, digest, digest, layer)
  return milliseconds
}

async function expectImage(
  image: string,
  name: string,
  digest: string | undefined,
  layer: string,
): Promise<void> {
  const manifest = await readManifest(image, name)
  expectDigest('the built image', digest, manifest.digest)
  expectDigest('the layer of the same files', manifest.layers.join(), layer)
}

/** The same with crane: tar makes the layer, crane compresses and pushes it. */
export function craneCases(world: World): { first: Case; unchanged: Case } {
  const image = `${world.registry.host}/bench/crane`
  let expected: string | undefined
  const append = async (to: string): Promise<number> => {
    const { milliseconds, value } = await timed(async () => tarAndAppend(world, to))
    const { digest } = await readManifest(to, 'latest')
    expectDigest('the image of crane', value, digest)
    // The same files are the same image every time.
    expected ??= digest
    expectDigest('the image of the same files', digest, expected)
    return milliseconds
  }
  return {
    first: {
      name: 'tar and crane append, new repository',
      run: async (round) => append(`${image}-${round}`),
    },
    unchanged: {
      name: 'tar and crane append, layer in the registry',
      prepare: async () => {
        await append(image)
      },
      run: async () => append(image),
    },
  }
}

/** Resolves with the digest that crane prints. */
async function tarAndAppend(world: World, image: string): Promise<string | undefined> {
  const layer = join(world.temporary, 'layer.tar')
  const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner']
  await runCommand(['tar', ...reproducible, '-C', join(world.application, 'app'), '-cf', layer, '.'])
  const { stdout } = await runCommand(
    [world.peers.crane, 'append', '--insecure', '--new_layer', layer, '--new_tag', `${image}:latest`],
    { env: world.dockerd.env },
  )
  return /sha256:[0-9a-f]{64}/.exec(stdout)?.[0]
}
