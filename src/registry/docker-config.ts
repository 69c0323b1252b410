import { open } from 'node:fs/promises'
import { z } from 'zod'
import { RegistryError } from '../domain/error.ts'
import { parseStrictJson } from '../domain/json.ts'
import type { Credentials } from './credentials.ts'
import { printable } from './redact.ts'
import { isTokenText } from './token.ts'

const MAX_CONFIG_BYTES = 1024 * 1024

// Only what is used is judged; entries one by one, when they are needed (one bad entry is not everyone's).
const configSchema = z.looseObject({
  auths: z.record(z.string(), z.unknown()).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
})
const entrySchema = z.looseObject({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  identitytoken: z.string().nullish(),
  registrytoken: z.string().nullish(),
})

/** A configuration file of docker or podman. */
export type AuthFile = z.infer<typeof configSchema>

/** One entry of `auths`, and the key it stands under. */
export interface AuthEntry {
  readonly key: string
  readonly value: unknown
}

/**
 * Reads a configuration file; undefined when there is none, or it is empty.
 * @throws {RegistryError} CREDENTIALS_INVALID when it is there and cannot be used.
 */
export async function readAuthFile(file: string): Promise<AuthFile | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await readBounded(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw invalid(file, `it cannot be read (${String(code)})`)
  }
  if (Buffer.from(bytes).toString('latin1').trim() === '') return undefined
  try {
    return configSchema.parse(parseStrictJson(bytes, { maxBytes: MAX_CONFIG_BYTES }))
  } catch (error) {
    // No cause: a SyntaxError quotes the text around the fault, which may be a password.
    const why =
      error instanceof z.ZodError
        ? 'its auths, credHelpers or credsStore are malformed'
        : `it is larger than 1 MiB, not valid JSON, or holds a key twice`
    throw invalid(file, why)
  }
}

/** Reads at most one byte more than a configuration may have: the path may name anything, also what never ends. */
async function readBounded(file: string): Promise<Uint8Array> {
  const handle = await open(file)
  try {
    const chunks: Uint8Array[] = []
    for (let left = MAX_CONFIG_BYTES + 1; left > 0; ) {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(Math.min(left, 64 * 1024)))
      if (bytesRead === 0) break
      chunks.push(buffer.subarray(0, bytesRead))
      left -= bytesRead
    }
    return Buffer.concat(chunks)
  } finally {
    await handle.close()
  }
}

/** The helper responsible for a repository: the one of its registry, else the one for everything. */
export function helperFor(config: AuthFile, names: readonly string[], path: string): string | undefined {
  const [own] = matching(config.credHelpers ?? {}, names, path)
  const name = own?.value ?? config.credsStore ?? undefined
  return name === '' ? undefined : name
}

/**
 * The entries for a repository, the one that counts first. Hosts are compared whole, with their port: a part of
 * one, or one that merely contains the other, is another registry. Among keys with a path (podman) the longest
 * that is a parent of the repository counts.
 */
export function entriesFor(config: AuthFile, names: readonly string[], path: string): readonly AuthEntry[] {
  // docker leaves an empty entry for registries whose credentials are in a helper.
  return matching(config.auths ?? {}, names, path).filter(({ value }) => JSON.stringify(value) !== '{}')
}

interface Match<T> {
  readonly key: string
  readonly value: T
}

/** What stands under keys for a repository: long paths first, then as {@link registryNames} lists the names. */
function matching<T>(
  keyed: Readonly<Record<string, T>>,
  names: readonly string[],
  path: string,
): readonly Match<T>[] {
  return Object.entries(keyed)
    .map(([key, value]) => ({ key, value, ...keyOf(key) }))
    .filter(({ host, scope }) => {
      const covers = scope === '' || scope === path || path.startsWith(`${scope}/`)
      return names.includes(host) && covers
    })
    .toSorted(
      (a, b) =>
        b.scope.length - a.scope.length ||
        names.indexOf(a.host) - names.indexOf(b.host) ||
        a.distance - b.distance,
    )
}

/**
 * What a key names: `https://index.docker.io/v1/` is the registry index.docker.io, `quay.io/org/app` is org/app at
 * quay.io. The distance tells apart keys for the same: docker looks for the usual spelling first, and keeps other
 * things than passwords under addresses below it (`…/v1/refresh-token`).
 */
function keyOf(key: string): { readonly host: string; readonly scope: string; readonly distance: number } {
  const hasScheme = /^https?:\/\//i.test(key)
  const bare = key.replace(/^https?:\/\//i, '').replace(/\/+$/, '')
  const slash = bare.indexOf('/')
  const host = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase()
  const rest = slash < 0 ? '' : bare.slice(slash + 1)
  // Addresses of an API (`/v1/`, `/v2/`) name the whole registry.
  const isWhole = rest === '' || /^v[12]$/.test(rest)
  const distance = key === host || key === 'https://index.docker.io/v1/' ? 0 : isWhole ? 1 : 2
  return { host, scope: hasScheme || isWhole ? '' : rest, distance }
}

/**
 * Reads an entry: registry token, identity token, `auth`, then user name and password, the first that is there.
 * @throws {RegistryError} CREDENTIALS_INVALID, naming the key and never the value.
 */
export function readEntry({ key, value }: AuthEntry, file: string): Credentials | undefined {
  const parsed = entrySchema.safeParse(value)
  if (!parsed.success) throw invalid(file, `the entry ${shown(key)} is malformed`)
  const { registrytoken, identitytoken, auth, username, password } = parsed.data
  if (isPresent(registrytoken)) {
    // It becomes a header as it is.
    if (!isTokenText(registrytoken)) throw invalid(file, `the "registrytoken" of ${shown(key)} is no token`)
    return { kind: 'registry-token', token: registrytoken }
  }
  if (isPresent(identitytoken)) return { kind: 'identity-token', token: identitytoken }
  if (isPresent(auth)) return readAuth(auth, key, file)
  if (isPresent(username) && isPresent(password)) return { kind: 'password', username, password }
  return undefined
}

function isPresent(text: string | null | undefined): text is string {
  return text !== undefined && text !== null && text !== ''
}

function readAuth(auth: string, key: string, file: string): Credentials {
  const what = `the "auth" of ${shown(key)}`
  // Tools that write base64 in lines leave the line ends in.
  const base64 = auth.replaceAll(/[\r\n]/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw invalid(file, `${what} is not base64`)
  // docker pads with NUL; a password may hold colons, a user name may not.
  const text = decode(Buffer.from(base64, 'base64'))?.replace(/\0+$/, '')
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon <= 0)
    throw invalid(file, `${what} does not hold a user name and a password`)
  return { kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** The text in UTF-8; undefined for other bytes, which would become another password. */
function decode(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : undefined
}

function shown(key: string): string {
  return `"${printable(key, 100)}"`
}

function invalid(file: string, why: string): RegistryError {
  return new RegistryError(
    'CREDENTIALS_INVALID',
    `The docker configuration ${file} could not be used: ${why}`,
    {
      hint: 'Correct the file, log in again, or give `username` and `password`.',
    },
  )
}
