/** The moment by which an operation with all its retries must be done. */
export class Deadline {
  readonly #end: number
  readonly #total: number

  constructor(milliseconds: number) {
    this.#total = milliseconds
    this.#end = performance.now() + milliseconds
  }

  /** Milliseconds left; never negative. */
  get remaining(): number {
    return Math.max(0, this.#end - performance.now())
  }

  /** The whole time allowed, for messages. */
  get total(): number {
    return this.#total
  }
}
