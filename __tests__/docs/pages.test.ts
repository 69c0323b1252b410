import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseActionFile } from '../../scripts/docs/action-file.ts'
import { ERROR_CODES } from '../../src/domain/error-codes.ts'
import { buildInputs, GUARD_LEVELS, guardedPrograms, judgeCommand } from '../../src/domain/rebuild.ts'
import { buildRecordSchema, deploymentRecordSchema } from '../../src/domain/record.ts'
import { REFUSED } from '../../src/main/guard.ts'
import { deployInputsSchema } from '../../src/verbs/deploy/inputs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const ACTION_FIELDS = new Set(
  ['action.yml', 'deploy/action.yml'].flatMap((path) => {
    const { inputs, outputs } = parseActionFile(read(path))
    return [...Object.keys(inputs), ...Object.keys(outputs)]
  }),
)
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

/** A page without what it shows: a link or a heading in a code block is none. */
function prose(text: string): string {
  return text.replaceAll(/```[\s\S]*?```/g, '')
}

/** The anchors GitHub makes of headings; a second heading of the same text gets a number. */
function anchorsOf(text: string): readonly string[] {
  const seen = new Map<string, number>()
  return [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-')
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    return times === 0 ? anchor : `${anchor}-${times}`
  })
}

/** The links of a page to files and headings, and to nothing on the internet. */
function linksOf(text: string): readonly string[] {
  return [...prose(text).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link)
}

test('the README leads to every page, with a line about it', () => {
  const [, section = ''] = read('README.md').split('\n## Documentation\n')
  const [table = ''] = section.split('\n## ')
  const others = pages.filter((page) => !['README.md', 'examples/web-app/README.md'].includes(page))
  expect(linksOf(table).toSorted()).toEqual(others.toSorted())
  const about = [...table.matchAll(/^\| \[.* \| (.+) \|$/gm)].map(([, text = '']) => text)
  expect(about.filter((text) => text.length < 20)).toEqual([])
})

test('deploy/README.md lists every code that deploy has for what it refuses, and for what fails', () => {
  const folders = ['src/verbs/deploy', 'src/targets']
  const files = [
    ...folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)),
    ...['agreement', 'cancellation', 'lock', 'order'].map((name) => `src/domain/${name}.ts`),
  ]
  const quoted = files.flatMap((path) => [...read(path).matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g)])
  const codes = [...new Set(quoted.map(([, code = '']) => code))].filter((code) => code in ERROR_CODES)
  // A job that may not ask GitHub or the registry is told so by their codes, and all else is a defect.
  const ofOthers = codes.filter((code) => /^(?:GITHUB|REGISTRY)_|^INTERNAL$/.test(code))
  const [, section = ''] = read('deploy/README.md').split('\n## What it refuses\n')
  const listed = codeSpans(section)
  expect(codes.length).toBeGreaterThan(15)
  expect(codes.filter((code) => !ofOthers.includes(code) && !listed.includes(code))).toEqual([])
})

test('the README leads to every example', () => {
  const linked = linksOf(read('README.md'))
  const examples = readdirSync(join(root, 'examples/workflows')).map((name) => `examples/workflows/${name}`)
  expect(examples.filter((path) => !linked.includes(path))).toEqual([])
})

/** Keys of workflow files, other actions and GitHub's API that the pages write as `key: value`, too. */
const OTHER_KEYS = new Set([
  ...['actions', 'artifact-metadata', 'checks', 'contents', 'deployments', 'id-token', 'packages'],
  ...[
    'auto_merge',
    'cancel-in-progress',
    'deployment',
    'fetch-depth',
    'if',
    'outputs',
    'permissions',
    'queue',
    'ref',
  ],
  'required_contexts',
])

describe.each(pages)('%s', (page) => {
  const text = read(page)

  test('its links lead somewhere in the repository', () => {
    const broken = linksOf(text).filter((link) => {
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

  test('it names only inputs and outputs that exist', () => {
    const named = codeSpans(prose(text)).flatMap((span) => /^([a-z][a-z_-]*): /.exec(span)?.[1] ?? [])
    expect(named.filter((name) => !ACTION_FIELDS.has(name) && !OTHER_KEYS.has(name))).toEqual([])
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
