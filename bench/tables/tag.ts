import { bundlePrograms } from '../bundle.ts'
import { pushTestImage, type TestImage } from '../image.ts'
import type { Plan, PlannedAim } from '../plan.ts'
import { emptyScript } from '../rows/start.ts'
import { tagCase } from '../rows/tag.ts'
import { createTaggers } from '../rows/taggers.ts'
import { makeFolder, type Servers } from '../servers.ts'
import type { Aim } from '../table.ts'

const IMAGES = 100
const LARGE = { layers: [1, 2, 3, 4, 5].map(() => 10_000_000), seed: 1 }
const FIVE_TIMES: Aim = { kind: 'slower by', factor: 5 }

/** Further tags for what is in a registry already. */
export async function planTag(servers: Servers): Promise<Plan> {
  const { host } = servers.registry
  const ways = createTaggers(servers, await bundlePrograms(await makeFolder(servers, 'programs')))
  const large = await pushTestImage(`${host}/bench/app`, 'built', LARGE, servers.temporary)
  const small: TestImage[] = []
  for (let index = 1; index <= IMAGES; index += 1) {
    const content = { layers: [10_000], seed: 1 + index }
    small.push(await pushTestImage(`${host}/bench/service-${index}`, 'built', content, servers.temporary))
  }
  const one = { images: [large], tags: 1 }
  const [ours, crane] = [tagCase(servers, ways.ours, one), tagCase(servers, ways.crane, one)]
  const empty = await emptyScript(servers)
  const withinStartOfNode: PlannedAim = (summaryOf) => ({
    kind: 'at most',
    milliseconds: summaryOf(crane).median + summaryOf(empty).median,
  })
  return [
    {
      title: 'One tag for an image of 50 MB',
      lines: [
        [ours, withinStartOfNode],
        [empty],
        [tagCase(servers, ways.bare, one)],
        [crane],
        [tagCase(servers, ways.oras, one)],
        [tagCase(servers, ways.skopeo, one)],
        [tagCase(servers, ways.imagetools, one)],
        [tagCase(servers, ways.imagetoolsKept, one)],
        [tagCase(servers, ways.docker, one)],
      ],
    },
    ...[10, 100].map((tags) => {
      const many = { images: [large], tags }
      const processes = { ...many, note: `, ${tags} processes` }
      return {
        title: `${tags} tags for one image`,
        lines: [
          [tagCase(servers, ways.ours, many)],
          [tagCase(servers, ways.crane, processes)],
          [tagCase(servers, ways.oras, many)],
          [tagCase(servers, ways.skopeo, processes)],
          [tagCase(servers, ways.imagetoolsKept, many)],
          [tagCase(servers, ways.docker, many)],
        ],
      } satisfies Plan[number]
    }),
    {
      title: `A tag for each of ${IMAGES} images`,
      lines: [
        [tagCase(servers, ways.ours, { images: small, tags: 1, note: ', one process' })],
        [tagCase(servers, ways.bare, { images: small, tags: 1 })],
        [tagCase(servers, ways.crane, eachOf(small)), FIVE_TIMES],
        [tagCase(servers, ways.craneAtOnce, { images: small, tags: 1 })],
        [tagCase(servers, ways.craneTwice, eachOf(small, 2))],
        [tagCase(servers, ways.oras, eachOf(small))],
        [tagCase(servers, ways.skopeo, eachOf(small))],
        [tagCase(servers, ways.imagetoolsKept, { ...eachOf(small), atMost: 3 })],
        [tagCase(servers, ways.docker, { images: small, tags: 1, atMost: 1 })],
      ],
    },
  ]
}

function eachOf(images: readonly TestImage[], processes = 1) {
  return { images, tags: 1, note: `, ${images.length * processes} processes` }
}
