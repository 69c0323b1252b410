/**
 * The OCI artifact of a folder of files: one gzipped tar layer whose entries start with the folder's name.
 * The layer annotations are those of oras, so that `oras pull` restores the folder as well.
 */
export const FILES_ARTIFACT = {
  artifactType: 'application/vnd.build-once.files.v1',
  /** Layer annotation: name of the folder, the first part of every entry's name. */
  title: 'org.opencontainers.image.title',
  /** Layer annotation: `true`, the layer is an archive to be extracted. */
  unpack: 'io.deis.oras.content.unpack',
  /** Layer annotation: digest of the uncompressed tar. */
  contentDigest: 'io.deis.oras.content.digest',
} as const

/** What packing and unpacking agree on as the largest artifact; more is a mistake or an attack. */
export const FILES_LIMITS = { entries: 100_000, bytes: 10 * 1024 ** 3 } as const

/** Why a text cannot be the title, in words: it becomes the name of a folder on somebody's machine. */
export function titleFault(title: string): string | undefined {
  if (title === '' || title === '.' || title === '..') return 'it is not a folder name'
  if (/[/\\\p{Cc}]/u.test(title)) return 'it holds a separator or a control character'
  return undefined
}

/**
 * Why a symbolic link could lead out of the folder, in words; undefined when it cannot.
 * `..` counts only at the beginning: behind the name of another link it would be resolved from wherever that
 * link leads, which no look at the text can tell.
 * @param link path of the link below the folder, with `/`.
 */
export function linkFault(link: string, target: string): string | undefined {
  if (target === '') return 'it leads nowhere'
  if (/^(?:\/|\\|[A-Za-z]:)/.test(target)) return 'it leads to an absolute path'
  const parts = target.split('/').filter((part) => part !== '' && part !== '.')
  const name = parts.findIndex((part) => part !== '..')
  const up = name < 0 ? parts.length : name
  if (parts.slice(up).includes('..')) return 'it goes up again after going down'
  if (up > link.split('/').length - 1) return 'it leads out of the folder'
  return undefined
}
