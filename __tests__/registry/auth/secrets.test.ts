import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Credentials } from '../../../src/registry/credentials.ts'
import { blobOf, keptLog, open, repositoryAt } from '../support/access.ts'
import { type Script, type Seen, serve } from '../support/scripted-server.ts'
import { always } from '../support/token-registry.ts'

/** Ways to write a secret down that a registry could use. */
const WAYS: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => secret.toUpperCase(),
  (secret) => secret.toLowerCase(),
  (secret) => Buffer.from(secret).toString('base64'),
  (secret) => Buffer.from(secret).toString('base64url'),
  (secret) => encodeURIComponent(secret),
  (secret) => new URLSearchParams({ '': secret }).toString().slice(1),
  (secret) => encodeURIComponent(Buffer.from(secret).toString('base64')),
]

/** What can stand in a header as it is, which Node.js sends in Latin-1. */
function asHeader(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?')
}

/** Everything a registry answers with that may end up in a message, with a text in it. */
const PLACES: readonly ((text: string, seen: Seen) => Script)[] = [
  (text) => ({ status: 403, body: JSON.stringify({ errors: [{ code: 'DENIED', message: `x ${text} y` }] }) }),
  (text) => ({
    status: 400,
    body: JSON.stringify({ errors: [{ code: text, message: text, detail: text }] }),
  }),
  (text) => ({ status: 404, body: JSON.stringify({ errors: [{ code: text.replaceAll(/\W/g, '') }] }) }),
  (text) => ({ status: 400, body: JSON.stringify({ error: text, error_description: text }) }),
  (text) => ({ status: 500, body: text }),
  (text) => ({ status: 418, headers: { 'content-type': asHeader(text) }, body: 'x' }),
  (text) => ({ status: 200, headers: { 'content-type': asHeader(text) }, body: '{"schemaVersion":2}' }),
  (text) => ({ status: 307, headers: { location: `http://127.0.0.1:1/${asHeader(text)}` } }),
  (text) => ({ status: 307, headers: { location: `ftp://${asHeader(text)}` } }),
  (text) => ({ status: 202, headers: { location: `https://x.invalid/${asHeader(text)}?${asHeader(text)}` } }),
  (text) => ({ status: 201, headers: { 'docker-content-digest': `sha256:${asHeader(text)}` } }),
  (text) => ({ status: 200, headers: { 'content-encoding': asHeader(text) }, body: 'x' }),
  (text) => ({ status: 429, headers: { 'retry-after': asHeader(text) } }),
  (text) => ({
    status: 200,
    headers: { link: `<https://${asHeader(text)}/x>; rel="next"` },
    body: '{"tags":[]}',
  }),
  (text) => ({
    status: 200,
    headers: { warning: `299 - "${asHeader(text).replaceAll(/["\\]/g, '')}"` },
    body: '[]',
  }),
  (text) => ({ status: 200, body: JSON.stringify({ tags: [text], token: `${text} x`, mediaType: text }) }),
  ...[
    (text: string) => `Bearer realm="http://token.example.com/${text}"`,
    (text: string) => `Bearer realm="https://${text}/"`,
    (text: string) => `Bearer realm="${text}"`,
    (text: string) => `${text.replaceAll(/\W/g, '') || 'x'} x="y"`,
    (text: string) => `Bearer ${text}=x,${text}=y`,
    (text: string) => `Basic realm="${text}`,
  ].map((header) => (text: string) => ({
    status: 401,
    headers: { 'www-authenticate': header(asHeader(text).replaceAll(/["\\]/g, '')) },
  })),
]

/** The secrets a request shows: what is in its Authorization, and the fields of its form. */
function shownIn({ headers, body, path }: Seen): readonly string[] {
  const [scheme, value = ''] = (headers.authorization ?? '').split(' ')
  if (scheme === 'Bearer') return [value]
  const form = path === '/token' ? new URLSearchParams(body) : new URLSearchParams()
  const fields = ['password', 'refresh_token'].flatMap((name) => form.get(name) ?? [])
  if (scheme !== 'Basic') return fields
  const pair = Buffer.from(value, 'base64').toString()
  return [pair.slice(pair.indexOf(':') + 1), pair]
}

/** An error with everything a report could show of it. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const hint = 'hint' in error ? String(error.hint) : ''
  const codes = 'ociCodes' in error ? String(error.ociCodes) : ''
  return [error.message, error.stack, hint, codes, error.cause === undefined ? '' : textOf(error.cause)].join(
    '\n',
  )
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const secretText = fc.string({
  unit: fc.constantFrom(...`${letters}+/=-_.!$&% ü`.split('')),
  minLength: 10,
  maxLength: 24,
})
const tokenText = fc.string({
  unit: fc.constantFrom(...`${letters}+/=-_.!$&%`.split('')),
  minLength: 10,
  maxLength: 40,
})
const credentials: fc.Arbitrary<Credentials> = fc.oneof(
  fc.record({ kind: fc.constant('password' as const), username: tokenText, password: secretText }),
  fc.record({ kind: fc.constant('identity-token' as const), token: tokenText }),
  fc.record({ kind: fc.constant('registry-token' as const), token: tokenText }),
)

test('no secret gets into a message, a log or an address, wherever a registry writes it', async () => {
  let answer: (seen: Seen) => Script = () => ({ status: 500 })
  const server = await serve((seen) => answer(seen))
  const scenario = fc.record({
    credentials,
    minted: tokenText,
    rotated: tokenText,
    scheme: fc.constantFrom('basic', 'bearer', 'post'),
    /** How many requests are answered well before a secret is echoed. */
    patience: fc.integer({ min: 1, max: 5 }),
    place: fc.constantFrom(...PLACES),
    way: fc.constantFrom(...WAYS),
    work: fc.constantFrom('read', 'write', 'upload', 'list'),
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ minted, rotated, scheme, patience, place, way, work, ...given }) => {
      const log = keptLog()
      const shown = new Set<string>()
      const unmasked: string[] = []
      const queries: string[] = []
      let count = 0
      answer = (seen) => {
        count += 1
        queries.push(decodeURIComponent(seen.query.toString().replaceAll('+', ' ')))
        for (const secret of shownIn(seen)) {
          shown.add(secret)
          if (!log.masked.includes(secret)) unmasked.push(secret)
        }
        if (shown.size > 0 && count > patience)
          return place(way([...shown].at(count % shown.size) ?? ''), seen)
        if (seen.path === '/token') {
          if (scheme === 'post' && seen.method === 'GET') return { status: 405 }
          for (const secret of [minted, rotated]) shown.add(secret)
          return { status: 200, body: JSON.stringify({ access_token: minted, refresh_token: rotated }) }
        }
        if (seen.headers.authorization !== undefined) return { status: 404 }
        const header = scheme === 'basic' ? 'Basic realm="x"' : `Bearer realm="${server.origin}/token"`
        return { status: 401, headers: { 'www-authenticate': header } }
      }
      const access = open({ credentials: always(given.credentials), log, retry: { tries: 2 } })
      const repository = repositoryAt(server.host)
      const works = {
        read: async () => await access.registry.readTag(repository, 'v1'),
        write: async () =>
          await access.registry.putManifest(
            repository,
            new Uint8Array([123, 125]),
            'application/vnd.oci.image.manifest.v1+json',
            'v1',
          ),
        upload: async () => await access.registry.putBlob(repository, blobOf('x')),
        list: async () => await access.registry.listTags(repository),
      }
      const outcome: unknown = await works[work]().catch((error: unknown) => error)
      access.close()

      expect(unmasked).toEqual([])
      const { username = '' } = given.credentials.kind === 'password' ? given.credentials : {}
      const secrets = [...shown].filter((secret) => secret !== username)
      const written = [outcome instanceof Error ? textOf(outcome) : '', ...log.lines, ...queries]
        .join('\n')
        .toLowerCase()
      for (const secret of secrets) {
        for (const write of WAYS) expect(written).not.toContain(write(secret).toLowerCase())
      }
    }),
    { numRuns: 300 },
  )
})
