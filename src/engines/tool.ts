import { stripVTControlCharacters } from 'node:util'
import { EngineError } from '../domain/error.ts'
import { type ExecResult, isMissingProgram } from '../platform/exec.ts'
import type { EngineTools } from './engine.ts'

/** How a build tool is run. */
export interface ToolOptions {
  readonly cwd?: string
  readonly environment: NodeJS.ProcessEnv
  /** Keeps the output out of the log: for questions, not for work. */
  readonly quiet?: boolean
}

const SHOWN_LINES = 5

/**
 * Runs a build tool; resolves whatever its exit code is.
 * @throws {EngineError} ENGINE_MISSING when it is not installed.
 */
export async function askTool(
  tools: Pick<EngineTools, 'exec' | 'log'>,
  program: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<ExecResult> {
  const { cwd, environment, quiet } = options
  try {
    return await tools.exec(program, args, {
      environment,
      ...(cwd === undefined ? {} : { cwd }),
      ...(quiet === true ? {} : { onOutput: (chunk: string) => tools.log.raw(chunk) }),
    })
  } catch (cause) {
    if (!isMissingProgram(cause)) throw cause
    throw new EngineError('ENGINE_MISSING', `${program} is not installed on this runner.`, {
      hint: `Install ${program}, or choose another engine: layers and files need no tool at all.`,
      cause,
    })
  }
}

/**
 * Runs a build tool that has to succeed.
 * @throws {EngineError} ENGINE_FAILED with the end of its output, ENGINE_MISSING when it is not installed.
 */
export async function runTool(
  tools: Pick<EngineTools, 'exec' | 'log'>,
  program: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<ExecResult> {
  const result = await askTool(tools, program, args, options)
  if (result.exitCode === 0) return result
  throw new EngineError(
    'ENGINE_FAILED',
    `${nameOf(program, args)} failed · expected exit code 0, got ${result.exitCode}${endOf(result)}`,
    { hint: 'Read its output above. Nothing was sealed.' },
  )
}

/** The words before the first option: `docker buildx build`. Options may hold values nobody should read. */
function nameOf(program: string, args: readonly string[]): string {
  const option = args.findIndex((argument) => !/^[a-z]+$/.test(argument))
  return [program, ...args.slice(0, option < 0 ? args.length : option)].join(' ')
}

function endOf(result: ExecResult): string {
  const text = result.stderr.trim() === '' ? result.stdout : result.stderr
  const lines = stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map((line) =>
      line
        .replaceAll(/\p{Cc}/gu, ' ')
        .trim()
        .slice(0, 300),
    )
    .filter((line) => line !== '')
  return lines.length === 0 ? '' : `:\n${lines.slice(-SHOWN_LINES).join('\n')}`
}
