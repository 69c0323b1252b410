import { MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import type { Credentials, CredentialSource } from '../../../src/registry/credentials.ts'
import { sampleManifest } from './access.ts'
import { ociError, type Script, type ScriptedServer, type Seen, serve } from './scripted-server.ts'

export const sample = sampleManifest('a')

export const PASSWORD = 'hunter2:with:colons'
export const password: Credentials = { kind: 'password', username: 'someone', password: PASSWORD }
export const identity: Credentials = { kind: 'identity-token', token: 'refresh-me-please' }
export const BASIC = basic('someone', PASSWORD)

export function basic(username: string, secret: string): string {
  return `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`
}

export function always(credentials: Credentials | undefined): CredentialSource {
  return { find: async () => await Promise.resolve(credentials) }
}

/** What a registry answers to a read that is allowed. */
export const found: Script = {
  status: 200,
  headers: { 'content-type': MEDIA_TYPES.ociManifest },
  body: sample.bytes,
}

export function token(value: unknown, more: object = {}): Script {
  return { status: 200, body: JSON.stringify({ token: value, ...more }) }
}

export function challenge(header: string | readonly string[], status = 401): Script {
  const error = ociError(status, 'UNAUTHORIZED')
  if (typeof error === 'string') throw new Error('not an answer')
  return { ...error, headers: { ...error.headers, 'www-authenticate': header } }
}

/** A registry whose challenges and token server a test writes; `origin` is its own. */
export async function registryWith(
  challenges: (origin: string, seen: Seen) => string | readonly string[],
  answerToken: (seen: Seen, count: number) => Script | Promise<Script>,
  answer: (seen: Seen, authorization: string) => Script | undefined = (_seen, authorization) =>
    authorization === 'Bearer good' ? found : undefined,
): Promise<ScriptedServer & { readonly asked: () => readonly Seen[] }> {
  let origin = ''
  let count = 0
  const server = await serve(async (seen) => {
    if (seen.path === '/token') {
      count += 1
      return await answerToken(seen, count)
    }
    return answer(seen, seen.headers.authorization ?? '') ?? challenge(challenges(origin, seen))
  })
  origin = server.origin
  return { ...server, asked: () => server.seen.filter(({ path }) => path === '/token') }
}

/** The one challenge most tests need. */
export function bearer(origin: string): string {
  return `Bearer realm="${origin}/token",service="svc",scope="repository:owner/app:pull"`
}

/** The fields of a form that a token server got. */
export function formOf(seen: Seen | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(seen?.body))
}
