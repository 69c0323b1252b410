import { describe, expect, test } from 'vitest'
import { childEnvironment } from '../../src/platform/environment.ts'
import { exec, type ExecOptions, isMissingProgram } from '../../src/platform/exec.ts'

const NODE = process.execPath

const node = async (script: string, options: Partial<ExecOptions> = {}, ...args: readonly string[]) =>
  await exec(NODE, ['-e', script, ...args], { environment: {}, ...options })

describe('exec', () => {
  test('hands over arguments, input and environment as they are', async () => {
    const script = `process.stdin.on('data', (chunk) => process.stdout.write(chunk)).on('end', () =>
      console.log(JSON.stringify([process.argv.slice(1), process.env.A, process.env.PATH ?? null])))`
    const args = ['a b', '', '$(x)', '"q"', 'é']
    const { exitCode, stdout } = await node(script, { environment: { A: 'x y' }, input: 'in' }, ...args)
    expect(exitCode).toBe(0)
    expect(stdout).toBe(`in${JSON.stringify([args, 'x y', null])}\n`)
  })

  test.each([
    { script: 'process.exit(3)', exitCode: 3 },
    { script: 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)', exitCode: 143 },
    { script: 'process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000)', exitCode: 137 },
  ])('$script ends with $exitCode', async ({ script, exitCode }) => {
    expect(await node(script)).toMatchObject({ exitCode, timedOut: false })
  })

  test('stops a program after its time', async () => {
    expect(await node('setInterval(() => {}, 1000)', { timeoutMs: 100 })).toMatchObject({
      exitCode: 137,
      timedOut: true,
    })
  })

  test('keeps the end of what is printed, and passes all of it on', async () => {
    let passed = ''
    const { stdout, stderr } = await node(
      'process.stdout.write("a".repeat(1000) + "end"); console.error("e")',
      {
        maxCapture: 10,
        onOutput: (chunk) => (passed += chunk),
      },
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'aaaaaaaend', stderr: 'e\n' })
    expect(passed).toHaveLength(1005)
  })

  test('puts characters together that come in parts', async () => {
    const script =
      'process.stdout.write(Buffer.from([0xe2])); setTimeout(() => process.stdout.write(Buffer.from([0x82, 0xac])), 50)'
    expect((await node(script)).stdout).toBe('€')
  })

  test('is not stopped by a program that does not read its input', async () => {
    expect(await node('process.exit(0)', { input: 'x'.repeat(10_000_000) })).toMatchObject({ exitCode: 0 })
  })

  test('does not wait for what a program leaves in the background', async () => {
    // The one left behind holds the output open far longer than the test may take.
    const script = 'sleep 600 & echo "$!"'
    const { exitCode, stdout } = await exec('sh', ['-c', script], {
      environment: { PATH: process.env['PATH'] },
    })
    process.kill(Number(stdout), 'SIGKILL')
    expect(exitCode).toBe(0)
  })

  test.each([
    { description: 'that is not installed', program: 'no-such-program', missing: true },
    { description: 'that is a folder', program: '/', missing: false },
  ])('a program $description', async ({ program, missing }) => {
    const error = await exec(program, [], { environment: {} }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Error)
    expect(isMissingProgram(error)).toBe(missing)
  })
})

test('childEnvironment leaves out what belongs to the action itself', () => {
  const kept = { PATH: '/bin', GITHUB_SHA: 'x', ACTIONS_STEP_DEBUG: 'true', MY_INPUT_X: '1' }
  const own = {
    INPUT_PASSWORD: 'p',
    STATE_x: '1',
    ACTIONS_RUNTIME_TOKEN: 't',
    ACTIONS_RESULTS_URL: 'u',
    ACTIONS_CACHE_URL: 'c',
    ACTIONS_CACHE_SERVICE_V2: '1',
  }
  expect(childEnvironment({ ...kept, ...own })).toEqual(kept)
})
