import * as core from '@actions/core'
import type { ErrorCode } from '../domain/error-codes.ts'
import { BuildOnceError, cut, InputError, messageOf } from '../domain/error.ts'
import { readCheckout } from '../github/checkout.ts'
import { githubLog } from '../github/log.ts'
import { findStep, type StepPosition } from '../github/step-position.ts'
import { childEnvironment } from '../platform/environment.ts'
import { exec } from '../platform/exec.ts'

/** The runner cuts off what is longer. */
const MAX_ANNOTATION = 4096

/** GitHub shows ten errors a step; one is the failure itself. */
const MAX_FAULTS = 9

/** The input an error is about, where its code says so. */
const INPUTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  REFERENCE_INVALID: 'image',
  COMMIT_NOT_CHECKED_OUT: 'commit',
  EVENT_REFUSED: 'commit',
  PREPARE_FAILED: 'prepare',
  SOURCE_INVALID: 'path',
  DIGEST_MISSING: 'digest',
  DIGEST_MISMATCH: 'digest',
  RUN_FAILED: 'run',
  RUNNING_MISMATCH: 'running',
  UNPACK_FAILED: 'unpack',
  CONFIG_MISSING: 'config',
  CREDENTIALS_INVALID: 'password',
}

/**
 * The one place where an error ends a step: the message and the remedy for everyone, at the line of the workflow
 * file where that is certain, and the causes for debugging.
 * @param folder of the action in its repository: empty for build.
 */
export async function reportFailure(error: unknown, folder: string): Promise<void> {
  process.exitCode = 1
  const position = await positionOf(folder)
  if (error instanceof BuildOnceError) {
    const hint = error.hint === undefined ? '' : `\n→ ${error.hint}`
    const message = `${error.code}: ${error.message}`
    // The runner would cut off the end, which says what to do.
    if (message.length + hint.length > MAX_ANNOTATION) githubLog.info(message)
    const shown = `${cut(message, MAX_ANNOTATION - hint.length)}${hint}`
    core.error(shown, place(error.code, position, lineOf(error, position)))
    for (const { text, line } of faultLines(error, position))
      core.error(cut(text, MAX_ANNOTATION), place(error.code, position, line))
  } else {
    core.error(
      `INTERNAL: ${messageOf(error)}\n→ This is a defect in build-once; please report it with the log of a run with debug logging.`,
      place('INTERNAL', position, position?.line),
    )
    if (error instanceof Error && error.stack !== undefined) core.debug(error.stack)
  }
  for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause))
    core.debug(`Caused by: ${messageOf(cause)}`)
}

/** Where the step stands. Whatever goes wrong here must not hide why the step failed. */
async function positionOf(folder: string): Promise<StepPosition | undefined> {
  try {
    const workspace = process.env['GITHUB_WORKSPACE'] ?? ''
    const checkedOut = async () =>
      (await readCheckout(exec, workspace, childEnvironment(process.env)))?.commit
    return await findStep(process.env, folder, checkedOut)
  } catch (error) {
    githubLog.debug(`The step was not found in its workflow file: ${messageOf(error)}`)
    return undefined
  }
}

function place(
  title: string,
  position: StepPosition | undefined,
  startLine: number | undefined,
): core.AnnotationProperties {
  return position === undefined || startLine === undefined
    ? { title }
    : { title, file: position.file, startLine }
}

/** The line of the only fault, else of the input the code is about, else of the step. */
function lineOf(error: BuildOnceError, position: StepPosition | undefined): number | undefined {
  if (position === undefined) return undefined
  const [fault, ...more] = error instanceof InputError ? error.faults : []
  const only = fault === undefined || more.length > 0 ? undefined : lineOfFault(fault, position)
  const input = INPUTS[error.code]
  return only ?? (input === undefined ? undefined : position.lineOf(input)) ?? position.line
}

/** The faults of several inputs, each at its own line, beside the message that lists them all. */
function faultLines(error: BuildOnceError, position: StepPosition | undefined) {
  if (position === undefined || !(error instanceof InputError) || error.faults.length < 2) return []
  return error.faults
    .flatMap((text) => {
      const line = lineOfFault(text, position)
      return line === undefined ? [] : [{ text, line }]
    })
    .slice(0, MAX_FAULTS)
}

/** A fault begins with the inputs it is about: `tags: …`, or `username, password: …`. */
function lineOfFault(fault: string, position: StepPosition): number | undefined {
  const [names = ''] = fault.split(':', 1)
  return names
    .split(', ')
    .map((name) => position.lineOf(name))
    .find((line) => line !== undefined)
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}
