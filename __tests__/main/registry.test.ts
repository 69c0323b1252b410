import { expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/main/registry.ts'
import { willPush } from '../../src/verbs/build/withheld.ts'
import { CONTEXT, inputsOf } from '../fixtures/build-world.ts'
import { failureWith, keptLog, repositoryAt } from '../registry/support/access.ts'
import { ociError, serve } from '../registry/support/scripted-server.ts'

/** A registry that shows nothing and takes uploads. */
async function connectTo(mayCreate: boolean | undefined) {
  const server = await serve(({ method, headers }) => {
    if (headers.authorization === undefined)
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } }
    if (method === 'POST') return { status: 202, headers: { location: '/v2/owner/app/blobs/uploads/1' } }
    return ociError(403, 'DENIED')
  })
  const image = repositoryAt(server.host)
  const connection = connect({ image, username: 'ci', password: 'secret' }, keptLog(), {}, mayCreate)
  onTestFinished(() => connection.close())
  const methods = (): readonly string[] => server.seen.map(({ method }) => method)
  return { ...connection, image, methods }
}

test('a build that pushes may begin an upload to learn whether the repository exists', async () => {
  const { registry, image, methods } = await connectTo(true)
  await expect(registry.readTag(image, 'v1')).resolves.toBeUndefined()
  expect(methods()).toEqual(['GET', 'GET', 'GET', 'POST', 'DELETE'])
})

test('nothing else does', async () => {
  const { registry, image, methods } = await connectTo(undefined)
  await failureWith('REGISTRY_DENIED', registry.readTag(image, 'v1'))
  expect(methods()).toEqual(['GET', 'GET'])
})

const FORK = { event: 'pull_request', payload: { headRepository: 'fork/app', baseRepository: 'owner/app' } }

test.each([
  { what: 'a push', given: {}, context: {}, pushes: true },
  { what: 'push: false', given: { push: 'false' }, context: {}, pushes: false },
  { what: 'a pull request from a fork', given: {}, context: FORK, pushes: false },
])('whether a build pushes: $what', ({ given, context, pushes }) => {
  expect(willPush(inputsOf({ ...given }), { ...CONTEXT, ...context })).toBe(pushes)
})
