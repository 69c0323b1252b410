import { once } from 'node:events'
import { startBuildkitd } from './buildkitd.ts'
import type { DockerRegistry } from './docker-registry.ts'
import { startDistribution, startDockerRegistry } from './docker-registry.ts'
import { startDockerd } from './dockerd.ts'
import { startOlareg } from './olareg.ts'

// Starts one real peer by hand, says how to use it, and stops it at Ctrl-C.

interface RunningPeer {
  readonly usage: string[]
  readonly close: () => Promise<void>
}

const PEERS: Record<string, () => Promise<RunningPeer>> = {
  registry: async () => describeRegistry(await startDockerRegistry({ deletes: true })),
  distribution: async () => describeRegistry(await startDistribution({ deletes: true })),
  olareg: async () => describeRegistry(await startOlareg()),
  dockerd: async () => {
    const dockerd = await startDockerd()
    return {
      usage: Object.entries(dockerd.env).map(([name, value]) => `export ${name}='${value}'`),
      close: dockerd.close,
    }
  },
  buildkitd: async () => {
    const buildkitd = await startBuildkitd()
    return { usage: [`docker buildx create --driver remote ${buildkitd.address}`], close: buildkitd.close }
  },
}

function describeRegistry({ host, close }: DockerRegistry): RunningPeer {
  return { usage: [`registry at ${host}`, `crane ls ${host}/NAME`], close }
}

const start = PEERS[process.argv[2] ?? '']
if (start === undefined) {
  console.error(`usage: node sandbox/peers/main.ts ${Object.keys(PEERS).join('|')}`)
  process.exitCode = 2
} else {
  const peer = await start()
  console.log([...peer.usage, '', 'Ctrl-C stops it.'].join('\n'))
  const keepAlive = setInterval(() => undefined, 60_000)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  clearInterval(keepAlive)
  await peer.close()
}
