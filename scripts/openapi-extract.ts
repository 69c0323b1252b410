import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { extractOperations } from '../sandbox/github/description/extract.ts'
import { DESCRIPTIONS } from '../sandbox/github/description/read.ts'
import { OPERATION_IDS } from '../sandbox/github/operations.ts'

// Writes the part of GitHub's API description that the sandbox needs: reading the whole takes half a second
// and 100 MB in every process.
const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('..', import.meta.url))
const paths = Object.values(DESCRIPTIONS).map(({ name, path }) => {
  const document = JSON.parse(
    readFileSync(require.resolve(`@octokit/openapi/generated/${name}.json`), 'utf8'),
  )
  writeFileSync(path, `${JSON.stringify(extractOperations(document, name, OPERATION_IDS))}\n`)
  return path
})
const biome = spawnSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', ...paths], {
  stdio: 'inherit',
})
process.exitCode = biome.status ?? 1
