import { parse } from 'yaml'
import { z } from 'zod'

const inputSchema = z.strictObject({
  description: z.string(),
  required: z.boolean().optional(),
  default: z.string().optional(),
})

const actionSchema = z.object({
  name: z.string(),
  description: z.string(),
  inputs: z.record(z.string(), inputSchema),
  outputs: z.record(z.string(), z.strictObject({ description: z.string() })),
  runs: z.strictObject({ using: z.string(), main: z.string() }),
})

/** An action.yml, as far as the documentation shows it. Inputs and outputs keep their order. */
export type ActionFile = z.infer<typeof actionSchema>

/**
 * Reads the text of an action.yml. Defaults must be quoted where YAML would read a boolean or a number,
 * because the runner sees texts only.
 */
export function parseActionFile(text: string): ActionFile {
  return actionSchema.parse(parse(text))
}
