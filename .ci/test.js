// Runs all checks, and names the tests that failed at the end: in what is printed until then they are hard to find.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { reportFolders, results } from './reports.js'

for (const folder of reportFolders()) rmSync(folder, { recursive: true }) // of an earlier run
const tasks = ['build', 'lint', 'types', 'test', '--continue=dependencies-successful', '--concurrency=100%']
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }
const shell = process.platform === 'win32'
const { status } = spawnSync('turbo', ['run', ...tasks, ...process.argv.slice(2)], { stdio: 'inherit', env, shell })
if (status !== 0) for (const test of results().failed) console.log(`failed: ${test}`)
process.exitCode = status ?? 1
