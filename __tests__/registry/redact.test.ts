import { expect, test } from 'vitest'
import { printable, Redactor, redactUrl } from '../../src/registry/redact.ts'

test('addresses lose everything that may be secret', () => {
  const url = new URL('https://user:hunter2@s3.example/a/b?X-Amz-Signature=abc#fragment')
  expect(redactUrl(url)).toBe('https://s3.example/a/b')
})

test('foreign text becomes one bounded line without control characters', () => {
  const hostile = `a\n::set-output name=x::y\r\u001b[31mred\u2028\u202eb${'x'.repeat(1000)}`
  const shown = printable(hostile)
  expect(shown).toMatch(/^a ::set-output name=x::y \[31mred bx+…$/)
  expect(shown).toHaveLength(300)
})

test('secrets are masked once and never shown, also in base64', () => {
  const masked: string[] = []
  const redactor = new Redactor((secret) => masked.push(secret))
  redactor.hide('hunter2hunter2')
  redactor.hide('hunter2hunter2')
  redactor.hide('')
  expect(masked).toEqual(['hunter2hunter2'])
  const encoded = Buffer.from('hunter2hunter2').toString('base64')
  expect(redactor.clean(`token hunter2hunter2 or ${encoded}`)).toBe('token *** or ***')
})
