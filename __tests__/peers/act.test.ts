import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeAccepted } from './act/accepted.ts'
import { deploymentsOf, rolledOut, sealedDigest } from './act/outcome.ts'
import { dockerApplication } from './act/repository.ts'
import { startWorld, type World } from './act/world.ts'
import { temporaryFolder } from '../e2e/world.ts'

const CONFIGURATION = {
  'deploy/staging/app.yaml': 'replicas: 1\n',
  'deploy/production/app.yaml': 'replicas: 3\n',
}

describe('build, staging and production', () => {
  const start = async (): Promise<World> =>
    await startWorld(['build-and-deploy.yml'], { ...dockerApplication('hello\n'), ...CONFIGURATION })

  test('get the one digest, and a second run builds nothing', async () => {
    const world = await start()
    const first = await world.run('build-and-deploy.yml')
    expect(first.jobs, first.log).toEqual({
      'Build and deploy/build': 'success',
      'Build and deploy/staging': 'success',
      'Build and deploy/production': 'success',
    })
    expect(first.exitCode).toBe(0)
    expect(first.log).toContain('::set-output:: built=true')
    const reference = `ghcr.io/owner/app@${await sealedDigest(world)}`
    const deployed = [...rolledOut('staging', reference), ...rolledOut('production', reference)]
    expect(await world.cluster.history()).toEqual(deployed)
    expect(first.log).toContain(`Deployed ${reference} to production`)
    expect(world.results.artifacts()).toHaveLength(1)
    const { metadata } = world.github.state
    expect(metadata.storage.all()).toMatchObject([{ values: { registry_url: 'https://ghcr.io' } }])
    const placed = metadata.deployments.all().map(({ values }) => values['logical_environment'])
    expect(placed).toEqual(['staging', 'production'])

    const second = await world.run('build-and-deploy.yml')
    expect(second.exitCode, second.log).toBe(0)
    expect(second.log).toContain('::set-output:: built=false')
    expect(await world.cluster.history()).toEqual([...deployed, ...deployed])
  })

  test('production is refused what was put under the SHA tag while staging was deployed', async () => {
    const world = await start()
    const { commit } = world.repository
    const image = 'ghcr.io/owner/app'
    await world.cluster.afterRollout(
      'staging',
      world.craneLine('mutate', '--label', 'by=hand', '--tag', `${image}:${commit}`, `${image}:${commit}`),
    )
    const run = await world.run('build-and-deploy.yml')
    expect(run.exitCode, run.log).not.toBe(0)
    expect(run.jobs).toEqual({
      'Build and deploy/build': 'success',
      'Build and deploy/staging': 'success',
      'Build and deploy/production': 'failure',
    })
    const moved = await sealedDigest(world)
    expect(run.log).toContain('::error title=TAG_MOVED::')
    expect(run.log).toContain(moved)
    const history = await world.cluster.history()
    expect(history).toHaveLength(3)
    expect(history.join()).not.toContain(moved)
    expect(deploymentsOf(world)).toEqual([`staging ${commit} success`, `production ${commit} error`])
  })

  test('staging fails, and production is never asked, when something else runs than what was set', async () => {
    const world = await start()
    const other = `ghcr.io/owner/app@sha256:${'0'.repeat(64)}`
    await world.cluster.runOther('staging', other)
    const run = await world.run('build-and-deploy.yml')
    expect(run.exitCode, run.log).not.toBe(0)
    expect(run.jobs).toEqual({ 'Build and deploy/build': 'success', 'Build and deploy/staging': 'failure' })
    expect(run.log).toContain('::error title=RUNNING_MISMATCH::')
    expect(run.log).toContain(other)
    expect(deploymentsOf(world)).toEqual([`staging ${world.repository.commit} failure`])
    expect(await world.cluster.history()).toHaveLength(3)
  })
})

test('a matrix of images: each job builds its own, and deploys what is sealed for it', async () => {
  const services = ['api', 'web', 'worker']
  const files = services.map((name) => dockerApplication(name, `services/${name}/`))
  const world = await startWorld(['matrix.yml'], Object.assign({}, ...files))
  const run = await world.run('matrix.yml')
  expect(run.exitCode, run.log).toBe(0)
  expect(Object.keys(run.jobs)).toHaveLength(6)
  expect(new Set(Object.values(run.jobs))).toEqual(new Set(['success']))
  const expected = await Promise.all(
    services.map(async (name) => {
      const image = `ghcr.io/owner/shop-${name}`
      return `set staging/${name} ${image}@${await sealedDigest(world, image)}`
    }),
  )
  expect((await world.cluster.history()).toSorted()).toEqual(expected)
  expect(new Set(expected.map((line) => line.split('@')[1]))).toHaveLength(3)
  expect(world.results.artifacts()).toHaveLength(3)
})

test('a reusable workflow: both environments by one file, and the build sealed in git', async () => {
  const files = { ...dockerApplication('hello again\n'), ...CONFIGURATION }
  const world = await startWorld(['release.yml', 'deploy.yml'], files)
  const run = await world.run('release.yml')
  expect(run.exitCode, run.log).toBe(0)
  expect(run.jobs).toEqual({
    'Release/build': 'success',
    'staging/Deploy/deploy': 'success',
    'production/Deploy/deploy': 'success',
  })
  const reference = `ghcr.io/owner/app@${await sealedDigest(world)}`
  expect(await world.cluster.history()).toEqual([
    ...rolledOut('staging', reference),
    ...rolledOut('production', reference),
  ])
  const { commit } = world.repository
  expect(deploymentsOf(world)).toEqual([`staging ${commit} success`, `production ${commit} success`])
  const seals = world.github.state.git.refs.matching('refs/build-once/')
  expect(seals.map(({ name }) => name.split('/').at(-1))).toEqual([commit])
})

test('files: built with npm, unpacked and copied to a server', async () => {
  const build = 'mkdir -p dist && echo "<h1>hello</h1>" >dist/index.html'
  const world = await startWorld(['files.yml'], {
    'package.json': JSON.stringify({ name: 'site', version: '1.0.0', scripts: { build } }),
    'package-lock.json': JSON.stringify({ name: 'site', version: '1.0.0', lockfileVersion: 3, packages: {} }),
  })
  await world.install('rsync', 'cp -r "$3" "$CLUSTER/www"\necho "rsync $*" >>"$CLUSTER/history"')
  const run = await world.run('files.yml')
  expect(run.exitCode, run.log).toBe(0)
  expect(await world.cluster.history()).toEqual([
    'rsync --archive --delete site/ deploy@www.example.com:/srv/www/',
  ])
  const folder = world.cluster.environment['CLUSTER'] ?? ''
  expect(await readFile(join(folder, 'www', 'index.html'), 'utf8')).toBe('<h1>hello</h1>\n')
})

const LATER = `on: push
permissions: {}
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment:
      name: staging
      deployment: false
    concurrency:
      group: staging
      queue: max
    permissions:
      artifact-metadata: write
      contents: read
    steps:
      - run: 'true'
`

describe('a workflow for act', () => {
  test('is the original without the lines act cannot parse yet', async () => {
    await using folder = await temporaryFolder()
    const { text, leftOut } = await writeAccepted(join(folder.path, 'later.yml'), LATER)
    expect(leftOut).toEqual(['8: deployment: false', '11: queue: max', '13: artifact-metadata: write'])
    expect(text).toBe(LATER.replaceAll(/^ +(?:deployment|queue|artifact-metadata):.*$/gm, ''))
  })

  test('is refused for any other mistake', async () => {
    await using folder = await temporaryFolder()
    const wrong = LATER.replace('runs-on', 'runs-at')
    await expect(writeAccepted(join(folder.path, 'wrong.yml'), wrong)).rejects.toThrow(
      'Unknown Property runs-at',
    )
  })
})
