import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { explained } from './explained.js'
import { mutantsOf } from './src/mutants.js'
import { core, report, strykerConfig } from './src/paths.js'
import { run } from './src/run.js'
import { stryker } from './src/stryker.js'
import { describe, verdictOn } from './src/verdict.js'

if (!existsSync(join(core, 'dist'))) throw new Error('some tests of @cb/core run the built package: build it first')
await run(process.execPath, [await stryker(), 'run', strykerConfig, ...process.argv.slice(2)], core)
const verdict = verdictOn(mutantsOf(JSON.parse(await readFile(report, 'utf8'))), explained)
console.log(describe(verdict))
if (verdict.unexplained.length > 0) process.exitCode = 1
