import { parseArgs } from 'node:util'
import { parsePort, runServer, untilTold, UsageError } from '../command-line.ts'
import type { RegistryOptions } from './options.ts'
import { startRegistry } from './server.ts'

const USAGE = `usage: node sandbox/registry/main.ts [--host HOST] [--port N] [--directory DIR] [--no-referrers]
  [--immutable] [--auth USER:PASSWORD | --token-auth USER:PASSWORD]`

function parseUsers(option: string, text: string): Record<string, string> {
  const colon = text.indexOf(':')
  if (colon < 1) throw new UsageError(`${option}: expected USER:PASSWORD`)
  return { [text.slice(0, colon)]: text.slice(colon + 1) }
}

function parseOptions(args: string[]): RegistryOptions {
  const { values } = parseArgs({
    args,
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

async function serve(args: string[]): Promise<void> {
  const registry = await startRegistry(parseOptions(args))
  const told = untilTold()
  console.log(`registry listening on ${registry.host}`)
  await told
  await registry.close()
}

await runServer(USAGE, serve)
