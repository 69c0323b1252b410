import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { startResults } from '../../sandbox/results/server.ts'
import { jobOutputs, runStep } from '../../sandbox/runner/runner.ts'
import { makeFolder, makeJob, runFixture, writeAction } from './fixture-action.ts'

const dumpEnvironment = `output('env', JSON.stringify(process.env))`
const environmentOf = (result: { outputs: Readonly<Record<string, string>> }): Record<string, string> =>
  JSON.parse(result.outputs['env'] ?? '') as Record<string, string>

describe('the environment of a step', () => {
  test('is clean: PATH, HOME, LANG and what the runner sets', async () => {
    process.env['LEAK_FROM_CALLER'] = 'leak'
    const result = await runFixture(dumpEnvironment)
    delete process.env['LEAK_FROM_CALLER']
    const others = Object.keys(environmentOf(result)).filter((name) => !/^(GITHUB|RUNNER)_/.test(name))
    expect(others.toSorted()).toEqual(['CI', 'HOME', 'LANG', 'PATH'])
  })

  test('names the event, the commit and the repository', async () => {
    const commit = 'ab'.repeat(20)
    const job = await makeJob({
      event: 'pull_request',
      payload: { number: 7, pull_request: { head: { ref: 'topic' }, base: { ref: 'main' } } },
      repository: 'acme/shop',
      commit,
      ref: 'refs/pull/7/merge',
      workflowRunId: '42',
      attempt: 3,
      jobName: 'deploy',
      actor: 'ada',
    })
    const env = environmentOf(await runFixture(dumpEnvironment, { job, id: 'step' }))
    expect(env).toMatchObject({
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION: 'step',
      GITHUB_ACTOR: 'ada',
      GITHUB_API_URL: 'https://api.github.com',
      GITHUB_BASE_REF: 'main',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
      GITHUB_HEAD_REF: 'topic',
      GITHUB_JOB: 'deploy',
      GITHUB_REF: 'refs/pull/7/merge',
      GITHUB_REF_NAME: '7/merge',
      GITHUB_REF_TYPE: 'branch',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_REPOSITORY_OWNER: 'acme',
      GITHUB_RUN_ATTEMPT: '3',
      GITHUB_RUN_ID: '42',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_SHA: commit,
      GITHUB_WORKSPACE: job.workspace,
      RUNNER_OS: 'Linux',
      RUNNER_TEMP: job.temp,
      HOME: job.home,
    })
    expect(env).not.toHaveProperty('GITHUB_TOKEN')
    expect(env).not.toHaveProperty('RUNNER_DEBUG')
    expect(JSON.parse(await readFile(env['GITHUB_EVENT_PATH'] ?? '', 'utf8'))).toMatchObject({ number: 7 })
  })

  test('a server other than github.com has its API beside it', async () => {
    const job = await makeJob({ serverUrl: 'https://ghes.example', ref: 'refs/tags/v1' })
    expect(environmentOf(await runFixture(dumpEnvironment, { job }))).toMatchObject({
      GITHUB_API_URL: 'https://ghes.example/api/v3',
      GITHUB_GRAPHQL_URL: 'https://ghes.example/api/graphql',
      GITHUB_REF_TYPE: 'tag',
      GITHUB_REF_NAME: 'v1',
    })
  })

  test('the default push payload agrees with the variables', async () => {
    const job = await makeJob()
    const event = JSON.parse(await readFile(job.runner['GITHUB_EVENT_PATH'] ?? '', 'utf8')) as {
      after: string
    }
    expect(event.after).toBe(job.runner['GITHUB_SHA'])
  })

  test('a step can set its own variables and those of the job, but not what the runner sets', async () => {
    const job = await makeJob({ env: { LEVEL: 'job', OTHER: 'job' }, debug: true })
    const env = { LEVEL: 'step', GITHUB_SHA: 'forged', RUNNER_TEMP: '/forged', LANG: 'de_DE' }
    expect(environmentOf(await runFixture(dumpEnvironment, { job, env }))).toMatchObject({
      LEVEL: 'step',
      OTHER: 'job',
      LANG: 'de_DE',
      GITHUB_SHA: job.runner['GITHUB_SHA'],
      RUNNER_TEMP: job.temp,
      RUNNER_DEBUG: '1',
    })
  })

  test('it runs in the workspace', async () => {
    const job = await makeJob()
    const result = await runFixture(`output('cwd', process.cwd())`, { job })
    expect(result.outputs['cwd']).toBe(job.workspace)
  })
})

describe('inputs', () => {
  const inputs = {
    image: { required: true },
    'build args': { default: 'none' },
    'no-cache': { default: false },
    settle: null,
    old: { deprecationMessage: 'use image' },
    token: { default: '${{ github.token }}' },
    _job_check_run_id: { default: '${{ job.check_run_id }}' },
    who: {
      default: 'by ${{ github.actor }} in ${{github.event.repository.name}}${{ github.event.missing.part }}',
    },
  }

  test('are INPUT_ variables: spaces to _, upper case, hyphens kept, defaults evaluated', async () => {
    const job = await makeJob({ token: 'ghs_abc', checkRunId: 99, repository: 'acme/shop', actor: 'ada' })
    const env = environmentOf(await runFixture({ inputs, main: dumpEnvironment }, { job }))
    expect(Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('INPUT_')))).toEqual({
      INPUT_IMAGE: '', // `required` is not enforced by the runner
      INPUT_BUILD_ARGS: 'none',
      'INPUT_NO-CACHE': 'false',
      INPUT_SETTLE: '',
      INPUT_OLD: '',
      INPUT_TOKEN: 'ghs_abc',
      INPUT__JOB_CHECK_RUN_ID: '99',
      INPUT_WHO: 'by ada in shop',
    })
  })

  test('undeclared ones are passed on, with a warning', async () => {
    const result = await runFixture(
      { inputs, main: dumpEnvironment },
      { with: { rebuild: 'true', IMAGE: 'a/b' } },
    )
    expect(environmentOf(result)).toMatchObject({ INPUT_REBUILD: 'true', INPUT_IMAGE: 'a/b' })
    expect(result.annotations).toEqual([
      {
        level: 'warning',
        message:
          "Unexpected input(s) 'rebuild', valid inputs are ['image', 'build args', 'no-cache', 'settle', 'old', 'token', '_job_check_run_id', 'who']",
      },
    ])
    expect(result.conclusion).toBe('success')
  })

  test('deprecated ones warn when they are used', async () => {
    const result = await runFixture({ inputs, main: '' }, { with: { old: 'x' } })
    expect(result.annotations).toEqual([
      { level: 'warning', message: "Input 'old' has been deprecated with message: use image" },
    ])
  })

  test.each([
    ['${{ secrets.TOKEN }}', "unknown context 'secrets'"],
    ['${{ github.nonsense }}', "unknown property 'github.nonsense'"],
    ["${{ github.ref == 'x' }}", 'is not supported'],
    ['${{ hashFiles() }}', 'is not supported'],
    ['${{ github.event.repository }}', 'is not a string'],
  ])('the default %s is refused', async (expression, message) => {
    const running = runFixture({ inputs: { x: { default: expression } }, main: '' })
    await expect(running).rejects.toThrow(message)
  })

  test('an action of another kind is refused', async () => {
    await expect(runFixture({ main: '', runs: { using: 'docker' } })).rejects.toThrow('node24')
    await expect(runStep({ action: await makeFolder(), job: await makeJob() })).rejects.toThrow('ENOENT')
  })
})

describe('pre, main and post', () => {
  const state = (script: string): string =>
    `append('GITHUB_STATE', '${script}=done\\n'); console.log('${script}', process.env.STATE_pre, process.env.STATE_main)`

  test('share state', async () => {
    const result = await runFixture({ pre: state('pre'), main: state('main'), post: state('post') })
    expect(result.rawStdout).toBe('pre undefined undefined\nmain done undefined\npost done done\n')
    expect(result.state).toEqual({ pre: 'done', main: 'done', post: 'done' })
  })

  test('post runs when main failed', async () => {
    const result = await runFixture({ main: `process.exit(3)`, post: `console.log('cleaned up')` })
    expect(result).toMatchObject({ exitCode: 3, conclusion: 'failure', rawStdout: 'cleaned up\n' })
    expect(result.log).toContain('Post job cleanup.')
  })

  test('a failed pre skips main but not post', async () => {
    const result = await runFixture({
      pre: `process.exit(4)`,
      main: `console.log('main')`,
      post: `console.log('post')`,
    })
    expect(result).toMatchObject({ exitCode: 4, conclusion: 'failure', rawStdout: 'post\n' })
  })

  test('a failed post fails the step', async () => {
    expect(await runFixture({ main: '', post: `process.exit(1)` })).toMatchObject({
      exitCode: 0,
      conclusion: 'failure',
    })
  })

  test.each([
    { condition: 'success()', exitCode: 0, expected: 'post' },
    { condition: 'success()', exitCode: 1, expected: '' },
    { condition: 'failure()', exitCode: 0, expected: '' },
    { condition: 'failure()', exitCode: 1, expected: 'post' },
    { condition: '${{ always() }}', exitCode: 1, expected: 'post' },
    { condition: '!cancelled()', exitCode: 1, expected: 'post' },
  ])('post-if: $condition after exit code $exitCode', async ({ condition, exitCode, expected }) => {
    const result = await runFixture({
      main: `process.exit(${exitCode})`,
      post: `process.stdout.write('post')`,
      runs: { 'post-if': condition },
    })
    expect(result.rawStdout).toBe(expected)
  })

  test('pre-if holds pre back', async () => {
    const runs = { 'pre-if': 'failure()' }
    expect(await runFixture({ pre: `process.exit(1)`, main: '', runs })).toMatchObject({
      conclusion: 'success',
    })
  })

  test('another condition is refused', async () => {
    const running = runFixture({ main: '', post: '', runs: { 'post-if': 'github.ref' } })
    await expect(running).rejects.toThrow("the condition 'github.ref' is not supported")
  })
})

describe('the end of a process', () => {
  test('a killed process is a failure that names the signal, and its files still count', async () => {
    const main = `output('before', 'crash'); console.log('no newline'); setInterval(() => {}, 1000)`
    let pid = 0
    const result = await runFixture(main, {
      onSpawn: (spawned) => (pid = spawned),
      onLine: (line) => line === 'no newline' && process.kill(pid, 'SIGKILL'),
    })
    expect(result).toMatchObject({
      exitCode: null,
      signal: 'SIGKILL',
      conclusion: 'failure',
      outputs: { before: 'crash' },
    })
  })

  test('a step that takes too long is interrupted', async () => {
    const result = await runFixture(
      `process.on('SIGINT', () => process.exit(0)); setInterval(() => {}, 1000)`,
      {
        timeoutMs: 500,
      },
    )
    expect(result.conclusion).toBe('failure')
    expect(result.annotations[0]?.message).toBe("The action 'fixture' has timed out after 500 milliseconds.")
  })

  test('a step that ignores signals is killed', async () => {
    const main = `for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => {}); setInterval(() => {}, 1000)`
    expect(await runFixture(main, { timeoutMs: 500 })).toMatchObject({
      signal: 'SIGKILL',
      conclusion: 'failure',
    })
  })

  test.each([false, true])(
    'what a step leaves running ends with the job (group of its own: %s)',
    async (detached) => {
      const job = await makeJob()
      const main = `const child = spawn('sleep', ['600'], { stdio: 'ignore', detached: ${detached} }); output('pid', child.pid); child.unref()`
      const result = await runFixture(main, { job })
      const pid = Number(result.outputs['pid'])
      expect(process.kill(pid, 0)).toBe(true)
      expect(job.processGroups.size).toBe(detached ? 0 : 1)
      await job.cleanup()
      await expect.poll(() => isRunning(pid)).toBe(false)
    },
  )

  test('a background process that holds the output open does not hold up the step', async () => {
    const main = `spawn('sleep', ['600'], { stdio: 'inherit' }).unref(); console.log('done')`
    const result = await runFixture(main)
    expect(result).toMatchObject({ conclusion: 'success', rawStdout: 'done\n' })
  })

  test('a missing node is an error of the harness, not of the step', async () => {
    await expect(runFixture('', { node: '/nonexistent/node' })).rejects.toThrow('ENOENT')
  })

  test('a last line without a newline is logged', async () => {
    const result = await runFixture(`process.stdout.write('one\\r\\ntwo'); process.stderr.write('three')`)
    expect(result.log).toMatch(/^one$/m)
    expect(result.log).toMatch(/^two$/m)
    expect(result.log).toMatch(/^three$/m)
    expect(result.rawStdout).toBe('one\r\ntwo')
  })
})

/** False for a process that is gone or only waits to be reaped. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')
  return !stat.includes(') Z')
}

describe('job outputs', () => {
  test('a value that contains a masked value is dropped with a warning, an empty one is skipped', async () => {
    const job = await makeJob({ secrets: ['registry.example'] })
    const main = `output('digest', 'sha256:abc'); output('image', 'registry.example/app'); output('empty', '')
      console.log('::add-mask::late'); output('late', 'much too late'); output('encoded', btoa('registry.example'))`
    await runFixture(main, { job, id: 'build' })
    const { outputs, dropped, log } = jobOutputs(job, {
      digest: '${{ steps.build.outputs.digest }}',
      image: '${{ steps.build.outputs.image }}',
      late: '${{ steps.build.outputs.late }}',
      encoded: '${{ steps.build.outputs.encoded }}',
      empty: '${{ steps.build.outputs.empty }}',
      missing: '${{ steps.build.outputs.missing }}',
      state: '${{ steps.build.conclusion }} in ${{ github.repository }}',
    })
    expect(outputs).toEqual({ digest: 'sha256:abc', state: 'success in octo-org/app' })
    expect(dropped).toEqual(['image', 'late', 'encoded'])
    expect(log).toContain("##[warning]Skip output 'image' since it may contain secret.")
    expect(log).toContain("Set output 'digest'")
  })

  test('an unknown step is refused', async () => {
    const job = await makeJob()
    expect(() => jobOutputs(job, { x: '${{ steps.nobody.outputs.x }}' })).toThrow("'steps.nobody'")
  })
})

describe('with a results service', () => {
  test('a step has the runtime variables, and its token is masked', async () => {
    const results = await startResults()
    const job = await makeJob({ results, workflowRunId: '71', attempt: 2, jobName: 'build' })
    const result = await runFixture(`${dumpEnvironment}; console.log(process.env.ACTIONS_RUNTIME_TOKEN)`, {
      job,
    })
    await results.close()
    expect(environmentOf(result)).toMatchObject({
      ACTIONS_RESULTS_URL: results.url,
      ACTIONS_CACHE_SERVICE_V2: 'true',
      NO_PROXY: '127.0.0.1,localhost',
    })
    expect(result.log).toMatch(/^\*\*\*$/m)
  })
})

describe('a job whose steps use the toolkit', () => {
  test('an artifact of one step is there for a step of another job', async () => {
    const results = await startResults()
    const toolkit = `import { DefaultArtifactClient } from ${JSON.stringify(import.meta.resolve('@actions/artifact'))}
      const client = new DefaultArtifactClient()`
    const build = await makeJob({ results, workflowRunId: '71', jobName: 'build' })
    const deploy = await makeJob({ results, workflowRunId: '71', jobName: 'deploy' })
    const built = await runFixture(
      `${toolkit}
       const file = process.env.RUNNER_TEMP + '/record.json'
       writeFileSync(file, '{}')
       const { digest } = await client.uploadArtifact('', [file], process.env.RUNNER_TEMP, { skipArchive: true })
       output('digest', digest)`,
      { job: build },
    )
    const deployed = await runFixture(
      `${toolkit}
       const { artifact } = await client.getArtifact('record.json')
       await client.downloadArtifact(artifact.id)
       output('content', readFileSync('record.json', 'utf8'))
       output('digest', artifact.digest)`,
      { job: deploy },
    )
    await results.close()
    expect(deployed.outputs).toEqual({ content: '{}', digest: `sha256:${built.outputs['digest']}` })
    // The client masks the signatures of its addresses with ::add-mask::, which the runner takes out of the log.
    expect(deployed.log).not.toContain('::add-mask::')
  })
})

describe('the command line', () => {
  const run = promisify(execFile)
  const entry = new URL('../../sandbox/runner/main.ts', import.meta.url).pathname

  test('runs a step by hand', async () => {
    const action = await writeAction({
      inputs: { who: { default: 'nobody' } },
      main: `console.log('hello ' + process.env.INPUT_WHO, process.env.GITHUB_SHA); output('who', process.env.INPUT_WHO)
        append('GITHUB_STEP_SUMMARY', '# done\\n'); process.exit(process.env.FAIL ? 1 : 0)`,
    })
    const commit = 'cd'.repeat(20)
    const args = [
      entry,
      '--action',
      action,
      '--with',
      'who=a=b',
      '--commit',
      commit,
      '--workspace',
      await makeFolder(),
    ]
    const { stdout } = await run(process.execPath, args)
    expect(stdout).toContain(`hello a=b ${commit}`)
    expect(stdout).toContain('"who": "a=b"')
    expect(stdout).toContain('# done')
    await expect(run(process.execPath, [...args, '--env', 'FAIL=1'])).rejects.toMatchObject({ code: 1 })
  })

  test('explains itself', async () => {
    await expect(run(process.execPath, [entry])).rejects.toMatchObject({ code: 2 })
    expect((await run(process.execPath, [entry, '--help'])).stdout).toContain('usage:')
    const wrong = run(process.execPath, [entry, '--action', join(entry, '..'), '--with', 'nothing'])
    await expect(wrong).rejects.toThrow('--with: expected key=value')
  })
})
