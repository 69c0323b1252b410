import { expect, test } from 'vitest'
import { inputsDigest } from '../../../src/verbs/build/inputs-digest.ts'
import { parseBuildInputs } from '../../../src/verbs/build/inputs.ts'
import { IMAGE } from '../../fixtures/samples.ts'

const base = { image: IMAGE, 'build-args': 'A=1', secrets: 'TOKEN=one', prepare: 'npm ci' }

function digest(given: Readonly<Record<string, string>>): string {
  return inputsDigest(parseBuildInputs(new Map(Object.entries({ ...base, ...given }))))
}

test.each([
  { description: 'nothing', given: {}, same: true },
  { description: 'the value of a secret', given: { secrets: 'TOKEN=two' }, same: true },
  { description: 'where it goes', given: { image: 'other.test/app', tags: 'v1' }, same: true },
  { description: 'credentials', given: { username: 'u', password: 'p' }, same: true },
  { description: 'a default that is written out', given: { 'no-cache': 'false' }, same: true },
  { description: 'a build argument', given: { 'build-args': 'A=2' }, same: false },
  { description: 'the name of a secret', given: { secrets: 'OTHER=one' }, same: false },
  { description: 'prepare', given: { prepare: 'npm ci --omit=dev' }, same: false },
  { description: 'the target', given: { target: 'prod' }, same: false },
])('the digest of the inputs and $description', ({ given, same }) => {
  expect(digest(given) === digest({})).toBe(same)
})
