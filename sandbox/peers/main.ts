import { once } from 'node:events'
import { startBuildkitd } from './buildkitd.ts'
import { startDockerRegistry } from './docker-registry.ts'
import { startDockerd } from './dockerd.ts'

// Starts one real peer by hand, says how to use it, and stops it at Ctrl-C.

interface RunningPeer {
  readonly usage: string[]
  readonly close: () => Promise<void>
}

const PEERS: Record<string, () => Promise<RunningPeer>> = {
  registry: async () => {
    const registry = await startDockerRegistry({ deletes: true })
    return {
      usage: [`registry at ${registry.host}`, `crane ls ${registry.host}/NAME`],
      close: registry.close,
    }
  },
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
