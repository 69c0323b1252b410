import { createHash } from 'node:crypto'

/** What is in a registry, looked up without a proxy and without any code of the client under test. */
export interface Direct {
  readonly host: string
  manifest(path: string, name: string): Promise<Uint8Array | undefined>
  blob(path: string, digest: string): Promise<Uint8Array | undefined>
  tags(path: string): Promise<readonly string[]>
  pushBlob(path: string, bytes: Uint8Array): Promise<void>
  pushManifest(path: string, name: string, bytes: Uint8Array, mediaType: string): Promise<void>
}

/** The user of a registry that asks for one. */
export interface User {
  readonly username: string
  readonly password: string
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function basic({ username, password }: User): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

const ACCEPT = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  '*/*',
].join(', ')

/** Asks as any script would: with what the challenge wants. */
function asking(host: string, user: User | undefined) {
  const tokens = new Map<string, string>()
  const authorize = async (challenge: string, path: string): Promise<string> => {
    if (user === undefined) throw new Error(`${host} asks for a user`)
    const [, realm] = /^Bearer realm="([^"]+)"/u.exec(challenge) ?? []
    if (realm === undefined) return basic(user)
    const service = /service="([^"]+)"/u.exec(challenge)?.[1] ?? ''
    const query = new URLSearchParams({ service, scope: `repository:${path}:pull,push` })
    const answer = await fetch(`${realm}?${query.toString()}`, { headers: { authorization: basic(user) } })
    return `Bearer ${((await answer.json()) as { token: string }).token}`
  }
  return async (path: string, suffix: string, init: RequestInit = {}): Promise<Response> => {
    const url = suffix.startsWith('http') ? suffix : `http://${host}/v2/${path}/${suffix}`
    const send = async (): Promise<Response> => {
      const known = tokens.get(path)
      const headers = { accept: ACCEPT, ...(known === undefined ? {} : { authorization: known }) }
      return await fetch(url, { ...init, headers: { ...headers, ...(init.headers as object) } })
    }
    const first = await send()
    if (first.status !== 401) return first
    await first.arrayBuffer()
    tokens.set(path, await authorize(first.headers.get('www-authenticate') ?? '', path))
    return await send()
  }
}

async function bodyOf(answer: Response): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(await answer.arrayBuffer())
  if (answer.status === 404) return undefined
  if (answer.status !== 200) throw new Error(`${answer.url} answered ${answer.status}`)
  return bytes
}

async function expectStatus(answer: Response, status: number): Promise<void> {
  const text = await answer.text()
  if (answer.status !== status) throw new Error(`${answer.url} answered ${answer.status} ${text}`)
}

export function directTo(host: string, user?: User): Direct {
  const ask = asking(host, user)
  return {
    host,
    manifest: async (path, name) => await bodyOf(await ask(path, `manifests/${name}`)),
    blob: async (path, digest) => await bodyOf(await ask(path, `blobs/${digest}`)),
    async tags(path) {
      const tags: string[] = []
      for (let next: string | undefined = 'tags/list'; next !== undefined; ) {
        const answer: Response = await ask(path, next)
        const bytes = await bodyOf(answer)
        if (bytes === undefined) return []
        tags.push(...((JSON.parse(Buffer.from(bytes).toString()) as { tags: string[] | null }).tags ?? []))
        const link: string | undefined = /<([^>]+)>/u.exec(answer.headers.get('link') ?? '')?.[1]
        next = link === undefined ? undefined : new URL(link, answer.url).href
      }
      return tags
    },
    async pushBlob(path, bytes) {
      const start = await ask(path, 'blobs/uploads/', { method: 'POST' })
      await expectStatus(start, 202)
      const url = new URL(start.headers.get('location') ?? '', start.url)
      const target = `${url.href}${url.search === '' ? '?' : '&'}digest=${sha256(bytes)}`
      await expectStatus(await ask(path, target, { method: 'PUT', body: Buffer.from(bytes) }), 201)
    },
    async pushManifest(path, name, bytes, mediaType) {
      const headers = { 'content-type': mediaType }
      const init = { method: 'PUT', body: Buffer.from(bytes), headers }
      await expectStatus(await ask(path, `manifests/${name}`, init), 201)
    },
  }
}
