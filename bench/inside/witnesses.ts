import { performance } from 'node:perf_hooks'
import { parseCommit } from '../../src/domain/commit.ts'
import { parseDigest } from '../../src/domain/digest.ts'
import { parseRepository } from '../../src/domain/reference.ts'
import { createWorkflowArtifacts } from '../../src/github/artifacts.ts'
import { readContext } from '../../src/github/context.ts'
import { interpretSchemas } from '../../src/main/schemas.ts'
import type { WitnessPorts } from '../../src/verbs/deploy/ports.ts'
import { RefusedEvidence, verify } from '../../src/verbs/deploy/witnesses.ts'
import { connectRegistry, readTask, silent, valueOf } from './connection.ts'

// What the deploy action does until the witnesses have agreed on a digest.

interpretSchemas()
const task = readTask()
const connection = connectRegistry()
const { registry, records } = connection
const target = {
  repository: parseRepository(valueOf(task, 'image')),
  commit: parseCommit(valueOf(task, 'commit')),
  environment: 'bench',
}
const ports: WitnessPorts = {
  registry,
  records,
  artifacts: createWorkflowArtifacts({}, valueOf(task, 'temporary'), silent),
  context: readContext({}),
  log: silent,
}

const start = performance.now()
const { agreement } = await verify(parseDigest(valueOf(task, 'digest')), target, ports, new RefusedEvidence())
const milliseconds = performance.now() - start

connection.close()
console.log(JSON.stringify({ milliseconds, digest: agreement.digest }))
