import type { Annotation } from './model.ts'
import type { StepRecord } from './step-record.ts'
import type { WorkflowCommand } from './workflow-commands.ts'
import { parseCommand } from './workflow-commands.ts'

type Handler = (command: WorkflowCommand) => void

/** Commands that are never echoed, even after `::echo::on`. */
const NOT_ECHOED = new Set(['add-mask', 'debug', 'notice', 'warning', 'error'])

/** Interprets the output of a step line by line: commands take effect, everything else is log. */
export function createInterpreter(record: StepRecord): (line: string) => void {
  let stopToken: string | undefined
  let echo = false

  const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
    ...createHandlers(record),
    ['echo', ({ data }) => (echo = parseSwitch(data))],
    ['stop-commands', ({ data }) => (stopToken = checkStopToken(data, (name) => handlers.has(name)))],
  ])

  const run = (command: WorkflowCommand, line: string): void => {
    if (command.name === 'stop-commands' || (echo && !NOT_ECHOED.has(command.name))) record.log(line)
    try {
      handlers.get(command.name)?.(command)
    } catch (error) {
      const shown = NOT_ECHOED.has(command.name) ? command.name : line
      record.issue('error', `Unable to process command '${shown}' successfully.`)
      record.issue('error', messageOf(error))
      record.failed = true
    }
  }

  return (line) => {
    if (stopToken !== undefined) {
      const resumed = parseCommand(line, (name) => name === stopToken) !== undefined
      if (resumed) stopToken = undefined
      record.log(line)
      return
    }
    const command = parseCommand(line, (name) => handlers.has(name))
    if (command === undefined) record.log(line)
    else run(command, line)
  }
}

function createHandlers(record: StepRecord): [string, Handler][] {
  return [
    ['add-mask', ({ data }) => addMask(record, data)],
    ['error', (command) => record.issue('error', command.data, placeOf(command))],
    ['warning', (command) => record.issue('warning', command.data, placeOf(command))],
    ['notice', (command) => record.issue('notice', command.data, placeOf(command))],
    ['debug', ({ data }) => record.issue('debug', data)],
    ['group', ({ data }) => record.log(`##[group]${data}`)],
    ['endgroup', () => record.log('##[endgroup]')],
    ['set-output', (command) => setByCommand(record, record.outputs, command)],
    ['save-state', (command) => setByCommand(record, record.state, command)],
    ['set-env', refuseCommand],
    ['add-path', refuseCommand],
  ]
}

function addMask(record: StepRecord, data: string): void {
  if (data.trim() === '')
    record.issue('warning', "Can't add secret mask for empty string in ##[add-mask] command.")
  else record.job.masker.add(data)
}

/** The deprecated forms of $GITHUB_OUTPUT and $GITHUB_STATE still work, with a warning. */
function setByCommand(
  record: StepRecord,
  target: Map<string, string>,
  { name, properties, data }: WorkflowCommand,
): void {
  const key = properties.get('name')
  if (key === undefined) throw new Error(`Required field 'name' is missing in ##[${name}] command.`)
  record.issue('warning', `The \`${name}\` command is deprecated and will be disabled soon.`)
  target.set(key, data)
}

function refuseCommand({ name }: WorkflowCommand): void {
  throw new Error(`The \`${name}\` command is disabled. Please upgrade to using Environment Files.`)
}

function placeOf({ properties }: WorkflowCommand): Omit<Annotation, 'level' | 'message'> {
  const title = properties.get('title')
  const file = properties.get('file')
  const line = Number(properties.get('line'))
  return {
    ...(title !== undefined && { title }),
    ...(file !== undefined && { file }),
    ...(Number.isInteger(line) && { line }),
  }
}

function parseSwitch(data: string): boolean {
  const value = data.trim().toUpperCase()
  if (value !== 'ON' && value !== 'OFF') {
    throw new Error(
      `Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '${data}'.`,
    )
  }
  return value === 'ON'
}

/** A token that is itself a command could be printed by accident; the runner refuses it. */
function checkStopToken(token: string, isRegistered: (name: string) => boolean): string {
  const name = token.toLowerCase()
  if (name === '' || name === 'pause-logging' || isRegistered(name)) {
    throw new Error(`The stop-commands token '${token}' is empty or the name of a command.`)
  }
  return name
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
