import { expect, test } from 'vitest'
import { parsePeak } from '../../bench/process.ts'
import { atOnce, inTurn } from '../../bench/rows/taggers.ts'
import { runCommand, tryCommand } from '../../sandbox/peers/command.ts'

test('one command is run as it is, without a shell', () => {
  expect(inTurn([['printf', '%s', "it's"]])).toEqual(['printf', '%s', "it's"])
})

test('several commands run one after another with their arguments as they are', async () => {
  const { stdout } = await runCommand(
    inTurn([
      ['printf', '%s;', "it's", '$HOME'],
      ['printf', '%s;', 'a b'],
    ]),
  )
  expect(stdout).toBe("it's;$HOME;a b;")
})

test('several commands at a time all run, with their arguments as they are', async () => {
  const commands = ["it's", '$HOME', 'a b'].map((word) => ['printf', '%s;', word])
  const { stdout } = await runCommand(atOnce(commands, 1))
  expect(stdout).toBe("it's;$HOME;a b;")
  const atATime = await runCommand(atOnce(commands, 3))
  expect(atATime.stdout.split(';').toSorted()).toEqual(['', '$HOME', 'a b', "it's"])
})

test.each([
  { name: 'one after another', build: inTurn },
  { name: 'at a time', build: (commands: string[][]) => atOnce(commands, 2) },
])('a command that fails is a failure of all, $name', async ({ build }) => {
  const { exitCode } = await tryCommand(build([['true'], ['false'], ['true']]))
  expect(exitCode).not.toBe(0)
})

test('nothing to run is an error', () => {
  expect(() => inTurn([])).toThrow('nothing to run')
})

test('GNU time counts in kibibytes, the tables in megabytes', () => {
  expect(parsePeak('146484\n')).toBeCloseTo(150, 3)
})

test.each(['', '\n', 'Command exited with non-zero status 1\n146484\n', '12.5\n'])(
  'a report like %j is no measure',
  (report) => {
    expect(() => parsePeak(report)).toThrow('GNU time reports')
  },
)
