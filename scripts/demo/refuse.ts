import type { Demo, DeployRequest } from './demo.ts'
import { expectEqual } from './failure.ts'
import { formatTime } from './screen.ts'
import type { JobResult } from './workflow.ts'

/** An attempt that must not succeed, and the code it was refused with. */
export interface Refusal {
  readonly attempt: string
  readonly code: string
}

/** Runs a deploy job that has to be refused with a code. */
export async function refuse(demo: Demo, expected: Refusal, request: DeployRequest): Promise<Refusal> {
  expectRefusal(demo, expected, await demo.deploy(request))
  return expected
}

/** Fails the demo unless a job was refused with the code, and says so. */
export function expectRefusal({ screen }: Demo, { attempt, code }: Refusal, result: JobResult): void {
  const got = result.step.conclusion === 'failure' ? (result.code ?? 'a failure without a code') : 'success'
  expectEqual(attempt, code, got)
  screen.good(`refused with ${code} after ${formatTime(result.milliseconds)}`)
}
