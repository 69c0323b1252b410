import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, isDigest } from '../domain/digest.ts'
import { EngineError } from '../domain/error.ts'
import { formatReference, formatRepository, type TagReference } from '../domain/reference.ts'
import { isMissingProgram } from '../platform/exec.ts'
import { runScript } from '../platform/script.ts'
import type { BuildRequest, Built, Engine, EngineTools } from './engine.ts'
import { runTool } from './tool.ts'

/** Inputs of the engine `command`, named as in the action. */
export interface CommandInputs {
  /** Script that builds and pushes to `$BUILD_ONCE_REFERENCE`. */
  readonly run?: string | undefined
}

/** The engine `command`: the user's own builder. */
export function createCommandEngine(inputs: CommandInputs, tools: EngineTools): Engine {
  return {
    name: 'command',
    version: async () => await version(tools),
    check: async () => ((inputs.run ?? '').trim() === '' ? ['run: is required by engine "command"'] : []),
    build: async (request) => await build(inputs.run ?? '', request, tools),
  }
}

async function version(tools: EngineTools): Promise<string> {
  const { environment } = tools
  const { stdout } = await runTool(tools, 'bash', ['--version'], { environment, quiet: true })
  return `bash ${/\b(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'unknown'}`
}

async function build(script: string, request: BuildRequest, tools: EngineTools): Promise<Built> {
  if (!request.push && !script.includes('BUILD_ONCE_PUSH')) {
    // Nothing may be pushed, and a script that never looks at the variable would try to.
    tools.log.info('run was not started: nothing is to be pushed, and it does not look at $BUILD_ONCE_PUSH.')
    return { isSkipped: true }
  }
  const tag = await request.stagingTag('exclusive')
  const digestFile = join(request.temporary, 'command-digest')
  await writeFile(digestFile, '', { mode: 0o600 })
  const target: TagReference = { kind: 'tag', repository: request.repository, tag }
  await run(script, request, tools, {
    BUILD_ONCE_REFERENCE: formatReference(target),
    BUILD_ONCE_IMAGE: formatRepository(request.repository),
    BUILD_ONCE_TAG: tag,
    BUILD_ONCE_COMMIT: request.commit,
    BUILD_ONCE_DIGEST_FILE: digestFile,
    BUILD_ONCE_PUSH: String(request.push),
  })
  if (!request.push) return {}
  return { digest: (await readDigestFile(digestFile)) ?? (await readPushed(target, tools)) }
}

async function run(
  script: string,
  request: BuildRequest,
  { exec, log }: EngineTools,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  let exitCode: number
  try {
    const result = await runScript(script, {
      exec,
      folder: request.temporary,
      name: 'run',
      cwd: request.workspace,
      environment: { ...request.environment, ...variables },
      onOutput: (chunk) => log.raw(chunk),
    })
    exitCode = result.exitCode
  } catch (cause) {
    if (!isMissingProgram(cause)) throw cause
    throw new EngineError('ENGINE_MISSING', 'bash is not installed on this runner.', { cause })
  }
  if (exitCode === 0) return
  throw new EngineError('ENGINE_FAILED', `run: the script failed · expected exit code 0, got ${exitCode}`, {
    hint: 'Read its output above. Nothing was sealed.',
  })
}

/** The digest the script wrote down; undefined when it wrote none. */
async function readDigestFile(file: string): Promise<Digest | undefined> {
  const text = (await readFile(file, 'utf8')).trim()
  if (text === '') return undefined
  if (isDigest(text)) return text
  throw new EngineError(
    'ENGINE_FAILED',
    `run: $BUILD_ONCE_DIGEST_FILE does not hold a digest · got ${JSON.stringify(text.slice(0, 100))}`,
    { hint: 'Write the manifest digest alone, or nothing: then the tag is read from the registry.' },
  )
}

async function readPushed(target: TagReference, { registry }: EngineTools): Promise<Digest> {
  const manifest = await registry.readTag(target.repository, target.tag)
  if (manifest !== undefined) return manifest.digest
  throw new EngineError(
    'ENGINE_FAILED',
    `run: nothing was pushed to $BUILD_ONCE_REFERENCE · expected ${formatReference(target)}, got nothing`,
    { hint: 'The script must push the image it builds to exactly this reference.' },
  )
}
