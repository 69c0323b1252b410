import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxRegistry, startRegistry } from '../../sandbox/registry/server.ts'
import { startResults } from '../../sandbox/results/server.ts'
import { errorsOf, newCommit, step, temporaryFolder, writeApplication, writeFiles } from './world.ts'

let registry: SandboxRegistry

beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(async () => {
  await registry.close()
})

let places = 0

/** A workspace, and a repository of its own, so that tests can run side by side: half of a deployment is waiting. */
async function openPlace() {
  const folder = await temporaryFolder()
  await writeApplication(folder.path)
  const path = `team/app-${(places += 1)}`
  const image = `${registry.host}/${path}`
  return {
    workspace: folder.path,
    path,
    image,
    build: async (
      more: Readonly<Record<string, string>> = {},
    ): Promise<{ commit: string; digest: string }> => {
      const commit = newCommit()
      const inputs = { image, commit, engine: 'layers', path: 'dist', settle: '0', ...more }
      const result = await step('build', inputs, { workspace: folder.path })
      expect(errorsOf(result)).toBe('')
      return { commit, digest: result.outputs['digest'] ?? '' }
    },
    deploymentTags: async (): Promise<readonly string[]> =>
      (await registry.tags(path)).filter((tag) => tag.startsWith('build-once.deployment.')),
    [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
  }
}

describe.concurrent('deploy', () => {
  it('hands the verified digest to the script, hashes the configuration and records the deployment', async () => {
    await using place = await openPlace()
    await writeFiles(place.workspace, { 'config/staging.json': '{"greeting":"hello"}' })
    const { commit, digest } = await place.build()
    const run =
      'printf "%s\\n" "$IMAGE" "$DIGEST" "$REFERENCE" "$COMMIT" "$ENVIRONMENT" > deployed.txt\nenv > env.txt'
    const inputs = {
      image: place.image,
      commit,
      digest,
      environment: `staging ${commit.slice(0, 7)}`,
      run,
      config: 'config/*.json',
      running: 'echo "docker-pullable://$REFERENCE"',
    }
    const first = await step('deploy', inputs, { workspace: place.workspace, stepEnv: { INPUT_EXTRA: 'x' } })
    expect(errorsOf(first)).toBe('')
    const lines = (await readFile(join(place.workspace, 'deployed.txt'), 'utf8')).split('\n')
    expect(lines.slice(0, 5)).toEqual([
      place.image,
      digest,
      `${place.image}@${digest}`,
      commit,
      inputs.environment,
    ])
    expect(await readFile(join(place.workspace, 'env.txt'), 'utf8')).not.toContain('INPUT_')
    expect(first.outputs).toMatchObject({
      digest,
      'previous-digest': '',
      reference: `${place.image}@${digest}`,
    })
    expect(first.outputs['evidence']).toContain('SHA tag')
    const second = await step('deploy', inputs, { workspace: place.workspace })
    expect(second.outputs).toMatchObject({
      'previous-digest': digest,
      'release-id': first.outputs['release-id'],
    })
    expect(second.outputs['deployment-id']).not.toBe(first.outputs['deployment-id'])
  })

  it('passes over a tag of the log that holds no record, with a warning', async () => {
    await using place = await openPlace()
    const { commit, digest } = await place.build()
    const inputs = { image: place.image, commit, digest, environment: `log ${commit}`, run: 'true' }
    const before = await place.deploymentTags()
    expect(errorsOf(await step('deploy', inputs, { workspace: place.workspace }))).toBe('')
    const [tag = ''] = (await place.deploymentTags()).filter((name) => !before.includes(name))
    await registry.putTag(place.path, tag.replace(/\.\d{8}T/, '.29990101T'), digest)
    const again = await step('deploy', inputs, { workspace: place.workspace })
    expect(errorsOf(again)).toBe('')
    expect(again.outputs['previous-digest']).toBe(digest)
    expect(again.annotations).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        message: expect.stringContaining('Passed over') as string,
      }),
    )
  })

  it('takes the sealed digest when asked for it, and a dry run changes nothing', async () => {
    await using place = await openPlace()
    const { commit, digest } = await place.build()
    const before = await place.deploymentTags()
    const result = await step(
      'deploy',
      {
        image: place.image,
        commit,
        digest: 'sealed',
        environment: 'dry',
        run: 'touch touched',
        'dry-run': 'true',
      },
      { workspace: place.workspace },
    )
    expect(errorsOf(result)).toBe('')
    expect(result.outputs).toMatchObject({ digest, 'deployment-id': '' })
    expect(result.summary).toContain('Dry run')
    await expect(readFile(join(place.workspace, 'touched'))).rejects.toThrow('ENOENT')
    expect(await place.deploymentTags()).toEqual(before)
  })

  it('counts the artifact of the same workflow run as a witness', async () => {
    await using place = await openPlace()
    const results = await startResults()
    try {
      const commit = newCommit()
      const build = { image: place.image, commit, engine: 'layers', path: 'dist', settle: '0' }
      const setup = { workspace: place.workspace, results, workflowRunId: '42' }
      const { outputs } = await step('build', build, setup)
      const deploy = {
        image: place.image,
        commit,
        digest: outputs['digest'] ?? '',
        environment: 'staging',
        run: 'true',
      }
      const agreed = await step('deploy', deploy, setup)
      expect(errorsOf(agreed)).toBe('')
      expect(agreed.outputs['evidence']).toContain('workflow artifact')
      await writeApplication(place.workspace, 'another')
      const other = await place.build()
      await registry.putTag(place.path, commit, other.digest)
      const refused = await step('deploy', { ...deploy, digest: 'sealed' }, setup)
      expect(errorsOf(refused)).toContain('DIGEST_MISMATCH')
    } finally {
      await results.close()
    }
  })
})

describe.concurrent('refusals', () => {
  it.each([
    { description: 'a declared-elsewhere build input', more: { context: '.' }, code: 'REBUILD_REQUESTED' },
    { description: 'an undeclared one', more: { rebuild: 'true' }, code: 'REBUILD_REQUESTED' },
    {
      description: 'docker build inside run, its exit code ignored',
      more: { run: 'docker build . || true' },
      code: 'REBUILD_REQUESTED',
    },
    {
      description: 'a builder that is not installed',
      more: { run: 'kaniko --context . || true' },
      code: 'REBUILD_REQUESTED',
    },
    {
      description: 'npm ci under the strict guard',
      more: { run: 'npm ci || true', guard: 'strict' },
      code: 'REBUILD_REQUESTED',
    },
    { description: 'an empty digest', more: { digest: '' }, code: 'DIGEST_MISSING' },
    {
      description: 'a digest nobody built',
      more: { digest: `sha256:${'0'.repeat(64)}` },
      code: 'DIGEST_MISMATCH',
    },
    { description: 'a commit nobody built', more: { commit: 'f'.repeat(40) }, code: 'NOT_SEALED' },
    { description: 'a script that fails', more: { run: 'exit 3' }, code: 'RUN_FAILED' },
    {
      description: 'something else that runs',
      more: { running: `echo sha256:${'1'.repeat(64)}` },
      code: 'RUNNING_MISMATCH',
    },
    {
      description: 'a running command that prints nothing',
      more: { running: 'true' },
      code: 'RUNNING_MISMATCH',
    },
    {
      description: 'configuration that is not there',
      more: { config: 'nowhere.json' },
      code: 'CONFIG_MISSING',
    },
  ])('$description is $code, and recorded', async ({ more, code }) => {
    await using place = await openPlace()
    const { commit, digest } = await place.build()
    const before = (await place.deploymentTags()).length
    const result = await step(
      'deploy',
      { image: place.image, commit, digest, environment: 'production', run: 'true', ...more },
      { workspace: place.workspace },
    )
    expect(errorsOf(result)).toContain(code)
    expect(result.conclusion).toBe('failure')
    expect(result.outputs['digest']).toBeUndefined()
    expect(result.summary).toContain(code)
    expect(await place.deploymentTags()).toHaveLength(before + 1)
  })

  it('another commit’s digest, a moved tag and a tag of another commit are told apart', async () => {
    await using place = await openPlace()
    const one = await place.build()
    const two = await place.build()
    const deploy = async (commit: string, digest: string) =>
      errorsOf(
        await step(
          'deploy',
          { image: place.image, commit, digest, environment: 'production', run: 'true' },
          { workspace: place.workspace },
        ),
      )
    const foreign = await deploy(one.commit, two.digest)
    expect(foreign).toContain('DIGEST_MISMATCH')
    expect(foreign).toContain(one.digest)
    expect(foreign).toContain(two.digest)
    await registry.putTag(place.path, one.commit, two.digest)
    expect(await deploy(one.commit, one.digest)).toContain('TAG_MOVED')
    expect(await deploy(one.commit, two.digest)).toContain('RECORD_MISMATCH')
    expect(await deploy(one.commit, 'sealed')).toContain('RECORD_MISMATCH')
    expect(await deploy(two.commit, two.digest)).toBe('')
  })

  it('a pull request build is refused unless it is allowed', async () => {
    await using place = await openPlace()
    const commit = newCommit()
    const payload = {
      pull_request: {
        head: { repo: { full_name: 'octo-org/app' } },
        base: { repo: { full_name: 'octo-org/app' } },
      },
    }
    const { outputs } = await step(
      'build',
      { image: place.image, commit, engine: 'layers', path: 'dist', settle: '0' },
      { workspace: place.workspace, event: 'pull_request', payload },
    )
    const inputs = {
      image: place.image,
      commit,
      digest: outputs['digest'] ?? '',
      environment: 'preview',
      run: 'true',
    }
    expect(errorsOf(await step('deploy', inputs, { workspace: place.workspace }))).toContain(
      'PULL_REQUEST_BUILD',
    )
    expect(
      errorsOf(
        await step('deploy', { ...inputs, 'allow-pull-request': 'true' }, { workspace: place.workspace }),
      ),
    ).toBe('')
  })
})

describe.concurrent('unpack', () => {
  it('restores a files artifact, exactly', async () => {
    await using place = await openPlace()
    const { commit, digest } = await place.build({ engine: 'files' })
    const inputs = {
      image: place.image,
      commit,
      digest,
      environment: 'site',
      unpack: 'out',
      run: 'diff -r dist out',
    }
    const result = await step('deploy', inputs, { workspace: place.workspace })
    expect(errorsOf(result)).toBe('')
    const again = await step('deploy', inputs, { workspace: place.workspace })
    expect(errorsOf(again)).toContain('UNPACK_FAILED')
  })
})

it.concurrent('masks the password everywhere', async () => {
  await using folder = await temporaryFolder()
  await writeApplication(folder.path)
  const secured = await startRegistry({ auth: { kind: 'token', users: { robot: 'correct-horse-battery' } } })
  try {
    const commit = newCommit()
    const inputs = {
      image: `${secured.host}/team/app`,
      commit,
      engine: 'layers',
      path: 'dist',
      settle: '0',
      username: 'robot',
    }
    const good = await step(
      'build',
      { ...inputs, password: 'correct-horse-battery' },
      { workspace: folder.path, debug: true },
    )
    expect(errorsOf(good)).toBe('')
    const bad = await step(
      'build',
      { ...inputs, commit: newCommit(), password: 'wrong-horse-battery' },
      { workspace: folder.path, debug: true },
    )
    expect(errorsOf(bad)).toContain('REGISTRY_DENIED')
    for (const result of [good, bad]) {
      const shown = result.rawStdout
        .split('\n')
        .filter((line) => !line.startsWith('::add-mask::'))
        .join('\n')
      expect(shown).not.toContain('horse-battery')
      expect(result.summary + JSON.stringify(result.outputs)).not.toContain('horse-battery')
    }
  } finally {
    await secured.close()
  }
})
