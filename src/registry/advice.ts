import type { Credentials } from './credentials.ts'

/** What a denial usually means at registries that many use: who reads it has one line in a log to go by. */
const ADVICE: readonly (readonly [host: RegExp, advice: string])[] = [
  [
    /^ghcr\.io$/,
    'On GHCR a job needs `permissions: packages: write`, also to deploy, and a package that was first pushed from elsewhere must let this repository in (package settings, Manage Actions access).',
  ],
  [
    /^(?:docker\.io|index\.docker\.io|registry-1\.docker\.io)$/,
    'Docker Hub takes an access token with the right to write as password, and only pushes to namespaces of this user.',
  ],
  [
    /\.dkr\.ecr[.-].*amazonaws\.com(?:\.cn)?$/,
    'A login to ECR ends after 12 hours: log in within this job (aws-actions/amazon-ecr-login), with a role that may use the repository.',
  ],
  [
    /-docker\.pkg\.dev$|^(?:[a-z]+\.)?gcr\.io$/,
    'Google takes the user name `oauth2accesstoken` with an access token (one hour), or `_json_key` with a key; the account must be an Artifact Registry Writer.',
  ],
  [
    /\.azurecr\.(?:io|cn|us)$/,
    'A login by `az acr login` ends after three hours; the identity needs AcrPush.',
  ],
  [
    /^quay\.io$/,
    'On Quay a robot account (`org+name`) needs Write on the repository, and the right to create a new one.',
  ],
  [/^registry\.gitlab\.com$/, 'A token of GitLab needs `read_registry` and `write_registry`.'],
]

const ROBOT =
  'A robot account of Harbor is called `robot$name`: in a script, single quotes keep a shell from dropping the `$name`.'

/** What else to look at when credentials were denied; nothing where it would be a guess. */
export function adviceFor(registry: string, credentials: Credentials): readonly string[] {
  const known = ADVICE.filter(([host]) => host.test(registry)).map(([, advice]) => advice)
  // What "robot$name" and "robot$project+name" become in double quotes.
  const isCut = credentials.kind === 'password' && /^robot(?:\+|$)/.test(credentials.username)
  return isCut ? [...known, ROBOT] : known
}
