import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that start processes take longest; what begins last ends last, so they begin. */
class ProcessesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await BaseSequencer.prototype.sort.call(this, files)
    const isSlow = ({ moduleId }: TestSpecification): boolean => /\/__tests__\/(?:e2e|main)\//.test(moduleId)
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))]
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: ProcessesFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['__tests__/**/*.test.ts'],
          exclude: ['__tests__/peers/**'],
          // Most of the time is spent waiting: for processes, pauses and time limits.
          maxWorkers: 2 * availableParallelism(),
          // What many files need is loaded once per worker; leftovers.ts sees that none changes it for the next.
          isolate: false,
          setupFiles: ['__tests__/leftovers.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'peers',
          include: ['__tests__/peers/**/*.test.ts'],
          // Each file has daemons of its own, on ports of their own.
          maxWorkers: availableParallelism(),
          setupFiles: ['__tests__/leftovers.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
