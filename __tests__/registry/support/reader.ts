import { systemClock } from '../../../src/platform/clock.ts'
import { anonymous } from '../../../src/registry/credentials.ts'
import { createRegistry } from '../../../src/registry/index.ts'
import { createMemoryLog } from '../../fixtures/memory-log.ts'

// Reads one tag in a process of its own, as an action does, and says what came of it:
// [INSECURE=<registry>] node reader.ts <registry> <folder with certificates>
const [registry = '', certificates = ''] = process.argv.slice(2)
const access = createRegistry({
  credentials: anonymous,
  log: createMemoryLog(),
  clock: systemClock,
  environment: process.env,
  certificates: [certificates],
  insecure: [process.env['INSECURE'] ?? ''],
  retry: { tries: 1 },
})

const outcome = await access.registry.readTag({ registry, path: 'owner/app' }, 'v1').then(
  (manifest) => ({ digest: manifest?.digest }),
  (error: Error & { code?: string; hint?: string }) => ({
    code: error.code,
    message: error.message,
    hint: error.hint,
  }),
)
access.close()
process.stdout.write(JSON.stringify(outcome))
