import { performance } from 'node:perf_hooks'
import { parseCommit } from '../../src/domain/commit.ts'
import { parseRepository } from '../../src/domain/reference.ts'
import { createLayersEngine } from '../../src/engines/layers.ts'
import { interpretSchemas } from '../../src/main/schemas.ts'
import { exec } from '../../src/platform/exec.ts'
import { connectRegistry, readTask, silent, valueOf } from './connection.ts'

// What the build action does with engine `layers` from the first look at the SHA tag until it knows the digest
// it will seal.

interpretSchemas()
const task = readTask()
const [repository, commit] = [parseRepository(valueOf(task, 'image')), parseCommit(valueOf(task, 'commit'))]
const [workspace, temporary] = [valueOf(task, 'workspace'), valueOf(task, 'temporary')]
const connection = connectRegistry()
const { registry } = connection
const tools = { registry, exec, log: silent, environment: {}, memory: valueOf(task, 'memory') }

const start = performance.now()
if ((await registry.readTag(repository, commit)) !== undefined) throw new Error('the commit is built already')
const engine = createLayersEngine({ path: 'app' }, tools)
const faults = await engine.check({ workspace })
if (faults.length > 0) throw new Error(faults.join('\n'))
const { digest } = await engine.build({
  repository,
  commit,
  push: true,
  stagingTag: async () => {
    throw new Error('this engine pushes by digest')
  },
  provenance: { revision: commit, created: '1970-01-01T00:00:00Z' },
  workspace,
  temporary,
  environment: {},
})
const manifest = digest === undefined ? undefined : await registry.readManifest(repository, digest)
const milliseconds = performance.now() - start

if (manifest === undefined) throw new Error('nothing was pushed')
connection.close()
console.log(JSON.stringify({ milliseconds, digest: manifest.digest }))
