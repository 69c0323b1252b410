import { parseDigest } from '../../src/domain/digest.ts'
import { parseRepository } from '../../src/domain/reference.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { anonymous } from '../../src/registry/credentials.ts'
import { createRegistry } from '../../src/registry/index.ts'
import { createMemoryLog } from '../fixtures/memory-log.ts'

// A copy as a process of its own, which can be killed and whose memory can be measured:
//   node copy-process.ts FROM DIGEST TO
// prints a line for everything that is in place, and in the end what the copy did and how much memory it took.

const [, , from = '', digest = '', to = ''] = process.argv
const access = createRegistry({
  credentials: anonymous,
  log: createMemoryLog(),
  clock: systemClock,
  environment: {},
})
const report = await access.copier.copy(parseRepository(from), parseDigest(digest), parseRepository(to), {
  concurrency: 2,
  onProgress: ({ kind, outcome, digest: name }) => process.stdout.write(`${kind} ${outcome} ${name}\n`),
})
access.close()
process.stdout.write(`${JSON.stringify({ report, maxRss: process.resourceUsage().maxRSS * 1024 })}\n`)
