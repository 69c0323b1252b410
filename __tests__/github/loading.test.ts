import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const src = resolve(import.meta.dirname, '..', '..', 'src')

/** Every line of src that loads a module of GitHub's client, types aside. */
function loads(): readonly { readonly file: string; readonly line: string }[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      readFileSync(join(src, file), 'utf8')
        .split('\n')
        .filter((line) => /['"]@(?:actions\/github|octokit\/)/.test(line) && !line.startsWith('import type '))
        .map((line) => ({ file, line: line.trim() })),
    )
}

test("GitHub's client is loaded in one place, and only when something is asked of it", () => {
  const found = loads()
  expect(found.length).toBeGreaterThan(3)
  for (const { file, line } of found) {
    expect(file).toBe(join('github', 'api-client.ts'))
    expect(line).toMatch(/^import\('[^']+'\),$/)
  }
})

test.each(['github.ts', 'artifact-metadata.ts'])(
  'the modules that speak to GitHub are no part of what a build loads first, in %s',
  (file) => {
    const main = readFileSync(join(src, 'main', file), 'utf8')
    expect(main).toContain("import('../github/api-client.ts')")
    expect(main).not.toMatch(/^import \{[^}]*\} from '..\/github\/(?:api-client|git-seals)/m)
  },
)
