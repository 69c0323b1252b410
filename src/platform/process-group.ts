import { setTimeout as sleep } from 'node:timers/promises'

/** Which signals end a group, and how long each has to do it: a script may have something to put in order. */
const STEPS = [
  { signal: 'SIGINT', forMs: 1000 },
  { signal: 'SIGTERM', forMs: 1000 },
  { signal: 'SIGKILL', forMs: 300 },
] as const

const LOOK_MS = 20

/**
 * Ends all processes of a group, gently first. Returns when none is left, or when no signal is.
 * @param isDeserted true when nobody has its streams open any more. Only that shows the end of processes that are dead
 *   while nobody asks how they ended, as in containers whose first process is no init.
 */
export async function endGroup(id: number, isDeserted: () => boolean): Promise<void> {
  for (const { signal, forMs } of STEPS) {
    if (!signalGroup(id, signal)) return
    for (let waited = 0; waited < forMs && !isDeserted(); waited += LOOK_MS) {
      await sleep(LOOK_MS)
      if (!signalGroup(id, 0)) return
    }
    if (isDeserted()) break
  }
  killGroup(id)
}

/** Ends all processes of a group at once. */
export function killGroup(id: number): void {
  signalGroup(id, 'SIGKILL')
}

/** False when nobody of the group is left, or nobody who takes signals from us: what `sudo` started does not. */
function signalGroup(id: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-id, signal)
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ESRCH', 'EPERM'].includes(String(error.code)))
      return false
    throw error
  }
}
