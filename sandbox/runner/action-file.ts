import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const Scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const Condition = z.string().default('always()')
const ActionFile = z.object({
  name: z.string(),
  inputs: z
    .record(
      z.string(),
      z.object({ default: Scalar.optional(), deprecationMessage: z.string().optional() }).nullable(),
    )
    .nullish(),
  runs: z.object({
    using: z.literal('node24'),
    main: z.string(),
    pre: z.string().optional(),
    'pre-if': Condition,
    post: z.string().optional(),
    'post-if': Condition,
  }),
})

/** What the runner reads of an action.yml. */
export type ActionDefinition = z.infer<typeof ActionFile>

/** Reads the action.yml (or action.yaml) of a folder. */
export async function readAction(directory: string): Promise<ActionDefinition> {
  const parsed = ActionFile.safeParse(parse(await readActionText(directory)))
  if (!parsed.success) throw new Error(`action.yml of ${directory}:\n${z.prettifyError(parsed.error)}`)
  return parsed.data
}

async function readActionText(directory: string): Promise<string> {
  try {
    return await readFile(join(directory, 'action.yml'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return await readFile(join(directory, 'action.yaml'), 'utf8')
  }
}
