import { readFile, writeFile } from 'node:fs/promises'
import { judge } from './judge.js'
import { readmeFile, withResults } from './readme.js'
import { summary, table } from './table.js'

const rows = await judge()
console.log(`${table(rows)}\n\n${summary(rows)}`)
if (process.argv.includes('--write')) await writeFile(readmeFile, withResults(await readFile(readmeFile, 'utf8'), rows))
if (rows.some(({ results }) => results['@cb/core']?.verdict !== 'pass')) process.exitCode = 1
