import { deniedBefore, LISTED, READ_SEAL, type Task } from './task.ts'
import type { CallId } from './calls.ts'

const SEAL: readonly CallId[] = [
  ...(['git/get-ref', 'git/list-matching-refs'] as const),
  ...(['git/create-blob', 'git/create-tag', 'git/create-ref'] as const),
]

type BuildTaskId =
  | 'build'
  | 'withheld'
  | 'seal-git'
  | 'reuse-git'
  | 'adopt-git'
  | 'backfill'
  | 'build-metadata'

/** What the build action does with GitHub's API, or without it. */
export const BUILD_TASKS: Readonly<Record<BuildTaskId, Task<BuildTaskId>>> = {
  build: {
    when: '`seal: registry` (the default)',
    job: 'build',
    calls: [],
    without: {},
  },
  withheld: {
    when: 'a pull request from a fork or of Dependabot, `push: false`',
    job: 'build-fork',
    calls: [],
    without: {},
  },
  'seal-git': {
    when: '`seal: git`',
    job: 'build-git',
    calls: SEAL,
    without: { 'contents: write': deniedBefore('anything is prepared, built or pushed') },
  },
  'reuse-git': {
    when: '`seal: git`, and the commit is built',
    job: 'build-git',
    calls: READ_SEAL,
    without: { 'contents: read': deniedBefore('anything is built') },
  },
  'adopt-git': {
    when: '`seal: git` with `adopt: true`, and somebody pushed the SHA tag',
    job: 'build-git',
    calls: SEAL,
    without: { 'contents: write': deniedBefore('anything is recorded') },
  },
  backfill: {
    when: '`seal: git` with `backfill: true`',
    job: 'build-git',
    beside: 'reuse-git',
    calls: SEAL,
    without: { 'contents: write': deniedBefore('anything is sealed') },
  },
  'build-metadata': {
    when: '`artifact-metadata: true` (the default), in a repository of an organization',
    job: 'build',
    calls: ['repos/get', 'orgs/create-artifact-storage-record'],
    without: { 'artifact-metadata: write': LISTED },
  },
}
