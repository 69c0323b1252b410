import { unprocessable } from '../http/answer.ts'
import { contains } from './history.ts'
import type { GitObjects } from './objects.ts'
import { checkRefName, checkSha } from './ref-name.ts'

/** A named object. */
export interface Ref {
  readonly name: string
  readonly sha: string
}

/** The refs of a repository, with git's rules for changing them. */
export class GitRefs {
  readonly #objects: GitObjects
  readonly #refs = new Map<string, string>()

  constructor(objects: GitObjects) {
    this.#objects = objects
  }

  get isEmpty(): boolean {
    return ![...this.#refs.keys()].some((name) => name.startsWith('refs/heads/'))
  }

  read(name: string): string | undefined {
    return this.#refs.get(name)
  }

  /** The refs whose full name begins so, in git's order. */
  matching(prefix: string): readonly Ref[] {
    return [...this.#refs]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, sha]) => ({ name, sha }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Creates a ref that is not there yet. */
  create(name: string, sha: string): void {
    checkRefName(name)
    checkSha(sha)
    if (this.#refs.has(name)) throw unprocessable('Reference already exists')
    this.#checkTarget(name, sha)
    // A ref is a file in git's own store: none can be where another has a folder.
    const hasConflict = [...this.#refs.keys()].some(
      (other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`),
    )
    if (hasConflict) throw unprocessable('Reference update failed')
    this.#refs.set(name, sha)
  }

  /** Moves a ref forward, or anywhere with `force`. */
  update(name: string, sha: string, force: boolean): void {
    checkSha(sha)
    const current = this.#refs.get(name)
    if (current === undefined) throw unprocessable('Reference does not exist')
    this.#checkTarget(name, sha)
    if (!force && current !== sha && !this.#isForward(current, sha)) {
      throw unprocessable('Update is not a fast forward')
    }
    this.#refs.set(name, sha)
  }

  remove(name: string): void {
    if (!this.#refs.delete(name)) throw unprocessable('Reference does not exist')
  }

  /** Sets a ref whatever the rules are. */
  place(name: string, sha: string): void {
    this.#refs.set(name, sha)
  }

  #checkTarget(name: string, sha: string): void {
    const type = this.#objects.typeOf(sha)
    if (type === undefined) throw unprocessable('Object does not exist')
    if (name.startsWith('refs/heads/') && type !== 'commit') throw unprocessable('Reference update failed')
  }

  #isForward(from: string, to: string): boolean {
    const [old, next] = [this.#objects.peel(from), this.#objects.peel(to)]
    return this.#objects.commit(next) !== undefined && contains(this.#objects, next, old)
  }
}
