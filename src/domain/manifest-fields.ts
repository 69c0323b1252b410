const FIELDS = [
  ...[
    'schemaVersion',
    'mediaType',
    'artifactType',
    'config',
    'layers',
    'manifests',
    'subject',
    'annotations',
  ],
  ...['digest', 'size', 'urls', 'data', 'platform'],
  ...['os', 'architecture', 'variant', 'os.version', 'os.features', 'features'],
]

const BY_FOLDED = new Map(FIELDS.map((field) => [folded(field), field]))

/** As Go compares names: in any case, and with the two letters outside of ASCII that have a case inside of it. */
function folded(name: string): string {
  return name.toUpperCase().toLowerCase()
}

/**
 * Finds a field whose name is a known one in another case. Clients in Go read `Manifests` as `manifests`, and the
 * last one counts: what they run would be something else than what is read here (as in CVE-2021-41190).
 */
export function otherwiseSpelled(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value)
  for (const [name] of entries) {
    const known = BY_FOLDED.get(folded(name))
    if (known !== undefined && known !== name) return name
  }
  for (const [name, field] of entries) {
    const parts = ['layers', 'manifests'].includes(name) && Array.isArray(field) ? (field as unknown[]) : []
    const inner = ['config', 'subject', 'platform'].includes(name) ? [field] : parts
    for (const part of inner) {
      const found = otherwiseSpelled(part)
      if (found !== undefined) return found
    }
  }
  return undefined
}
