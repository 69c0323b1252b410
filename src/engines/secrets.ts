import { statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Log } from '../platform/log.ts'
import type { BuildRequest } from './engine.ts'

/** The inputs that hand secrets to a build, as docker/build-push-action reads them. */
export interface SecretInputs {
  /** `KEY=value`, the value as it is, also over several lines. */
  readonly secrets?: readonly string[] | undefined
  /** `KEY=path`. */
  readonly 'secret-files'?: readonly string[] | undefined
  /** `KEY=NAME` of an environment variable. */
  readonly 'secret-envs'?: readonly string[] | undefined
}

interface Secret {
  readonly key: string
  readonly value: string
}

function split(entry: string): Secret {
  const at = entry.indexOf('=')
  return at < 0 ? { key: entry, value: '' } : { key: entry.slice(0, at), value: entry.slice(at + 1) }
}

/** What is wrong with the secrets. Names the entry by its place: the entry itself may be the secret. */
export function secretFaults(
  inputs: SecretInputs,
  workspace: string,
  environment: NodeJS.ProcessEnv,
): readonly string[] {
  const { secrets = [], 'secret-files': files = [], 'secret-envs': variables = [] } = inputs
  return [
    ...shapeFaults('secrets', secrets, 'KEY=value'),
    ...shapeFaults('secret-files', files, 'KEY=path'),
    ...shapeFaults('secret-envs', variables, 'KEY=VARIABLE'),
    ...files.flatMap((entry) => fileFaults(split(entry), workspace)),
    ...variables.flatMap((entry) => variableFaults(split(entry), environment)),
  ]
}

function shapeFaults(input: string, entries: readonly string[], expected: string): readonly string[] {
  return entries.flatMap((entry, index) => {
    const { key, value } = split(entry)
    return key === '' || value === '' ? [`${input}: entry ${index + 1} is not ${expected}`] : []
  })
}

function fileFaults({ key, value }: Secret, workspace: string): readonly string[] {
  if (key === '' || value === '') return []
  const stats = statSync(resolve(workspace, value), { throwIfNoEntry: false })
  return stats?.isFile() === true ? [] : [`secret-files: the file of ${key} does not exist: ${value}`]
}

function variableFaults({ key, value }: Secret, environment: NodeJS.ProcessEnv): readonly string[] {
  if (key === '' || value === '' || environment[value] !== undefined) return []
  return [`secret-envs: the environment variable ${value} of ${key} is not set`]
}

/** A field of a comma separated value: quoted where it must be, so that any path stays one field. */
function csvField(text: string): string {
  return /[",\r\n]|^\s/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Turns the secrets into values of `--secret`. Values go into files only the runner's user can read, never
 * into arguments, which every process on the machine can see; they are masked before anything is run.
 */
export async function writeSecrets(
  inputs: SecretInputs,
  request: Pick<BuildRequest, 'temporary' | 'workspace'>,
  log: Log,
): Promise<readonly string[]> {
  const { secrets = [], 'secret-files': files = [], 'secret-envs': variables = [] } = inputs
  const values: string[] = []
  for (const [index, entry] of secrets.entries()) {
    const { key, value } = split(entry)
    log.mask(value)
    const file = join(request.temporary, `secret-${index}`)
    await writeFile(file, value, { mode: 0o600 })
    values.push(secretOption(key, 'src', file))
  }
  for (const { key, value } of files.map(split)) {
    values.push(secretOption(key, 'src', resolve(request.workspace, value)))
  }
  for (const { key, value } of variables.map(split)) values.push(secretOption(key, 'env', value))
  return values
}

function secretOption(key: string, kind: 'src' | 'env', value: string): string {
  return [csvField(`id=${key}`), csvField(`${kind}=${value}`)].join(',')
}
