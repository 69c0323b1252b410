import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The verbs with an entry of their own in dist/. */
const VERBS = ['build', 'deploy', 'guard'] as const

const root = resolve(import.meta.dirname, '..')

function tool(name: string, args: readonly string[]): void {
  execFileSync(join(root, 'node_modules', '.bin', name), args, { stdio: 'inherit', cwd: root })
}

/**
 * Puts a copy of @actions/core where the bundler finds it first, marked as free of side effects. Without the
 * mark the bundler keeps what core imports for ID tokens, which we never ask for: an HTTP client whose start
 * takes a third of the time of a whole reuse.
 */
export function shakeCore(folder: string): void {
  const copy = join(folder, 'node_modules', '@actions', 'core')
  cpSync(join(root, 'node_modules', '@actions', 'core'), copy, { recursive: true })
  const path = join(copy, 'package.json')
  const description = JSON.parse(readFileSync(path, 'utf8')) as object
  writeFileSync(path, JSON.stringify({ ...description, sideEffects: false }))
}

/**
 * Makes the bundle: the compiler emits JavaScript into lib/, ncc bundles it into one file with a chunk for each
 * dynamic import (so that the toolkit is in dist/ once), and each verb gets a tiny entry.
 */
export function makeBundle(output: string): void {
  const fresh = `${output}.new`
  for (const folder of [join(root, 'lib'), fresh]) rmSync(folder, { recursive: true, force: true })
  tool('tsc', ['-p', 'tsconfig.build.json'])
  shakeCore(join(root, 'lib'))
  tool('ncc', [
    'build',
    'lib/main/index.js',
    '-o',
    fresh,
    '--license',
    'licenses.txt',
    '--no-source-map-register',
    '--quiet',
  ])
  for (const verb of VERBS) {
    mkdirSync(join(fresh, verb), { recursive: true })
    const entry = `import { run } from '../index.js'\n\nawait run('${verb}', import.meta.dirname)\n`
    writeFileSync(join(fresh, verb, 'index.js'), entry)
  }
  // Swapped in at the end, so that a failing or interrupted run leaves the old bundle as it was.
  rmSync(output, { recursive: true, force: true })
  renameSync(fresh, output)
}

if (import.meta.main) makeBundle(join(root, 'dist'))
