import { describe, expect, test } from 'vitest'
import { RegistryError } from '../../src/domain/error.ts'
import { discreet } from '../../src/registry/discretion.ts'
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
  const forms = [...masked]
  redactor.hide('hunter2hunter2')
  redactor.hide('')
  const encoded = Buffer.from('hunter2hunter2').toString('base64')
  expect(masked).toEqual(forms)
  expect(masked[0]).toBe('hunter2hunter2')
  expect(masked).toContain(encoded)
  expect(redactor.clean(`token hunter2hunter2 or ${encoded}`)).toBe('token *** or ***')
})

describe('a secret is hidden', () => {
  const secret = 'p+s/w rd&=ü'
  const base64 = Buffer.from(secret).toString('base64')

  test.each([
    ['as it is', secret],
    ['in base64', base64],
    ['in base64 without padding', base64.replace(/=+$/, '')],
    ['in base64 for addresses', Buffer.from(secret).toString('base64url')],
    ['as a part of an address', encodeURIComponent(secret)],
    ['as a field of a form', new URLSearchParams({ '': secret }).toString().slice(1)],
    ['in base64 as a part of an address', encodeURIComponent(base64)],
    ['in capitals', encodeURIComponent(secret).toUpperCase()],
  ])('%s', (_name, form) => {
    const masked: string[] = []
    const redactor = new Redactor((it) => masked.push(it))
    redactor.hide(secret)
    expect(redactor.conceal(`<${form}>`)).toMatch(/^<\*\*\*=*>$/)
  })

  test('whole, where a shorter secret is a part of it', () => {
    const redactor = new Redactor(() => undefined)
    redactor.hide('hunter2')
    redactor.hide('hunter2-and-more')
    expect(redactor.conceal('a hunter2-and-more b hunter2 c')).toBe('a *** b *** c')
  })

  test('but not where it is too short to tell from other text', () => {
    const redactor = new Redactor(() => undefined)
    redactor.hide('a')
    expect(redactor.conceal('a banana')).toBe('a banana')
  })
})

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream) continue
}

describe('errors that leave', () => {
  const redactor = new Redactor(() => undefined)
  redactor.hide('hunter2hunter2')
  const failure = () =>
    new RegistryError('REGISTRY_DENIED', 'about HUNTER2hunter2', {
      status: 403,
      hint: 'not hunter2hunter2',
      cause: new Error('because of hunter2hunter2', { cause: 'hunter2hunter2' }),
    })
  const port = discreet(
    {
      size: 3,
      read: async () => await Promise.reject(failure()),
      now: () => {
        throw failure()
      },
      async *stream() {
        yield 1
        throw failure()
      },
      fine: async (text: string) => await Promise.resolve(text),
    },
    redactor,
  )

  test.each([
    ['of a promise', async () => await port.read()],
    ['at once', async () => port.now()],
    ['of a stream', async () => await drain(port.stream())],
  ])('%s hold no secret', async (_name, fail) => {
    const error: unknown = await fail().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(RegistryError)
    expect(error).toMatchObject({
      code: 'REGISTRY_DENIED',
      status: 403,
      message: 'about ***',
      hint: 'not ***',
    })
    const { stack, cause } = error as Error
    expect(stack).not.toMatch(/hunter2/i)
    expect((cause as Error).message).toBe('because of ***')
    expect((cause as Error).stack).not.toMatch(/hunter2/i)
    expect((cause as Error).cause).toBe('***')
  })

  test('and everything else stays as it is', async () => {
    expect(port.size).toBe(3)
    await expect(port.fine('hunter2hunter2')).resolves.toBe('hunter2hunter2')
  })
})
