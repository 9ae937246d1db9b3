import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

/** The folders of reports, one for each package whose tests have run. */
export function reportFolders() {
  const groups = ['packages', 'packages/internal', 'apps', 'apps/examples', 'tooling']
  const folders = groups.flatMap((group) => readdirSync(group).map((name) => `${group}/${name}/reports`))
  return folders.filter((folder) => existsSync(folder))
}

/** How many tests have passed, and the names of those that failed. A file that can't be loaded is one failure. */
export function results() {
  let passed = 0
  const failed = []
  const runners = ['vitest', 'jest'] // in one format
  for (const path of reportFolders().flatMap((folder) => runners.map((runner) => `${folder}/${runner}.json`))) {
    if (!existsSync(path)) continue
    const report = JSON.parse(readFileSync(path, 'utf8'))
    passed += report.numPassedTests
    for (const { name, status, assertionResults } of report.testResults) {
      const file = relative('.', name)
      const titles = assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => fullName)
      for (const title of titles) failed.push(`${file}: ${title}`)
      if (status === 'failed' && titles.length === 0) failed.push(`${file}: could not be run`)
    }
  }
  return { passed, failed }
}
