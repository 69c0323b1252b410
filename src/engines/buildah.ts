import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, isDigest } from '../domain/digest.ts'
import { EngineError } from '../domain/error.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import { type ContextInputs, contextArgument, contextFaults } from './context.ts'
import { each, one, pairs } from './docker-arguments.ts'
import type { BuildRequest, Built, Engine, EngineTools } from './engine.ts'
import type { Pair } from '../domain/annotations.ts'
import { provenancePairs, withDefaults } from './provenance.ts'
import { type SecretInputs, secretFaults, writeSecrets } from './secrets.ts'
import { runTool, type ToolOptions } from './tool.ts'

/** Inputs of the engine `buildah`: those it has in common with docker. `BUILDAH_ISOLATION` is honoured by buildah. */
export interface BuildahInputs extends ContextInputs, SecretInputs {
  readonly annotations?: readonly string[] | undefined
  readonly 'build-args'?: readonly string[] | undefined
  readonly labels?: readonly Pair[] | undefined
  readonly network?: string | undefined
  readonly 'no-cache'?: boolean | undefined
  readonly platforms?: readonly string[] | undefined
  readonly pull?: boolean | undefined
  readonly ssh?: readonly string[] | undefined
  readonly target?: string | undefined
}

/**
 * What the engine adds to the inputs: `imageIdFile` for one platform, `manifest`, the name of the local list
 * they are built into, for several. buildah refuses an id file where there are several images.
 */
export interface BuildahOptions {
  readonly imageIdFile: string | undefined
  readonly manifest: string | undefined
  readonly secrets: readonly string[]
  readonly labels: readonly Pair[]
}

/** Arguments of a buildah build. */
export function buildahArguments(inputs: BuildahInputs, options: BuildahOptions): readonly string[] {
  const platforms = inputs.platforms ?? []
  return [
    // The old name: every version has it.
    'bud',
    ...one('--iidfile', options.imageIdFile),
    ...one('--manifest', options.manifest),
    ...each('--annotation', inputs.annotations),
    ...each('--build-arg', inputs['build-args']),
    ...one('--file', inputs.file),
    ...pairs('--label', options.labels),
    ...one('--network', inputs.network),
    ...(inputs['no-cache'] === true ? ['--no-cache'] : []),
    ...(platforms.length === 0 ? [] : ['--platform', platforms.join(',')]),
    ...(inputs.pull === true ? ['--pull-always'] : []),
    ...each('--secret', options.secrets),
    ...each('--ssh', inputs.ssh),
    ...one('--target', inputs.target),
    contextArgument(inputs.context),
  ]
}

/** The engine `buildah`: Dockerfile builds without a daemon. */
export function createBuildahEngine(inputs: BuildahInputs, tools: EngineTools): Engine {
  return {
    name: 'buildah',
    version: async () => await version(tools),
    check: async ({ workspace }) => [
      ...contextFaults(inputs, workspace),
      ...secretFaults(inputs, workspace, tools.environment),
    ],
    build: async (request) => await build(inputs, request, tools),
  }
}

async function version(tools: EngineTools): Promise<string> {
  const { environment } = tools
  const { stdout } = await runTool(tools, 'buildah', ['--version'], { environment, quiet: true })
  return /\b(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] ?? 'unknown'
}

async function build(inputs: BuildahInputs, request: BuildRequest, tools: EngineTools): Promise<Built> {
  const options = { cwd: request.workspace, environment: withCredentials(request.environment) }
  const imageIdFile = join(request.temporary, 'buildah-image-id')
  // A name of its own for the local list: a second run must not add its platforms to the first one's.
  const manifest = (inputs.platforms?.length ?? 0) > 1 ? `localhost/build-once:${randomUUID()}` : undefined
  const args = buildahArguments(inputs, {
    imageIdFile: manifest === undefined ? imageIdFile : undefined,
    manifest,
    secrets: await writeSecrets(inputs, request, tools.log),
    labels: withDefaults(provenancePairs(request.provenance), inputs.labels ?? []),
  })
  await runTool(tools, 'buildah', args, options)
  if (!request.push) return {}
  if (manifest === undefined) {
    const imageId = (await readFile(imageIdFile, 'utf8')).trim()
    return { digest: await push(['push'], imageId, request, tools, options) }
  }
  const digest = await push(['manifest', 'push', '--all'], manifest, request, tools, options)
  await runTool(tools, 'buildah', ['manifest', 'rm', manifest], { ...options, quiet: true })
  return { digest }
}

/** Pushes under the staging tag; the digest file holds what this push sent, whatever the tag says afterwards. */
async function push(
  verb: readonly string[],
  image: string,
  request: BuildRequest,
  tools: EngineTools,
  options: ToolOptions,
): Promise<Digest> {
  const digestFile = join(request.temporary, 'buildah-digest')
  const reference = `${formatRepository(request.repository)}:${await request.stagingTag('shared')}`
  const tls = isLoopback(request.repository) ? ['--tls-verify=false'] : []
  const args = [...verb, ...tls, '--digestfile', digestFile, image, `docker://${reference}`]
  await runTool(tools, 'buildah', args, options)
  const digest = (await readFile(digestFile, 'utf8')).trim()
  if (isDigest(digest)) return digest
  throw new EngineError('ENGINE_FAILED', 'buildah push wrote no digest into its digest file.', {
    hint: 'Update buildah.',
  })
}

/** Registries on this machine speak plain HTTP; nowhere else is TLS left out. */
function isLoopback({ registry }: Repository): boolean {
  return /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d+)?$/.test(registry)
}

/** Older versions look for docker's credentials in the home folder only, not where DOCKER_CONFIG says. */
function withCredentials(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: chosen } = environment
  if (folder === undefined || folder === '' || chosen !== undefined) return environment
  const file = join(folder, 'config.json')
  return existsSync(file) ? { ...environment, REGISTRY_AUTH_FILE: file } : environment
}
