import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { EngineError, messageOf } from '../domain/error.ts'

/** A user name and password for one registry. */
export interface Login {
  readonly registry: string
  readonly username: string
  readonly password: string
}

/**
 * An environment in which docker, buildx and buildah use a login that was given as inputs, without writing it
 * into the user's own configuration: a private copy of the docker configuration, in which everything but the
 * credentials of this one registry (plugins, contexts, builders) is the user's own.
 * @param folder private folder for the copy; removed by the caller.
 */
export async function withLogin(
  environment: NodeJS.ProcessEnv,
  login: Login | undefined,
  folder: string,
): Promise<NodeJS.ProcessEnv> {
  if (login === undefined) return environment
  const original = environment['DOCKER_CONFIG'] || join(environment['HOME'] || homedir(), '.docker')
  const copy = join(folder, 'docker-config')
  await mkdir(copy, { mode: 0o700 })
  if (existsSync(original)) {
    for (const name of await readdir(original))
      if (name !== 'config.json') await symlink(join(original, name), join(copy, name))
  }
  const file = join(copy, 'config.json')
  await writeFile(file, JSON.stringify(merged(await readConfig(join(original, 'config.json')), login)), {
    mode: 0o600,
  })
  return {
    ...environment,
    DOCKER_CONFIG: copy,
    REGISTRY_AUTH_FILE: file,
    BUILDX_CONFIG: environment['BUILDX_CONFIG'] || join(original, 'buildx'),
  }
}

async function readConfig(path: string): Promise<Record<string, unknown>> {
  if (!existsSync(path)) return {}
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unusable(path, messageOf(cause))
  })
  // docker takes an empty file for none, too.
  const body = text.trim() === '' ? {} : parse(text)
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body }
  throw unusable(path, 'it is not a JSON object')
}

/** The value; undefined where it is not JSON. Why not is never shown: it quotes the text, which holds passwords. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unusable(path: string, why: string): EngineError {
  return new EngineError('CREDENTIALS_INVALID', `The docker configuration ${path} cannot be used: ${why}`)
}

function merged(
  config: Record<string, unknown>,
  { registry, username, password }: Login,
): Record<string, unknown> {
  const key = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry
  const { credHelpers, auths, ...rest } = config
  const helpers = Object.fromEntries(
    Object.entries(record(credHelpers)).filter(([name]) => name !== registry),
  )
  // A credential store would be asked first and hide the entry, so the copy has none.
  delete rest['credsStore']
  return {
    ...rest,
    credHelpers: helpers,
    auths: { ...record(auths), [key]: { auth: Buffer.from(`${username}:${password}`).toString('base64') } },
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
