import { createHash } from 'node:crypto'

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** A manifest as a registry serves it. */
export interface ServedManifest {
  /** The hash of the bytes. */
  readonly digest: string
  readonly layers: readonly string[]
  /** The layers and the configuration; of an index nothing. */
  readonly blobs: readonly string[]
}

interface Document {
  readonly config?: { readonly digest: string }
  readonly layers?: readonly { readonly digest: string }[]
}

/** Reads a manifest with nothing of what is measured, to check what was measured. */
export async function readManifest(image: string, tag: string): Promise<ServedManifest> {
  const answer = await fetch(apiUrl(image, `manifests/${tag}`), { headers: { accept: MANIFEST_TYPES } })
  const text = await answer.text()
  if (answer.status !== 200)
    throw new Error(`${image}:${tag} · the registry answered ${answer.status}: ${text}`)
  const { config, layers = [] } = JSON.parse(text) as Document
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  const named = layers.map((layer) => layer.digest)
  return { digest, layers: named, blobs: config === undefined ? named : [config.digest, ...named] }
}

function apiUrl(image: string, suffix: string): string {
  const [host = '', ...path] = image.split('/')
  return `http://${host}/v2/${path.join('/')}/${suffix}`
}

/** Reads the blobs of an image one by one and hashes what comes; fails where one is not what its name says. */
export async function expectBlobs(image: string, tag: string): Promise<void> {
  const { blobs } = await readManifest(image, tag)
  for (const digest of blobs) {
    const answer = await fetch(apiUrl(image, `blobs/${digest}`))
    if (answer.status !== 200 || answer.body === null) {
      throw new Error(`${image}@${digest} · the registry answered ${answer.status}`)
    }
    const hash = createHash('sha256')
    for await (const chunk of answer.body) hash.update(chunk)
    expectDigest(`the blob of ${image}`, `sha256:${hash.digest('hex')}`, digest)
  }
}

/** Fails unless two digests are the same one. */
export function expectDigest(what: string, actual: string | undefined, expected: string): void {
  if (actual === expected && /^sha256:[0-9a-f]{64}$/.test(actual)) return
  throw new Error(`${what} · expected ${expected}, got ${actual ?? 'nothing'}`)
}
