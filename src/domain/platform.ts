/** A platform as image configurations and indexes write it. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly 'os.version'?: string
}

/** What an image is for where nobody says: a fixed answer, so that the digest does not depend on the runner. */
export const DEFAULT_PLATFORM = 'linux/amd64'

const GRAMMAR = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', i386: '386' }
/** Variants that are understood when none is written, as containerd normalizes them. */
const DEFAULT_VARIANTS: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v7', amd64: 'v1' }

/** Reads `os/architecture[/variant]`; the text has passed {@link platformFaults}. */
export function parsePlatform(text: string): Platform {
  const [os = '', architecture = '', variant] = text.split('/')
  const known = ARCHITECTURES[architecture] ?? architecture
  return { os, architecture: known, ...(variant === undefined ? {} : { variant }) }
}

/** `linux/arm/v7`. */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')
}

/** True when both mean the same machine. */
export function isSamePlatform(a: Platform, b: Platform): boolean {
  return a.os === b.os && a.architecture === b.architecture && variantOf(a) === variantOf(b)
}

function variantOf(platform: Platform): string | undefined {
  return platform.variant || DEFAULT_VARIANTS[platform.architecture]
}

/** What is wrong with the platforms given, in the words of the input. */
export function platformFaults(platforms: readonly string[]): readonly string[] {
  return platforms.flatMap((text, index) => {
    const shown = JSON.stringify(text.slice(0, 80))
    if (!GRAMMAR.test(text)) return [`platforms: ${shown} · expected os/architecture[/variant]`]
    const first = platforms.findIndex(
      (other) => GRAMMAR.test(other) && isSamePlatform(parsePlatform(other), parsePlatform(text)),
    )
    return first < index ? [`platforms: ${shown} is there twice`] : []
  })
}
