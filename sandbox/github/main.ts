import { parseArgs } from 'node:util'
import { parsePort, runServer, untilTold, UsageError } from '../command-line.ts'
import { describeViolation } from './description/violations.ts'
import type { GitHubOptions } from './options.ts'
import { startGitHub } from './server.ts'

const USAGE = `usage: node sandbox/github/main.ts [--host HOST] [--port N] [--repository OWNER/NAME]
  [--owner-type Organization|User] [--visibility private|public|internal] [--enterprise] [--empty] [--verbose]`

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

function parseOptions(args: string[]): GitHubOptions {
  const { values } = parseArgs({
    args,
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

async function serve(args: string[]): Promise<void> {
  const github = await startGitHub(parseOptions(args))
  const told = untilTold()
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

await runServer(USAGE, serve)
