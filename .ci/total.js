// Adds up what each test run reported. A file that could not even be loaded counts as one failure.
import { existsSync, readdirSync, readFileSync } from 'node:fs'

let passed = 0
let failed = 0
for (const group of ['packages', 'packages/internal', 'apps', 'apps/examples', 'tooling']) {
  for (const name of readdirSync(group)) {
    const path = `${group}/${name}/reports/vitest.json`
    if (!existsSync(path)) continue
    const report = JSON.parse(readFileSync(path, 'utf8'))
    passed += report.numPassedTests
    failed += report.numFailedTests
    failed += report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
