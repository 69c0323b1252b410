import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { convertSchema } from '../../../sandbox/github/description/dialect.ts'
import type { Json, JsonObject } from '../../../sandbox/github/description/extract.ts'
import { extractOperations, isObject } from '../../../sandbox/github/description/extract.ts'
import type { Product } from '../../../sandbox/github/description/read.ts'
import { DESCRIPTIONS, readDescription } from '../../../sandbox/github/description/read.ts'
import { createSchemas } from '../../../sandbox/github/description/schemas.ts'
import { OPERATION_IDS } from '../../../sandbox/github/operations.ts'

const require = createRequire(import.meta.url)

function readWhole(product: Product): JsonObject {
  const { name } = DESCRIPTIONS[product]
  return JSON.parse(readFileSync(require.resolve(`@octokit/openapi/generated/${name}.json`), 'utf8'))
}

function member(value: Json | undefined, ...names: readonly string[]): Json | undefined {
  let found = value
  for (const name of names) found = isObject(found) ? found[name] : undefined
  return found
}

/** Examples that contradict the schemas beside them. */
const KNOWN_MISTAKES = [
  "actions/get-job-for-workflow-run 200: must have required property 'created_at'",
  "actions/list-jobs-for-workflow-run 200: /jobs/0 must have required property 'created_at'",
  "actions/list-jobs-for-workflow-run-attempt 200: /jobs/0 must have required property 'created_at'",
  "repos/get 200: /source must have required property 'language'",
  "repos/get 200: must have required property 'language'",
  "repos/get-commit 200: /files/0 must have required property 'contents_url'",
  "repos/get-commit 200: /files/0 must have required property 'sha'",
]
const POLICY = 'repos/get-all-environments 200: /environments/0/deployment_branch_policy'
const KNOWN_ENTERPRISE_MISTAKES = [
  `${POLICY} must be null`,
  `${POLICY} must match a schema in anyOf`,
  `${POLICY}/custom_branch_policies must be boolean`,
]

const PRODUCTS = Object.keys(DESCRIPTIONS) as Product[]

describe.each(PRODUCTS)('the extract of %s', (product) => {
  const whole = readWhole(product)
  const extract = readDescription(product)
  const schemas = createSchemas(extract)

  test("is what GitHub's own description says", () => {
    const fresh = extractOperations(whole, DESCRIPTIONS[product].name, OPERATION_IDS)
    expect(extract).toEqual(JSON.parse(JSON.stringify(fresh)))
  })

  test('has every operation that is served, but for those an enterprise server lacks', () => {
    const missing = OPERATION_IDS.filter((id) => !(id in extract.operations))
    expect(missing.filter((id) => !id.startsWith('orgs/'))).toEqual([])
    expect(missing).toHaveLength(product === 'ghes' ? 4 : 0)
  })

  test('leaves out prose and keeps members that are called like it', () => {
    expect(member(extract.schemas['deployment'], 'properties', 'description')).toEqual({
      type: 'string',
      nullable: true,
    })
    expect(member(extract.schemas['deployment'], 'description')).toBeUndefined()
  })

  /** Every example of a body in the description, with the checker that should accept it. */
  function examples(): { title: string; complaints: () => readonly string[] | undefined }[] {
    const deref = (value: Json | undefined): Json | undefined => {
      const ref = member(value, '$ref')
      return typeof ref === 'string' ? member(whole, ...ref.slice(2).split('/')) : value
    }
    const valuesOf = (container: Json | undefined): Json[] => {
      const all = member(deref(container), 'content', 'application/json', 'examples')
      const values = (isObject(all) ? Object.values(all) : []).map((one) => member(deref(one), 'value'))
      return values.filter((value) => value !== undefined)
    }
    return Object.entries(extract.operations).flatMap(([id, { method, path, responses }]) => {
      const operation = member(whole, 'paths', path, method.toLowerCase())
      const bodies = valuesOf(member(operation, 'requestBody')).map((value) => {
        return { title: `${id} request`, complaints: () => schemas.body(id, value) }
      })
      const answers = Object.keys(responses).flatMap((status) =>
        valuesOf(member(operation, 'responses', status)).map((value) => {
          const complaints = () => schemas.answer(id, Number(status), value)
          return { title: `${id} ${status}`, complaints }
        }),
      )
      return [...bodies, ...answers]
    })
  }

  test("accepts the description's own examples", () => {
    const all = examples()
    expect(all.length).toBeGreaterThan(40)
    const refused = all.flatMap(({ title, complaints }) =>
      (complaints() ?? []).map((complaint) => `${title}: ${complaint}`),
    )
    const known = product === 'ghes' ? [...KNOWN_MISTAKES, ...KNOWN_ENTERPRISE_MISTAKES] : KNOWN_MISTAKES
    expect(refused.toSorted()).toEqual(known.toSorted())
  })

  test('accepts no empty body and no wrong type in their place', () => {
    for (const id of ['git/get-ref', 'repos/get-deployment', 'checks/get', 'repos/get']) {
      expect(schemas.answer(id, 200, {})).not.toEqual([])
      expect(schemas.answer(id, 200, 'text')).not.toEqual([])
      expect(schemas.answer(id, 418, {})).toBeUndefined()
    }
  })
})

describe('the dialect', () => {
  test.each([
    [{ type: 'string', nullable: true }, { anyOf: [{ type: 'null' }, { type: 'string' }] }],
    [
      { type: 'string', enum: ['a'], nullable: true },
      { anyOf: [{ type: 'null' }, { type: 'string', enum: ['a'] }] },
    ],
    [
      { nullable: true, oneOf: [{ type: 'string' }, { type: 'object' }] },
      { anyOf: [{ type: 'null' }, { anyOf: [{ type: 'string' }, { type: 'object' }] }] },
    ],
    [
      { $ref: '#/components/schemas/a', nullable: true },
      { $ref: 'urn:sandbox:github#/components/schemas/a' },
    ],
    [
      { oneOf: [{ type: 'string' }], discriminator: { propertyName: 'kind' } },
      { anyOf: [{ type: 'string' }] },
    ],
    [
      { type: 'string', format: 'uri' },
      { type: 'string', format: 'uri-reference' },
    ],
    [{ properties: { nullable: { type: 'string' } } }, { properties: { nullable: { type: 'string' } } }],
  ])('turns %j into %j', (schema, expected) => {
    expect(convertSchema(schema)).toEqual(expected)
  })

  test.each([
    [{ type: 'string', format: 'moon-phase' }, 'unknown format'],
    [{ type: 'string', minimumLength: 1 }, 'unknown keyword'],
    ['text', 'expected a schema'],
  ])('refuses %j', (schema, message) => {
    expect(() => convertSchema(schema)).toThrow(message)
  })
})
