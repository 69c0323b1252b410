import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the runner does to the process of a step whose job is cancelled, and when: to this process alone. */
const STEPS = [
  { signal: 'SIGINT', forMs: 7_500 },
  { signal: 'SIGTERM', forMs: 2_500 },
  { signal: 'SIGKILL', forMs: 0 },
] as const

/**
 * Cancels a step as the runner does; says which signals it took.
 * @param first the runner's own end begins with SIGTERM, for example when its machine is taken away.
 */
export async function cancel(
  pid: number,
  ended: Promise<unknown>,
  first: 'SIGINT' | 'SIGTERM' = 'SIGINT',
): Promise<readonly string[]> {
  const sent: string[] = []
  const controller = new AbortController()
  const isOver = ended.then(
    () => true,
    () => true,
  )
  for (const { signal, forMs } of STEPS) {
    if (sent.length === 0 && signal !== first) continue
    process.kill(pid, signal)
    sent.push(signal)
    const isUp = sleep(forMs, false, { signal: controller.signal }).catch(() => true)
    if (await Promise.race([isOver, isUp])) break
  }
  controller.abort()
  return sent
}

/** Whether a process is there; one that has ended and nobody has asked for is not. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
