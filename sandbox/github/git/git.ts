import type { Signature } from './hash.ts'
import type { Commit, Files, TagObject } from './objects.ts'
import { GitObjects } from './objects.ts'
import { GitRefs } from './refs.ts'

/** How a commit is made behind the API's back. */
export interface CommitOptions {
  /** The branch that moves to it; the default branch unless said. `null` moves none. */
  readonly branch?: string | null
  /** The branch's head unless said. */
  readonly parents?: readonly string[]
  readonly message?: string
  /** Changes to the first parent's files. */
  readonly files?: Files
  /** Of a commit that was made elsewhere: the tree by its name, whatever the files are here. */
  readonly tree?: string
  readonly date?: Date
}

/** Git's part of a repository. */
export class Git {
  readonly objects = new GitObjects()
  readonly refs = new GitRefs(this.objects)
  readonly defaultBranch: string
  readonly #now: () => Date
  /** Branches that cannot be merged with the default branch. */
  readonly conflicts = new Set<string>()
  #commits = 0

  constructor(defaultBranch: string, now: () => Date) {
    this.defaultBranch = defaultBranch
    this.#now = now
  }

  /** The commit a branch stands at; the default branch unless said. */
  head(branch = this.defaultBranch): string {
    const sha = this.refs.read(`refs/heads/${branch}`)
    if (sha === undefined) throw new Error(`there is no branch ${branch}`)
    return sha
  }

  /** Makes a commit and returns its name. */
  commit(options: CommitOptions = {}): string {
    const { branch = this.defaultBranch } = options
    const current = branch === null ? undefined : this.refs.read(`refs/heads/${branch}`)
    const parents = options.parents ?? (current === undefined ? [] : [current])
    this.#commits += 1
    const message = options.message ?? `Change ${this.#commits}\n`
    const inherited = this.objects.commit(parents[0] ?? '')?.files ?? { 'README.md': '# App\n' }
    const author = this.signature(options.date)
    const files = { ...inherited, ...options.files }
    const tree = options.tree ?? this.objects.writeTree(files)
    const { sha } = this.objects.writeCommit({ tree, parents, message, author }, files)
    if (branch !== null) this.refs.place(`refs/heads/${branch}`, sha)
    return sha
  }

  /** Points a branch at a commit. */
  branch(name: string, sha: string): void {
    this.refs.place(`refs/heads/${name}`, sha)
  }

  /** Makes a lightweight tag. */
  tag(name: string, sha: string): void {
    this.refs.place(`refs/tags/${name}`, sha)
  }

  /** Makes an annotated tag and returns the tag object. */
  annotate(name: string, object: string, message = `${name}\n`): TagObject {
    const type = this.objects.typeOf(object)
    if (type === undefined) throw new Error(`there is no object ${object}`)
    const tag = this.objects.writeTag({ object, type, tag: name, tagger: this.signature(), message })
    this.tag(name, tag.sha)
    return tag
  }

  /** The sandbox's own developer, now. */
  signature(date = this.#now()): Signature {
    return { name: 'Mona Lisa', email: 'mona@example.com', date }
  }

  /**
   * The commit of a branch, tag, full ref name or commit; abbreviated ones too. As on GitHub a branch comes
   * before a tag of the same name.
   */
  resolve(revision: string): Commit | undefined {
    const whole = /^[0-9a-f]{40}$/u.test(revision) ? this.objects.commit(revision) : undefined
    if (whole !== undefined) return whole
    const names = [`refs/heads/${revision}`, `refs/tags/${revision}`, `refs/${revision}`, revision]
    for (const name of names) {
      const sha = this.refs.read(name)
      const commit = sha === undefined ? undefined : this.objects.commit(this.objects.peel(sha))
      if (commit !== undefined) return commit
    }
    if (!/^[0-9a-f]{7,39}$/u.test(revision)) return undefined
    const candidates = this.objects.commitsBeginning(revision)
    return candidates.length === 1 ? candidates[0] : undefined
  }
}
