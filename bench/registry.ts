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
}

/** Reads a manifest with nothing of what is measured, to check what was measured. */
export async function readManifest(image: string, tag: string): Promise<ServedManifest> {
  const [host = '', ...path] = image.split('/')
  const answer = await fetch(`http://${host}/v2/${path.join('/')}/manifests/${tag}`, {
    headers: { accept: MANIFEST_TYPES },
  })
  const text = await answer.text()
  if (answer.status !== 200)
    throw new Error(`${image}:${tag} · the registry answered ${answer.status}: ${text}`)
  const { layers = [] } = JSON.parse(text) as { layers?: readonly { readonly digest: string }[] }
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  return { digest, layers: layers.map((layer) => layer.digest) }
}

/** Fails unless two digests are the same one. */
export function expectDigest(what: string, actual: string | undefined, expected: string): void {
  if (actual === expected && /^sha256:[0-9a-f]{64}$/.test(actual)) return
  throw new Error(`${what} · expected ${expected}, got ${actual ?? 'nothing'}`)
}
