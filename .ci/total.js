// Names the tests that failed, then adds up what each test run reported. A file that could not even be loaded counts as one failure.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

let passed = 0
const failed = []
for (const group of ['packages', 'packages/internal', 'apps', 'apps/examples', 'tooling']) {
  for (const folder of readdirSync(group)) {
    const paths = ['vitest', 'jest'].map((runner) => `${group}/${folder}/reports/${runner}.json`) // in one format
    for (const path of paths.filter((path) => existsSync(path))) {
      const report = JSON.parse(readFileSync(path, 'utf8'))
      passed += report.numPassedTests
      for (const { name, status, assertionResults } of report.testResults) {
        const file = relative('.', name)
        const titles = assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => fullName)
        for (const title of titles) failed.push(`${file}: ${title}`)
        if (status === 'failed' && titles.length === 0) failed.push(`${file}: could not be run`)
      }
    }
  }
}
for (const test of failed) console.log(`failed: ${test}`)
console.log(`${passed} passed, ${failed.length} failed`)
process.exitCode = failed.length > 0 || passed === 0 ? 1 : 0
