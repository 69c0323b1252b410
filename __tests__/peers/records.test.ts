import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand, writeContext } from '../../sandbox/peers/command.ts'
import { startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { findPeers, type Peers } from '../../sandbox/peers/tools.ts'
import { startRegistry } from '../../sandbox/registry/server.ts'
import { errorsOf, temporaryFolder } from '../e2e/world.ts'
import { build, deploy, expectReuse, readManifest, type Sealed } from './world.ts'

const BUILD = 'application/vnd.build-once.build.v1+json'
const DEPLOYMENT = 'application/vnd.build-once.deployment.v1+json'
const NOTES = 'application/vnd.example.notes'

const inputs = { engine: 'layers', path: 'site' }

let peers: Peers
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  peers = await findPeers()
  folder = await temporaryFolder()
  await writeContext(folder.path, { 'site/index.html': '<title>records</title>\n', 'notes.txt': 'notes\n' })
  const env = { COSIGN_PASSWORD: 'test' }
  await runCommand([peers.cosign, 'generate-key-pair', '--output-key-prefix', join(folder.path, 'key')], {
    env,
  })
})

afterAll(async () => {
  await folder?.[Symbol.asyncDispose]()
})

/** What `oras discover` lists at a digest. */
async function discover(reference: string, ...options: string[]): Promise<Referrer[]> {
  const argv = ['discover', '--plain-http', '--depth', '1', '--format', 'json', ...options, reference]
  const { stdout } = await runCommand([peers.oras, ...argv])
  return (JSON.parse(stdout) as { referrers?: Referrer[] }).referrers ?? []
}

interface Referrer {
  readonly reference: string
  readonly digest: string
  readonly artifactType: string
}

async function discoverTypes(reference: string, ...options: string[]): Promise<string[]> {
  return (await discover(reference, ...options)).map(({ artifactType }) => artifactType).toSorted()
}

async function cosign(verb: 'sign' | 'verify' | 'tree', reference: string): Promise<string> {
  const key = join(folder.path, 'key')
  // No network: no signing configuration to fetch, no transparency log to write to or to ask.
  const options = {
    sign: ['--key', `${key}.key`, '--yes', '--use-signing-config=false', '--tlog-upload=false'],
    verify: ['--key', `${key}.pub`, '--insecure-ignore-tlog=true'],
    tree: [],
  }[verb]
  const env = { COSIGN_PASSWORD: 'test', TUF_ROOT: join(folder.path, 'tuf') }
  return (await runCommand([peers.cosign, verb, ...options, reference], { env })).stdout
}

async function attachNotes(reference: string): Promise<void> {
  const argv = ['attach', '--plain-http', '--artifact-type', NOTES, reference, 'notes.txt:text/plain']
  await runCommand([peers.oras, ...argv], { cwd: folder.path })
}

const registries = [
  {
    name: 'docker-registry, which has no referrers API',
    api: 'v1.1-referrers-tag',
    // cosign 3 lists its bundles in the fallback index by the type of their empty config.
    signature: 'application/vnd.oci.empty.v1+json',
    start: async () => startDockerRegistry(),
  },
  {
    name: 'a registry with the referrers API',
    api: 'v1.1-referrers-api',
    signature: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    start: async () => startRegistry(),
  },
]

describe.each(registries)('$name', ({ api, signature, start }) => {
  let registry: { readonly host: string; readonly close: () => Promise<void> }

  beforeAll(async () => {
    registry = await start()
  })

  afterAll(async () => {
    await registry?.close()
  })

  const built = async (name: string, more: Readonly<Record<string, string>> = {}): Promise<Sealed> =>
    build({
      image: `${registry.host}/records/${name}`,
      inputs: { ...inputs, ...more },
      workspace: folder.path,
      env: {},
    })

  test('oras discovers the build record and the deployments, and fetches them', async () => {
    const sealed = await built('discover')
    const first = await deploy(sealed, {}, {})
    const refused = await deploy(sealed, { context: '.' }, {})
    expect([errorsOf(first), first.conclusion]).toEqual(['', 'success'])
    expect(errorsOf(refused)).toContain('REBUILD_REQUESTED')
    expect(await discoverTypes(sealed.reference, '--distribution-spec', api)).toContain(BUILD)
    expect(await discoverTypes(sealed.reference)).toEqual(expect.arrayContaining([BUILD, DEPLOYMENT]))
    const [found] = await discover(sealed.reference, '--artifact-type', BUILD)
    const manifest = await readManifest(found?.reference ?? '')
    expect(manifest).toMatchObject({ artifactType: BUILD, subject: { digest: sealed.digest } })
    const blob = `${sealed.image}@${manifest.layers?.[0]?.digest}`
    const fetched = await runCommand([peers.oras, 'blob', 'fetch', '--plain-http', '--output', '-', blob])
    expect(JSON.parse(fetched.stdout)).toEqual(JSON.parse(sealed.result.outputs['record'] ?? ''))
  })

  test('oras pulls a record as a file', async () => {
    const sealed = await built('pull')
    const [found] = await discover(sealed.reference, '--artifact-type', BUILD)
    const target = join(folder.path, `pulled-${api}`)
    await runCommand([peers.oras, 'pull', '--plain-http', '--output', target, found?.reference ?? ''])
    const pulled: unknown = JSON.parse(await readFile(join(target, 'build.json'), 'utf8'))
    expect(pulled).toEqual(JSON.parse(sealed.result.outputs['record'] ?? ''))
  })

  test('oras pulls the folder of a files artifact', async () => {
    const sealed = await built('files', { engine: 'files' })
    const target = join(folder.path, `restored-${api}`)
    await runCommand([peers.oras, 'pull', '--plain-http', '--output', target, sealed.reference])
    await runCommand(['diff', '-r', join(folder.path, 'site'), join(target, 'site')])
  })

  test.each(['sign first', 'deploy first'])(
    'signatures and artifacts of others are kept, and do not disturb: %s',
    async (order) => {
      const sealed = await built(`foreign-${order.replaceAll(' ', '-')}`)
      const steps = [
        async () => {
          await cosign('sign', sealed.reference)
          await attachNotes(sealed.reference)
        },
        async () => {
          const { conclusion } = await deploy(sealed, {}, {})
          expect(conclusion).toBe('success')
        },
      ]
      for (const write of order === 'sign first' ? steps : steps.toReversed()) {
        const before = await discover(sealed.reference)
        await write()
        // Nobody's entry is lost or changed by another's writing.
        expect(await discover(sealed.reference)).toEqual(expect.arrayContaining(before))
      }
      expect(await discoverTypes(sealed.reference)).toEqual([BUILD, DEPLOYMENT, signature, NOTES].toSorted())
      await cosign('verify', sealed.reference)
      await expectReuse(sealed, inputs)
      const again = await deploy(sealed, {}, {})
      expect(errorsOf(again)).toBe('')
      expect(again.outputs).toMatchObject({ digest: sealed.digest, 'previous-digest': sealed.digest })
      const rebuilt = await deploy(sealed, { digest: 'sealed' }, {})
      expect(rebuilt.outputs['digest']).toBe(sealed.digest)
    },
  )

  test('a forged record of a stranger is passed over', async () => {
    const sealed = await built('forged')
    await writeContext(folder.path, { 'forged.json': '{"schema":"build-once/build/v1"}\n' })
    const argv = [
      'attach',
      '--plain-http',
      '--artifact-type',
      BUILD,
      sealed.reference,
      `forged.json:${BUILD}`,
    ]
    await runCommand([peers.oras, ...argv], { cwd: folder.path })
    await expectReuse(sealed, inputs)
    const deployed = await deploy(sealed, {}, {})
    expect([errorsOf(deployed), deployed.conclusion]).toEqual(['', 'success'])
    expect(deployed.annotations).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        message: expect.stringContaining('Passed over') as string,
      }),
    )
  })

  test('cosign shows the signature beside our records', async () => {
    const sealed = await built('tree')
    await cosign('sign', sealed.reference)
    const tree = await cosign('tree', sealed.reference)
    expect(tree).toContain('sigstore.dev/cosign/sign/v1')
    expect(tree).toContain(`${BUILD} artifacts via OCI referrer`)
  })
})

describe('a fallback index that others broke', () => {
  let registry: Awaited<ReturnType<typeof startDockerRegistry>>

  beforeAll(async () => {
    registry = await startDockerRegistry()
  })

  afterAll(async () => {
    await registry?.close()
  })

  const INDEX = 'application/vnd.oci.image.index.v1+json'

  test.each([
    {
      description: 'a writer that knew of no other lost all entries',
      push: async (tagged: string) => {
        const empty = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] })
        const argv = ['manifest', 'push', '--plain-http', '--media-type', INDEX, tagged, '-'] as const
        await runCommand([peers.oras, ...argv], { input: empty })
      },
    },
    {
      description: 'an image stands in its place',
      push: async (tagged: string) => {
        await runCommand([peers.oras, 'push', '--plain-http', tagged, 'notes.txt'], { cwd: folder.path })
      },
    },
  ])(
    '$description: the records are still found, and new ones can be written',
    async ({ description, push }) => {
      const image = `${registry.host}/broken/${description.split(' ')[1]}`
      const sealed = await build({ image, inputs, workspace: folder.path, env: {} })
      await push(`${image}:${sealed.digest.replace(':', '-')}`)
      expect(await discoverTypes(sealed.reference)).toEqual([])
      await expectReuse(sealed, inputs)
      for (const previous of ['', sealed.digest]) {
        const deployed = await deploy(sealed, {}, {})
        expect(errorsOf(deployed)).toBe('')
        expect(deployed.outputs).toMatchObject({ digest: sealed.digest, 'previous-digest': previous })
      }
    },
  )
})
