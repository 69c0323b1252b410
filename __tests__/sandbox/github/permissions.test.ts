import { describe, expect, test } from 'vitest'
import { CALLS, type CallId } from '../../../scripts/docs/permissions/calls.ts'
import { describeRequirement, REQUIREMENTS } from '../../../sandbox/github/access/permissions.ts'
import { readDescription } from '../../../sandbox/github/description/read.ts'
import { OPERATION_IDS, type OperationId } from '../../../sandbox/github/operations.ts'
import { DOCUMENTED_PERMISSIONS } from '../../fixtures/documented-permissions.ts'

function routeOf(id: OperationId): string {
  const { method, path } =
    readDescription('github.com').operations[id] ?? expect.fail(`${id} is not described`)
  return `${method} ${path}`
}

/** The alternatives that are enough, as GitHub's headers name them. */
function acceptedBy(id: OperationId): readonly string[] {
  const described = describeRequirement(REQUIREMENTS[id])
  return described === '' ? [] : described.split('; ')
}

describe('the permissions that the sandbox asks for', () => {
  test.each(OPERATION_IDS)("are those of GitHub's documentation: %s", (id) => {
    const documented = Object.entries(DOCUMENTED_PERMISSIONS)
      .filter(([, routes]) => routes.includes(routeOf(id)))
      .map(([permission]) => permission)
    // A ref to a commit whose workflow files no branch has; "additional permissions" to GitHub.
    const single = acceptedBy(id).filter((one) => !one.includes('workflows'))
    // Every token can read metadata, and everybody the limits.
    expect(single.toSorted()).toEqual(documented.filter((one) => one !== 'metadata=read').toSorted())
    expect(documented.length > 0 || id === 'rate-limit/get').toBe(true)
  })

  test('are documented for nothing else than what is served', () => {
    const served = new Set(OPERATION_IDS.map(routeOf))
    const others = Object.values(DOCUMENTED_PERMISSIONS).flatMap((routes) =>
      routes.filter((route) => !served.has(route)),
    )
    expect(others).toEqual([])
  })
})

test.each(Object.keys(CALLS) as CallId[])('the page on permissions names one that is enough for %s', (id) => {
  const { permission } = CALLS[id]
  const accepted = acceptedBy(id).map((one) => one.replaceAll('_', '-').replaceAll('=', ': '))
  if (permission === undefined) expect(accepted).toEqual([])
  else expect(accepted).toContain(permission)
})
