import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseKeyValues } from '../../sandbox/runner/key-values.ts'
import { createMasker } from '../../sandbox/runner/masks.ts'
import { parseCommand } from '../../sandbox/runner/workflow-commands.ts'
import { makeJob, runFixture } from './fixture-action.ts'

/** The log of a script without the lines that introduce the step. */
const logOf = (result: { log: string }): string[] =>
  result.log
    .slice(result.log.indexOf('##[endgroup]\n') + '##[endgroup]\n'.length)
    .split('\n')
    .slice(0, -1)

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`

describe('workflow commands', () => {
  test.each([
    ['::error::plain', { name: 'error', data: 'plain' }],
    ['  ::ERROR::indented', { name: 'error', data: 'indented' }],
    [
      '::error file=a.ts,line=3,title=T::x',
      {
        data: 'x',
        properties: [
          ['file', 'a.ts'],
          ['line', '3'],
          ['title', 'T'],
        ],
      },
    ],
    [
      '::error title=a%3Ab%2Cc%0Ad%25::x%3A%2Cy%0Az%0D%25',
      { data: 'x%3A%2Cy\nz\r%', properties: [['title', 'a:b,c\nd%']] },
    ],
    ['::error::100%250A', { data: '100%0A' }],
    ['::error title=,line=4::x', { properties: [['line', '4']] }],
    ['::error::a::b', { data: 'a::b' }],
    [
      'noise ##[error title=a;line=2]legacy%3B%5D',
      {
        data: 'legacy;]',
        properties: [
          ['title', 'a'],
          ['line', '2'],
        ],
      },
    ],
    ['::error:missing', undefined],
    ['x ::error::not at the start', undefined],
    ['::unknown::x', undefined],
    ['##[unknown]x', undefined],
    ['##[error', undefined],
  ])('%s', (line, expected) => {
    const command = parseCommand(line, (name) => name === 'error')
    if (expected === undefined) expect(command).toBeUndefined()
    else {
      const { properties, ...rest } = { properties: undefined, ...expected }
      expect(command).toMatchObject(rest)
      if (properties !== undefined) expect([...(command?.properties ?? [])]).toEqual(properties)
    }
  })

  test('become annotations and log lines', async () => {
    const result = await runFixture(`
      console.log('::error title=Oops,file=src/a.ts,line=12,col=3::first%0Asecond')
      console.error('::warning::from stderr')
      console.log('::notice::note')
      console.log('::debug::detail')
      console.log('::group::Build')
      console.log('::endgroup::')
      console.log('::nonsense::stays')`)
    expect(result.annotations).toHaveLength(4)
    expect(result.annotations).toContainEqual({
      level: 'error',
      message: 'first\nsecond',
      title: 'Oops',
      file: 'src/a.ts',
      line: 12,
    })
    expect(result.annotations).toContainEqual({ level: 'warning', message: 'from stderr' })
    expect(result.annotations).toContainEqual({ level: 'notice', message: 'note' })
    expect(result.annotations).toContainEqual({ level: 'debug', message: 'detail' })
    expect(logOf(result).filter((line) => line !== '##[warning]from stderr')).toEqual([
      '##[error]first',
      'second',
      '##[notice]note',
      '##[group]Build',
      '##[endgroup]',
      '::nonsense::stays',
    ])
    expect(result.conclusion).toBe('success')
  })

  test('debug lines reach the log of a debug job', async () => {
    const result = await runFixture(`console.log('::debug::detail')`, { job: await makeJob({ debug: true }) })
    expect(logOf(result)).toEqual(['##[debug]detail'])
  })

  test('long messages are cut', async () => {
    const result = await runFixture(`console.log('::error::' + 'x'.repeat(5000))`)
    expect(result.annotations[0]?.message).toHaveLength(4096)
  })

  test('stop-commands makes output inert until its token', async () => {
    const result = await runFixture(`
      console.log('::stop-commands::Token-1')
      console.log('::error::inert')
      console.log('::add-mask::inert')
      console.log('::token-1::')
      console.log('::notice::alive')`)
    expect(result.annotations).toEqual([{ level: 'notice', message: 'alive' }])
    expect(logOf(result)).toContain('::error::inert')
  })

  test.each(['', 'error', 'pause-logging'])('stop-commands refuses the token %j', async (token) => {
    const result = await runFixture(
      `console.log('::stop-commands::${token}'); console.log('::notice::alive')`,
    )
    expect(result.conclusion).toBe('failure')
    expect(result.annotations.at(-1)).toEqual({ level: 'notice', message: 'alive' })
  })

  test('echo shows commands', async () => {
    const result = await runFixture(`
      console.log('::echo::on'); console.log('::group::a'); console.log('::notice::b'); console.log('::echo::off'); console.log('::group::c')`)
    expect(logOf(result)).toEqual(['::group::a', '##[group]a', '##[notice]b', '::echo::off', '##[group]c'])
    expect(await runFixture(`console.log('::echo::loud')`)).toMatchObject({ conclusion: 'failure' })
  })

  test('set-output and save-state work with a warning', async () => {
    const result = await runFixture(`
      console.log('::set-output name=a::1%0A2'); console.log('::save-state name=b::3'); console.log('::set-output::x')`)
    expect(result).toMatchObject({ outputs: { a: '1\n2' }, state: { b: '3' }, conclusion: 'failure' })
    expect(result.annotations.map(({ message }) => message)).toContain(
      'The `set-output` command is deprecated and will be disabled soon.',
    )
    expect(result.log).toContain("##[error]Required field 'name' is missing in ##[set-output] command.")
  })

  test.each(['set-env', 'add-path'])('%s is disabled', async (name) => {
    const result = await runFixture(`console.log('::${name} name=A::/x')`)
    expect(result.conclusion).toBe('failure')
    expect(result.log).toContain(`The \`${name}\` command is disabled`)
  })
})

describe('masking', () => {
  test('secrets of the job and of add-mask are hidden from their moment on', async () => {
    const job = await makeJob({ secrets: ['s3cret'] })
    const lines: string[] = []
    const result = await runFixture(
      `console.log('early s3cret token-xyz')
       console.log('::add-mask::token-xyz')
       console.log('late token-xyz')
       console.log('::error title=token-xyz::s3cret')
       append('GITHUB_STEP_SUMMARY', 'summary s3cret\\r\\ntoken-xyz')
       output('raw', 's3cret')`,
      { job, with: { password: 's3cret' }, onLine: (line) => lines.push(line) },
    )
    expect(logOf(result)).toContain('early *** token-xyz')
    expect(logOf(result)).toContain('late ***')
    expect(result.log).toContain('  password: ***')
    expect(result.log).not.toContain('s3cret')
    expect(lines.map((line) => `${line}\n`).join('')).toBe(result.log)
    expect(result.annotations.at(-1)).toEqual({ level: 'error', message: '***', title: '***' })
    expect(result.summary).toBe('summary ***\n***\n')
    // Step outputs inside a job are not masked, and neither is what the process really printed.
    expect(result.outputs['raw']).toBe('s3cret')
    expect(result.rawStdout).toContain('s3cret')
  })

  test('the mask holds for later steps', async () => {
    const job = await makeJob()
    await runFixture(`console.log('::add-mask::token-xyz')`, { job })
    expect(logOf(await runFixture(`console.log('token-xyz')`, { job }))).toEqual(['***'])
  })

  test('the job token is masked without being told', async () => {
    const job = await makeJob({ token: 'ghs_0123' })
    const inputs = { token: { default: '${{ github.token }}' } }
    const result = await runFixture({ inputs, main: `console.log(process.env.INPUT_TOKEN)` }, { job })
    expect(logOf(result)).toEqual(['***'])
  })

  test('an empty mask is a warning', async () => {
    const result = await runFixture(`console.log('::add-mask:: ')`)
    expect(result.annotations[0]?.message).toContain("Can't add secret mask for empty string")
  })

  test('multi-line secrets are masked line by line', async () => {
    const job = await makeJob({ secrets: ['-----BEGIN-----\nline one\n\nline two\n'] })
    const result = await runFixture(
      `console.log('a line one b'); console.log('::add-mask::third%0D%0Afourth'); console.log('fourth and line two')`,
      { job },
    )
    expect(logOf(result)).toEqual(['a *** b', '*** and ***'])
  })

  test.each([
    ['base64', Buffer.from('p@ss "word"').toString('base64')],
    ['base64 inside a longer text', Buffer.from('user:p@ss "word"').toString('base64')],
    ['JSON', JSON.stringify('p@ss "word"')],
    ['a URL', encodeURIComponent('p@ss "word"')],
    ['XML', 'p@ss &quot;word&quot;'],
  ])('a secret in %s is masked', (_, text) => {
    const masker = createMasker()
    masker.add('p@ss "word"')
    expect(masker.mask(text)).toContain('***')
  })

  test('overlapping and touching secrets become one mask', () => {
    const masker = createMasker()
    masker.add('abcd')
    masker.add('cdef')
    masker.add('ghij')
    masker.add(' ')
    expect(masker.mask('x abcdefghij y abcd.ghij')).toBe('x *** y ***.***')
  })
})

describe('the key-value files', () => {
  test.each([
    [
      'a=1\nb=2\n',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a=1=2', [['a', '1=2']]],
    ['a=', [['a', '']]],
    ['a=x<<y', [['a', 'x<<y']]],
    [
      'a<<END\none\n\ntwo\nEND\nb=2',
      [
        ['a', 'one\n\ntwo'],
        ['b', '2'],
      ],
    ],
    ['a<<END\nEND', [['a', '']]],
    ['a<<END\nx=1\nEND=2\nEND\n', [['a', 'x=1\nEND=2']]],
    ['a<<b=c\nvalue\nb=c\n', [['a', 'value']]],
    ['a=1\r\n', [['a', '1\r']]],
    ['\n\na=1\n\n', [['a', '1']]],
    ['', []],
  ])('%j', (text, expected) => {
    expect(parseKeyValues(text)).toEqual(expected)
  })

  test.each([
    ['novalue', "Invalid format 'novalue'"],
    ['=1', "Invalid format '=1'. Name must not be empty"],
    ['<<END\nx\nEND', 'Name must not be empty and delimiter must not be empty'],
    ['a<<\nx\n', 'Name must not be empty and delimiter must not be empty'],
    ['a<<END\nvalue', "Invalid value. Matching delimiter not found 'END'"],
    ['a<<END\nvalueEND\n', "Invalid value. Matching delimiter not found 'END'"],
  ])('%j is malformed', (text, message) => {
    expect(() => parseKeyValues(text)).toThrow(message)
  })

  test('a malformed file fails the step, and the other files still count', async () => {
    const result = await runFixture(`append('GITHUB_STATE', 'bad'); append('GITHUB_OUTPUT', 'good=1')`)
    expect(result).toMatchObject({ conclusion: 'failure', exitCode: 0, outputs: { good: '1' } })
    expect(result.annotations.map(({ message }) => message)).toEqual([
      "Unable to process file command 'state' successfully.",
      "Invalid format 'bad'",
    ])
  })

  test('a deleted file says nothing', async () => {
    const result = await runFixture(`rmSync(process.env.GITHUB_OUTPUT)`)
    expect(result).toMatchObject({ conclusion: 'success', outputs: {} })
  })

  test('GITHUB_ENV and GITHUB_PATH reach later steps of the job, not this one', async () => {
    const job = await makeJob()
    const print = `console.log(process.env.COLOR, process.env.PATH)`
    const first = await runFixture(
      `append('GITHUB_ENV', 'COLOR=red\\nGITHUB_SHA=forged\\n'); append('GITHUB_PATH', '/one\\n\\n/two\\n'); ${print}`,
      { job },
    )
    expect(first.exportedEnv).toEqual({ COLOR: 'red', GITHUB_SHA: 'forged' })
    expect(first.addedPaths).toEqual(['/one', '/two'])
    expect(first.rawStdout).toBe(`undefined ${process.env['PATH']}\n`)
    await runFixture(`append('GITHUB_PATH', '/one\\n')`, { job })
    const second = await runFixture(`${print}; console.log(process.env.GITHUB_SHA)`, { job })
    expect(second.rawStdout).toBe(`red /one:/two:${process.env['PATH']}\n${job.runner['GITHUB_SHA']}\n`)
  })

  test('GITHUB_ENV cannot set NODE_OPTIONS', async () => {
    const job = await makeJob()
    const result = await runFixture(`append('GITHUB_ENV', 'NODE_OPTIONS=--require=/evil\\nFINE=1\\n')`, {
      job,
    })
    expect(result.exportedEnv).toEqual({ FINE: '1' })
    expect(result.annotations[0]?.message).toContain("Can't store NODE_OPTIONS output parameter")
  })

  test('every script gets files of its own', async () => {
    const main = `append('GITHUB_OUTPUT', 'a=1\\n')`
    const post = `console.log('size', readFileSync(process.env.GITHUB_OUTPUT).length)`
    expect((await runFixture({ main, post })).rawStdout).toBe('size 0\n')
  })
})

describe('the job summary', () => {
  test('a summary of exactly 1 MiB is kept, a larger one dropped with an error that does not fail the step', async () => {
    const kept = await runFixture(`append('GITHUB_STEP_SUMMARY', 'x'.repeat(1024 * 1024))`)
    expect(kept.summary).toBe(`${'x'.repeat(1024 * 1024)}\n`)
    const dropped = await runFixture(`append('GITHUB_STEP_SUMMARY', 'x'.repeat(1024 * 1024 + 1))`)
    expect(dropped).toMatchObject({ summary: '', conclusion: 'success' })
    expect(dropped.annotations).toEqual([
      {
        level: 'error',
        message: '$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got 1024k.',
      },
    ])
  })
})

describe('$GITHUB_ARTIFACTS', () => {
  const declare = (...lines: string[]): string =>
    `append('GITHUB_ARTIFACTS', ${JSON.stringify(lines.join('\n'))})`

  test('declares images and files, and later steps read the list', async () => {
    const job = await makeJob()
    await mkdir(join(job.workspace, 'dist'))
    await writeFile(join(job.workspace, 'dist/app.tgz'), 'app')
    const first = await runFixture(
      declare(
        '# comment',
        '',
        ` ghcr.io/o/img@${digest('A')} `,
        `oci://ghcr.io/o/b@${digest('b')}`,
        'dist/app.tgz',
      ),
      { job },
    )
    expect(first.conclusion).toBe('success')
    expect(first.declaredArtifacts).toEqual([
      `ghcr.io/o/img@${digest('A')}`,
      `oci://ghcr.io/o/b@${digest('b')}`,
      'dist/app.tgz',
    ])
    const second = await runFixture(`console.log(readFileSync(process.env.GITHUB_ARTIFACTS_LIST, 'utf8'))`, {
      job,
    })
    const hex = createHash('sha256')
      .update(await readFile(join(job.workspace, 'dist/app.tgz')))
      .digest('hex')
    expect(JSON.parse(second.rawStdout)).toEqual({
      version: 1,
      subjects: [
        { name: 'app.tgz', digest: `sha256:${hex}`, kind: 'file' },
        { name: 'ghcr.io/o/b', digest: digest('b'), kind: 'oci' },
        { name: 'ghcr.io/o/img', digest: digest('a'), kind: 'oci' },
      ],
    })
  })

  test('the same name with the same digest is fine, with another digest it fails the step', async () => {
    const job = await makeJob()
    await runFixture(declare(`a/b@${digest('1')}`), { job })
    expect(await runFixture(declare(`a/b@${digest('1')}`), { job })).toMatchObject({ conclusion: 'success' })
    const conflict = await runFixture(declare(`a/b@${digest('2')}`), { job })
    expect(conflict.conclusion).toBe('failure')
    expect(conflict.annotations.map(({ message }) => message)).toEqual([
      "Unable to process file command 'artifacts' successfully.",
      `Invalid $GITHUB_ARTIFACTS entry on line 1: Conflicting digest for artifact 'a/b': previously declared as '${digest('1')}', now declared as '${digest('2')}'.`,
    ])
  })

  test.each([
    ['name=value', 'reserved'],
    ['https://example.com/x', 'unsupported URI scheme'],
    ['oci://a/b', 'must include an @sha'],
    ['oci://a/b@sha256:12', 'must include an @sha'],
    ['file://', 'must include a path'],
    ['a/b@sha256:12', "file 'a/b@sha256:12' does not exist"],
    ['.', 'is a directory'],
  ])('%s is refused, and nothing of the file is taken', async (line, message) => {
    const job = await makeJob()
    const result = await runFixture(declare(`a/b@${digest('1')}`, line), { job })
    expect(result.annotations.at(-1)?.message).toContain('entry on line 2')
    expect(result.annotations.at(-1)?.message).toContain(message)
    expect(job.subjects.size).toBe(0)
  })

  test('there are limits on the file and on the job', async () => {
    const large = await runFixture(`append('GITHUB_ARTIFACTS', '#'.repeat(1024 * 1024 + 1))`)
    expect(large.annotations.at(-1)?.message).toContain('exceeds the maximum size of 1024 KiB')
    const many = Array.from({ length: 501 }, (_, index) => `a/${index}@${digest('1')}`)
    const result = await runFixture(declare(...many))
    expect(result.annotations.at(-1)?.message).toContain('exceeded the maximum of 500 declared artifacts')
  })
})
