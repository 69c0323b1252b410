import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Buildkitd, startBuildkitd } from '../../sandbox/peers/buildkitd.ts'
import { runCommand } from '../../sandbox/peers/command.ts'
import { type DockerRegistry, startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { createRemoteBuilder, type Dockerd, startDockerd } from '../../sandbox/peers/dockerd.ts'
import { errorsOf, step, temporaryFolder } from '../e2e/world.ts'
import { build, deploy, expectAgreement, listTags, type Sealed, writeSources } from './world.ts'

let registry: DockerRegistry
let dockerd: Dockerd
let buildkitd: Buildkitd
let builder: string

beforeAll(async () => {
  registry = await startDockerRegistry()
  dockerd = await startDockerd()
  buildkitd = await startBuildkitd()
  builder = await createRemoteBuilder(dockerd, buildkitd.address)
})

afterAll(async () => {
  await buildkitd?.close()
  await dockerd?.close()
  await registry?.close()
})

async function built(name: string, more: Readonly<Record<string, string>> = {}): Promise<Sealed> {
  await using folder = await temporaryFolder()
  await writeSources(folder.path, `hello from ${name}\n`)
  const inputs = { engine: 'docker', network: 'none', ...more }
  const image = `${registry.host}/deploy/${name}`
  return await build({ image, inputs, workspace: folder.path, env: dockerd.env })
}

/** What somebody does who copies an image by hand. */
async function pullTagPush(from: string, to: string): Promise<void> {
  for (const argv of [
    ['docker', 'pull', from],
    ['docker', 'tag', from, to],
    ['docker', 'push', to],
  ] as const)
    await runCommand([...argv], { env: dockerd.env })
}

describe('run with docker on PATH', () => {
  let sealed: Sealed

  beforeAll(async () => {
    sealed = await built('guarded')
  })

  test('runs the image by $REFERENCE, and asks docker what runs', async () => {
    const run = [
      'docker pull --quiet "$REFERENCE"',
      'docker run --detach --network none --name deployed "$REFERENCE" sleep 600',
      'docker run --rm --network none "$REFERENCE"',
    ].join('\n')
    const running = [
      'image="$(docker inspect --format "{{.Image}}" deployed)"',
      `docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$image" | grep -F "$IMAGE@"`,
    ].join('\n')
    try {
      const result = await deploy(sealed, { run, running }, dockerd.env)
      expect([errorsOf(result), result.conclusion]).toEqual(['', 'success'])
      expect(result.log).toContain('hello from guarded')
      expect(result.log).toContain(`What runs is what was built: ${sealed.reference}`)
    } finally {
      await runCommand(['docker', 'rm', '--force', 'deployed'], { env: dockerd.env })
    }
  })

  test.each([
    'docker build .',
    'docker image build .',
    'docker --debug build -t "$IMAGE:guarded" .',
    'docker buildx build --push -t "$IMAGE:guarded" .',
    'docker buildx bake',
    'docker tag "$REFERENCE" "$IMAGE:guarded"',
    'docker push "$IMAGE:guarded"',
    'docker commit nothing "$IMAGE:guarded"',
    'docker compose build',
    'docker compose up --build --detach',
    'buildah bud .',
    'crane tag "$REFERENCE" guarded',
    'sh -c "docker build ."',
    'env docker build .',
    'echo . | xargs docker build',
  ])('%s is refused, also when its failure is ignored', async (command) => {
    const run = `docker pull --quiet "$REFERENCE"\nprintf 'FROM scratch\\nCOPY . /\\n' > Dockerfile\n${command} || true`
    const result = await deploy(sealed, { run }, dockerd.env)
    expect(errorsOf(result)).toContain('REBUILD_REQUESTED')
    expect(result.log).toContain('was refused (REBUILD_REQUESTED)')
    expect(await listTags(sealed.image)).not.toContain('guarded')
    const { stdout } = await runCommand(['docker', 'images', '--quiet', `${sealed.image}:guarded`], {
      env: dockerd.env,
    })
    expect(stdout).toBe('')
  })

  test('the same commands do their work where nothing guards them', async () => {
    // What proves that the refusals above are the guard's, and not docker's.
    await pullTagPush(sealed.reference, `${sealed.image}:unguarded`)
    expect(await listTags(sealed.image)).toContain('unguarded')
  })
})

describe('an image that is pulled, tagged and pushed by hand', () => {
  test('keeps its digest when it is a single image, and is deployed', async () => {
    const sealed = await built('copied-image')
    const tagged = `${sealed.image}:${sealed.commit}`
    await pullTagPush(sealed.reference, tagged)
    await expectAgreement(tagged, sealed.digest, dockerd.env)
    const result = await deploy(sealed, {}, {})
    expect([errorsOf(result), result.conclusion]).toEqual(['', 'success'])
  })

  test('becomes another when it is an index: the SHA tag has moved', async () => {
    const sealed = await built('copied-index', { builder, provenance: 'mode=max' })
    const tagged = `${sealed.image}:${sealed.commit}`
    await pullTagPush(sealed.reference, tagged)
    const { stdout } = await runCommand(['crane', 'digest', tagged], { env: dockerd.env })
    const moved = stdout.trim()
    expect(moved).not.toBe(sealed.digest)

    const refused = errorsOf(await deploy(sealed, {}, {}))
    expect(refused).toContain('TAG_MOVED')
    expect(refused).toContain(sealed.digest)
    expect(refused).toContain(moved)
    expect(errorsOf(await deploy({ ...sealed, digest: moved }, {}, {}))).toContain('NOT_SEALED')
    expect(errorsOf(await deploy(sealed, { digest: 'sealed' }, {}))).toContain('NOT_SEALED')
    await using folder = await temporaryFolder()
    const { image, commit } = sealed
    const again = await step('build', { image, commit, settle: '0' }, { workspace: folder.path })
    expect(errorsOf(again)).toContain('UNSEALED_TAG')

    await runCommand(['crane', 'tag', sealed.reference, commit], { env: dockerd.env })
    expect(errorsOf(await deploy(sealed, {}, {}))).toBe('')
  })
})
