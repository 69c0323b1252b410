import { describe, expect, test } from 'vitest'
import { commitFault, isCommit, parseCommit } from '../../src/domain/commit.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

const SHA1 = '0123456789abcdef0123456789abcdef01234567'
const SHA256 = 'ab'.repeat(32)

describe('parseCommit', () => {
  test.each([
    { description: '40 digits', text: SHA1 },
    { description: '64 digits, of a sha256 repository', text: SHA256 },
  ])('takes $description', ({ text }) => {
    expect(parseCommit(text)).toBe(text)
    expect(isCommit(text)).toBe(true)
    expect(commitFault(text)).toBeUndefined()
  })

  test.each([
    { description: 'an empty text', text: '', says: 'is not a commit id' },
    { description: 'a short id', text: SHA1.slice(0, 7), says: 'is a short commit id' },
    { description: '39 digits', text: SHA1.slice(1), says: 'expected 40 (or 64) hexadecimal digits, got 39' },
    { description: '41 digits', text: `${SHA1}0`, says: 'got 41' },
    { description: '65 digits', text: `${SHA256}0`, says: 'is not a commit id' },
    { description: 'upper case', text: SHA1.toUpperCase(), says: 'write it in lower case' },
    { description: 'a branch', text: 'main', says: 'never a branch or tag name' },
    { description: 'a git ref', text: 'refs/heads/main', says: 'never a branch or tag name' },
    { description: 'a line feed at the end', text: `${SHA1}\n`, says: 'is not a commit id' },
    { description: 'a space before', text: ` ${SHA1}`, says: 'is not a commit id' },
    { description: 'a byte order mark', text: `\uFEFF${SHA1}`, says: 'is not a commit id' },
    { description: 'a no-break space', text: `${SHA1}\u00a0`, says: 'is not a commit id' },
    { description: 'full-width digits', text: '１'.repeat(40), says: 'is not a commit id' },
    { description: 'the id of nothing', text: '0'.repeat(40), says: 'names no commit' },
    { description: 'the long id of nothing', text: '0'.repeat(64), says: 'names no commit' },
    { description: 'two ids', text: `${SHA1}\n${SHA1}`, says: 'is not a commit id' },
    { description: 'ten megabytes', text: 'a'.repeat(10 * 1024 * 1024), says: 'is not a commit id' },
  ])('refuses $description', async ({ text, says }) => {
    expect(isCommit(text)).toBe(false)
    const error = await expectCode(() => parseCommit(text), 'INPUT_INVALID')
    expect(error.message).toMatch(/^commit: /)
    expect(error.message).toContain(says)
    expect(error.message.length).toBeLessThan(400)
  })

  test.each([undefined, null, 1, [SHA1]])('isCommit(%j) is false', (value) => {
    expect(isCommit(value)).toBe(false)
  })
})
