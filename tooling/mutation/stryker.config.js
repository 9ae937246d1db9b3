import { join } from 'node:path'
import { report, reports, vitestConfig } from './src/paths.js'
import { strykerPlugin } from './src/stryker.js'

/** For Stryker in packages/core. It changes a copy, and writes only below `reports`. */
export default {
  testRunner: 'vitest',
  plugins: [strykerPlugin],
  vitest: { configFile: vitestConfig, related: false },
  mutate: ['src/**/*.ts'],
  // What the tsconfigs extend is not in the copy.
  ignorePatterns: ['tsconfig*.json', 'reports'],
  tempDirName: join(reports, 'copy'),
  concurrency: 2,
  // On a busy machine a mutant that changes nothing can take long.
  timeoutMS: 10_000,
  incremental: true,
  incrementalFile: join(reports, 'incremental.json'),
  reporters: ['progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: report },
  htmlReporter: { fileName: join(reports, 'mutation.html') },
}
