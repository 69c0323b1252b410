import type { Folders } from './folders.ts'
import { stopApp } from './running-app.ts'
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
      const pid = await stopApp(folders.environments, environment)
      return pid === undefined ? undefined : `${environment} (pid ${pid})`
    },
  }
}
