// Names the tests that failed, then adds up what each test run reported.
import { results } from './reports.js'

const { passed, failed } = results()
for (const test of failed) console.log(`failed: ${test}`)
console.log(`${passed} passed, ${failed.length} failed`)
process.exitCode = failed.length > 0 || passed === 0 ? 1 : 0
