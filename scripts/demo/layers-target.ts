import { setTimeout as sleep } from 'node:timers/promises'
import type { Folders } from './folders.ts'
import { isUp, readState } from './running-app.ts'
import type { Target } from './target.ts'

/** The build of this application: what it serves and which commit it is, and nothing of any environment. */
const PREPARE = `rm -rf dist
mkdir dist
cp -R server.mjs public dist/
echo "$GITHUB_SHA" > dist/commit.txt
echo "built dist/ of $GITHUB_SHA"`

/** Builds without a daemon, and runs the unpacked image as a process of this machine. */
export function createLayersTarget(folders: Folders): Target {
  return {
    build: {
      engine: 'layers',
      prepare: PREPARE,
      path: 'dist',
      workdir: '/app',
      entrypoint: '["node","server.mjs"]',
    },
    run: 'node "$DEMO_TOOLS/start.ts"',
    running: 'node "$DEMO_TOOLS/running.ts"',
    env: {},
    async stop(environment) {
      const app = await readState(folders.environments, environment)
      if (app?.pid === undefined) return undefined
      await stopProcess(app.pid, app.port)
      return `${environment} (pid ${app.pid})`
    },
  }
}

/** A process that nobody waits for may stay in the process table: its port tells when it has ended. */
async function stopProcess(pid: number, port: number): Promise<void> {
  signalProcess(pid, 'SIGTERM')
  const deadline = Date.now() + 5000
  while (await isUp(port)) {
    if (Date.now() > deadline) {
      signalProcess(pid, 'SIGKILL')
      return
    }
    await sleep(20)
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
