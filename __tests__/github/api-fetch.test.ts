import { describe, expect, test } from 'vitest'
import { boundedFetch } from '../../src/github/api-fetch.ts'

const LIMITS = { timeoutMs: 1000, maxBytes: 100 }

/** A fetch below an address, with what was sent. */
function fetchBelow(base: string) {
  const sent: string[] = []
  const send = async (url: string): Promise<Response> => {
    sent.push(url)
    return new Response('{}')
  }
  return { fetch: boundedFetch(new URL(base), send, LIMITS), sent }
}

describe('the address of the API', () => {
  test.each([
    'https://ghe.example.com/api/v3',
    'https://ghe.example.com/api/v3/',
    'https://ghe.example.com/api/v3//',
  ])('%s allows what is below it', async (base) => {
    const { fetch, sent } = fetchBelow(base)
    await fetch('https://ghe.example.com/api/v3/repos/o/r', {})
    expect(sent).toEqual(['https://ghe.example.com/api/v3/repos/o/r'])
  })

  test.each([
    'https://ghe.example.com/api/v30/repos',
    'https://ghe.example.com/api/v3/../uploads',
    'https://ghe.example.com/api/v3/%2e%2e/uploads',
    'https://ghe.example.com/api/v3',
    'http://ghe.example.com/api/v3/repos',
    'https://ghe.example.com:8443/api/v3/repos',
    'https://ghe.example.com.evil.example/api/v3/repos',
    'https://ghe.example.com@evil.example/api/v3/repos',
    'https://user@ghe.example.com/api/v3/repos',
    'https://:pass@ghe.example.com/api/v3/repos',
  ])('does not allow %s', async (address) => {
    const { fetch, sent } = fetchBelow('https://ghe.example.com/api/v3')
    await expect(fetch(address, {})).rejects.toMatchObject({ code: 'GITHUB_UNEXPECTED' })
    expect(sent).toEqual([])
  })
})
