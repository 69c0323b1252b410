import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bothLogs } from '../../src/domain/both-logs.ts'
import type { DeploymentLog, LoggedDeployment } from '../../src/domain/deployment-log.ts'
import type { DeploymentRecord } from '../../src/domain/record.ts'
import { historyOf, logged } from '../fixtures/history.ts'
import { deploymentRecord, repository } from '../fixtures/samples.ts'

function logOf(entries: readonly LoggedDeployment[], events: string[] = [], name = ''): DeploymentLog {
  return {
    open: async () => {
      events.push(`open ${name}`)
      return { id: name }
    },
    append: async (_, __, ___, open) => {
      events.push(`append ${name} ${open?.id}`)
      return `${name} id`
    },
    list: () => historyOf(entries),
  }
}

async function listed(first: readonly LoggedDeployment[], second: readonly LoggedDeployment[]) {
  const found: LoggedDeployment[] = []
  for await (const entry of bothLogs(logOf(first), logOf(second)).list(repository, 'staging'))
    found.push(entry)
  return found
}

const at = (
  minutes: number,
  id: number,
  isActive = true,
  state: DeploymentRecord['state'] = 'success',
): LoggedDeployment =>
  logged(
    {
      id: id.toString(16).padStart(32, '0'),
      state,
      finishedAt: new Date(Date.parse('2026-11-23T00:00:00.000Z') + minutes * 60_000).toISOString(),
    },
    isActive,
  )

test('both are written, the second one last, and its name is the name', async () => {
  const events: string[] = []
  const both = bothLogs(logOf([], events, 'registry'), logOf([], events, 'github'))
  const open = await both.open(repository, deploymentRecord())
  expect(await both.append(repository, deploymentRecord(), undefined, open)).toBe('github id')
  expect(events).toEqual(['open github', 'append registry undefined', 'append github github'])
})

test('a failure goes into the one that works when the other does not; a success does not, because it has to be in both', async () => {
  const events: string[] = []
  const down: DeploymentLog = {
    ...logOf([]),
    append: async () => {
      throw new Error('down')
    },
  }
  for (const state of ['failure', 'refused', 'success'] as const) {
    const both = bothLogs(down, logOf([], events, state))
    await expect(both.append(repository, deploymentRecord({ state }), undefined)).rejects.toThrow('down')
  }
  expect(events).toEqual(['append failure undefined', 'append refused undefined'])
})

test('what either has is read, newest first; of what both have, the second one counts', async () => {
  const registry = [at(50, 5), at(31, 3), at(10, 1)]
  const github = [at(49, 5, false), at(40, 4), at(30, 3), at(20, 2)]
  const found = await listed(registry, github)
  expect(found).toEqual([github[0], github[1], github[2], github[3], registry[2]])
})

test('who gave up waiting stands before whoever was waited for, in the order of GitHub, and hides nothing', async () => {
  const gaveUp = at(10, 3, false, 'refused')
  const made = at(60, 2, false)
  expect(await listed([at(60, 2), gaveUp], [gaveUp, made])).toEqual([made, gaveUp])
  const between = at(30, 1)
  expect(await listed([at(60, 2), between, gaveUp], [gaveUp, made])).toEqual([made, between, gaveUp])
  expect(await listed([between], [gaveUp, made])).toEqual([made, between, gaveUp])
})

test('any two logs are read as one would be', async () => {
  const entry = fc.record({
    minutes: fc.integer({ min: 0, max: 5_000 }),
    where: fc.constantFrom('registry', 'github', 'both'),
    skew: fc.integer({ min: -4, max: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 15 }), async (list) => {
      const sorted = list
        .map((one, n) => ({ ...one, id: n + 1 }))
        .toSorted((one, other) => other.minutes - one.minutes)
      const byTime = (entries: readonly LoggedDeployment[]) =>
        entries.toSorted((one, other) => (one.record.finishedAt < other.record.finishedAt ? 1 : -1))
      const registry = byTime(
        sorted
          .filter(({ where }) => where !== 'github')
          .map(({ minutes, skew, where, id }) => at(minutes + (where === 'both' ? skew : 0), id)),
      )
      const github = byTime(
        sorted.filter(({ where }) => where !== 'registry').map(({ minutes, id }) => at(minutes, id, false)),
      )
      const found = await listed(registry, github)
      expect(found.map(({ record: { id } }) => id).toSorted()).toEqual(
        list.map((_, n) => (n + 1).toString(16).padStart(32, '0')).toSorted(),
      )
      // GitHub's word counts wherever it has one.
      for (const one of found) {
        const known = github.find(({ record }) => record.id === one.record.id)
        if (known !== undefined) expect(one).toBe(known)
      }
      const times = found.map(({ record }) => record.finishedAt)
      expect(times).toEqual(times.toSorted().toReversed())
    }),
  )
})

test('the second log is read only as far as the first one needs', async () => {
  const github = historyOf([at(100, 9), at(20, 2), at(19, 8), at(18, 7)])
  const both = bothLogs(logOf([at(101, 10), at(90, 1)]), { ...logOf([]), list: () => github })
  for await (const { record } of both.list(repository, 'staging')) {
    expect(Number.parseInt(record.id, 16)).toBe(10)
    break
  }
  expect(github.reads).toBe(2)
})
