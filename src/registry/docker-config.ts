import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { RegistryError } from '../domain/error.ts'
import { parseStrictJson } from '../domain/json.ts'
import type { Credentials } from './credentials.ts'

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
    bytes = await readFile(file)
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
        : 'it is not valid JSON'
    throw invalid(file, why)
  }
}

/** The helper responsible for a registry: its own, else the one for everything. */
export function helperFor(config: AuthFile, names: readonly string[]): string | undefined {
  const own = Object.entries(config.credHelpers ?? {}).find(([key]) => names.includes(keyOf(key).host))
  const name = own?.[1] ?? config.credsStore ?? undefined
  return name === '' ? undefined : name
}

/**
 * The entry for a repository. Hosts are compared whole: a part of one, or one that merely contains the other,
 * is another registry. Among keys with a path (podman) the longest that is a parent of the repository counts.
 */
export function findEntry(config: AuthFile, names: readonly string[], path: string): AuthEntry | undefined {
  const matching = Object.entries(config.auths ?? {}).flatMap(([key, value]) => {
    const { host, path: scope } = keyOf(key)
    const covers = scope === '' || scope === path || path.startsWith(`${scope}/`)
    const isEmpty = JSON.stringify(value) === '{}'
    // docker leaves an empty entry for registries whose credentials are in a helper.
    return names.includes(host) && covers && !isEmpty ? [{ key, value, host, scope }] : []
  })
  const [best] = matching.toSorted(
    (a, b) => b.scope.length - a.scope.length || names.indexOf(a.host) - names.indexOf(b.host),
  )
  return best === undefined ? undefined : { key: best.key, value: best.value }
}

/** `https://index.docker.io/v1/` → index.docker.io; `quay.io/org/app` → quay.io and org/app. */
function keyOf(key: string): { readonly host: string; readonly path: string } {
  const hasScheme = /^https?:\/\//i.test(key)
  const bare = key.replace(/^https?:\/\//i, '').replace(/\/+$/, '')
  const slash = bare.indexOf('/')
  const host = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase()
  const path = slash < 0 ? '' : bare.slice(slash + 1)
  // Addresses of an API (`/v1/`, `/v2/`) name the whole registry.
  return { host, path: hasScheme || /^v[12]$/.test(path) ? '' : path }
}

/**
 * Reads an entry: registry token, identity token, `auth`, then user name and password, the first that is there.
 * @throws {RegistryError} CREDENTIALS_INVALID, naming the key and never the value.
 */
export function readEntry({ key, value }: AuthEntry, file: string): Credentials | undefined {
  const parsed = entrySchema.safeParse(value)
  if (!parsed.success) throw invalid(file, `the entry "${key.slice(0, 100)}" is malformed`)
  const { registrytoken, identitytoken, auth, username, password } = parsed.data
  if (isPresent(registrytoken)) return { kind: 'registry-token', token: registrytoken }
  if (isPresent(identitytoken)) return { kind: 'identity-token', token: identitytoken }
  if (isPresent(auth)) return readAuth(auth, key, file)
  if (isPresent(username) && isPresent(password)) return { kind: 'password', username, password }
  return undefined
}

function isPresent(text: string | null | undefined): text is string {
  return text !== undefined && text !== null && text !== ''
}

function readAuth(auth: string, key: string, file: string): Credentials {
  const what = `the "auth" of "${key.slice(0, 100)}"`
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(auth)
  if (!isBase64) throw invalid(file, `${what} is not base64`)
  // docker pads with NUL; a password may hold colons, a user name may not.
  const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '')
  const colon = text.indexOf(':')
  if (colon <= 0) throw invalid(file, `${what} does not hold a user name and a password`)
  return { kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1) }
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
