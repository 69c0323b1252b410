import { afterEach, expect, it } from 'vitest'
import type { Intervention } from '../../sandbox/registry/options.ts'
import { type SandboxRegistry, startRegistry } from '../../sandbox/registry/server.ts'
import { errorsOf, newCommit, step, temporaryFolder, writeApplication } from './world.ts'

let registry: SandboxRegistry | undefined

afterEach(async () => {
  await registry?.close()
})

const html = '<!doctype html><title>Sign in</title>'
const answers: readonly {
  readonly description: string
  readonly answer: Intervention
  readonly code: string
}[] = [
  {
    description: '401 without a challenge',
    answer: { status: 401, headers: {}, body: '' },
    code: 'REGISTRY_UNEXPECTED',
  },
  {
    description: '401 that wants a password nobody gave',
    answer: { status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' }, body: '' },
    code: 'REGISTRY_DENIED',
  },
  {
    description: '403',
    answer: {
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: '{"errors":[{"code":"DENIED","message":"no"}]}',
    },
    code: 'REGISTRY_DENIED',
  },
  {
    description: '429 for an hour',
    answer: { status: 429, headers: { 'retry-after': '3600' }, body: '' },
    code: 'REGISTRY_UNAVAILABLE',
  },
  { description: '500', answer: { status: 500, headers: {}, body: 'oops' }, code: 'REGISTRY_UNAVAILABLE' },
  { description: '503', answer: { status: 503, headers: {}, body: '' }, code: 'REGISTRY_UNAVAILABLE' },
  {
    description: '200 with a login page',
    answer: { status: 200, headers: { 'content-type': 'text/html' }, body: html },
    code: 'REGISTRY_UNEXPECTED',
  },
  {
    description: '404 with a login page',
    answer: { status: 404, headers: { 'content-type': 'text/html' }, body: html },
    code: 'REGISTRY_UNEXPECTED',
  },
  { description: 'connections that are reset', answer: 'reset', code: 'REGISTRY_UNAVAILABLE' },
]

it.each(answers)('$description on the look-up is an error, never a build', async ({ answer, code }) => {
  await using folder = await temporaryFolder()
  await writeApplication(folder.path)
  registry = await startRegistry({ onRequest: () => answer })
  const result = await step(
    'build',
    {
      image: `${registry.host}/team/app`,
      commit: newCommit(),
      engine: 'layers',
      path: 'dist',
      prepare: "printf 'PRE%s' PARED",
    },
    { workspace: folder.path },
  )
  expect(errorsOf(result)).toContain(code)
  expect(result.log).not.toContain('PREPARED')
  expect(registry.requests.filter((request) => !['GET', 'HEAD'].includes(request.method))).toEqual([])
})
