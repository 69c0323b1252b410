import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'

/** How to run a command. `env` is laid over this process's environment. */
export interface CommandOptions {
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly input?: string
  readonly timeoutMs?: number
}

/** How a command ended. */
export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs an argument vector and captures its output; resolves whatever the exit code is. */
export async function tryCommand(
  argv: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [program, ...args] = argv
  const { env, cwd, input = '', timeoutMs = 120_000 } = options
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    ...(cwd === undefined ? {} : { cwd }),
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 128))
  })
  // A command that does not read its input closes the pipe; that is its right.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { exitCode, stdout, stderr }
}

/** Like `tryCommand`, but an exit code other than 0 is an error that shows what the command printed. */
export async function runCommand(
  argv: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await tryCommand(argv, options)
  if (result.exitCode !== 0) {
    throw new Error(`exit ${result.exitCode} from ${argv.join(' ')}\n${result.stdout}${result.stderr}`.trim())
  }
  return result
}

/** A file of a build context; text alone means mode 0644. */
export type ContextFile = string | { readonly content: string | Uint8Array; readonly mode: number }

/** Writes the files of a build context into a folder, making the folders they need. */
export async function writeContext(
  folder: string,
  files: Readonly<Record<string, ContextFile>>,
): Promise<void> {
  for (const [path, file] of Object.entries(files)) {
    const target = join(folder, path)
    await mkdir(dirname(target), { recursive: true })
    await (typeof file === 'string'
      ? writeFile(target, file, { mode: 0o644 })
      : writeFile(target, file.content, { mode: file.mode }))
  }
}
