import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, isDigest } from '../domain/digest.ts'
import { EngineError } from '../domain/error.ts'
import { formatRepository } from '../domain/reference.ts'
import { contextFaults } from './context.ts'
import {
  buildxArguments,
  type DockerInputs,
  inputsNeedingBuildx,
  plainArguments,
} from './docker-arguments.ts'
import { pushImage } from './docker-push.ts'
import type { BuildRequest, Built, Engine, EngineTools } from './engine.ts'
import { provenancePairs, withDefaults } from './provenance.ts'
import { secretFaults, writeSecrets } from './secrets.ts'
import { askTool, runTool } from './tool.ts'

/** The engine `docker`: buildx with any of its drivers, or plain docker where buildx is missing. */
export function createDockerEngine(inputs: DockerInputs, tools: EngineTools): Engine {
  let found: Promise<string | undefined> | undefined
  const buildx = async (): Promise<string | undefined> => await (found ??= buildxVersion(tools))
  return {
    name: 'docker',
    version: async () => (await buildx()) ?? (await dockerVersion(tools)),
    check: async ({ workspace }) => [
      ...contextFaults(inputs, workspace),
      ...secretFaults(inputs, workspace, tools.environment),
    ],
    build: async (request) =>
      (await buildx()) === undefined
        ? await buildPlain(inputs, request, tools)
        : await buildWithBuildx(inputs, request, tools),
  }
}

/** The version of the plugin; undefined when docker is there without it. */
async function buildxVersion(tools: EngineTools): Promise<string | undefined> {
  const { environment } = tools
  const result = await askTool(tools, 'docker', ['buildx', 'version'], { environment, quiet: true })
  if (result.exitCode !== 0) return undefined
  return `buildx ${/\bv?(\d+\.\d+\.\d+\S*)/.exec(result.stdout)?.[1] ?? 'unknown'}`
}

async function dockerVersion(tools: EngineTools): Promise<string> {
  const { environment } = tools
  const { stdout } = await runTool(tools, 'docker', ['--version'], { environment, quiet: true })
  return `docker ${/\b(\d+\.\d+\.\d+[^\s,]*)/.exec(stdout)?.[1] ?? 'unknown'}`
}

async function buildWithBuildx(
  inputs: DockerInputs,
  request: BuildRequest,
  tools: EngineTools,
): Promise<Built> {
  const driver = await driverOf(inputs, request, tools)
  const metadataFile = join(request.temporary, 'buildx-metadata.json')
  const { cwd, environment } = { cwd: request.workspace, environment: request.environment }
  const args = buildxArguments(inputs, {
    metadataFile,
    output: outputOf(driver, request),
    secrets: await writeSecrets(inputs, request, tools.log),
    labels: withDefaults(provenancePairs(request.provenance), inputs.labels ?? []),
    push: request.push,
  })
  await runTool(tools, 'docker', args, { cwd, environment })
  if (!request.push) return {}
  const digest = await readMetadata(metadataFile)
  // With the docker driver nothing was pushed yet, and the digest is the id of an image of the daemon.
  return { digest: driver === 'docker' ? await pushImage(digest, request, tools) : digest }
}

/** Which driver the builder has: only the one built into the docker daemon cannot push by digest. */
async function driverOf(inputs: DockerInputs, request: BuildRequest, tools: EngineTools): Promise<string> {
  const args = ['buildx', 'inspect', ...(inputs.builder === undefined ? [] : [inputs.builder])]
  const { stdout } = await runTool(tools, 'docker', args, { environment: request.environment, quiet: true })
  const driver = /^Driver:\s*(\S+)/m.exec(stdout)?.[1]
  if (driver !== undefined) return driver
  throw new EngineError('ENGINE_FAILED', 'docker buildx inspect does not name the driver of the builder.', {
    hint: 'Check the builder with docker buildx inspect, or create one with docker/setup-buildx-action.',
  })
}

function outputOf(driver: string, request: BuildRequest): string | undefined {
  if (driver === 'docker') return request.push ? 'type=image' : undefined
  if (!request.push) return 'type=cacheonly'
  // By digest: no tag is written that another build could move, or that would be left behind.
  const name = formatRepository(request.repository)
  return `type=image,name=${name},push-by-digest=true,name-canonical=true,push=true`
}

async function readMetadata(file: string): Promise<Digest> {
  const metadata = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  const digest = metadata['containerimage.digest']
  if (isDigest(digest)) return digest
  throw new EngineError('ENGINE_FAILED', 'docker buildx build reported no containerimage.digest.', {
    hint: 'Update buildx and the builder.',
  })
}

async function buildPlain(inputs: DockerInputs, request: BuildRequest, tools: EngineTools): Promise<Built> {
  const missing = inputsNeedingBuildx(inputs)
  if (missing.length > 0) {
    throw new EngineError(
      'ENGINE_MISSING',
      `The buildx plugin of docker is not installed, and these inputs need it: ${missing.join(', ')}.`,
      { hint: 'Install it, for example with docker/setup-buildx-action before this step.' },
    )
  }
  const imageIdFile = join(request.temporary, 'image-id')
  const labels = withDefaults(provenancePairs(request.provenance), inputs.labels ?? [])
  const options = { cwd: request.workspace, environment: request.environment }
  await runTool(tools, 'docker', plainArguments(inputs, { imageIdFile, labels }), options)
  if (!request.push) return {}
  const imageId = (await readFile(imageIdFile, 'utf8')).trim()
  return { digest: await pushImage(imageId, request, tools) }
}
