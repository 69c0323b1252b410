import { z } from 'zod'
import { RegistryError } from '../domain/error.ts'
import { childEnvironment } from '../platform/environment.ts'
import { type Exec, type ExecResult, isMissingProgram } from '../platform/exec.ts'
import type { Credentials } from './credentials.ts'

/** How long a helper may take; some wait for a person or for a cloud. */
const TIMEOUT_MS = 30_000
const MAX_OUTPUT = 64 * 1024

const helperOutput = z.looseObject({ Username: z.string(), Secret: z.string() })

/** What every helper says when it knows nothing (docker/docker-credential-helpers). */
const NOT_FOUND = /credentials not found in native keychain/i

/** How helpers are run. */
export interface HelperOptions {
  readonly exec: Exec
  readonly environment: NodeJS.ProcessEnv
  readonly timeoutMs?: number | undefined
}

/**
 * Asks `docker-credential-NAME` (docker/docker-credential-helpers protocol). Its output is never shown: helpers
 * print secrets, also to standard error. Undefined when it knows no credentials for the server.
 */
export async function readHelper(
  name: string,
  server: string,
  options: HelperOptions,
): Promise<Credentials | undefined> {
  // The name comes from a file: a path separator in it would run any program.
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(name))
    throw invalid(JSON.stringify(name.slice(0, 60)), 'its name is not allowed')
  const program = `docker-credential-${name}`
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const result = await start(program, server, { ...options, timeoutMs })
  if (result.timedOut) throw invalid(program, `it did not answer within ${timeoutMs / 1000} s`)
  if (result.exitCode !== 0) {
    if (NOT_FOUND.test(result.stdout) || NOT_FOUND.test(result.stderr)) return undefined
    throw invalid(program, `it failed for ${server} with exit code ${result.exitCode}`)
  }
  if (result.isTruncated) throw invalid(program, `its answer is larger than ${MAX_OUTPUT / 1024} KiB`)
  return credentialsIn(parseOutput(program, result.stdout), program)
}

function credentialsIn(
  { Username, Secret }: z.infer<typeof helperOutput>,
  program: string,
): Credentials | undefined {
  // Some helpers say with an empty answer that they know nothing.
  if (Username === '' && Secret === '') return undefined
  if (Secret === '') throw invalid(program, 'its answer holds no secret')
  return Username === '<token>'
    ? { kind: 'identity-token', token: Secret }
    : { kind: 'password', username: Username, password: Secret }
}

async function start(
  program: string,
  server: string,
  { exec, environment, timeoutMs }: HelperOptions & { readonly timeoutMs: number },
): Promise<ExecResult> {
  try {
    return await exec(program, ['get'], {
      environment: childEnvironment(environment),
      input: server,
      maxCapture: MAX_OUTPUT,
      timeoutMs,
      killsAll: true,
    })
  } catch (error) {
    throw invalid(program, isMissingProgram(error) ? 'it is not installed' : 'it could not be started', error)
  }
}

function parseOutput(program: string, output: string): z.infer<typeof helperOutput> {
  try {
    return helperOutput.parse(JSON.parse(output))
  } catch {
    // No cause: what cannot be parsed is quoted in the message of the SyntaxError, and it may be a secret.
    throw invalid(program, 'its answer is not JSON with Username and Secret')
  }
}

function invalid(what: string, why: string, cause?: unknown): RegistryError {
  return new RegistryError('CREDENTIALS_INVALID', `The credential helper ${what} could not be used: ${why}`, {
    ...(cause === undefined ? {} : { cause }),
    hint: 'Correct the docker configuration, or give `username` and `password`.',
  })
}
