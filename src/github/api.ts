import type { z } from 'zod'

/** What a request is made of beside its route; path parameters and body fields alike. */
export type Parameters = Readonly<Record<string, unknown>>

/** What else is known about a request. */
export interface RequestOptions {
  /**
   * True for a request that may be sent again when nobody knows whether it was carried out: because it reads, or
   * because doing it twice is the same as doing it once. Default: true for GET only.
   */
  readonly isRepeatable?: boolean
  /** The permission it needs, as a workflow writes it; named where GitHub does not say, for example `contents: write`. */
  readonly permission?: string
}

/** GitHub's REST API for one repository. Every failure is a `GitHubError`; an answer is believed when its schema does. */
export interface GitHubApi {
  readonly repository: { readonly owner: string; readonly name: string }
  /** The time by GitHub's clock, as far as an answer has told it: the runner's may be another. */
  now(): Date
  /**
   * Sends one request.
   * @param route such as `GET /repos/{owner}/{repo}/git/ref/{ref}`; owner and repo are filled in.
   * @param schema of what is used of the answer.
   */
  request<T>(
    route: string,
    parameters: Parameters,
    schema: z.ZodType<T>,
    options?: RequestOptions,
  ): Promise<T>
  /**
   * The entries of a list, page after page, as far as they are asked for.
   * @param schema of a page; makes a list of entries of it, also where the page is an object that holds one.
   */
  pages<T>(
    route: string,
    parameters: Parameters,
    schema: z.ZodType<readonly T[]>,
    options?: RequestOptions,
  ): AsyncIterable<T>
}
