import type { Pair } from '../domain/annotations.ts'
import type { BuildRequest } from './engine.ts'

/** Labels and annotations every artifact gets (image-spec annotations.md), unless the user gave others. */
export function provenancePairs(provenance: BuildRequest['provenance']): readonly Pair[] {
  return [
    ['org.opencontainers.image.created', provenance.created],
    ['org.opencontainers.image.revision', provenance.revision],
    ...(provenance.source === undefined
      ? []
      : [['org.opencontainers.image.source', provenance.source] as const]),
  ]
}

/** The defaults whose keys the user did not give, then what the user gave. */
export function withDefaults(defaults: readonly Pair[], given: readonly Pair[]): readonly Pair[] {
  const keys = new Set(given.map(([key]) => key))
  return [...defaults.filter(([key]) => !keys.has(key)), ...given]
}
