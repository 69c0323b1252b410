import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/domain/digest.ts'
import { compressTree, digestTree, tarOf } from '../../src/engines/archive.ts'
import { scanTree } from '../../src/engines/tree.ts'
import { type Content, temporaryFolder, writeTree } from '../fixtures/folders.ts'

const TREE: Content = {
  'index.html': '<h1>hello</h1>',
  'bin/run': { run: '#!/bin/sh\necho hi\n' },
  'bin/latest': { link: 'run' },
  'empty/folder': null,
  zero: '',
  'b-c': 'sorted between b and b/x',
  'b/x': 'x',
  'ünïcödé/日本語.txt': 'unicode',
  'line\nbreak "quote" \\ back': 'odd',
  [`${'long/'.repeat(60)}file`]: 'long',
  [`${'n'.repeat(200)}/${'m'.repeat(200)}`]: 'two long parts',
  [`${'d'.repeat(120)}/empty`]: null,
  [`link-${'l'.repeat(120)}`]: { link: `${'t'.repeat(200)}/x` },
}

async function archive(
  root: string,
  prefix = 'app',
): Promise<{ file: string; result: Awaited<ReturnType<typeof compressTree>> }> {
  const file = join(temporaryFolder(), 'layer.tar.gz')
  return { file, result: await compressTree(scanTree(root), prefix, file) }
}

function listing(file: string): readonly string[] {
  return execFileSync(
    'tar',
    ['-tvf', file, '--numeric-owner', '--full-time', '--quoting-style=literal', '-z'],
    { env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' } },
  )
    .toString()
    .split('\n')
}

describe('the archive of a tree', () => {
  test('is what GNU tar lists: fixed times, owners and modes, sorted, folders first', async () => {
    const { file } = await archive(
      writeTree(temporaryFolder(), {
        'b/x': 'x',
        'b-c': 'y',
        run: { run: 'z' },
        l: { link: 'run' },
        e: null,
      }),
    )
    expect(listing(file).map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00:00 app/',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00:00 app/b/',
      '-rw-r--r-- 0/0 1 1970-01-01 00:00:00 app/b-c',
      '-rw-r--r-- 0/0 1 1970-01-01 00:00:00 app/b/x',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00:00 app/e/',
      'lrwxrwxrwx 0/0 0 1970-01-01 00:00:00 app/l -> run',
      '-rwxr-xr-x 0/0 1 1970-01-01 00:00:00 app/run',
      '',
    ])
  })

  test('is extracted by GNU tar into the same tree', async () => {
    const root = writeTree(temporaryFolder(), TREE)
    const { file } = await archive(root)
    const target = temporaryFolder()
    execFileSync('tar', ['-xzf', file, '-C', target])
    expect(snapshot(join(target, 'app'))).toEqual(snapshot(root))
  })

  test('has the digests of its own bytes, and a gzip header that names no system and no time', async () => {
    const { file, result } = await archive(writeTree(temporaryFolder(), TREE))
    const bytes = readFileSync(file)
    expect(result).toEqual({
      digest: digestOf(bytes),
      diffId: digestOf(gunzipSync(bytes)),
      size: bytes.byteLength,
    })
    expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('is the same whatever the order of creation, times, umask and place were', async () => {
    const first = writeTree(temporaryFolder(), TREE)
    const umask = process.umask(0o077)
    let second: string
    try {
      second = writeTree(
        join(temporaryFolder(), 'elsewhere'),
        Object.fromEntries(Object.entries(TREE).toReversed()),
      )
    } finally {
      process.umask(umask)
    }
    for (const name of readdirSync(second))
      if (!name.startsWith('link')) utimesSync(join(second, name), 1e9, 1e9)
    chmodSync(join(second, 'zero'), 0o666)
    expect((await archive(second)).result).toEqual((await archive(first)).result)
  })

  test('changes with a name, a content, a link, an executable bit, an empty folder and the prefix', async () => {
    const base: Content = { a: 'a', l: { link: 'a' } }
    const trees: readonly Content[] = [
      base,
      { b: 'a', l: { link: 'a' } },
      { a: 'b', l: { link: 'a' } },
      { a: 'a', l: { link: 'b' } },
      { a: { run: 'a' }, l: { link: 'a' } },
      { ...base, e: null },
    ]
    const roots = trees.map((content) => writeTree(temporaryFolder(), content))
    const digests = await Promise.all(roots.map(async (root) => (await archive(root)).result.digest))
    const moved = (await archive(roots[0] ?? '', 'other')).result.digest
    expect(new Set([...digests, moved]).size).toBe(trees.length + 1)
  })

  test('places entries at the root without a prefix, and makes every folder of a deep one', async () => {
    const root = writeTree(temporaryFolder(), { f: 'f' })
    const names = (lines: readonly string[]): readonly string[] =>
      lines.map((line) => line.split(' ').at(-1) ?? '')
    expect(names(listing((await archive(root, '')).file))).toEqual(['f', ''])
    expect(names(listing((await archive(root, 'srv/www')).file))).toEqual([
      'srv/',
      'srv/www/',
      'srv/www/f',
      '',
    ])
  })

  test('holds hard links as files', async () => {
    const root = writeTree(temporaryFolder(), { a: 'same' })
    linkSync(join(root, 'a'), join(root, 'b'))
    expect(
      listing((await archive(root)).file).filter((line) => /^-rw-r--r-- 0\/0\s+4 /.test(line)),
    ).toHaveLength(2)
  })

  test('of a large file is streamed', async () => {
    const root = temporaryFolder()
    const file = join(root, 'large')
    const block = Buffer.alloc(1024 * 1024, 'build-once ')
    for (let count = 0; count < 20; count += 1) appendFileSync(file, block)
    const sizes: number[] = []
    for await (const chunk of tarOf(scanTree(root), '')) sizes.push(chunk.byteLength)
    expect(Math.max(...sizes)).toBeLessThan(1024 * 1024)
    expect(await digestTree(scanTree(root), '')).toBe((await archive(root, '')).result.diffId)
  })

  test.each<{ description: string; change: (file: string) => void }>([
    { description: 'grew', change: (file) => appendFileSync(file, 'more') },
    { description: 'shrank', change: (file) => writeFileSync(file, 'h') },
    { description: 'vanished', change: (file) => rmSync(file) },
    {
      description: 'became a link',
      change: (file) => {
        rmSync(file)
        symlinkSync('/etc/passwd', file)
      },
    },
    {
      description: 'became a folder',
      change: (file) => {
        rmSync(file)
        mkdirSync(file)
      },
    },
    {
      description: 'became a pipe',
      change: (file) => {
        rmSync(file)
        execFileSync('mkfifo', [file])
      },
    },
  ])('fails when a file $description after the tree was listed', async ({ change }) => {
    const root = writeTree(temporaryFolder(), { 'a/file': 'hello' })
    const tree = scanTree(root)
    change(join(root, 'a/file'))
    const target = join(temporaryFolder(), 'layer')
    await expect(compressTree(tree, '', target)).rejects.toMatchObject({
      code: 'SOURCE_INVALID',
      message: expect.stringContaining('"a/file"'),
    })
  })

  test('survives any file name, with GNU tar', async () => {
    const part = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 60 })
      .filter(
        (text) =>
          !/[/\0]/.test(text) &&
          text !== '.' &&
          text !== '..' &&
          Buffer.byteLength(text) <= 255 &&
          text.isWellFormed(),
      )
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.array(part, { minLength: 1, maxLength: 3 }), {
          minLength: 1,
          maxLength: 4,
          selector: (parts) => parts[0],
        }),
        fc.string(),
        async (paths, text) => {
          const base = temporaryFolder()
          const root = writeTree(
            join(base, 'in'),
            Object.fromEntries(paths.map((parts) => [parts.join('/'), text])),
          )
          const target = join(base, 'out')
          mkdirSync(target)
          await compressTree(scanTree(root), 'app', join(base, 'a.tgz'))
          execFileSync('tar', ['-xzf', join(base, 'a.tgz'), '-C', target])
          expect(snapshot(join(target, 'app'))).toEqual(snapshot(root))
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('scanTree', () => {
  test('refuses what is neither file, folder nor link, and goes on', async () => {
    const root = writeTree(temporaryFolder(), { a: 'a', 'sub/b': 'b' })
    execFileSync('mkfifo', [join(root, 'pipe')])
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(root, 'sub/socket'), resolve))
    const { faults, entries } = scanTree(root)
    await new Promise((resolve) => server.close(resolve))
    expect(faults.toSorted()).toEqual([
      '"pipe" is a named pipe · expected files, folders and symbolic links only',
      '"sub/socket" is a socket · expected files, folders and symbolic links only',
    ])
    expect(entries.map((entry) => entry.name)).toEqual(['a', 'sub', 'sub/b'])
  })

  test('follows no link', () => {
    const root = writeTree(temporaryFolder(), {
      self: { link: '.' },
      etc: { link: '/etc' },
      gone: { link: 'nowhere' },
    })
    expect(scanTree(root).entries.map(({ name, kind, target }) => [name, kind, target])).toEqual([
      ['etc', 'link', '/etc'],
      ['gone', 'link', 'nowhere'],
      ['self', 'link', '.'],
    ])
  })

  test('refuses names and link targets that are not UTF-8', () => {
    const root = temporaryFolder()
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff, 0xfe])]), 'x')
    symlinkSync(Buffer.from([0xc3, 0x28]), join(root, 'link'))
    const { faults, entries } = scanTree(root)
    expect(faults).toHaveLength(2)
    expect(faults.join()).toContain('not UTF-8')
    expect(entries).toEqual([])
  })

  test('reports what the user may not read', () => {
    const root = writeTree(temporaryFolder(), { secret: 'x', 'closed/inside': 'y', open: 'z' })
    chmodSync(root, 0o755)
    chmodSync(join(root, 'secret'), 0o000)
    chmodSync(join(root, 'closed'), 0o000)
    const faults = asNobody(root)
    chmodSync(join(root, 'closed'), 0o700)
    expect(faults).toHaveLength(2)
    expect(faults.join('\n')).toMatch(/"closed" cannot be read: EACCES[^]*"secret" cannot be read: EACCES/)
  })

  test('refuses the token of actions/checkout', () => {
    const content: Content = {
      '.git/config': '[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic ***\n',
      a: 'a',
    }
    expect(scanTree(writeTree(temporaryFolder(), content)).faults.join()).toContain(
      '".git/config" holds the token',
    )
    expect(scanTree(writeTree(temporaryFolder(), { ...content, '.git/config': '[core]\n' })).faults).toEqual(
      [],
    )
  })
})

/** Permissions mean nothing to root, who runs tests in containers: the same code, run as somebody else. */
function asNobody(root: string): readonly string[] {
  if (process.getuid?.() !== 0) return scanTree(root).faults
  const module = new URL('../../src/engines/tree.ts', import.meta.url).href
  const code = `process.setgid(65534); process.setuid(65534); console.log(JSON.stringify(scanTree(process.argv[1]).faults))`
  const result = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', `import { scanTree } from ${JSON.stringify(module)}; ${code}`, root],
    { encoding: 'utf8' },
  )
  expect(result.stderr).toBe('')
  return JSON.parse(result.stdout) as string[]
}

function snapshot(root: string, folder = ''): readonly string[] {
  if (!existsSync(root)) return ['missing']
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const name = join(folder, entry.name)
      const path = join(root, name)
      if (entry.isSymbolicLink()) return [`${name} -> ${readlinkSync(path)}`]
      if (entry.isDirectory()) return [`${name}/`, ...snapshot(root, name)]
      return [`${name} ${statSync(path).mode & 0o100} ${digestOf(readFileSync(path))}`]
    })
    .toSorted()
}
