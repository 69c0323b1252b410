import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { YAMLMap } from 'yaml'
import { readInputs } from './inputs.ts'

/** Where the running step stands in its workflow file. */
export interface StepPosition {
  /** Path from the root of the repository, as annotations want it. */
  readonly file: string
  /** The line of the step's `uses`. */
  readonly line: number
  /** The line of an input under the step's `with`; undefined where it is not given there. */
  lineOf(input: string): number | undefined
}

/** No workflow file GitHub takes is larger. */
const MAX_WORKFLOW_BYTES = 1024 * 1024

/**
 * Finds the step in the workflow file of the workspace. Answers only what is certain: a called workflow, a composite
 * action, a checkout of another commit or a second step like it have no position, because a wrong line is worse than
 * none.
 * @param folder of the action in its repository: empty for build.
 * @param checkedOut the commit in the workspace, where it is known.
 */
export async function findStep(
  environment: NodeJS.ProcessEnv,
  folder: string,
  checkedOut: () => Promise<string | undefined>,
): Promise<StepPosition | undefined> {
  const file = workflowFile(environment)
  const workspace = environment['GITHUB_WORKSPACE'] ?? ''
  const job = environment['GITHUB_JOB'] ?? ''
  if (file === undefined || workspace === '' || job === '') return undefined
  const text = await readWorkflow(join(workspace, file))
  if (text === undefined || !(await isSameCommit(environment, checkedOut))) return undefined
  return await findIn(text, file, job, (step) => isThisStep(step, environment, folder))
}

/** The path of the workflow file, where it belongs to this repository. */
function workflowFile(environment: NodeJS.ProcessEnv): string | undefined {
  const groups = /^(?<repository>[^/@]+\/[^/@]+)\/(?<file>\.github\/workflows\/[^/@]+\.ya?ml)@/.exec(
    environment['GITHUB_WORKFLOW_REF'] ?? '',
  )?.groups
  const repository = environment['GITHUB_REPOSITORY'] ?? ''
  const isOurs = groups?.['repository']?.toLowerCase() === repository.toLowerCase()
  return isOurs ? groups?.['file'] : undefined
}

async function readWorkflow(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true || found.size > MAX_WORKFLOW_BYTES) return undefined
  return await readFile(path, 'utf8')
}

/** The lines of another commit's file would be wrong. */
async function isSameCommit(
  environment: NodeJS.ProcessEnv,
  checkedOut: () => Promise<string | undefined>,
): Promise<boolean> {
  const running = environment['GITHUB_WORKFLOW_SHA'] ?? ''
  return running !== '' && running === (await checkedOut())
}

/** A step as it is written: texts where they are plain, undefined where they are not. */
interface WrittenStep {
  readonly id: string | undefined
  readonly uses: string | undefined
  readonly with: ReadonlyMap<string, string | undefined>
}

/**
 * The step that runs: it names this action, has its id, and every input it gives arrived, with the text it is
 * written with unless that is an expression.
 */
function isThisStep(step: WrittenStep, environment: NodeJS.ProcessEnv, folder: string): boolean {
  const action = environment['GITHUB_ACTION'] ?? ''
  // The runner makes up a name for a step without an id.
  if (step.id === undefined ? !action.startsWith('__') : step.id !== action) return false
  if (step.uses === undefined || !isThisAction(step.uses, environment, folder)) return false
  const inputs = readInputs(environment)
  return [...step.with].every(([name, text]) => {
    const value = inputs.get(keyOf(name))
    return value !== undefined && (text === undefined || text.includes('${{') || text.trim() === value)
  })
}

function isThisAction(uses: string, environment: NodeJS.ProcessEnv, folder: string): boolean {
  const repository = environment['GITHUB_ACTION_REPOSITORY'] ?? ''
  if (repository === '') {
    const path = uses.replace(/\/+$/, '')
    return path.startsWith('.') && path.endsWith('/deploy') === (folder === 'deploy')
  }
  const expected = `${repository}${folder === '' ? '' : `/${folder}`}@`.toLowerCase()
  return uses.toLowerCase().startsWith(expected)
}

/** Inputs are told apart without case, and spaces in their names are underscores. */
function keyOf(name: string): string {
  return name.replaceAll(' ', '_').toLowerCase()
}

/** Loads the YAML parser, which only a failing step needs. */
async function findIn(
  text: string,
  file: string,
  job: string,
  isWanted: (step: WrittenStep) => boolean,
): Promise<StepPosition | undefined> {
  const { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  if (document.errors.length > 0) return undefined
  // What an alias stands for is found where it is written.
  const written = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node)
  const mapAt = (parent: unknown, key: string): YAMLMap | undefined => {
    const node = isMap(parent) ? written(parent.get(key, true)) : undefined
    return isMap(node) ? node : undefined
  }
  const jobs = mapAt(document.contents, 'jobs')
  // The job may be one of a called workflow, which has a file of its own but the names of this one.
  const isCaller = jobs?.items.some(({ value }) => {
    const node = written(value)
    return !isMap(node) || node.has('uses')
  })
  const steps = written(mapAt(jobs, job)?.get('steps', true))
  if (isCaller !== false || !isSeq(steps)) return undefined

  const textOf = (node: unknown): string | undefined => {
    const value = written(node)
    return isScalar(value) && ['string', 'boolean'].includes(typeof value.value)
      ? String(value.value)
      : undefined
  }
  const inputsOf = (step: YAMLMap) => mapAt(step, 'with')?.items ?? []
  const stepOf = (step: YAMLMap): WrittenStep => ({
    id: textOf(step.get('id', true)),
    uses: textOf(step.get('uses', true)),
    with: new Map(inputsOf(step).map(({ key, value }) => [textOf(key) ?? '', textOf(value)])),
  })
  // Steps that run beside each other stand in a list of their own.
  const alone = (item: unknown): readonly unknown[] => {
    const beside = isMap(item) ? written(item.get('parallel', true)) : undefined
    return isSeq(beside) ? beside.items.map(written) : [item]
  }
  // The same step twice, by an alias, still has one place.
  const [step, ...others] = [...new Set(steps.items.map(written).flatMap(alone))]
    .filter((item) => isMap(item))
    .filter((item) => isWanted(stepOf(item)))
  if (step === undefined || others.length > 0) return undefined

  const lineAt = (node: unknown): number | undefined =>
    isScalar(node) && node.range ? lines.linePos(node.range[0]).line : undefined
  const line = lineAt(step.get('uses', true))
  if (line === undefined) return undefined
  const lineOf = (input: string): number | undefined =>
    lineAt(inputsOf(step).find(({ key }) => keyOf(textOf(key) ?? '') === keyOf(input))?.key)
  return { file, line, lineOf }
}
