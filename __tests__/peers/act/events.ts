import { exampleOf, examplesOf, type Payload } from '../../fixtures/event.ts'

/** What happened, as a workflow is started with it. */
export interface Event {
  readonly name: string
  readonly payload: object
}

/** The repository of a payload, by its name. */
function named(example: Payload, repository: string): object {
  const [login, name] = repository.split('/')
  return { ...Object(example['repository']), full_name: repository, name, owner: { login } }
}

/** A push to main, as GitHub describes one. */
export function push(repository: string, commit: string): Event {
  const example = examplesOf('push').find(({ head_commit: head }) => head !== null) ?? {}
  const payload = {
    ...example,
    ref: 'refs/heads/main',
    after: commit,
    head_commit: { ...Object(example['head_commit']), id: commit },
    repository: named(example, repository),
  }
  return { name: 'push', payload }
}

/** A pull request into main, from a branch of this repository or from a fork of it. */
export function pullRequest(repository: string, mergeCommit: string, from = repository): Event {
  const example = exampleOf('pull_request', 'opened')
  const described = Object(example['pull_request'])
  const side = (ref: string, fullName: string): object => ({ ref, repo: { full_name: fullName } })
  const payload = {
    ...example,
    pull_request: {
      ...described,
      merge_commit_sha: mergeCommit,
      head: { ...described.head, ...side('change', from) },
      base: { ...described.base, ...side('main', repository) },
    },
    repository: named(example, repository),
  }
  return { name: 'pull_request', payload }
}

/** Somebody presses the button. */
export function dispatch(repository: string, inputs: Readonly<Record<string, string>>): Event {
  const [example] = examplesOf('workflow_dispatch')
  const payload = { ...example, ref: 'refs/heads/main', inputs, repository: named(example ?? {}, repository) }
  return { name: 'workflow_dispatch', payload }
}
