import type { Context } from '../../github/context.ts'
import { type ReadOnlyCause, readOnlyCause } from '../../github/pull-request.ts'
import type { BuildInputs } from './inputs.ts'

/** Why a build is not published: the `push` input, or a job that cannot push. */
export type Withheld = 'push' | ReadOnlyCause

/** Why a build will not be published; undefined where it will be. */
export function withheld(inputs: BuildInputs, context: Context): Withheld | undefined {
  return inputs.push ? readOnlyCause(context) : 'push'
}

/** False for `push: false`, and for pull requests from forks or of Dependabot, whose token cannot push. */
export function willPush(inputs: BuildInputs, context: Context): boolean {
  return withheld(inputs, context) === undefined
}

const CAUSES: Readonly<Record<Withheld, string>> = {
  push: 'push is false',
  fork: 'This pull request comes from a fork, whose token cannot push',
  dependabot: 'Dependabot started this, and its token cannot push',
}

/** Why a build that is not published was not made by this step at all. */
export type Unbuilt = 'elsewhere' | 'skipped'

const NOTICES: Readonly<Record<Unbuilt | 'built', string>> = {
  built: 'the commit was built, but not published and not sealed.',
  elsewhere: 'the commit was built by another step, but not published and not sealed.',
  skipped:
    'nothing was built, published or sealed. run was not started, because it does not look at $BUILD_ONCE_PUSH.',
}

/** One sentence for the log. */
export function noticeOf(why: Withheld, unbuilt: Unbuilt | undefined): string {
  return `${CAUSES[why]}: ${NOTICES[unbuilt ?? 'built']}`
}

const UNBUILT: Readonly<Record<Unbuilt, string>> = {
  elsewhere:
    'not by this step · engine `existing` seals what another step pushed, and that one could not push',
  skipped: 'no · `run` was not started, because it does not look at `$BUILD_ONCE_PUSH`',
}

/** What the summary says where this step built nothing, in Markdown. */
export function unbuiltText(unbuilt: Unbuilt): string {
  return UNBUILT[unbuilt]
}

/** What is left out where nothing is published. */
export function leftOut({ seal, backfill }: BuildInputs): readonly string[] {
  return [
    ...['push', 'build record', 'SHA tag and other tags', 'workflow artifact'],
    ...(seal === 'git' ? ['git seal'] : []),
    ...(backfill ? ['backfill'] : []),
  ]
}

const AFTERWARDS =
  'Once it is merged, the build of the merged commit publishes. Until then, skip the jobs that deploy: ' +
  "`if: needs.build.outputs.digest != ''`"

const REASONS: Readonly<Record<Withheld, string>> = {
  push: '`push` is `false`',
  fork: `the pull request comes from a fork: its job has no secrets, and its token only reads, whatever \`permissions\` says. ${AFTERWARDS}`,
  dependabot: `Dependabot started this: it is treated like a fork, without secrets and with a token that only reads. ${AFTERWARDS}`,
}

/** What the summary says, in Markdown: why nothing was published, and what does publish. */
export function reasonOf(why: Withheld): string {
  return REASONS[why]
}
