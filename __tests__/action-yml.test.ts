import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { parseActionFile } from '../scripts/docs/action-file.ts'
import { BUILD_OUTPUTS, DEPLOY_OUTPUTS } from '../src/main/outputs.ts'
import { buildInputsSchema } from '../src/verbs/build/inputs.ts'
import { deployInputsSchema } from '../src/verbs/deploy/inputs.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const ACTIONS = [
  {
    name: 'build',
    file: 'action.yml',
    shape: buildInputsSchema.shape,
    outputs: BUILD_OUTPUTS,
  },
  {
    name: 'deploy',
    file: 'deploy/action.yml',
    shape: deployInputsSchema.shape,
    outputs: DEPLOY_OUTPUTS,
  },
] as const

/** The default of a field: fields are pipes from a text with a default to a value. */
function defaultOf(field: z.ZodPipe<z.ZodDefault<z.ZodString>>): string | undefined {
  const text = field.def.in.def.defaultValue
  return text === '' ? undefined : text
}

describe.each(ACTIONS)('$file', ({ file, name, shape, outputs }) => {
  const action = parseActionFile(readFileSync(join(root, file), 'utf8'))
  const fields = Object.entries<z.ZodPipe<z.ZodDefault<z.ZodString>>>(shape)

  test('declares the inputs of the schema, in its order', () => {
    expect(fields.length).toBeGreaterThan(5)
    expect(Object.keys(action.inputs)).toEqual(fields.map(([input]) => input))
  })

  test('has the defaults of the schema', () => {
    const declared = Object.entries(action.inputs).map(([input, { default: text }]) => [input, text])
    expect(declared).toEqual(fields.map(([input, field]) => [input, defaultOf(field)]))
  })

  test('says which inputs are required', () => {
    const required = fields.filter(([, field]) => !field.safeParse(undefined).success).map(([input]) => input)
    expect(required).toContain('image')
    const declared = Object.entries(action.inputs).filter(([, input]) => input.required === true)
    expect(declared.map(([input]) => input)).toEqual(required)
  })

  test('declares the outputs that are set', () => {
    expect(Object.keys(action.outputs).toSorted()).toEqual([...outputs].toSorted())
  })

  test('describes everything in sentences', () => {
    const descriptions = [...Object.entries(action.inputs), ...Object.entries(action.outputs)].map(
      ([what, { description }]) => [what, description.trim()] as const,
    )
    expect(descriptions.filter(([, text]) => !text.endsWith('.'))).toEqual([])
    expect(action.description).toMatch(/\.$/)
  })

  test('runs a bundle that exists, on node 24', () => {
    expect(action.runs.using).toBe('node24')
    const main = resolve(root, dirname(file), action.runs.main)
    expect(relative(root, main)).toBe(join('dist', name, 'index.js'))
    expect(existsSync(main), main).toBe(true)
  })
})
