import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseActionFile } from './action-file.ts'
import { renderApi } from './api-table.ts'
import { renderEngineInputs } from './engine-inputs.ts'
import { renderErrorCodes } from './error-codes.ts'
import { replaceBetweenMarkers } from './markers.ts'
import { renderSchemas } from './schemas.ts'

/** A generated file: what it should hold, and what it holds; undefined where it is missing. */
export interface GeneratedDocument {
  readonly path: string
  readonly expected: string
  readonly current: string | undefined
}

/** The actions with a table of inputs and outputs, and the page the table is on. */
const APIS = [
  { name: 'build', action: 'action.yml', page: 'README.md' },
  { name: 'deploy', action: 'deploy/action.yml', page: 'deploy/README.md' },
] as const

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Every generated file of the repository at `root`. */
export async function generateDocuments(root: string): Promise<readonly GeneratedDocument[]> {
  const documents: GeneratedDocument[] = []
  for (const { name, action, page } of APIS) {
    const api = renderApi(parseActionFile(await readFile(join(root, action), 'utf8')))
    const current = await readFile(join(root, page), 'utf8')
    documents.push({ path: page, current, expected: replaceBetweenMarkers(current, name, api) })
  }
  const engines = await readFile(join(root, 'docs/engines.md'), 'utf8')
  const expectedEngines = replaceBetweenMarkers(engines, 'engine-inputs', renderEngineInputs())
  documents.push({ path: 'docs/engines.md', current: engines, expected: expectedEngines })
  const whole = new Map([['docs/error-codes.md', renderErrorCodes()]])
  for (const [name, expected] of renderSchemas()) whole.set(`schema/${name}`, expected)
  for (const [path, expected] of whole)
    documents.push({ path, expected, current: await readIfThere(join(root, path)) })
  return documents
}
