import { spawn } from 'node:child_process'
import { constants } from 'node:os'

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

const DEFAULT_CAPTURE = 1024 * 1024

/**
 * How long to wait, after a program ended, for what it left running to let go of its output. A script may leave
 * a process in the background on purpose, and waiting for that one to end could take for ever.
 */
const OUTPUT_GRACE_MS = 5_000

class Capture {
  readonly #decoder = new TextDecoder()
  readonly #limit: number
  #text = ''
  isTruncated = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Decodes a chunk and keeps what fits; returns the decoded text. */
  take(chunk: Buffer): string {
    const text = this.#decoder.decode(chunk, { stream: true })
    // Keep the end rather than the beginning: tools print their result last.
    const all = this.#text + text
    this.isTruncated ||= all.length > this.#limit
    this.#text = all.slice(-this.#limit)
    return text
  }

  get text(): string {
    return this.#text
  }
}

export const exec: Exec = async (program, args, options) =>
  new Promise<ExecResult>((resolve, reject) => {
    const hasGroup = options.killsAll === true && process.platform !== 'win32'
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.environment,
      // Whatever the program starts inherits the fourth pipe, so it closes when the last of them has ended.
      stdio: ['pipe', 'pipe', 'pipe', ...(options.waitsForAll === true ? (['pipe'] as const) : [])],
      windowsHide: true,
      // A group of its own, so that all of it can be ended by one signal.
      detached: hasGroup,
    })
    const limit = options.maxCapture ?? DEFAULT_CAPTURE
    const stdout = new Capture(limit)
    const stderr = new Capture(limit)
    let timedOut = false
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true
            if (hasGroup && child.pid !== undefined) killGroup(child.pid)
            else child.kill('SIGKILL')
          }, options.timeoutMs)
    const pass = (text: string): void => options.onOutput?.(text)
    child.stdout.on('data', (chunk: Buffer) => pass(stdout.take(chunk)))
    child.stderr.on('data', (chunk: Buffer) => pass(stderr.take(chunk)))
    // A child that does not read its input closes the pipe; that is its right, not an error.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(timer)
      clearTimeout(grace)
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
      resolve({
        exitCode,
        stdout: stdout.text,
        stderr: stderr.text,
        isTruncated: stdout.isTruncated,
        timedOut,
      })
    }
    let grace: NodeJS.Timeout | undefined
    child.on('exit', (code, signal) => {
      grace = setTimeout(() => {
        for (const stream of child.stdio) stream?.destroy()
        finish(code, signal)
      }, OUTPUT_GRACE_MS)
    })
    child.on('close', finish)
  })

function killGroup(id: number): void {
  try {
    process.kill(-id, 'SIGKILL')
  } catch (error) {
    // It ended by itself a moment ago.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** True when a program could not be started because it is not installed. */
export function isMissingProgram(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
