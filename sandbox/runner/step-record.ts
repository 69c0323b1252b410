import type { Annotation, AnnotationLevel, RunnerJob, StepResult } from './model.ts'

/** What is known of a step while it runs. */
export interface StepRecord {
  readonly job: RunnerJob
  readonly outputs: Map<string, string>
  readonly state: Map<string, string>
  readonly exportedEnv: Map<string, string>
  readonly addedPaths: string[]
  readonly declaredArtifacts: string[]
  readonly annotations: Annotation[]
  readonly summary: string[]
  readonly lines: string[]
  readonly rawStdout: string[]
  failed: boolean
  /** Writes to the log, masked. */
  log(text: string): void
  /** Raises an annotation and writes it to the log. */
  issue(level: AnnotationLevel, message: string, place?: Omit<Annotation, 'level' | 'message'>): void
}

// The runner cuts longer messages off.
const MESSAGE_LIMIT = 4096

/** Starts the record of a step. */
export function createStepRecord(job: RunnerJob, onLine?: (line: string) => void): StepRecord {
  const record: StepRecord = {
    job,
    outputs: new Map(),
    state: new Map(),
    exportedEnv: new Map(),
    addedPaths: [],
    declaredArtifacts: [],
    annotations: [],
    summary: [],
    lines: [],
    rawStdout: [],
    failed: false,
    log(text) {
      for (const line of text.split('\n')) {
        const masked = job.masker.mask(line)
        record.lines.push(masked)
        onLine?.(masked)
      }
    },
    issue(level, message, place = {}) {
      const masked = job.masker.mask(message).slice(0, MESSAGE_LIMIT)
      const title = place.title === undefined ? {} : { title: job.masker.mask(place.title) }
      record.annotations.push({ level, message: masked, ...place, ...title })
      if (level !== 'debug' || job.debug) record.log(`##[${level}]${masked}`)
    },
  }
  return record
}

/** Ends the record of a step. */
export function finishStepRecord(
  record: StepRecord,
  { exitCode, signal }: { readonly exitCode: number | null; readonly signal: string | null },
): StepResult {
  return {
    exitCode,
    signal,
    outputs: Object.fromEntries(record.outputs),
    state: Object.fromEntries(record.state),
    summary: record.summary.join(''),
    log: record.lines.map((line) => `${line}\n`).join(''),
    rawStdout: record.rawStdout.join(''),
    annotations: record.annotations,
    conclusion: record.failed ? 'failure' : 'success',
    exportedEnv: Object.fromEntries(record.exportedEnv),
    addedPaths: record.addedPaths,
    declaredArtifacts: record.declaredArtifacts,
  }
}
