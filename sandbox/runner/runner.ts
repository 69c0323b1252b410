export type { JobOutputs } from './job.ts'
export { createJob, jobOutputs } from './job.ts'
export type { Annotation, AnnotationLevel, JobOptions, RunnerJob, StepOptions, StepResult } from './model.ts'
export { runStep } from './step.ts'
