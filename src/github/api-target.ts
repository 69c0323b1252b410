import { InputError } from '../domain/error.ts'

/** Which repository's API to speak to, as whom. */
export interface ApiTarget {
  readonly url: URL
  readonly repository: { readonly owner: string; readonly name: string }
  readonly token: string
}

const PART = /^[A-Za-z0-9_.-]{1,100}$/

/**
 * The API of the repository the workflow is in, from the variables of the runner; on GitHub Enterprise Server it is
 * that server's.
 * @param wanted what needs the API, as the user wrote it, for the message.
 * @throws {InputError} with all that is missing.
 */
export function apiTarget(
  environment: NodeJS.ProcessEnv,
  token: string | undefined,
  wanted: string,
): ApiTarget {
  const url = parseUrl(environment['GITHUB_API_URL'] || 'https://api.github.com')
  const [owner = '', name = '', ...rest] = (environment['GITHUB_REPOSITORY'] ?? '').split('/')
  const isRepository = [owner, name].every((part) => PART.test(part) && !/^\.{1,2}$/.test(part))
  const faults: string[] = []
  if (token === undefined) faults.push(`token: is required by ${wanted}, for example \${{ github.token }}`)
  if (!isRepository || rest.length > 0)
    faults.push(`${wanted}: needs a GitHub repository · expected GITHUB_REPOSITORY to be owner/name`)
  if (url === undefined)
    faults.push(`${wanted}: needs GitHub's API · expected GITHUB_API_URL to be an http or https address`)
  if (faults.length > 0 || url === undefined || token === undefined)
    throw new InputError(faults, { hint: 'Outside GitHub Actions, set these variables as the runner does.' })
  return { url, repository: { owner, name }, token }
}

/** Whether this is a workflow of a GitHub repository. */
export function hasRepository(environment: NodeJS.ProcessEnv): boolean {
  return (environment['GITHUB_REPOSITORY'] ?? '') !== ''
}

/** Whether the API is one of a GitHub Enterprise Server, which all have theirs below this path. */
export function isEnterpriseServer(environment: NodeJS.ProcessEnv): boolean {
  return /\/api\/v3\/*$/.test(environment['GITHUB_API_URL'] ?? '')
}

/** An address without user name and query: the token is all that identifies us. */
function parseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  return isPlain && /^https?:$/.test(url.protocol) ? url : undefined
}
