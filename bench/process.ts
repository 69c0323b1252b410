import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tryCommand } from '../sandbox/peers/command.ts'
import type { Peers } from '../sandbox/peers/tools.ts'
import { timed } from './measure.ts'
import type { Sample } from './table.ts'

/** How long a whole process lived, the most memory it held, and what it printed. */
export interface ProcessRun extends Required<Sample> {
  readonly stdout: string
}

/** What measured processes are started with. */
export interface Surroundings {
  readonly peers: Peers
  readonly env: Record<string, string>
  /** A private folder for what the measure itself writes. */
  readonly temporary: string
}

/**
 * Runs a process under GNU time, which tells how much memory it held: the resident set of the largest process,
 * where it starts others. One that fails is an error.
 */
export async function runMeasured(
  argv: readonly [string, ...string[]],
  { peers, env, temporary }: Surroundings,
): Promise<ProcessRun> {
  const report = join(temporary, 'peak')
  const { milliseconds, value } = await timed(async () =>
    tryCommand([peers.time, '--quiet', '--format=%M', `--output=${report}`, ...argv], {
      env,
      timeoutMs: 600_000,
    }),
  )
  const { exitCode, stdout, stderr } = value
  // Some commands name a hundred images; the beginning tells which one it was.
  if (exitCode !== 0) {
    throw new Error(`exit ${exitCode} from ${argv.join(' ').slice(0, 200)}…\n${stdout}${stderr}`)
  }
  return { milliseconds, peakMegabytes: parsePeak(await readFile(report, 'utf8')), stdout }
}

/** GNU time writes kilobytes of 1,024 bytes; megabytes here have 1,000,000. */
export function parsePeak(report: string): number {
  if (!/^\d+\n$/.test(report)) throw new Error(`GNU time reports ${JSON.stringify(report)}`)
  return (Number(report) * 1024) / 1e6
}
