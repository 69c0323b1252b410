/** A label or annotation: key and value, both exactly as given. */
export type Pair = readonly [key: string, value: string]

/** Annotations by the document they belong to. */
export interface Annotations {
  readonly manifest: readonly Pair[]
  readonly index: readonly Pair[]
}

const LEVELS = /^(?<levels>(?:manifest|index)(?:,(?:manifest|index))*):/
const UNSUPPORTED = /^(?:manifest|index)(?:-descriptor|\[)/

/** Reads `key=value` annotations as buildx does: `index:` and `manifest:` say where, without them it is the manifest. */
export function parseAnnotations(entries: readonly string[]): Annotations {
  const found: { manifest: Pair[]; index: Pair[] } = { manifest: [], index: [] }
  for (const entry of entries) {
    const levels = LEVELS.exec(entry)?.groups?.['levels']
    const text = levels === undefined ? entry : entry.slice(levels.length + 1)
    const at = text.indexOf('=')
    const pair = [text.slice(0, at), text.slice(at + 1)] as const
    for (const level of new Set((levels ?? 'manifest').split(','))) {
      found[level === 'index' ? 'index' : 'manifest'].push(pair)
    }
  }
  return found
}

/** What is wrong with the annotations given, in the words of the input. */
export function annotationFaults(entries: readonly string[], hasIndex: boolean): readonly string[] {
  return entries.flatMap((entry) => {
    const shown = JSON.stringify(entry.slice(0, 80))
    if (UNSUPPORTED.test(entry))
      return [`annotations: ${shown} · expected no prefix, manifest: or index: with this engine`]
    const text = entry.replace(LEVELS, '')
    if (text.indexOf('=') <= 0) return [`annotations: ${shown} · expected KEY=value`]
    const isForIndex = LEVELS.exec(entry)?.groups?.['levels']?.includes('index') === true
    if (isForIndex && !hasIndex)
      return [`annotations: ${shown} needs an index, which is made for several platforms only`]
    return []
  })
}
