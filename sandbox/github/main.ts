import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { describeViolation } from './description/violations.ts'
import type { GitHubOptions } from './options.ts'
import { startGitHub } from './server.ts'

const USAGE = `usage: node sandbox/github/main.ts [--host HOST] [--port N] [--repository OWNER/NAME]
  [--owner-type Organization|User] [--visibility private|public|internal] [--enterprise] [--empty] [--verbose]`

/** A mistake on the command line; the message says which. */
class UsageError extends Error {}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/u.test(text) || port > 65_535)
    throw new UsageError(`--port: expected 0 to 65535, got "${text}"`)
  return port
}

function parseChoice<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text)
  if (choice === undefined) {
    throw new UsageError(`${option}: expected ${choices.join(' or ')}, got "${text}"`)
  }
  return choice
}

function parseRepository(text: string): string {
  if (!/^[^/\s]+\/[^/\s]+$/u.test(text))
    throw new UsageError(`--repository: expected OWNER/NAME, got "${text}"`)
  return text
}

function parseOptions(args: readonly string[]): GitHubOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      repository: { type: 'string' },
      'owner-type': { type: 'string' },
      visibility: { type: 'string' },
      enterprise: { type: 'boolean' },
      empty: { type: 'boolean' },
      verbose: { type: 'boolean' },
    },
  })
  const { host, port, repository, visibility, 'owner-type': ownerType } = values
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port: parsePort(port) }),
    ...(repository === undefined ? {} : { repository: parseRepository(repository) }),
    ...(ownerType === undefined
      ? {}
      : { ownerType: parseChoice('--owner-type', ownerType, ['Organization', 'User']) }),
    ...(visibility === undefined
      ? {}
      : { visibility: parseChoice('--visibility', visibility, ['private', 'public', 'internal']) }),
    product: values.enterprise === true ? 'ghes' : 'github.com',
    empty: values.empty === true,
    ...(values.verbose === true ? { log: (line) => console.log(line) } : {}),
  }
}

/** `parseArgs` marks its own complaints with these codes. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}

async function serve(args: readonly string[]): Promise<void> {
  const github = await startGitHub(parseOptions(args))
  // Before anything is said: whoever reads it may end this at once.
  const told = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  console.log(`GITHUB_API_URL=${github.apiUrl}`)
  console.log(`GITHUB_SERVER_URL=${github.serverUrl}`)
  console.log(`GITHUB_REPOSITORY=${github.repository}`)
  console.log(`GITHUB_TOKEN=${github.token}`)
  await told
  for (const violation of github.violations.splice(0)) {
    console.error(`violation: ${describeViolation(violation)}`)
  }
  await github.close()
}

try {
  await serve(process.argv.slice(2))
} catch (error) {
  if (!isUsageError(error)) throw error
  console.error(`${error.message}\n${USAGE}`)
  process.exitCode = 2
}
