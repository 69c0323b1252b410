import { setTimeout as sleep } from 'node:timers/promises'
import type { Plan } from '../plan.ts'
import { readManifest } from '../registry.ts'
import { deployCases } from '../rows/deploy.ts'
import { dockerCases } from '../rows/docker.ts'
import { craneCases, layersCases } from '../rows/layers.ts'
import { reuseCases, sealCommit } from '../rows/reuse.ts'
import { startCases } from '../rows/start.ts'
import type { Servers } from '../servers.ts'
import type { Aim } from '../table.ts'
import { createWorld } from '../world.ts'

const AT_MOST_150: Aim = { kind: 'at most', milliseconds: 150 }
const AT_MOST_200: Aim = { kind: 'at most', milliseconds: 200 }
const TEN_TIMES: Aim = { kind: 'slower by', factor: 10 }

/** Start, reuse, builds and checks of the bundle in dist/, beside docker and crane. */
export async function planActions(servers: Servers, stack: AsyncDisposableStack): Promise<Plan> {
  const world = await createWorld(servers, stack)
  const sealed = await sealCommit(world)
  const layer = (await readManifest(sealed.image, sealed.digest)).layers.join()
  const [start, reuse, docker] = [await startCases(world), reuseCases(world, sealed), dockerCases(world)]
  const [layers, crane] = [layersCases(world, layer), craneCases(world)]
  const deploy = deployCases(world, sealed)
  const sections = [
    { title: 'Start', lines: [[start.empty], [start.inputError]] },
    {
      title: 'A commit that is built already',
      lines: [
        [reuse.registry, AT_MOST_150],
        [reuse.artifact],
        [docker.warm],
        [docker.empty, TEN_TIMES],
        [docker.fresh, TEN_TIMES],
      ],
    },
    {
      title: 'A build of new files',
      lines: [[layers.first], [layers.firstInside], [docker.fresh], [crane.first]],
    },
    {
      title: 'A build of another commit with the same files',
      lines: [[layers.unchanged], [layers.unchangedInside, AT_MOST_200], [docker.warm], [crane.unchanged]],
    },
    {
      title: 'The check before a deployment',
      lines: [[deploy.process], [deploy.artifacts], [deploy.inside], [deploy.crane]],
    },
  ] satisfies Plan
  // A young seal is waited for; that is no part of a reuse.
  await sleep(Math.max(0, sealed.settledAt - Date.now()))
  return sections
}
