import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { runCommand } from './command.ts'
import { startDaemon } from './daemon.ts'
import { createPeerFolder, removePeerFolder } from './folder.ts'
import { findPeers } from './tools.ts'

/** How the registry behaves. */
export interface DockerRegistryOptions {
  /** Basic authentication for this one user; without it everybody may do everything. */
  readonly htpasswd?: { readonly user: string; readonly password: string }
  /** Whether manifests and blobs can be deleted. */
  readonly deletes?: boolean
  /** Where to keep the data; kept after close. Without it the data goes with the registry. */
  readonly directory?: string
}

/** A running registry. */
export interface DockerRegistry {
  /** Host and port on loopback, as written in an image reference. */
  readonly host: string
  readonly pid: number
  readonly close: () => Promise<void>
}

/** Starts Debian's docker-registry (CNCF distribution 2.8) on a free loopback port. */
export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  return await startProgram((await findPeers()).dockerRegistry, options)
}

/** Starts CNCF distribution v3, what docker-registry has become. It still has no referrers API. */
export async function startDistribution(options: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  return await startProgram((await findPeers()).distribution, options)
}

/** Both take the same configuration and print the same line. */
async function startProgram(program: string, options: DockerRegistryOptions): Promise<DockerRegistry> {
  const peers = await findPeers()
  const folder = await createPeerFolder()
  const config = join(folder, 'config.yml')
  let host: string | undefined
  try {
    await writeFile(config, JSON.stringify(await describeRegistry(folder, peers.htpasswd, options)))
    const daemon = await startDaemon(
      { folder, argv: [program, 'serve', config], environment: cleanEnvironment() },
      async (log) => {
        // Port 0 in the config: the log tells which port the system gave.
        host = /msg="listening on (127\.0\.0\.1:\d+)"/.exec(log)?.[1]
        return host !== undefined && (await answersAsRegistry(host))
      },
    )
    const close = async (): Promise<void> => {
      await daemon.stop()
      await removePeerFolder(folder)
    }
    return { host: host ?? '', pid: daemon.pid, close }
  } catch (error) {
    await removePeerFolder(folder)
    throw error
  }
}

/** The configuration; JSON, which is YAML too. */
async function describeRegistry(
  folder: string,
  htpasswd: string,
  options: DockerRegistryOptions,
): Promise<object> {
  const auth = options.htpasswd && {
    auth: { htpasswd: await writeHtpasswd(folder, htpasswd, options.htpasswd) },
  }
  return {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: options.directory ?? join(folder, 'data') },
      delete: { enabled: options.deletes ?? false },
    },
    http: { addr: '127.0.0.1:0', secret: randomBytes(16).toString('hex') },
    ...auth,
  }
}

async function writeHtpasswd(
  folder: string,
  program: string,
  { user, password }: { user: string; password: string },
): Promise<{ realm: string; path: string }> {
  const path = join(folder, 'htpasswd')
  // -B: bcrypt, the only hash the registry accepts. The password goes by standard input, not by argument.
  const { stdout } = await runCommand([program, '-niB', user], { input: password })
  await writeFile(path, stdout, { mode: 0o600 })
  return { realm: 'build-once', path }
}

/** Any REGISTRY_… variable overrides the configuration, even REGISTRY_AUTH_FILE, which is meant for skopeo. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('REGISTRY_'))
  // v3 sends traces to a collector unless it is told not to.
  return { ...Object.fromEntries(kept), OTEL_TRACES_EXPORTER: 'none' }
}

/** Whether a registry answers here, asking for credentials or not. */
export async function answersAsRegistry(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(`http://${host}/v2/`, (response) => {
      response.resume()
      resolve(response.statusCode === 200 || response.statusCode === 401)
    }).on('error', () => resolve(false))
  })
}
