import { describe, expect, test } from 'vitest'
import type { SandboxRegistry } from '../../../sandbox/registry/server.ts'
import { codesOf, openRegistry, pushBlob, pushImage, STORAGES, send } from './client.ts'

async function list(registry: SandboxRegistry, target: string) {
  const answer = await send(registry, 'GET', target)
  expect(answer.status).toBe(200)
  const body = JSON.parse(answer.body.toString()) as {
    name?: string
    tags?: string[]
    repositories?: string[]
  }
  return { ...body, link: answer.headers['link'] }
}

async function pushTags(registry: SandboxRegistry, ...tags: string[]): Promise<void> {
  for (const tag of tags) await pushImage(registry, 'a/b', tag, 'layer')
}

function nextOf(link: unknown): string {
  const target = /^<([^>]+)>; rel="next"$/u.exec(String(link))?.[1]
  if (target === undefined) throw new Error(`no next page in ${String(link)}`)
  return target
}

describe.each(STORAGES)('tags in %s storage', (storage) => {
  test('are listed in lexical order, letter case aside', async () => {
    const registry = await openRegistry(storage)
    await pushTags(registry, 'b', 'C', 'a', 'B', '_x', '10', '9')
    const { link, ...body } = await list(registry, '/v2/a/b/tags/list')
    expect(body).toEqual({ name: 'a/b', tags: ['10', '9', '_x', 'a', 'B', 'b', 'C'] })
    expect(link).toBeUndefined()
    expect(await registry.tags('a/b')).toEqual(body.tags)
  })

  test('are listed in pages that follow each other', async () => {
    const registry = await openRegistry(storage)
    await pushTags(registry, 'a', 'b', 'c', 'd', 'e')
    const first = await list(registry, '/v2/a/b/tags/list?n=2')
    expect(first.tags).toEqual(['a', 'b'])
    const second = await list(registry, nextOf(first.link))
    expect(second.tags).toEqual(['c', 'd'])
    const third = await list(registry, nextOf(second.link))
    expect([third.tags, third.link]).toEqual([['e'], undefined])
  })

  test('a page that is exactly full is the last one', async () => {
    const registry = await openRegistry(storage)
    await pushTags(registry, 'a', 'b')
    expect(await list(registry, '/v2/a/b/tags/list?n=2')).toEqual({
      name: 'a/b',
      tags: ['a', 'b'],
      link: undefined,
    })
  })

  test('last need not be a tag, and works without n', async () => {
    const registry = await openRegistry(storage)
    await pushTags(registry, 'a', 'c', 'e')
    expect((await list(registry, '/v2/a/b/tags/list?last=b')).tags).toEqual(['c', 'e'])
    expect((await list(registry, '/v2/a/b/tags/list?last=c&n=5')).tags).toEqual(['e'])
    expect((await list(registry, '/v2/a/b/tags/list?last=z')).tags).toEqual([])
  })

  test('n=0 is an empty page without a next one', async () => {
    const registry = await openRegistry(storage)
    await pushTags(registry, 'a')
    expect(await list(registry, '/v2/a/b/tags/list?n=0')).toEqual({ name: 'a/b', tags: [], link: undefined })
  })

  test.each(['-1', 'x', '1.5', ''])('n=%s is refused', async (n) => {
    const registry = await openRegistry(storage)
    await pushTags(registry, 'a')
    const answer = await send(registry, 'GET', `/v2/a/b/tags/list?n=${n}`)
    expect([answer.status, codesOf(answer)]).toEqual([400, ['PAGINATION_NUMBER_INVALID']])
  })

  test('a page is never larger than the registry wants', async () => {
    const registry = await openRegistry(storage, { pageSize: 2 })
    await pushTags(registry, 'a', 'b', 'c')
    for (const query of ['', '?n=100']) {
      const first = await list(registry, `/v2/a/b/tags/list${query}`)
      expect(first.tags).toEqual(['a', 'b'])
      expect((await list(registry, nextOf(first.link))).tags).toEqual(['c'])
    }
  })

  test('an unknown repository is NAME_UNKNOWN, one without tags is empty', async () => {
    const registry = await openRegistry(storage)
    const answer = await send(registry, 'GET', '/v2/a/b/tags/list')
    expect([answer.status, codesOf(answer)]).toEqual([404, ['NAME_UNKNOWN']])
    await pushBlob(registry, 'a/b', 'x')
    expect((await list(registry, '/v2/a/b/tags/list')).tags).toEqual([])
  })

  test('tags that differ in case only are two tags', async () => {
    const registry = await openRegistry(storage)
    const lower = await pushImage(registry, 'a', 'v1', 'one')
    const upper = await pushImage(registry, 'a', 'V1', 'two')
    expect((await registry.readManifest('a', 'v1'))?.digest).toBe(lower)
    expect((await registry.readManifest('a', 'V1'))?.digest).toBe(upper)
  })

  test('repositories are listed in pages as well', async () => {
    const registry = await openRegistry(storage)
    for (const name of ['c', 'a/b', 'a']) await pushBlob(registry, name, 'x')
    const first = await list(registry, '/v2/_catalog?n=2')
    expect(first.repositories).toEqual(['a', 'a/b'])
    expect((await list(registry, nextOf(first.link))).repositories).toEqual(['c'])
  })
})
