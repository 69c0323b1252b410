import { parseArgs } from 'node:util'
import type { RegistryOptions } from './options.ts'
import { startRegistry } from './server.ts'

const USAGE = `usage: node sandbox/registry/main.ts [--host HOST] [--port N] [--directory DIR] [--no-referrers]
  [--immutable] [--auth USER:PASSWORD | --token-auth USER:PASSWORD]`

/** A mistake on the command line; the message says which. */
class UsageError extends Error {}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/u.test(text) || port > 65_535)
    throw new UsageError(`--port: expected 0 to 65535, got "${text}"`)
  return port
}

function parseUsers(option: string, text: string): Record<string, string> {
  const colon = text.indexOf(':')
  if (colon < 1) throw new UsageError(`${option}: expected USER:PASSWORD`)
  return { [text.slice(0, colon)]: text.slice(colon + 1) }
}

function parseOptions(args: readonly string[]): RegistryOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      directory: { type: 'string' },
      'no-referrers': { type: 'boolean' },
      immutable: { type: 'boolean' },
      auth: { type: 'string' },
      'token-auth': { type: 'string' },
    },
  })
  const { host, port, directory, auth, 'token-auth': tokenAuth } = values
  if (auth !== undefined && tokenAuth !== undefined)
    throw new UsageError('--auth and --token-auth exclude each other')
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port: parsePort(port) }),
    ...(directory === undefined ? {} : { storage: { kind: 'disk', directory } }),
    ...(auth === undefined ? {} : { auth: { kind: 'basic', users: parseUsers('--auth', auth) } }),
    ...(tokenAuth === undefined
      ? {}
      : { auth: { kind: 'token', users: parseUsers('--token-auth', tokenAuth) } }),
    referrersApi: values['no-referrers'] !== true,
    immutableTags: values.immutable === true,
  }
}

/** `parseArgs` marks its own complaints with these codes. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}

async function serve(args: readonly string[]): Promise<void> {
  const registry = await startRegistry(parseOptions(args))
  console.log(`registry listening on ${registry.host}`)
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  await registry.close()
}

try {
  await serve(process.argv.slice(2))
} catch (error) {
  if (!isUsageError(error)) throw error
  console.error(`${error.message}\n${USAGE}`)
  process.exitCode = 2
}
