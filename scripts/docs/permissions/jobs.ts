import type { Permission } from './calls.ts'

const JOB_IDS = [
  ...(['build', 'build-git', 'build-fork'] as const),
  ...(['deploy', 'deploy-registry', 'deploy-both', 'dry-run'] as const),
] as const

export type JobId = (typeof JOB_IDS)[number]

/** A permission of the registry on GitHub, or of checking out, which no request of ours needs. */
type Other = 'packages: read' | 'packages: write'

/** The `permissions:` recommended for a job, with a comment each. */
export interface RecommendedJob {
  readonly title: string
  readonly text: string
  readonly permissions: Readonly<Partial<Record<Permission | Other, string>>>
}

const METADATA = 'only in organizations: add to the linked artifacts'
const PULL = 'read the witnesses (GHCR)'
const LOOK = 'see whether the environment is protected, and whether others still deploy'
const LINK = "link the job's own deployment, see whether other jobs still deploy"
const AGE = 'tell which commit is older, and check out'

/** The permissions of each job. A test runs the tasks of a job with these alone. */
export const JOBS: Readonly<Record<JobId, RecommendedJob>> = {
  build: {
    title: 'Build',
    text: 'With `seal: registry`, the default.',
    permissions: {
      'contents: read': 'check out',
      'packages: write': 'push the artifact, its record and its tags (GHCR)',
      'artifact-metadata: write': METADATA,
    },
  },
  'build-git': {
    title: 'Build with `seal: git`',
    text: 'Also for `backfill`, and for `adopt`. `contents: write` is enough for the linked artifacts as well.',
    permissions: {
      'contents: write': 'check out, create the git ref that seals',
      'packages: write': 'push the artifact, its record and its tags (GHCR)',
    },
  },
  'build-fork': {
    title: 'Build of pull requests from forks',
    text: 'And of Dependabot. Their tokens only read, whatever is written here; nothing is pushed.',
    permissions: { 'contents: read': 'check out' },
  },
  deploy: {
    title: 'Deploy',
    text: 'With `records: github`, the default. Rollbacks need the same, and so does `seal: git`.',
    permissions: {
      'packages: read': PULL,
      'deployments: write': 'record the deployment',
      'actions: read': LOOK,
      'checks: read': LINK,
      'contents: read': AGE,
      'artifact-metadata: write': METADATA,
    },
  },
  'deploy-registry': {
    title: 'Deploy with `records: registry`',
    text: 'No `deployments` at all: GitHub shows nothing of it.',
    permissions: {
      'packages: write': 'read the witnesses, write the lock and the record (GHCR)',
      'actions: read': LOOK,
      'checks: read': 'see whether other jobs still deploy',
      'contents: read': AGE,
      'artifact-metadata: write': METADATA,
    },
  },
  'deploy-both': {
    title: 'Deploy with `records: both`',
    text: 'What the two above need.',
    permissions: {
      'packages: write': 'read the witnesses, write the lock and the record (GHCR)',
      'deployments: write': 'record the deployment',
      'actions: read': LOOK,
      'checks: read': LINK,
      'contents: read': AGE,
      'artifact-metadata: write': METADATA,
    },
  },
  'dry-run': {
    title: 'Deploy with `dry-run: true`',
    text: 'Nothing is written. With `records: registry`, `deployments: read` is not needed either.',
    permissions: {
      'packages: read': PULL,
      'deployments: read': 'read what runs, and what was deployed where',
      'actions: read': 'see whether the environment is protected',
      'contents: read': AGE,
    },
  },
}
