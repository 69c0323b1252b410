import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/domain/digest.ts'
import { MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { RECORD_TYPES } from '../../src/domain/record.ts'
import { failureWith, open, repositoryAt } from './support/access.ts'
import { htmlPage, ociError, type Script, type Seen, serve } from './support/scripted-server.ts'

const LIST = '/v2/owner/app/tags/list'

type Link = string | readonly string[] | undefined

function page(tags: readonly string[], link: Link): Script {
  const headers = { 'content-type': 'application/json', ...(link === undefined ? {} : { link }) }
  return { status: 200, headers, body: JSON.stringify({ name: 'owner/app', tags }) }
}

/** A list of tags whose first page has a Link header, and whose second is as given. */
async function listWith(
  link: Link | ((host: string) => Link),
  second: Script = page(['b'], undefined),
): Promise<{ readonly tags: Promise<readonly string[]>; readonly seen: readonly Seen[] }> {
  const server = await serve(({ headers, query }) => {
    const header = typeof link === 'function' ? link(headers.host ?? '') : link
    return query.get('last') === 'a' ? second : page(['a'], header)
  })
  return { tags: open().registry.listTags(repositoryAt(server.host)), seen: server.seen }
}

describe('the next page is read', () => {
  test.each([
    ['on the same path', `<${LIST}?last=a>; rel="next"`],
    ['as a query alone', '<?last=a>; rel=next'],
    ['relative to the page', '<list?last=a&n=1000>; REL="last NEXT"'],
    ['with the host', (host: string) => `<http://${host}${LIST}?last=a>; rel="next"`],
    ['without the scheme', (host: string) => `<//${host}${LIST}?last=a>; rel="next"`],
    ['with a fragment', `<${LIST}?last=a#x>; rel="next"`],
    ['with a way through other folders', `</v2/x/../owner/./app/tags/list?last=a>; rel="next"`],
    [
      'among several links of one header',
      `<${LIST}>; rel="first", <${LIST}?last=a>; title="a, b"; rel="next"`,
    ],
    ['among several headers', [`<${LIST}>; rel="first"`, `<${LIST}?last=a>; rel="next"`]],
    ['told twice', [`<${LIST}?last=a>; rel="next"`, `<${LIST}?last=a>; rel="next"`]],
    ['about this page, as it says', `<${LIST}?last=a>; rel="next"; anchor="${LIST}?n=1000"`],
  ] as [string, Link | ((host: string) => Link)][])('%s', async (_name, link) => {
    const { tags, seen } = await listWith(link)
    await expect(tags).resolves.toEqual(['a', 'b'])
    expect(seen.map(({ path }) => path)).toEqual([LIST, LIST])
  })

  test('not when it is about another document', async () => {
    const { tags } = await listWith(`<${LIST}?last=a>; rel="next"; anchor="/other"`)
    await expect(tags).resolves.toEqual(['a'])
  })
})

describe('a list is refused, not cut short,', () => {
  test.each([
    [
      'when the next page is on another host',
      '<https://registry.invalid/v2/owner/app/tags/list>; rel=next',
      'another host',
    ],
    ['on another port', `<http://127.0.0.1:1${LIST}?last=a>; rel=next`, 'another host or path'],
    [
      'by another scheme',
      (host: string) => `<https://${host}${LIST}?last=a>; rel=next`,
      'another host or path',
    ],
    [
      'with a user name',
      (host: string) => `<http://u:p@${host}${LIST}?last=a>; rel=next`,
      'another host or path',
    ],
    ['in a file', '<file:///etc/passwd>; rel=next', 'another host or path'],
    ['of another repository', '</v2/owner/other/tags/list?last=a>; rel=next', 'another host or path'],
    [
      'of a repository by way of this one',
      `<${LIST}/../../../other/tags/list?last=a>; rel=next`,
      'another host or path',
    ],
    ['that is the same page', `<${LIST}?n=1000>; rel=next`, 'no end'],
    ['without an address', '<>; rel=next', 'no address'],
    ['with an address that is none', '<http://[>; rel=next', 'no address'],
    ['that is two', `<${LIST}?last=a>; rel=next, <${LIST}?last=b>; rel=next`, 'several next pages'],
    ['in a header nobody can read', `${LIST}?last=a; rel=next`, 'Link header cannot be read'],
    ['in a header that is cut off', `<${LIST}?last=a>; rel="ne`, 'Link header cannot be read'],
  ] as [string, Link | ((host: string) => Link), string][])('%s', async (_name, link, says) => {
    const { tags } = await listWith(link)
    const error = await failureWith('REGISTRY_UNEXPECTED', tags)
    expect(error.message).toContain(says)
  })

  test.each([
    ['is not there', ociError(404, 'NAME_UNKNOWN')],
    ['is a web page', htmlPage(200)],
    ['is empty', { status: 200, body: '' }],
    ['leads back to the first', page(['b'], `<${LIST}?n=1000>; rel=next`)],
  ] satisfies [string, Script][])('when the second page %s', async (_name, second) => {
    const { tags } = await listWith(`<${LIST}?last=a>; rel=next`, second)
    await failureWith('REGISTRY_UNEXPECTED', tags)
  })
})

test('a list is refused when its pages together are larger than any list is, however small each is', async () => {
  const padding = ' '.repeat(15 * 1024 * 1024)
  const server = await serve((_seen, index) => {
    const next = { link: `<${LIST}?last=${index}>; rel=next` }
    return { status: 200, headers: next, body: `{"tags":["t${index}"]}${padding}` }
  })
  const error = await failureWith('REGISTRY_UNEXPECTED', open().registry.listTags(repositoryAt(server.host)))
  expect(error.message).toContain('its pages are larger than 67108864 bytes')
  expect(server.seen).toHaveLength(5)
})

describe('referrers', () => {
  const subject = digestOf('subject')
  const index = (link?: string): Script => ({
    status: 200,
    headers: { 'content-type': MEDIA_TYPES.ociIndex, ...(link === undefined ? {} : { link }) },
    body: '{"manifests":[]}',
  })

  async function listAgainst(link: string, second: Script) {
    const server = await serve(({ path, query }) => {
      if (path.endsWith('/tags/list')) return page([], undefined)
      if (!path.includes('/referrers/')) return ociError(404, 'MANIFEST_UNKNOWN')
      return query.get('page') === '2' ? second : index(link)
    })
    return {
      server,
      list: open().records.list(repositoryAt(server.host), subject, RECORD_TYPES.build),
    }
  }

  test('a path whose colon is escaped is the same path', async () => {
    const next = `</v2/owner/app/referrers/${subject.replace(':', '%3A')}?page=2>; rel=next`
    const { server, list } = await listAgainst(next, index())
    await expect(list).resolves.toEqual([])
    const paths = server.seen.filter(({ path }) => path.includes('/referrers/')).map(({ path }) => path)
    expect(paths).toEqual(Array.from({ length: 2 }, () => `/v2/owner/app/referrers/${subject}`))
  })

  test.each([
    ['is not there', ociError(404, 'MANIFEST_UNKNOWN')],
    ['is none', htmlPage(200)],
    [
      'is of another type',
      { status: 200, headers: { 'content-type': 'application/json' }, body: '{"manifests":[]}' },
    ],
    ['is a redirect', { status: 303, headers: { location: 'https://github.com/x' } }],
  ] satisfies [string, Script][])(
    'are refused when a further page %s: it is not "no API"',
    async (_name, second) => {
      const { list } = await listAgainst('<?page=2>; rel=next', second)
      await failureWith('REGISTRY_UNEXPECTED', list)
    },
  )

  test('are refused when the next page is of another subject', async () => {
    const { list } = await listAgainst(`</v2/owner/app/referrers/${digestOf('x')}?page=2>; rel=next`, index())
    await failureWith('REGISTRY_UNEXPECTED', list)
  })
})
