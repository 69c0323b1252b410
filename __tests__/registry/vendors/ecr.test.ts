import { describe, expect, test } from 'vitest'
import { MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import { failureWith, fastClock } from '../support/access.ts'
import { ociError, type Script } from '../support/scripted-server.ts'
import { bearerVendor } from './support/bearer-vendor.ts'
import { type Asked, createDistribution, type Quirks } from './support/distribution.ts'
import { login, other, push, pushFirst, sample, TAG, type Vendor, visit } from './support/scenario.ts'
import { Shelf } from './support/shelf.ts'
import { actionOf, basicUser } from './support/tokens.ts'

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
const MISSING = ociError(
  404,
  'NAME_UNKNOWN',
  "The repository with name 'owner/app' does not exist in the registry with id '123456789012'",
)

interface Settings {
  readonly shelf?: Shelf
  readonly quirks?: Quirks
  readonly password?: string
  /** What the policy denies. */
  readonly denies?: (asked: Asked) => boolean
  readonly first?: (asked: Asked) => Script | undefined
}

/** Basic with a password of twelve hours; the realm of the challenge is an address that is not for fetching. */
function ecr({ shelf = new Shelf(), quirks, password = 'token-1', denies, first }: Settings = {}): Vendor {
  const core = createDistribution(shelf, {
    unknownRepository: MISSING,
    uploadToUnknown: MISSING,
    location: (repository, upload) => `https://${HOST}/v2/${repository}/blobs/uploads/${upload}`,
    ...quirks,
  })
  const image = `${HOST}/owner/app`
  return {
    hosts: [HOST],
    image,
    credentials: login(image, 'AWS', password),
    answer(asked) {
      const early = first?.(asked)
      if (early !== undefined) return early
      const user = basicUser(asked, { AWS: 'token-1' })
      if (user === undefined) {
        const challenge = `Basic realm="https://${HOST}/",service="ecr.amazonaws.com"`
        const headers = { 'www-authenticate': challenge, 'content-type': 'text/plain' }
        return { status: 401, headers, body: 'Not Authorized' }
      }
      if (user === false)
        return ociError(403, 'DENIED', 'Your authorization token has expired. Reauthenticate.')
      if (asked.kind === 'tags' && Number(asked.query.get('n')) > 1000) return ociError(405, 'UNSUPPORTED')
      if (denies?.(asked) === true) return ociError(403, 'DENIED', 'User is not authorized to perform: ecr:*')
      return core(asked)
    },
  }
}

test('a repository that was created and is empty: the first push, with records in the referrers API', async () => {
  const shelf = new Shelf()
  shelf.make('owner/app')
  const visited = await visit(ecr({ shelf }))
  await pushFirst(visited)
  // The realm is shown to users, not asked.
  expect(visited.requests()).not.toContain(`GET ${HOST}/`)
})

test('create on push: the first push', async () => {
  const shelf = new Shelf()
  const first = (asked: Asked): Script | undefined => {
    if (asked.kind === 'uploads' && asked.headers.authorization !== undefined) shelf.make('owner/app')
    return undefined
  }
  await pushFirst(await visit(ecr({ shelf, first })))
})

describe('a repository that was not created', () => {
  test('ends before the build, saying to create it', async () => {
    const { registry, repository } = await visit(ecr())
    const error = await failureWith('REGISTRY_REFUSED', registry.readTag(repository, TAG))
    expect(error).toMatchObject({ status: 404, ociCodes: ['NAME_UNKNOWN'] })
    expect(error.hint).toContain(`create ${HOST}/owner/app`)
  })

  test('also where uploads to it break off', async () => {
    const first = ({ kind }: Asked): Script | undefined => (kind === 'uploads' ? 'reset' : undefined)
    const { registry, repository } = await visit(ecr({ first }))
    const error = await failureWith('REGISTRY_UNAVAILABLE', registry.readTag(repository, TAG))
    expect(error.hint).toContain('create the repository first')
  })

  test('is plainly absent for whoever does not push', async () => {
    const { registry, repository, requests } = await visit(ecr(), { mayCreate: false })
    await expect(registry.readTag(repository, TAG)).resolves.toBeUndefined()
    expect(requests().filter((line) => line.startsWith('POST'))).toEqual([])
  })

  test('an engine that pushes all the same is told the same', async () => {
    const error = await failureWith('REGISTRY_REFUSED', push(await visit(ecr(), { mayCreate: false })))
    expect(error.hint).toContain(`create ${HOST}/owner/app`)
  })
})

describe('credentials', () => {
  test('that have expired are a denial', async () => {
    const { registry, repository } = await visit(ecr({ password: 'token-0' }))
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repository, TAG))
    expect(error.hint).toContain('were refused')
  })

  test('a policy that allows nothing is a denial', async () => {
    const { registry, repository } = await visit(ecr({ denies: () => true }))
    await failureWith('REGISTRY_DENIED', registry.readTag(repository, TAG))
  })

  test('a policy that allows to write and not to read is a denial from the first write on', async () => {
    const shelf = new Shelf()
    shelf.make('owner/app')
    const visited = await visit(ecr({ shelf, denies: (asked) => actionOf(asked) === 'pull' }))
    await push(visited)
    await failureWith('REGISTRY_DENIED', visited.registry.readTag(visited.repository, TAG))
    await failureWith('REGISTRY_DENIED', visited.registry.listTags(visited.repository))
  })
})

describe.each([
  [
    'the repository is immutable',
    'TAG_INVALID',
    'cannot be overwritten because the repository is immutable.',
  ],
  ['the tag is immutable', 'TAG_INVALID', 'cannot be overwritten because the tag is immutable.'],
  ['under the name of the AWS API', 'ImageTagAlreadyExistsException', 'The image tag already exists.'],
])('an immutable tag (400), %s', (_name, code, message) => {
  const quirks = { overwrite: () => ociError(400, code, message) }
  const start = async () => {
    const shelf = new Shelf()
    shelf.make('owner/app')
    return await visit(ecr({ shelf, quirks }))
  }

  test('the same image is refused as well, and is what was wanted', async () => {
    const visited = await start()
    await push(visited)
    await expect(push(visited)).resolves.toBe(sample.digest)
  })

  test('another image is refused, naming both', async () => {
    const visited = await start()
    await push(visited)
    const error = await failureWith('REGISTRY_REFUSED', push(visited, other))
    expect(error.message).toContain(sample.digest)
    expect(error.message).toContain(other.digest)
    expect(error.status).toBe(400)
  })
})

test('pages of tags are asked for in a size that is allowed', async () => {
  const shelf = new Shelf()
  shelf.make('owner/app')
  const visited = await visit(ecr({ shelf }))
  await push(visited)
  await expect(visited.registry.listTags(visited.repository)).resolves.toEqual([TAG])
})

describe('throttling', () => {
  const THROTTLED = ociError(429, 'TOOMANYREQUESTS', 'Rate exceeded')
  const throttle = (times: number) => {
    let left = times
    return ({ method, kind }: Asked): Script | undefined => {
      if (method !== 'PUT' || kind !== 'manifests' || left === 0) return undefined
      left -= 1
      return THROTTLED
    }
  }

  test('is waited for', async () => {
    const shelf = new Shelf()
    shelf.make('owner/app')
    const pauses: number[] = []
    const visited = await visit(ecr({ shelf, first: throttle(2) }), { clock: fastClock(pauses) })
    await expect(push(visited)).resolves.toBe(sample.digest)
    expect(pauses).toHaveLength(2)
  })

  test('that lasts is an outage, named', async () => {
    const shelf = new Shelf()
    shelf.make('owner/app')
    const error = await failureWith(
      'REGISTRY_UNAVAILABLE',
      push(await visit(ecr({ shelf, first: throttle(9) }))),
    )
    expect(error.message).toContain('429 TOOMANYREQUESTS: Rate exceeded')
    expect(error.message).toContain('after 3 tries')
  })
})

test('the public gallery takes nothing but its own tokens', async () => {
  const shelf = new Shelf()
  shelf.make('owner/app').put(Buffer.from(sample.bytes), MEDIA_TYPES.ociManifest, TAG)
  const visited = await visit(
    bearerVendor({
      image: 'public.ecr.aws/owner/app',
      apiHost: 'public.ecr.aws',
      realm: 'https://public.ecr.aws/token/',
      service: 'public.ecr.aws',
      users: { AWS: 'token-1' },
      decide: ({ actions }) => actions,
      shelf,
      refuseForeign: () => ({ status: 400, headers: { 'content-type': 'text/plain' }, body: 'Bad Request' }),
    }),
  )
  await expect(visited.registry.readTag(visited.repository, TAG)).resolves.toMatchObject({
    digest: sample.digest,
  })
  await expect(push(visited)).resolves.toBe(sample.digest)
})
