import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mutantsOf } from './src/mutants.js'
import { core, report, strykerConfig } from './src/paths.js'
import { run } from './src/run.js'
import { stryker } from './src/stryker.js'
import { summaryOf } from './src/summary.js'

if (!existsSync(join(core, 'dist'))) throw new Error('some tests of @cb/core run the built package: build it first')
await run(process.execPath, [await stryker(), 'run', strykerConfig, ...process.argv.slice(2)], core)
console.log(summaryOf(mutantsOf(JSON.parse(await readFile(report, 'utf8')))))
