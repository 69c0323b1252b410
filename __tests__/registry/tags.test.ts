import { expect, onTestFinished, test } from 'vitest'
import { startRegistry } from '../../sandbox/registry/server.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { failureWith, open, repositoryAt, sampleManifest } from './support/access.ts'
import { htmlPage, ociError, type Script, serve } from './support/scripted-server.ts'

test('all pages of a registry', async () => {
  const sandbox = await startRegistry({ pageSize: 2 })
  onTestFinished(async () => await sandbox.close())
  const { registry } = open()
  const repository = repositoryAt(sandbox.host)
  const config = {
    ...EMPTY_CONFIG.descriptor,
    async *open() {
      yield EMPTY_CONFIG.bytes
    },
  }
  await registry.putBlob(repository, config)
  for (const tag of ['a', 'b', 'c', 'd', 'e']) {
    await registry.putManifest(repository, sampleManifest('x').bytes, MEDIA_TYPES.ociManifest, tag)
  }
  expect((await registry.listTags(repository)).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e'])
})

function page(tags: unknown, link?: string): Script {
  const headers = { 'content-type': 'application/json', ...(link === undefined ? {} : { link }) }
  return { status: 200, headers, body: JSON.stringify({ name: 'owner/app', tags }) }
}

const LIST = '/v2/owner/app/tags/list'

test.each([
  ['null', page(null), []],
  ['duplicates and names that are none', page(['a', 'a', '-x', 'b/c', 'y'.repeat(129)]), ['a']],
  ['another relation', page(['a'], `<${LIST}?x=1>; rel="prev"`), ['a']],
  ['a link without a relation', page(['a'], `<${LIST}?x=1>`), ['a']],
  ['no repository', ociError(404, 'NAME_UNKNOWN'), []],
] satisfies [string, Script, string[]][])('%s', async (_name, script, expected) => {
  const server = await serve(() => script)
  await expect(open().registry.listTags(repositoryAt(server.host))).resolves.toEqual(expected)
})

test.each([
  ['the same page again', page(['a'], `<${LIST}?n=1000>; rel="next"`)],
  ['pages on another host', page(['a'], '<http://127.0.0.1:1/v2/owner/app/tags/list>; rel="next"')],
  ['pages of another repository', page(['a'], '</v2/owner/other/tags/list>; rel="next"')],
  ['no list', page({})],
  ['nothing', { status: 200, body: '' }],
  ['a page', htmlPage(200)],
  ['a page that is not there', htmlPage(404)],
  ['a redirect', { status: 302, headers: { location: '/login' } }],
] satisfies [string, Script][])('%s: refused', async (_name, script) => {
  const server = await serve(() => script)
  await failureWith('REGISTRY_UNEXPECTED', open().registry.listTags(repositoryAt(server.host)))
})

test('pages without end', async () => {
  const server = await serve((_seen, index) => page([`t${index}`], `<${LIST}?last=${index}>; rel=next`))
  const error = await failureWith('REGISTRY_UNEXPECTED', open().registry.listTags(repositoryAt(server.host)))
  expect(error.message).toContain('no end')
})
