import { readFile, writeFile } from 'node:fs/promises'
import { readmeFile, withResults } from './readme.js'
import { playAll } from './results.js'
import { summary, table } from './table.js'

const rows = await playAll()
console.log(`${table(rows)}\n\n${summary(rows)}`)
if (process.argv.includes('--write')) await writeFile(readmeFile, withResults(await readFile(readmeFile, 'utf8'), rows))
if (rows.some(({ results }) => results['@cb/core']?.status !== 'pass')) process.exitCode = 1
