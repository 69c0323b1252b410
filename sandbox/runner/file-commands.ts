import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { declareSubjects, readEntries } from './artifact-subjects.ts'
import { messageOf } from './interpreter.ts'
import { parseKeyValues } from './key-values.ts'
import type { StepRecord } from './step-record.ts'

const SUMMARY_LIMIT = 1024 * 1024

/** The files of one script run, by the name of their variable. */
export type CommandFiles = Readonly<Record<string, string>>

/** How the content of each file takes effect, in the runner's order. */
const COMMANDS: readonly {
  readonly variable: string
  readonly name: string
  readonly apply: (record: StepRecord, text: string) => void | Promise<void>
}[] = [
  { variable: 'GITHUB_PATH', name: 'path', apply: applyPaths },
  { variable: 'GITHUB_ENV', name: 'env', apply: applyEnvironment },
  { variable: 'GITHUB_STEP_SUMMARY', name: 'step_summary', apply: applySummary },
  { variable: 'GITHUB_STATE', name: 'state', apply: (record, text) => applyPairs(record.state, text) },
  { variable: 'GITHUB_OUTPUT', name: 'output', apply: (record, text) => applyPairs(record.outputs, text) },
  { variable: 'GITHUB_ARTIFACTS', name: 'artifacts', apply: applyArtifacts },
]

/** Makes empty files for a script run, and the list of the artifacts declared so far. */
export async function createCommandFiles({ job }: StepRecord): Promise<CommandFiles> {
  const directory = join(job.temp, '_runner_file_commands')
  await mkdir(directory, { recursive: true })
  const suffix = randomUUID()
  const files = Object.fromEntries(
    COMMANDS.map(({ variable, name }) => [variable, join(directory, `${name}_${suffix}`)]),
  )
  await Promise.all(Object.values(files).map((path) => writeFile(path, '')))
  const list = join(directory, `artifacts_list_${suffix}`)
  const subjects = [...job.subjects.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  await writeFile(list, JSON.stringify({ version: 1, subjects }))
  return { ...files, GITHUB_ARTIFACTS_LIST: list }
}

/** Applies what a script wrote. A malformed file fails the step; the others still count. */
export async function applyCommandFiles(record: StepRecord, files: CommandFiles): Promise<void> {
  for (const { variable, name, apply } of COMMANDS) {
    try {
      await apply(record, await readCommandFile(files[variable] ?? ''))
    } catch (error) {
      record.issue('error', `Unable to process file command '${name}' successfully.`)
      record.issue('error', messageOf(error))
      record.failed = true
    }
  }
}

/** A file that the step deleted says nothing. */
async function readCommandFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return ''
  }
}

function applyPairs(target: Map<string, string>, text: string): void {
  for (const [name, value] of parseKeyValues(text)) target.set(name, value)
}

function applyEnvironment(record: StepRecord, text: string): void {
  for (const [name, value] of parseKeyValues(text)) {
    if (name.toUpperCase() === 'NODE_OPTIONS') {
      record.issue('error', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.")
      continue
    }
    record.exportedEnv.set(name, value)
    record.job.env.set(name, value)
  }
}

function applyPaths(record: StepRecord, text: string): void {
  for (const line of text.split(/\r?\n/).filter((path) => path !== '')) {
    record.addedPaths.push(line)
    const { path } = record.job
    path.splice(0, path.length, ...path.filter((one) => one !== line), line)
  }
}

/** Too large a summary is dropped as a whole, with an error that does not fail the step. */
function applySummary(record: StepRecord, text: string): void {
  const size = Buffer.byteLength(text)
  if (size > SUMMARY_LIMIT) {
    record.issue(
      'error',
      `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${SUMMARY_LIMIT / 1024}k, got ${Math.floor(size / 1024)}k.`,
    )
    return
  }
  if (text === '') return
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split(/\r?\n/)
  for (const line of lines) record.summary.push(`${record.job.masker.mask(line)}\n`)
}

async function applyArtifacts(record: StepRecord, text: string): Promise<void> {
  record.declaredArtifacts.push(...readEntries(text).map(({ entry }) => entry))
  await declareSubjects(text, record.job.workspace, record.job.subjects)
}
