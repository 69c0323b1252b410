import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Repository } from '../domain/reference.ts'
import { type Exec, exec as systemExec } from '../platform/exec.ts'
import { readHelper } from './credential-helper.ts'
import { entriesFor, helperFor, readAuthFile, readEntry } from './docker-config.ts'

/** What a user may show a registry. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** A refresh token (oauth2), exchanged for an access token. */
  | { readonly kind: 'identity-token'; readonly token: string }
  /** An access token, used as it is. */
  | { readonly kind: 'registry-token'; readonly token: string }

/** Where credentials come from; asked only when a registry asks. */
export interface CredentialSource {
  find(repository: Repository): Promise<Credentials | undefined>
}

/** No credentials for anything. */
export const anonymous: CredentialSource = { find: async () => undefined }

/** A user name and password for exactly one registry. */
export function explicitCredentials(registry: string, username: string, password: string): CredentialSource {
  const names = new Set(registryNames(registry))
  return {
    find: async (repository) =>
      names.has(repository.registry) ? { kind: 'password', username, password } : undefined,
  }
}

/** The first source that has an answer. */
export function firstOf(...sources: readonly CredentialSource[]): CredentialSource {
  return {
    async find(repository) {
      for (const source of sources) {
        const found = await source.find(repository)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

export interface DockerCredentialsOptions {
  readonly environment: NodeJS.ProcessEnv
  readonly exec?: Exec
  readonly home?: string
  /** How long a credential helper may take; milliseconds. */
  readonly helperTimeoutMs?: number
}

/** What `docker login` and `podman login` left: configuration files and credential helpers. */
export function dockerCredentials(options: DockerCredentialsOptions): CredentialSource {
  return firstOf(...authFiles(options).map((file) => fileCredentials(file, options)))
}

/** Every file that may hold credentials, in the order they count. */
function authFiles({ environment, home = homedir() }: DockerCredentialsOptions): readonly string[] {
  const folder = (value: string | undefined, ...rest: string[]): string[] =>
    value === undefined || value === '' ? [] : [join(value, ...rest)]
  const docker = folder(environment['DOCKER_CONFIG'], 'config.json')
  return [
    ...(docker.length > 0 ? docker : folder(home, '.docker', 'config.json')),
    ...folder(environment['REGISTRY_AUTH_FILE']),
    ...folder(environment['XDG_RUNTIME_DIR'], 'containers', 'auth.json'),
    ...folder(environment['XDG_CONFIG_HOME'], 'containers', 'auth.json'),
    ...folder(home, '.config', 'containers', 'auth.json'),
  ]
}

function fileCredentials(file: string, options: DockerCredentialsOptions): CredentialSource {
  const { environment, exec = systemExec, helperTimeoutMs } = options
  let reading: ReturnType<typeof readAuthFile> | undefined
  return {
    async find({ registry, path }) {
      reading ??= readAuthFile(file)
      const config = await reading
      if (config === undefined) return undefined
      const names = registryNames(registry)
      const helper = helperFor(config, names, path)
      if (helper !== undefined) {
        const run = { exec, environment, timeoutMs: helperTimeoutMs }
        const found = await readHelper(helper, serverName(names), run)
        if (found !== undefined) return found
      }
      for (const entry of entriesFor(config, names, path)) {
        const found = readEntry(entry, file)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

const HUB_NAMES = ['docker.io', 'index.docker.io', 'registry-1.docker.io']

/** The names a registry goes by; only Docker Hub has more than one. */
export function registryNames(registry: string): readonly string[] {
  return HUB_NAMES.includes(registry) ? ['index.docker.io', 'docker.io', 'registry-1.docker.io'] : [registry]
}

/** How docker names a registry to a helper. */
function serverName(names: readonly string[]): string {
  return names.length > 1 ? 'https://index.docker.io/v1/' : (names[0] ?? '')
}
