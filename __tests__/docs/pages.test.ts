import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../../src/domain/error-codes.ts'
import { buildInputs, GUARD_LEVELS, guardedPrograms, judgeCommand } from '../../src/domain/rebuild.ts'
import { buildRecordSchema, deploymentRecordSchema } from '../../src/domain/record.ts'
import { REFUSED } from '../../src/main/guard.ts'
import { deployInputsSchema } from '../../src/verbs/deploy/inputs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const codeSpans = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span ?? '')

describe('docs/guard.md', () => {
  const page = read('docs/guard.md')

  // The tables are generated; these sentences around them are not.
  test.each([
    'docker compose up --build',
    'docker compose create --build',
    'docker compose run --build app',
    'docker compose up --watch',
    'podman kube play --build app.yaml',
    'gcloud run deploy --source .',
    'sudo docker build .',
    'doas podman push app',
  ])('%s is refused by every level', (command) => {
    const [program = '', ...args] = command.split(' ')
    for (const level of GUARD_LEVELS) expect(judgeCommand(program, args, level).allowed).toBe(false)
  })

  test.each([
    'docker run app',
    'docker pull app',
    'kubectl apply -f app.yaml',
    'helm upgrade app .',
    'terraform apply',
  ])('%s passes unchanged', (command) => {
    const [program = '', ...args] = command.split(' ')
    for (const level of GUARD_LEVELS)
      expect(judgeCommand(program, args, level)).toEqual({ allowed: true, args })
  })

  test.each(['up', 'create'])('docker compose %s goes on with --no-build', (command) => {
    const verdict = judgeCommand('docker', ['compose', command], 'standard')
    expect(verdict).toEqual({ allowed: true, args: ['compose', command, '--no-build'] })
  })

  test('every program it guards is on the page', () => {
    const spans = new Set(codeSpans(page))
    expect(guardedPrograms('strict').filter((program) => !spans.has(program))).toEqual([])
  })

  test('every input it names is refused', () => {
    const [, text = ''] = page.split('## Build inputs')
    const [paragraph = ''] = text.split('The runner')
    const named = codeSpans(paragraph)
    expect(named.length).toBeGreaterThan(8)
    const given = new Map(named.map((name) => [name, 'x']))
    const known = new Set(Object.keys(deployInputsSchema.shape))
    expect(buildInputs(given, known)).toEqual(named)
  })

  test('the exit code of a refusal is right', () => {
    expect(page.replaceAll('\n', ' ')).toContain(`ends with exit code ${REFUSED}`)
  })
})

test('docs/dependencies.md has a line for every runtime dependency', () => {
  const { dependencies } = JSON.parse(read('package.json'))
  const listed = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
  expect(new Set(listed)).toEqual(new Set(Object.keys(dependencies)))
})

test.each([
  { section: 'Build record', fields: Object.keys(buildRecordSchema.shape) },
  { section: 'Deployment record', fields: Object.keys(deploymentRecordSchema.shape) },
])('docs/records.md describes every field of a $section', ({ section, fields }) => {
  const [, text = ''] = read('docs/records.md').split(`## ${section}\n`)
  const [table = ''] = text.split('\n## ')
  const listed = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) => codeSpans(cell ?? ''))
  expect([...listed, 'schema'].toSorted()).toEqual(fields.toSorted())
})

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
  'deploy/README.md',
  'examples/web-app/README.md',
]

/** The anchors GitHub makes of headings. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}

describe.each(pages)('%s', (page) => {
  const text = read(page)

  test('its links lead somewhere in the repository', () => {
    const broken = [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/\]\((?!https?:)([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => {
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? page : join(dirname(page), path)
        try {
          const content = read(target)
          return anchor !== undefined && !anchorsOf(content).includes(anchor)
        } catch (error) {
          // A folder can be read by nobody but can be linked to.
          return !(error instanceof Error && 'code' in error && error.code === 'EISDIR')
        }
      })
    expect(broken).toEqual([])
  })

  test('it names only error codes that exist', () => {
    const names = codeSpans(text).filter((span) => /^[A-Z]+(?:_[A-Z]+)+$/.test(span))
    const others = [
      'GITHUB_API_URL',
      'GITHUB_SHA',
      'CONFIG_FILE',
      'BUILD_ONCE_PEERS',
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'NODE_EXTRA_CA_CERTS',
      'NODE_TLS_REJECT_UNAUTHORIZED',
      'NO_PROXY',
      'SSL_CERT_FILE',
    ]
    const unknown = names.filter(
      (name) => !(name in ERROR_CODES) && !others.includes(name) && !name.startsWith('BUILD_ONCE_'),
    )
    expect(unknown).toEqual([])
  })
})
