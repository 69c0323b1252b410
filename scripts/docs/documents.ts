import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseActionFile } from './action-file.ts'
import { renderApi } from './api-table.ts'
import { renderEngineInputs } from './engine-inputs.ts'
import { renderErrorCodes } from './error-codes.ts'
import { renderEvents } from './events.ts'
import { renderGuardTable } from './guard-table.ts'
import { replaceBetweenMarkers } from './markers.ts'
import { renderCalls, renderJobs, renderWithout } from './permissions/render.ts'
import { renderSchemas } from './schemas.ts'

/** A generated file: what it should hold, and what it holds; undefined where it is missing. */
export interface GeneratedDocument {
  readonly path: string
  readonly expected: string
  readonly current: string | undefined
}

/** A part of a page that is generated; the rest of the page is written by hand. */
interface Section {
  readonly name: string
  readonly content: string
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function pages(root: string): Promise<ReadonlyMap<string, readonly Section[]>> {
  const api = async (action: string): Promise<string> =>
    renderApi(parseActionFile(await readFile(join(root, action), 'utf8')))
  const guard = (['standard', 'strict'] as const).map((level) => ({
    name: `guard-${level}`,
    content: renderGuardTable(level),
  }))
  return new Map([
    ['README.md', [{ name: 'build', content: await api('action.yml') }]],
    ['deploy/README.md', [{ name: 'deploy', content: await api('deploy/action.yml') }]],
    ['docs/engines.md', [{ name: 'engine-inputs', content: renderEngineInputs() }]],
    ['docs/events.md', [{ name: 'events', content: renderEvents() }]],
    ['docs/guard.md', guard],
    [
      'docs/permissions.md',
      [
        { name: 'jobs', content: renderJobs() },
        { name: 'requests', content: renderCalls() },
        { name: 'without-build', content: renderWithout('build') },
        { name: 'without-deploy', content: renderWithout('deploy') },
      ],
    ],
  ])
}

/** Every generated file of the repository at `root`. */
export async function generateDocuments(root: string): Promise<readonly GeneratedDocument[]> {
  const documents: GeneratedDocument[] = []
  for (const [path, sections] of await pages(root)) {
    const current = await readFile(join(root, path), 'utf8')
    const expected = sections.reduce(
      (text, { name, content }) => replaceBetweenMarkers(text, name, content),
      current,
    )
    documents.push({ path, current, expected })
  }
  const whole = new Map([['docs/error-codes.md', renderErrorCodes()]])
  for (const [name, expected] of renderSchemas()) whole.set(`schema/${name}`, expected)
  for (const [path, expected] of whole)
    documents.push({ path, expected, current: await readIfThere(join(root, path)) })
  return documents
}
