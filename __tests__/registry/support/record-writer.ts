/**
 * A process that attaches records to an artifact, one after the other, as a build or deployment does. It says
 * that it is ready, and starts when a line comes in.
 *
 *   node record-writer.ts <host> <writer> <records>
 */
import { once } from 'node:events'
import { RECORD_TYPES } from '../../../src/domain/record.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { anonymous } from '../../../src/registry/credentials.ts'
import { createRegistry } from '../../../src/registry/index.ts'
import { createMemoryLog } from '../../fixtures/memory-log.ts'
import { raceSubject, raceRecord } from './record-race.ts'

const [, , host = '', writer = '', count = ''] = process.argv
const access = createRegistry({
  credentials: anonymous,
  clock: systemClock,
  environment: {},
  log: createMemoryLog(),
})
console.log('ready')
await once(process.stdin, 'data')
process.stdin.destroy()

for (let index = 0; index < Number(count); index += 1) {
  await access.records.attach({ registry: host, path: 'owner/app' }, raceSubject.descriptor, {
    type: RECORD_TYPES.build,
    bytes: new TextEncoder().encode(raceRecord(Number(writer), index)),
    created: new Date().toISOString(),
  })
}
access.close()
