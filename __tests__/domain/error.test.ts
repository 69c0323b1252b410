import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../../src/domain/error-codes.ts'
import {
  GitHubError,
  InputError,
  isRefusal,
  listed,
  messageOf,
  PolicyError,
  RegistryError,
  remedyOf,
} from '../../src/domain/error.ts'

describe('errors', () => {
  test('carry code, hint, cause and their own name', () => {
    const cause = new Error('why')
    const error = new PolicyError('EVENT_REFUSED', 'what', { hint: 'do this', cause })
    expect(error).toMatchObject({
      name: 'PolicyError',
      code: 'EVENT_REFUSED',
      message: 'what',
      hint: 'do this',
      cause,
    })
    expect('cause' in new PolicyError('EVENT_REFUSED', 'what')).toBe(false)
  })

  test('InputError shows one fault as it is, and several as a list', () => {
    expect(new InputError(['image: is required']).message).toBe('image: is required')
    const error = new InputError(['image: is required', 'tags: two\nlines'])
    expect(error.message).toBe('The inputs are not valid:\n  - image: is required\n  - tags: two\n    lines')
    expect(error.faults).toHaveLength(2)
  })

  test('InputError shows some faults of a long list, and all other inputs', () => {
    const tags = Array.from({ length: 500 }, (_, at) => `tags: "${at} " is not a tag`)
    const error = new InputError([...tags, 'path: does not exist'])
    expect(error.faults).toHaveLength(501)
    expect(error.message.split('\n')).toHaveLength(28)
    expect(error.message).toContain('  - tags: … and 475 more\n  - path: does not exist')
    expect(new InputError(tags.slice(0, 26)).message).toContain('"25 "')
  })

  test.each([
    { code: 'REGISTRY_REFUSED', expected: true },
    { code: 'REGISTRY_DENIED', expected: true },
    { code: 'REGISTRY_UNAVAILABLE', expected: false },
    { code: 'CONTENT_CORRUPT', expected: false },
  ] as const)('isRefusal($code)', ({ code, expected }) => {
    expect(isRefusal(new RegistryError(code, 'x'))).toBe(expected)
  })

  test.each([
    { code: 'GITHUB_UNAVAILABLE', says: 'Run the job again' },
    { code: 'GITHUB_UNEXPECTED', says: 'Check the address of the API' },
    { code: 'GITHUB_REFUSED', says: 'Correct what GitHub’s answer in the message names' },
    { code: 'GITHUB_DENIED', says: 'Check the token of this job.' },
  ] as const)(
    'of GitHub say what to do, and blame the token only where GitHub does: $code',
    ({ code, says }) => {
      const error = new GitHubError(code, 'x', { status: 500 })
      expect(error.hint).toContain(says)
      expect(remedyOf(error)).toBe(error.hint)
      expect(remedyOf(error).includes('token')).toBe(code === 'GITHUB_DENIED')
      expect(new GitHubError(code, 'x', { hint: 'do this' }).hint).toBe('do this')
    },
  )

  test('of GitHub name the permission to add', () => {
    expect(new GitHubError('GITHUB_DENIED', 'x', { permission: 'checks: read' }).hint).toBe(
      'Add `permissions: checks: read` to this job.',
    )
  })

  test('listed and messageOf', () => {
    expect(listed('Faults', ['a', 'b'])).toBe('Faults:\n  - a\n  - b')
    expect(messageOf(new Error('x'))).toBe('x')
    expect(messageOf('text')).toBe('text')
    expect(messageOf(undefined)).toBe('undefined')
  })
})

test.each(Object.entries(ERROR_CODES))('%s is explained in sentences', (code, { means, next }) => {
  expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/)
  for (const sentence of [means, next]) expect(sentence).toMatch(/^\S.*\.$/)
})
