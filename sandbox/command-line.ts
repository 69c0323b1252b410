import { once } from 'node:events'

/** A mistake on the command line; the message says which. */
export class UsageError extends Error {}

/** True for complaints about the command line, our own and those of `parseArgs`. */
export function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}

/** Reads what `--port` was given. */
export function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/u.test(text) || port > 65_535)
    throw new UsageError(`--port: expected 0 to 65535, got "${text}"`)
  return port
}

/** Serves with the arguments of this process; after a mistake in them it says which, and how it is meant. */
export async function runServer(usage: string, serve: (args: string[]) => Promise<void>): Promise<void> {
  try {
    await serve(process.argv.slice(2))
  } catch (error) {
    if (!isUsageError(error)) throw error
    console.error(`${error.message}\n${usage}`)
    process.exitCode = 2
  }
}

/** Until this process is told to end. Ask before anything is said: whoever reads it may end this at once. */
export async function untilTold(): Promise<void> {
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
}
