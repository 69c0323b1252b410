import { createHash } from 'node:crypto'

/** The kinds of git objects. */
export type ObjectType = 'blob' | 'commit' | 'tag' | 'tree'

/** A name and address with the moment something was written. */
export interface Signature {
  readonly name: string
  readonly email: string
  readonly date: Date
}

/** What a tag object says. */
export interface TagContent {
  readonly object: string
  readonly type: ObjectType
  readonly tag: string
  readonly tagger: Signature
  readonly message: string
}

/** What a commit says. */
export interface CommitContent {
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature
  readonly message: string
}

/** Git's own name for an object: the SHA-1 of a header and the content. */
export function hashObject(type: ObjectType, content: Uint8Array): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex')
}

function writeSignature({ name, email, date }: Signature): string {
  return `${name} <${email}> ${Math.floor(date.getTime() / 1000)} +0000`
}

/** The bytes of a tag object. */
export function encodeTag({ object, type, tag, tagger, message }: TagContent): Buffer {
  const header = [`object ${object}`, `type ${type}`, `tag ${tag}`, `tagger ${writeSignature(tagger)}`]
  return Buffer.from(`${header.join('\n')}\n\n${message}`)
}

/** The bytes of a commit; author and committer are the same here. */
export function encodeCommit({ tree, parents, author, message }: CommitContent): Buffer {
  const signature = writeSignature(author)
  const header = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    ...[`author ${signature}`, `committer ${signature}`],
  ]
  return Buffer.from(`${header.join('\n')}\n\n${message}`)
}

interface Entry {
  readonly mode: string
  readonly name: string
  readonly sha: string
}

function encodeTree(entries: readonly Entry[]): Buffer {
  // Git sorts a folder as if its name ended in a slash.
  const key = ({ mode, name }: Entry): string => (mode === '40000' ? `${name}/` : name)
  const sorted = entries.toSorted((a, b) => Buffer.compare(Buffer.from(key(a)), Buffer.from(key(b))))
  return Buffer.concat(
    sorted.flatMap(({ mode, name, sha }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, 'hex')]),
  )
}

/** The tree of some files, by path; every object on the way is handed to `write`. */
export function hashTree(
  files: Readonly<Record<string, string>>,
  write: (type: ObjectType, content: Buffer) => string,
): string {
  const folders = new Map<string, Record<string, string>>()
  const entries: Entry[] = []
  for (const [path, content] of Object.entries(files)) {
    const slash = path.indexOf('/')
    if (slash < 0) {
      entries.push({ mode: '100644', name: path, sha: write('blob', Buffer.from(content)) })
      continue
    }
    const name = path.slice(0, slash)
    folders.set(name, { ...folders.get(name), [path.slice(slash + 1)]: content })
  }
  for (const [name, inside] of folders) entries.push({ mode: '40000', name, sha: hashTree(inside, write) })
  return write('tree', encodeTree(entries))
}
