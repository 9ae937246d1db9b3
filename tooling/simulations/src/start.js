import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { plots, plotsFolder, readmeFile, withResults } from './files.js'
import { playAll } from './play.js'
import { summary } from './summary.js'
import { table } from './table.js'

const plays = playAll()
for (const play of plays) console.log(`${play.scenario.title}. ${play.scenario.story}\n\n${table(play)}\n`)
console.log(summary(plays))

if (process.argv.includes('--write')) {
  await writeFile(readmeFile, withResults(await readFile(readmeFile, 'utf8'), plays))
  await mkdir(plotsFolder, { recursive: true })
  for (const [name, content] of plots(plays)) await writeFile(join(plotsFolder, name), content)
}
