/** The addresses that answers are full of. */
export interface Urls {
  /** Of the API, without a slash at the end. */
  readonly api: string
  /** Of the pages for people. */
  readonly server: string
  /** An address of the repository in the API. */
  repository(path: string): string
  /** A page of the repository. */
  page(path: string): string
}

/** Makes the addresses of a repository. */
export function createUrls(api: string, server: string, fullName: string): Urls {
  return {
    api,
    server,
    repository: (path) => `${api}/repos/${fullName}${path}`,
    page: (path) => `${server}/${fullName}${path}`,
  }
}
