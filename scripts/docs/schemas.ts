import { z } from 'zod'
import { buildRecordSchema, deploymentRecordSchema } from '../../src/domain/record.ts'

/**
 * Patterns for the fields the record schemas check in code, which no JSON Schema can express by itself. A
 * test holds them against the checks of the domain.
 */
export const FIELD_PATTERNS = {
  digest: '^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$',
  commit: '^(?:[0-9a-f]{40}|[0-9a-f]{64})$',
} as const

function patternOf(field: string): string | undefined {
  if (field === 'commit') return FIELD_PATTERNS.commit
  return field === 'digest' || field.endsWith('Digest') ? FIELD_PATTERNS.digest : undefined
}

/** The name of the field a schema stands at; `anyOf` branches belong to the field above them. */
function fieldAt(path: readonly (string | number)[]): string {
  return String(path.findLast((part) => typeof part === 'string' && part !== 'anyOf') ?? '')
}

function render(title: string, schema: z.ZodType): string {
  const document = z.toJSONSchema(schema, {
    override: ({ jsonSchema, path }) => {
      const pattern = jsonSchema.type === 'string' ? patternOf(fieldAt(path)) : undefined
      if (pattern !== undefined) jsonSchema.pattern = pattern
    },
  })
  const { $schema, ...rest } = document
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`
}

/** JSON Schemas of the records, by file name below `schema/`. */
export function renderSchemas(): ReadonlyMap<string, string> {
  return new Map([
    ['build-record.schema.json', render('build-once build record', buildRecordSchema)],
    ['deployment-record.schema.json', render('build-once deployment record', deploymentRecordSchema)],
  ])
}
