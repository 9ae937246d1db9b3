import { fileURLToPath } from 'node:url'
import { importsIn } from './src/imports.js'
import { violationsOf } from './src/rules.js'

const imports = importsIn(process.argv[2] ?? fileURLToPath(new URL('../../', import.meta.url)))
const violations = violationsOf(imports)
for (const violation of violations) console.error(violation)
console.log(
  `${violations.length || 'No'} violation${violations.length > 1 ? 's' : ''} in the imports of ${imports.size} files.`,
)
if (violations.length > 0) process.exitCode = 1
