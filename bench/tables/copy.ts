import { startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { bundlePrograms } from '../bundle.ts'
import { type ImageContent, pushTestImage } from '../image.ts'
import type { Plan, PlannedAim } from '../plan.ts'
import { coldCase, createCopyists, presentCase } from '../rows/copy.ts'
import { makeFolder, type Servers } from '../servers.ts'
import type { Aim } from '../table.ts'

interface Size extends ImageContent {
  readonly name: string
  readonly path: string
  readonly atMost?: number
}

const SIZES: readonly Size[] = [
  { name: '50 MB', path: 'small', layers: [1, 2, 3, 4, 5].map(() => 10_000_000), seed: 1 },
  { name: '2 GB', path: 'large', layers: Array.from({ length: 8 }, () => 256_000_000), seed: 2, atMost: 3 },
]

const AT_MOST_150_MB: Aim = { kind: 'memory', megabytes: 150 }

/** Copies from one registry to another one, which is empty or has everything. */
export async function planCopy(
  servers: Servers,
  stack: AsyncDisposableStack,
  isQuick: boolean,
): Promise<Plan> {
  const ways = createCopyists(servers, await bundlePrograms(await makeFolder(servers, 'programs')))
  const there = await startDockerRegistry()
  stack.defer(there.close)
  const plan: Plan[number][] = []
  for (const size of isQuick ? SIZES.slice(0, 1) : SIZES) {
    const from = `${servers.registry.host}/bench/${size.path}`
    const work = { ...size, image: await pushTestImage(from, 'built', size, servers.temporary) }
    const host = `${there.host}/${size.path}`
    const cold = {
      ours: coldCase(servers, ways.ours, work, stack),
      crane: coldCase(servers, ways.crane, work, stack),
      skopeo: coldCase(servers, ways.skopeo, work, stack),
    }
    const asFastAsCrane: PlannedAim = (summaryOf) => ({
      kind: 'at most',
      milliseconds: summaryOf(cold.crane).median,
    })
    plan.push(
      {
        title: `${size.name} to an empty registry`,
        lines: [[cold.ours, asFastAsCrane, AT_MOST_150_MB], [cold.crane], [cold.skopeo]],
      },
      {
        title: `${size.name}, already there`,
        lines: [
          [presentCase(servers, ways.ours, work, host), AT_MOST_150_MB],
          [presentCase(servers, ways.crane, work, host)],
          [presentCase(servers, ways.skopeo, work, host)],
        ],
      },
    )
  }
  return plan
}
