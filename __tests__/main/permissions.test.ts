import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALLS, type CallId, type Permission } from '../../scripts/docs/permissions/calls.ts'
import { type JobId, JOBS } from '../../scripts/docs/permissions/jobs.ts'
import type { Without } from '../../scripts/docs/permissions/task.ts'
import { callsOf, type TaskId, TASKS, withoutOf } from '../../scripts/docs/permissions/tasks.ts'
import type { Permissions } from '../../sandbox/github/access/tokens.ts'
import { ERROR_CODES } from '../../src/domain/error-codes.ts'
import { openPlace, type Place, type Scene, type Seen } from './support/permission-place.ts'
import { SCENES, setStage, type Stage } from './support/permission-scenes.ts'

let place: Place
let stage: Stage

beforeAll(async () => {
  place = await openPlace()
  stage = await setStage(place)
})

afterAll(async () => {
  const { violations } = place.github
  await place[Symbol.asyncDispose]()
  expect(violations).toEqual([])
})

const taskIds = Object.keys(TASKS) as TaskId[]
const callIds = Object.keys(CALLS) as CallId[]

/** `{ 'contents: write': … }` as the permissions of a token. */
function tokenOf(permissions: readonly string[]): Permissions {
  const entries = permissions.map((one) => {
    const [name = '', access = ''] = one.split(': ')
    return [name.replaceAll('-', '_'), access]
  })
  return Object.fromEntries(entries)
}

function permissionsOf(id: TaskId): readonly string[] {
  return Object.keys(JOBS[TASKS[id].job].permissions)
}

async function play(id: TaskId, permissions: readonly string[]): Promise<Seen> {
  const token = place.github.tokens.add({ permissions: tokenOf(permissions) })
  return await place.step(await SCENES[id](stage), token)
}

/** Whatever happens: success or a code that is known, and nothing said twice. */
function expectCoded({ code, annotations }: Seen): void {
  expect([...Object.keys(ERROR_CODES), undefined]).toContain(code)
  expect(code).not.toBe('INTERNAL')
  const said = annotations.map(({ message }) => message)
  expect(said).toEqual([...new Set(said)])
}

/** The same, and an error comes before anything is done. */
function expectOrderly(seen: Seen): void {
  expectCoded(seen)
  if (seen.code === undefined) return
  expect(seen.isRun).toBe(false)
  // Of a deployment that failed there may be a record.
  if (seen.verb === 'build') expect(seen.pushes).toBe(0)
}

/** The permission of each request that was denied is in a message, as a workflow writes it. */
function expectNamed({ asked, text }: Seen): void {
  const denied = asked.filter(({ status }) => status === 403)
  for (const { operation } of denied)
    expect(text).toContain(`permissions: ${CALLS[operation as CallId].permission}`)
}

function expectEnd(seen: Seen, permission: string, without: Without): void {
  expectOrderly(seen)
  expectNamed(seen)
  expect(seen.text).toContain(permission)
  expect({ code: seen.code, text: seen.text }).toMatchObject({
    code: without.end === 'error' ? without.code : undefined,
  })
  if (without.end === 'error') return
  const message = expect.stringContaining(permission)
  expect(seen.annotations).toContainEqual(expect.objectContaining({ level: without.end, message }))
}

/** What needs a token says so at once. */
function expectedWithoutToken({ inputs }: Scene): string | undefined {
  const isNeeded =
    inputs['seal'] === 'git' ||
    inputs['require-protection'] === 'true' ||
    ['github', 'both'].includes(inputs['records'] ?? '')
  return isNeeded ? 'INPUT_INVALID' : undefined
}

describe.each(taskIds)('%s', (id) => {
  const needed = Object.entries(withoutOf(id)) as [Permission, Without][]
  const errors = needed.filter(([, { end }]) => end === 'error')

  test('asks what the page lists, and needs no more than the job that is recommended', async () => {
    const seen = await play(id, permissionsOf(id))
    expectOrderly(seen)
    expect({ code: seen.code, text: seen.text }).toMatchObject({ code: undefined })
    expect(new Set(seen.asked.map(({ operation }) => operation))).toEqual(callsOf(id))
    expect(seen.asked.filter(({ status }) => status === 403)).toEqual([])
    expect(seen.text).not.toContain('permissions:')
  })

  test.each(needed)('without %s', async (permission, without) => {
    const rest = permissionsOf(id).filter((one) => one.split(':')[0] !== permission.split(':')[0])
    expectEnd(await play(id, rest), permission.split(':')[0] ?? '', without)
    if (!permission.endsWith(': write')) return
    const less = permission.replace(/write$/, 'read')
    expectEnd(await play(id, [...rest, less]), permission, without)
  })

  test('with a token that may do nothing', async () => {
    const seen = await play(id, [])
    expectOrderly(seen)
    expectNamed(seen)
    expect(seen.code === undefined).toBe(errors.length === 0)
  })

  test('with a token that GitHub does not know', async () => {
    const seen = await place.step(await SCENES[id](stage), 'ghs_unknown')
    expectOrderly(seen)
    expect(seen.code === undefined).toBe(errors.length === 0)
    if (callsOf(id).size > 0) expect(seen.text).toMatch(/token/)
  })

  test('without a token', async () => {
    const scene = await SCENES[id](stage)
    const seen = await place.step({ ...scene, inputs: { ...scene.inputs, token: '' } }, '')
    expectOrderly(seen)
    expect(seen.asked).toEqual([])
    // Nobody can say there that the other job has ended.
    const code = id === 'wait-in-registry' ? 'LOCKED' : expectedWithoutToken(scene)
    expect({ code: seen.code, text: seen.text }).toMatchObject({ code })
    if (code === 'INPUT_INVALID') expect(seen.text).toContain('token: is required by')
    if (id === 'no-token') expect(seen.text).toContain('There is no token')
  })
})

describe.each(callIds)('%s', (call) => {
  const { permission } = CALLS[call]
  const id = taskIds.find((one) => callsOf(one).has(call)) ?? expect.fail(`nothing asks for ${call}`)
  const playWith = async (status: number): Promise<Seen> => {
    const scene = await SCENES[id](stage)
    const headers = { 'x-accepted-github-permissions': '' }
    const fault = { kind: 'answer', status, body: { message: 'no' }, headers } as const
    place.github.faults.add({ operation: call, fault, times: Infinity })
    const seen = await place.step(scene, place.github.token)
    expect(place.github.faults.unspent).toEqual([])
    place.github.faults.clear()
    return seen
  }

  test('denied without a word about permissions names the one on the page', async () => {
    const seen = await playWith(403)
    expectCoded(seen)
    expect(seen.text).toContain(permission === undefined ? 'was denied' : `permissions: ${permission}`)
  })

  test('answered as if there were nothing, which is how GitHub denies as well, is no crash', async () => {
    const seen = await playWith(404)
    expectCoded(seen)
    if (seen.code === 'GITHUB_NOT_FOUND') expect(seen.text).toContain(`permissions: ${permission}`)
  })
})

describe('on GHCR', () => {
  const playReading = async (id: TaskId): Promise<Seen> =>
    await place.step(await SCENES[id](stage), place.github.token, 'read')

  test('packages: read is enough to deploy', async () => {
    const seen = await playReading('records-github')
    expect({ code: seen.code, text: seen.text }).toMatchObject({ code: undefined })
    expect(seen).toMatchObject({ isRun: true, pushes: 0 })
  })

  test.each<TaskId>(['records-registry', 'records-both'])(
    'packages: write is missed before anything is deployed: %s',
    async (id) => {
      const seen = await playReading(id)
      expectOrderly(seen)
      expect(seen.code).toBe('REGISTRY_DENIED')
    },
  )

  test.each<TaskId>(['build', 'seal-git'])(
    'packages: write is missed before anything is built: %s',
    async (id) => {
      const scene = await SCENES[id](stage)
      const seen = await place.step(scene, place.github.token, 'read')
      expectCoded(seen)
      // The upload that the registry denied.
      expect(seen).toMatchObject({ isRun: false, pushes: 1 })
      expect(seen.code).toBe('REGISTRY_DENIED')
      const { image = '' } = scene.inputs
      expect(await place.registry.tags(image.slice(image.indexOf('/') + 1))).toEqual([])
      expect(seen.asked.filter(({ operation }) => operation === 'git/create-ref')).toEqual([])
    },
  )
})

test('a right that is lost while the script runs: the step says that it deployed and could not record it', async () => {
  const fault = { kind: 'answer', status: 403, body: { message: 'no' } } as const
  // The first status says whose turn it is.
  place.github.faults.add({ operation: 'repos/create-deployment-status', fault, from: 1, times: Infinity })
  const seen = await place.step(await SCENES['records-github'](stage), place.github.token)
  place.github.faults.clear()
  expect(seen).toMatchObject({ code: 'GITHUB_DENIED', isRun: true })
  expect(seen.text).toMatch(/The deployment to case-\d+ took place, but could not be recorded/)
  expect(seen.text).toContain('permissions: deployments: write')
})

test('what is denied is said once, also where the refusal cannot be recorded for the same reason', async () => {
  const granted = permissionsOf('records-github').filter((one) => !one.startsWith('deployments'))
  const { annotations } = await play('records-github', granted)
  const said = annotations.filter(({ message }) => message.includes('deployments: write'))
  expect(said.map(({ level, title }) => ({ level, title }))).toEqual([
    { level: 'error', title: 'GITHUB_DENIED' },
  ])
})

test('where there are no workflow artifacts, deploy says that none was asked', async () => {
  const scene = await SCENES['records-github'](stage)
  const job = { ...scene.job, serverUrl: 'https://github.example' }
  const seen = await place.step({ ...scene, job }, place.github.token)
  expect(seen.code).toBeUndefined()
  expect(seen.text).toContain('The artifacts of this workflow run were not asked which digest was built')
})

describe('the recommended jobs', () => {
  // Checking out is not ours, and neither is the registry.
  const others = (permission: string): boolean =>
    permission.startsWith('packages: ') || permission === 'contents: read'

  test.each(Object.keys(JOBS) as JobId[])('%s: no permission is too many', (job) => {
    const tasks = taskIds.filter((id) => TASKS[id].job === job)
    const needed = new Set<string>(tasks.flatMap((id) => Object.keys(withoutOf(id))))
    // What is done in every job alike is listed once for each verb.
    const anywhere = new Set(['artifact-metadata: write'])
    const spare = Object.keys(JOBS[job].permissions).filter(
      (permission) => !needed.has(permission) && !anywhere.has(permission) && !others(permission),
    )
    expect(spare).toEqual([])
  })
})
