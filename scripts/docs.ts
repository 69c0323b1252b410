/**
 * Writes the generated documentation: the tables of inputs and outputs, the error codes, the JSON Schemas.
 *
 *   npm run docs               write what is stale
 *   npm run docs -- --check    write nothing; exit with 1 when anything is stale
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateDocuments } from './docs/documents.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const args = process.argv.slice(2)
const isCheck = args.includes('--check')
const unknown = args.filter((argument) => argument !== '--check')
if (unknown.length > 0) throw new Error(`Unknown argument ${unknown.join(' ')} · expected nothing or --check`)

const documents = await generateDocuments(root)
const stale = documents.filter(({ current, expected }) => current !== expected)
for (const { path, expected } of stale) {
  console.log(isCheck ? `stale: ${path}` : `wrote ${path}`)
  if (isCheck) continue
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), expected)
}
if (stale.length === 0) console.log(`${documents.length} generated files are up to date`)
if (isCheck && stale.length > 0) {
  console.log('Run `npm run docs` and commit the result.')
  process.exitCode = 1
}
