import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { exec } from '../../src/platform/exec.ts'
import { DemoFailure } from './failure.ts'
import type { Target } from './target.ts'

// The first deployment has nothing to replace.
const RUN = `docker rm --force --volumes "$DEMO_CONTAINER-$ENVIRONMENT" > /dev/null 2>&1 || true
docker run --detach --network host --name "$DEMO_CONTAINER-$ENVIRONMENT" \\
  --env PORT --env DIGEST --env COMMIT --env CONFIG_FILE=/config.json \\
  --volume "$CONFIG_FILE:/config.json:ro" "$REFERENCE"
node "$DEMO_TOOLS/wait.ts"`

// The daemon knows by which digests it has the image that the container runs; what it was asked for proves nothing.
const RUNNING = `image="$(docker inspect --format '{{.Image}}' "$DEMO_CONTAINER-$ENVIRONMENT")"
docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$image" | grep "^$IMAGE@"`

/** Builds the example's Dockerfile and runs containers. */
export function createDockerTarget(base: string | undefined): Target {
  const container = `build-once-demo-${randomBytes(4).toString('hex')}`
  return {
    build: {
      engine: 'docker',
      context: '.',
      ...(base === undefined ? {} : { 'build-args': `BASE=${base}` }),
    },
    run: RUN,
    running: RUNNING,
    env: { ...clientEnvironment(), DEMO_CONTAINER: container },
    async stop(environment) {
      const name = `${container}-${environment}`
      const { exitCode, stderr } = await docker(['rm', '--force', '--volumes', name])
      if (exitCode === 0) return stderr.includes('No such container') ? undefined : `${environment} (${name})`
      if (stderr.includes('No such container')) return undefined
      throw new DemoFailure(
        `docker rm ${name} failed · expected exit code 0, got ${exitCode}: ${stderr.trim()}`,
      )
    },
  }
}

/** Fails when there is no docker to build with. */
export async function checkDocker(): Promise<void> {
  const { exitCode, stderr } = await docker(['version', '--format', '{{.Server.Version}}'])
  if (exitCode !== 0) throw new DemoFailure(`docker does not work · ${stderr.trim()}`)
}

async function docker(args: readonly string[]) {
  return await exec('docker', args, { environment: process.env, timeoutMs: 60_000 })
}

/** Jobs start from a clean environment and an empty home: where the daemon is, they must be told. */
function clientEnvironment(): Record<string, string> {
  const given = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      /^(?:DOCKER|BUILDX|BUILDKIT)_/.test(entry[0]) && entry[1] !== undefined,
  )
  return { DOCKER_CONFIG: join(homedir(), '.docker'), ...Object.fromEntries(given) }
}
