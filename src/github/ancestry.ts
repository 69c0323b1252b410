import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Ancestry, Relation } from '../domain/ancestry.ts'
import type { Commit } from '../domain/commit.ts'
import { z } from 'zod'
import { GitHubError, isDenied, isWithheld, remedyOf } from '../domain/error.ts'
import { type Exec, isMissingProgram } from '../platform/exec.ts'
import type { Log } from '../platform/log.ts'
import type { GitHubApi } from './api.ts'

const comparisonSchema = z.looseObject({ status: z.enum(['identical', 'ahead', 'behind', 'diverged']) })

/** What GitHub knows. Commits of other repositories it does not. */
export function createGitHubAncestry(api: GitHubApi, log: Log): Ancestry {
  let isTold = false
  return {
    compare: async (base, head) => {
      try {
        const { status } = await api.request(
          'GET /repos/{owner}/{repo}/compare/{basehead}',
          // The commits between the two do not matter.
          { basehead: `${base}...${head}`, per_page: 1 },
          comparisonSchema,
          { permission: 'contents: read' },
        )
        return status
      } catch (error) {
        if (isUnrelated(error)) return 'diverged'
        if (isTooMuch(error)) return 'unknown'
        if (!isWithheld(error)) throw error
        log.debug(error.message)
        if (isDenied(error) && !isTold)
          log.notice(
            `GitHub may not be asked which commit is older, so it is up to the checkout and the log. ${remedyOf(error)}`,
          )
        isTold ||= isDenied(error)
        return 'unknown'
      }
    },
  }
}

/** GitHub answers so where two commits have no ancestor in common; nothing but the words tells it from a lost commit. */
function isUnrelated(error: unknown): boolean {
  return error instanceof GitHubError && error.status === 404 && /\bno common ancestor\b/i.test(error.message)
}

/** GitHub answers so where it cannot compute the difference in time. */
function isTooMuch(error: unknown): boolean {
  return error instanceof GitHubError && error.code === 'GITHUB_REFUSED' && error.status === 422
}

/**
 * What the checkout in the workspace knows. Most are shallow: such a one can show that a commit is an ancestor of
 * another, but never that it is not. Anything that goes wrong means that it does not know.
 */
export function createCheckoutAncestry(
  exec: Exec,
  workspace: string,
  environment: NodeJS.ProcessEnv,
): Ancestry {
  const git = async (...args: readonly string[]): Promise<{ exitCode: number; stdout: string }> => {
    // Objects can be replaced by others in a work tree, and missing ones would be fetched with its credentials.
    const options = ['--no-replace-objects', '-c', `safe.directory=${workspace}`, '-C', workspace]
    const inherited = { ...environment, GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0' }
    return await exec('git', [...options, ...args], { environment: inherited, timeoutMs: 60_000 })
  }
  const compare = async (base: Commit, head: Commit): Promise<Relation> => {
    const isAncestor = async (one: Commit, other: Commit): Promise<boolean | undefined> => {
      const { exitCode } = await git('merge-base', '--is-ancestor', one, other)
      return exitCode === 0 ? true : exitCode === 1 ? false : undefined
    }
    const isAhead = await isAncestor(base, head)
    if (isAhead === true) return 'ahead'
    const isBehind = await isAncestor(head, base)
    if (isBehind === true) return 'behind'
    if (isAhead === undefined || isBehind === undefined) return 'unknown'
    const { exitCode, stdout } = await git('rev-parse', '--is-shallow-repository')
    return exitCode === 0 && stdout.trim() === 'false' ? 'diverged' : 'unknown'
  }
  return {
    compare: async (base, head) => {
      if (!existsSync(join(workspace, '.git'))) return 'unknown'
      try {
        return await compare(base, head)
      } catch (error) {
        if (isMissingProgram(error)) return 'unknown'
        throw error
      }
    },
  }
}
