import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { problemsOf, withContents } from './src/documents.js'
import { filesIn, importsIn } from './src/imports.js'
import { violationsOf } from './src/rules.js'

const [folder] = process.argv.slice(2).filter((argument) => argument !== '--write')
const root = folder ?? fileURLToPath(new URL('../../', import.meta.url))
process.chdir(root)

const imports = importsIn(root)
report(violationsOf(imports), `in the imports of ${imports.size} files`)

// Links between pages of the site are addresses, not files: the site checks them. A changelog is written by a release.
const documents = filesIn(root, '').filter(
  (file) => /\.md$/.test(file) && !/CHANGELOG\.md$|^apps\/docs\/src\//.test(file),
)
if (process.argv.includes('--write')) {
  for (const file of documents) writeFileSync(file, withContents(readFileSync(file, 'utf8')))
}
report(documents.flatMap(problemsOf), `in ${documents.length} documents`)

/** @type {(problems: readonly string[], where: string) => void} */
function report(problems, where) {
  for (const problem of problems) console.error(problem)
  console.log(`${problems.length || 'No'} problem${problems.length > 1 ? 's' : ''} ${where}.`)
  if (problems.length > 0) process.exitCode = 1
}
