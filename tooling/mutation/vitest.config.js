import { basename } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

/** Their properties take a second or two: run last, they cost that only for a mutant that no other test kills. */
const slow = [
  'registry-bounds.test.ts',
  'slow-call-rate-in-flight.test.ts',
  'time-window.test.ts',
  'saved-state-properties.test.ts',
]

class SlowOnesLast extends BaseSequencer {
  /**
   * @override
   * @param {Parameters<BaseSequencer['sort']>[0]} files
   */
  async sort(files) {
    const rank = ({ moduleId = '' }) => slow.indexOf(basename(moduleId))
    return files.toSorted((one, other) => rank(one) - rank(other))
  }
}

export default defineConfig({
  root: process.cwd(), // Stryker's copy
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      // They cover nearly every line and take ten seconds each, for each mutant.
      'test/model.test.ts',
      'test/exhaustive.test.ts',
      'test/fuzz.test.ts',
      // They read documents, or run the built package.
      'test/memory.test.ts',
      'test/readme.test.ts',
      'test/correctness.test.ts',
    ],
    // One thread for all files takes half the time; a thread for each file gives the same results.
    isolate: false,
    sequence: { sequencer: SlowOnesLast },
  },
})
