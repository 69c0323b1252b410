import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Capture } from './capture.ts'
import { endGroup, killGroup } from './process-group.ts'

/** How a program is run. */
export interface ExecOptions {
  readonly cwd?: string
  /** The whole environment of the child; nothing is inherited beside it. */
  readonly environment: NodeJS.ProcessEnv
  /** Text for standard input; without it the child reads an empty input. */
  readonly input?: string
  /** Called with standard output and error as they come. */
  readonly onOutput?: (chunk: string) => void
  /** Bytes of standard output and of standard error kept for the result; the rest is only passed to onOutput. */
  readonly maxCapture?: number
  readonly timeoutMs?: number
  /** On timeout, ends what the program has started as well, which would otherwise keep what it was told. */
  readonly killsAll?: boolean
  /** Waits, for a short while, for what the program leaves running, also where that has redirected its output. */
  readonly waitsForAll?: boolean
  /** Ends the program, and what it has started, when it is aborted; the work then fails with the reason. */
  readonly signal?: AbortSignal | undefined
}

/** How a program ended. A program killed by a signal has the exit code a shell would give it: 128 + signal. */
export interface ExecResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** True when standard output was longer than what was kept, which is its end. */
  readonly isTruncated: boolean
  readonly timedOut: boolean
}

/**
 * Runs a program with an argument vector, never through a shell. Resolves whatever the exit code is.
 * Rejects with the system error (`code: 'ENOENT'`) when the program cannot be started.
 */
export type Exec = (program: string, args: readonly string[], options: ExecOptions) => Promise<ExecResult>

/** The same, but nothing that it started outlives the signal. */
export function execUntil(cancelled: AbortSignal): Exec {
  return async (program, args, options) => await exec(program, args, { signal: cancelled, ...options })
}

const DEFAULT_CAPTURE = 1024 * 1024

/**
 * How long to wait, after a program ended, for what it left running to let go of its output. A script may leave
 * a process in the background on purpose, and waiting for that one to end could take for ever.
 */
const OUTPUT_GRACE_MS = 5_000

/** Until what was written before the end has been read. */
const LAST_WORDS_MS = 50

type Child = ChildProcessWithoutNullStreams

export const exec: Exec = async (program, args, options) => {
  options.signal?.throwIfAborted()
  return await new Promise<ExecResult>((resolve, reject) => {
    const child = start(program, args, options)
    const { stdout, stderr } = listen(child, options)
    const cancelled = options.signal
    let timedOut = false
    let grace: NodeJS.Timeout | undefined
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true
            if (options.killsAll === true && HAS_GROUPS && child.pid !== undefined) killGroup(child.pid)
            else child.kill('SIGKILL')
          }, options.timeoutMs)
    const stop = (): void => {
      void endAll(child).then(() => {
        over()
        reject(cancelled?.reason)
      }, reject)
    }
    const over = (): void => {
      clearTimeout(timer)
      clearTimeout(grace)
      cancelled?.removeEventListener('abort', stop)
    }
    const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
      // It ended because it was told to; what else it started may still be on its way out.
      if (cancelled?.aborted === true) return
      over()
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
      const { isTruncated } = stdout
      resolve({ exitCode, stdout: stdout.text, stderr: stderr.text, isTruncated, timedOut })
    }
    cancelled?.addEventListener('abort', stop, { once: true })
    child.on('error', (error) => {
      over()
      reject(error)
    })
    child.on('exit', (code, signal) => {
      grace = setTimeout(() => {
        closeStreams(child)
        finish(code, signal)
      }, OUTPUT_GRACE_MS)
    })
    child.on('close', finish)
  })
}

const HAS_GROUPS = process.platform !== 'win32'

function start(program: string, args: readonly string[], options: ExecOptions): Child {
  const { cwd, environment, killsAll, signal, waitsForAll, input } = options
  const child = spawn(program, args, {
    cwd,
    env: environment,
    // Whatever the program starts inherits the fourth pipe, so it closes when the last of them has ended.
    stdio: ['pipe', 'pipe', 'pipe', ...(waitsForAll === true ? (['pipe'] as const) : [])],
    windowsHide: true,
    // A group of its own, so that all of it can be ended by one signal.
    detached: HAS_GROUPS && (killsAll === true || signal !== undefined),
  })
  // A child that does not read its input closes the pipe; that is its right, not an error.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input ?? '')
  return child
}

function listen(child: Child, { maxCapture = DEFAULT_CAPTURE, onOutput }: ExecOptions) {
  const stdout = new Capture(maxCapture)
  const stderr = new Capture(maxCapture)
  const pass = (text: string): void => onOutput?.(text)
  child.stdout.on('data', (chunk: Buffer) => pass(stdout.take(chunk)))
  child.stderr.on('data', (chunk: Buffer) => pass(stderr.take(chunk)))
  return { stdout, stderr }
}

/** Ends a program and what it has started; what they said last is still read. */
async function endAll(child: Child): Promise<void> {
  let isDeserted = false
  child.on('close', () => {
    isDeserted = true
  })
  if (child.pid !== undefined && HAS_GROUPS) await endGroup(child.pid, () => isDeserted)
  else child.kill('SIGKILL')
  await sleep(LAST_WORDS_MS)
  closeStreams(child)
}

function closeStreams(child: Child): void {
  for (const stream of child.stdio) stream?.destroy()
}

/** True when a program could not be started because it is not installed. */
export function isMissingProgram(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
