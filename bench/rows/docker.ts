import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../sandbox/peers/command.ts'
import { newCommit } from '../action.ts'
import { emptyDaemon } from '../daemon.ts'
import { type Case, timed } from '../measure.ts'
import { expectDigest, readManifest } from '../registry.ts'
import type { World } from '../world.ts'

const TAG = 'latest'

interface Build {
  readonly milliseconds: number
  readonly digest: string
  /** True when docker took the files from its cache. */
  readonly isCached: boolean
}

/** What `docker buildx build --push` of the same application takes, by what docker and the registry know of it. */
export function dockerCases(world: World): { warm: Case; empty: Case; fresh: Case } {
  const image = `${world.registry.host}/bench/docker`
  let warm = ''
  return {
    warm: {
      name: 'docker build and push, nothing changed, cache warm',
      prepare: async () => {
        warm = (await build(world, world.application, image)).digest
      },
      run: async () => {
        const { milliseconds, digest, isCached } = await build(world, world.application, image)
        if (!isCached) throw new Error('expected a warm cache')
        expectDigest('a build from the cache', digest, warm)
        return milliseconds
      },
    },
    empty: {
      name: 'docker build and push, cache empty, same repository',
      prepare: async () => {
        await build(world, world.application, image)
        await emptyDaemon(world.env)
      },
      run: async () => cold(await build(world, world.application, image)),
    },
    fresh: {
      name: 'docker build and push, cache empty, new repository',
      prepare: async () => {
        await emptyDaemon(world.env)
        // Content that no repository of the registry has, so that nothing can be found or mounted.
        await writeFile(join(world.changing, 'app', 'module-0', 'build-id'), newCommit())
      },
      run: async (round) => cold(await build(world, world.changing, `${image}-${round}`)),
    },
  }
}

function cold({ milliseconds, isCached }: Build): number {
  if (isCached) throw new Error('expected an empty cache')
  return milliseconds
}

async function build(world: World, context: string, image: string): Promise<Build> {
  const metadata = join(world.temporary, `metadata-${newCommit()}.json`)
  const { milliseconds, value } = await timed(async () =>
    runCommand(
      [
        ...(['docker', 'buildx', 'build', '--push', '--provenance=false', '--progress=plain'] as const),
        ...['--network=none', '--metadata-file', metadata, '--tag', `${image}:${TAG}`, context],
      ],
      { env: world.dockerd.env },
    ),
  )
  const reported = JSON.parse(await readFile(metadata, 'utf8')) as Record<string, unknown>
  const { digest } = await readManifest(image, TAG)
  expectDigest('the pushed image', String(reported['containerimage.digest']), digest)
  return { milliseconds, digest, isCached: / CACHED$/m.test(value.stderr) }
}
