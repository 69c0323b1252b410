import type { CommitContent, ObjectType, TagContent } from './hash.ts'
import { encodeCommit, encodeTag, hashObject, hashTree } from './hash.ts'

/** Files of a commit, by path. */
export type Files = Readonly<Record<string, string>>

/** A commit that is stored. */
export interface Commit extends CommitContent {
  readonly sha: string
  readonly files: Files
}

/** A tag object that is stored. */
export interface TagObject extends TagContent {
  readonly sha: string
}

/** Everything git stores under its hash. Objects are never removed. */
export class GitObjects {
  readonly #types = new Map<string, ObjectType>()
  readonly #blobs = new Map<string, Buffer>()
  readonly #tags = new Map<string, TagObject>()
  readonly #commits = new Map<string, Commit>()

  #write(type: ObjectType, content: Buffer): string {
    const sha = hashObject(type, content)
    this.#types.set(sha, type)
    if (type === 'blob') this.#blobs.set(sha, content)
    return sha
  }

  typeOf(sha: string): ObjectType | undefined {
    return this.#types.get(sha)
  }

  blob(sha: string): Buffer | undefined {
    return this.#blobs.get(sha)
  }

  tag(sha: string): TagObject | undefined {
    return this.#tags.get(sha)
  }

  commit(sha: string): Commit | undefined {
    return this.#commits.get(sha)
  }

  /** The commits whose hash begins so. */
  commitsBeginning(prefix: string): readonly Commit[] {
    return [...this.#commits.values()].filter(({ sha }) => sha.startsWith(prefix))
  }

  writeBlob(content: Buffer): string {
    return this.#write('blob', content)
  }

  writeTag(content: TagContent): TagObject {
    const sha = this.#write('tag', encodeTag(content))
    const tag = { ...content, sha }
    this.#tags.set(sha, tag)
    return tag
  }

  writeTree(files: Files): string {
    return hashTree(files, (type, bytes) => this.#write(type, bytes))
  }

  writeCommit(content: CommitContent, files: Files): Commit {
    const sha = this.#write('commit', encodeCommit(content))
    const commit = { ...content, sha, files }
    this.#commits.set(sha, commit)
    return commit
  }

  /** The object behind any number of tag objects. */
  peel(sha: string): string {
    const tag = this.#tags.get(sha)
    return tag === undefined ? sha : this.peel(tag.object)
  }
}
