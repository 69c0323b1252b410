// Attaches build records, as one of many processes that do so at the same time:
//   node record-writer.ts HOST PATH SUBJECT WRITER COUNT
// Says `ready`, and starts when a line comes in. SUBJECT is a descriptor in JSON.

import { once } from 'node:events'
import type { Descriptor } from '../../src/domain/manifest.ts'
import { RECORD_TYPES } from '../../src/domain/record.ts'
import { systemClock } from '../../src/platform/clock.ts'
import type { Log } from '../../src/platform/log.ts'
import { anonymous } from '../../src/registry/credentials.ts'
import { createRegistry } from '../../src/registry/index.ts'

const [host = '', path = '', subject = '', writer = '', count = ''] = process.argv.slice(2)
const silent = (): void => undefined
const log: Log = {
  info: silent,
  debug: silent,
  notice: silent,
  warning: silent,
  raw: silent,
  mask: silent,
  group: async (_title, work) => await work(),
}
const access = createRegistry({ credentials: anonymous, log, clock: systemClock, environment: {} })

console.log('ready')
await once(process.stdin, 'data')
process.stdin.destroy()

for (let index = 0; index < Number(count); index += 1) {
  await access.records.attach({ registry: host, path }, JSON.parse(subject) as Descriptor, {
    type: RECORD_TYPES.build,
    bytes: new TextEncoder().encode(JSON.stringify({ writer, index })),
    created: new Date().toISOString(),
  })
}
access.close()
