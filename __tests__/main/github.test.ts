import { describe, expect, test } from 'vitest'
import { GitHubError } from '../../src/domain/error.ts'
import { failureOf } from '../../src/github/api-failure.ts'
import { apiOpener } from '../../src/main/github.ts'
import { createMemoryLog } from '../fixtures/memory-log.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

const RUNNER = { GITHUB_API_URL: 'https://ghe.example.com/api/v3', GITHUB_REPOSITORY: 'octo-org/app' }

describe('the client of a step', () => {
  test('is one for all that is asked, so that its bounds are those of the step', async () => {
    const open = apiOpener(createMemoryLog(), RUNNER)
    expect(await open('seal: git', 'ghs_x')).toBe(await open('records: github', 'ghs_x'))
  })

  test.each(['not a url', 'http://user:hunter2 x@[bad', 'socks5://proxy.example.com:1080'])(
    'is not made past a proxy that cannot be used: %s',
    async (proxy) => {
      const open = apiOpener(createMemoryLog(), { ...RUNNER, HTTPS_PROXY: proxy })
      const error = await expectCode(open('seal: git', 'ghs_x'), 'GITHUB_UNEXPECTED')
      expect(error).toBeInstanceOf(GitHubError)
      expect(error.message).toContain('The proxy in HTTPS_PROXY cannot be used')
      expect(error.message).not.toContain('hunter2')
    },
  )

  test('does not look at a proxy that is not gone through', async () => {
    const environment = { ...RUNNER, HTTPS_PROXY: 'socks5://proxy.example.com', NO_PROXY: '.example.com' }
    const api = await apiOpener(createMemoryLog(), environment)('seal: git', 'ghs_x')
    expect(api.repository).toEqual({ owner: 'octo-org', name: 'app' })
  })

  test('hides the password of its proxy', async () => {
    const log = createMemoryLog()
    await apiOpener(log, { ...RUNNER, HTTPS_PROXY: 'http://me:hunter2@proxy.example.com' })('seal: git', 'x')
    expect(log.lines).toContain('mask: hunter2')
  })
})

describe('an authority that nobody trusts', () => {
  test.each([
    'unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
    'self-signed certificate in certificate chain',
    'unable to get local issuer certificate',
  ])('is answered with where to trust it: %s', (message) => {
    const asked = { route: 'GET /', permission: undefined, token: 'ghs_x', now: 0 }
    const { message: said, hint } = failureOf(new Error(message), asked)
    expect(said).not.toContain('--use-system-ca')
    expect(hint).toContain('NODE_EXTRA_CA_CERTS')
  })
})
