import { execFileSync } from 'node:child_process'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SandboxRegistry, startRegistry } from '../../sandbox/registry/server.ts'
import { errorsOf, newCommit, step, temporaryFolder, writeApplication } from './world.ts'

let registry: SandboxRegistry

beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(async () => {
  await registry.close()
})

it('names every fault in one message and pushes nothing', async () => {
  await using folder = await temporaryFolder()
  const result = await step(
    'build',
    {
      image: `${registry.host}/Team/App`,
      commit: 'abc1234',
      engine: 'layers',
      tags: 'feature/x',
      context: '.',
      settle: 'soon',
      path: 'nowhere',
    },
    { workspace: folder.path },
  )
  const message = errorsOf(result)
  expect(message).toContain('INPUT_INVALID')
  for (const input of ['image:', 'commit:', 'tags:', 'context:', 'settle:', 'path:'])
    expect(message).toContain(`- ${input}`)
  expect(registry.requests).toEqual([])
  expect(result.conclusion).toBe('failure')
})

it.each([
  { description: 'a malformed image', inputs: { image: 'not a reference' }, expected: 'image:' },
  { description: 'an image without registry', inputs: { image: 'team/app' }, expected: 'registry' },
  { description: 'an image with a tag', inputs: { image: '127.0.0.1:5000/team/app:v1' }, expected: 'tag' },
  {
    description: 'an unknown engine',
    inputs: { engine: 'kaniko' },
    expected: 'engine: must be one of docker',
  },
  {
    description: 'inputs of two engines',
    inputs: { engine: 'layers', path: 'dist', run: 'make' },
    expected: 'run: is an input of engine "command"',
  },
  { description: 'no path', inputs: { engine: 'layers' }, expected: 'path: is required' },
  {
    description: 'a boolean that is none',
    inputs: { engine: 'layers', path: 'dist', adopt: 'yes' },
    expected: 'adopt: must be true or false',
  },
])('$description is a fault', async ({ inputs, expected }) => {
  await using folder = await temporaryFolder()
  await writeApplication(folder.path)
  const given: Record<string, string> = { image: `${registry.host}/team/app`, commit: newCommit(), ...inputs }
  const result = await step('build', given, { workspace: folder.path })
  expect(errorsOf(result)).toContain(expected)
  expect(registry.requests.filter((request) => request.method === 'PUT')).toEqual([])
})

it.each([
  { description: 'a path that does not exist', make: async () => undefined, expected: 'does not exist' },
  {
    description: 'an empty folder',
    make: async (path: string) => await mkdir(join(path, 'dist')),
    expected: 'empty',
  },
  {
    description: 'a file that is no file',
    make: async (path: string) => {
      await mkdir(join(path, 'dist'))
      execFileSync('mkfifo', [join(path, 'dist', 'pipe')])
    },
    expected: 'pipe',
  },
])('$description is a fault of path, and nothing is pushed', async ({ make, expected }) => {
  await using folder = await temporaryFolder()
  await make(folder.path)
  const commit = newCommit()
  const result = await step(
    'build',
    { image: `${registry.host}/team/app`, commit, engine: 'layers', path: 'dist', settle: '0' },
    { workspace: folder.path },
  )
  expect(errorsOf(result)).toMatch(/INPUT_INVALID[^]*path:/)
  expect(errorsOf(result)).toContain(expected)
  expect(await registry.tags('team/app')).toEqual([])
})

it('an unreadable file is a fault', async () => {
  await using folder = await temporaryFolder()
  await writeApplication(folder.path)
  await chmod(join(folder.path, 'dist', 'server.js'), 0o000)
  // Root reads everything, so the check is run as somebody else where the test itself runs as root.
  const script = `import { sourceFaults } from ${JSON.stringify(join(import.meta.dirname, '..', '..', 'src', 'engines', 'source-folder.ts'))}
    console.log(JSON.stringify(sourceFaults('dist', ${JSON.stringify(folder.path)}, () => [])))`
  await chmod(folder.path, 0o755)
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const output = execFileSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    encoding: 'utf8',
    cwd: '/',
    ...user,
  })
  expect(output).toContain('server.js')
})
