import { readdir, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { RegistryError } from '../domain/error.ts'

/** How much is trusted: what Node.js trusts, or also what the system trusts. */
export type Trust = 'usual' | 'system'

const MAX_BYTES = 1024 * 1024

/** The folders in which docker, podman and skopeo look for the certificates of registries. */
export function certificateFolders(environment: NodeJS.ProcessEnv): readonly string[] {
  const config = environment['XDG_CONFIG_HOME'] ?? ''
  const own = config === '' ? join(homedir(), '.config') : config
  return [
    join(own, 'containers', 'certs.d'),
    join(own, 'docker', 'certs.d'),
    '/etc/containers/certs.d',
    '/etc/docker/certs.d',
  ]
}

/** What is configured for one host. */
interface HostFiles {
  readonly authorities: readonly string[]
  readonly identity: { readonly cert: string; readonly key: string } | undefined
}

/**
 * What a host is to be believed by, and what it may ask of us: `*.crt` are authorities, `x.cert` and `x.key` our
 * own certificate, in `<folder>/<host[:port]>/`. They add to what is trusted anyway, for this host only.
 * @returns undefined when Node.js needs nothing beside its defaults.
 * @throws {RegistryError} CREDENTIALS_INVALID when a file is there and cannot be used.
 */
export async function secureContextFor(
  url: URL,
  folders: readonly string[],
  trust: Trust,
): Promise<SecureContext | undefined> {
  const found: HostFiles[] = []
  for (const folder of folders) {
    for (const name of folderNames(url)) found.push(await readFolder(join(folder, name)))
  }
  const authorities = found.flatMap(({ authorities: own }) => own)
  const identity = found.map(({ identity: own }) => own).find((own) => own !== undefined)
  if (authorities.length === 0 && identity === undefined && trust === 'usual') return undefined
  // `ca` replaces the defaults, so they are given as well.
  const ca = [...getCACertificates('default'), ...authorities]
  if (trust === 'system') ca.push(...getCACertificates('system'))
  try {
    return createSecureContext({ ca: [...new Set(ca)], ...identity })
  } catch (error) {
    throw invalid(`${url.host} cannot be used`, error)
  }
}

/** `host:port` as references name it; the URL drops a port that goes without saying. */
function folderNames(url: URL): readonly string[] {
  // Nothing but a host name may become the name of a folder.
  if (!/^(?:\[[0-9a-f:.]+\]|[a-z0-9_-][a-z0-9._-]*)(?::\d+)?$/.test(url.host)) return []
  return url.port === '' ? [url.host, `${url.host}:443`] : [url.host]
}

async function readFolder(folder: string): Promise<HostFiles> {
  const names = (await listed(folder)).toSorted()
  const ending = (end: string): readonly string[] => names.filter((name) => name.endsWith(end))
  const authorities = []
  for (const name of ending('.crt')) authorities.push(await read(join(folder, name)))
  const certs = ending('.cert')
  const missing = [
    ...certs.map((name) => name.replace(/cert$/, 'key')),
    ...ending('.key').map((name) => name.replace(/key$/, 'cert')),
  ].find((name) => !names.includes(name))
  if (missing !== undefined) throw invalid(`${folder} lacks ${missing}`)
  const [cert] = certs
  if (cert === undefined) return { authorities, identity: undefined }
  const identity = {
    cert: await read(join(folder, cert)),
    key: await read(join(folder, cert.replace(/cert$/, 'key'))),
  }
  return { authorities, identity }
}

async function listed(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    // Other programs' folders may be closed to us; without them the defaults count, as for those programs.
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(String(codeOf(error)))) return []
    throw invalid(`${folder} cannot be read`, error)
  }
}

async function read(file: string): Promise<string> {
  try {
    const found = await stat(file)
    if (!found.isFile() || found.size > MAX_BYTES)
      throw invalid(`${file} are no file of at most ${MAX_BYTES} bytes`)
    const text = await readFile(file, 'latin1')
    if (!text.includes('-----BEGIN ')) throw invalid(`${file} are not in PEM`)
    return text
  } catch (error) {
    throw error instanceof RegistryError ? error : invalid(`${file} cannot be read`, error)
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function invalid(what: string, cause?: unknown): RegistryError {
  const why = cause === undefined ? '' : ` (${String(codeOf(cause))})`
  return new RegistryError('CREDENTIALS_INVALID', `The certificates in ${what}${why}`, {
    cause,
    hint: 'Authorities are *.crt; a certificate for us is a pair of x.cert and x.key, all in PEM.',
  })
}
