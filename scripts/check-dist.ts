import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { makeBundle } from './package.ts'

/** Bundles src/ again and compares every byte with dist/: what users run is what is in the repository. */
const root = resolve(import.meta.dirname, '..')

function filesOf(folder: string): ReadonlyMap<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  const files = names.filter((name) => statSync(join(folder, name)).isFile())
  return new Map(files.map((name) => [relative('.', name), readFileSync(join(folder, name))]))
}

function differences(
  committed: ReadonlyMap<string, Buffer>,
  fresh: ReadonlyMap<string, Buffer>,
): readonly string[] {
  const names = [...new Set([...committed.keys(), ...fresh.keys()])].toSorted()
  return names.flatMap((name) => {
    const before = committed.get(name)
    const after = fresh.get(name)
    if (before === undefined) return [`${name}: missing in dist/`]
    if (after === undefined) return [`${name}: no longer made from src/`]
    return before.equals(after) ? [] : [`${name}: differs`]
  })
}

const temporary = mkdtempSync(join(tmpdir(), 'build-once-dist-'))
try {
  const output = join(temporary, 'dist')
  makeBundle(output)
  const found = differences(filesOf(join(root, 'dist')), filesOf(output))
  if (found.length > 0) {
    console.error(
      `dist/ does not match src/:\n${found.map((line) => `  ${line}`).join('\n')}\nRun: npm run package`,
    )
    process.exitCode = 1
  } else console.log('dist/ matches src/')
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
