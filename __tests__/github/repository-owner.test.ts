import { expect, test } from 'vitest'
import { ownedByOrganization } from '../../src/github/repository-owner.ts'
import { contextOf, EXAMPLE_EVENTS, examplesOf, type Payload } from '../fixtures/event.ts'

/** The events that start workflows. */
const STARTING = [
  ...['check_run', 'create', 'delete', 'deployment', 'deployment_status', 'issue_comment', 'merge_group'],
  ...['pull_request', 'push', 'release', 'repository_dispatch', 'workflow_dispatch', 'workflow_run'],
]

function ownerOf(payload: Payload): unknown {
  const repository = payload['repository'] as Payload | undefined
  return (repository?.['owner'] as Payload | undefined)?.['type']
}

test.each(STARTING.filter((event) => EXAMPLE_EVENTS.includes(event)))(
  'every %s says whether the repository is an organization’s',
  (event) => {
    const payloads = examplesOf(event)
    const known = payloads.map((payload) => ownedByOrganization(contextOf(event, payload).payload))
    expect(known).toEqual(payloads.map((payload) => ownerOf(payload) === 'Organization'))
  },
)

test('both kinds of owners are among them', () => {
  const kinds = STARTING.filter((event) => EXAMPLE_EVENTS.includes(event))
    .flatMap(examplesOf)
    .map(ownerOf)
  expect(new Set(kinds)).toEqual(new Set(['User', 'Organization']))
})

test('a schedule says nothing', () => {
  expect(ownedByOrganization(contextOf('schedule', { schedule: '0 0 * * *' }).payload)).toBeUndefined()
})
