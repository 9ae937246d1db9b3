import { relative } from 'node:path'
import { parseArguments } from './arguments.js'
import { judge } from './goals.js'
import { nodeBinary } from './node-binary.js'
import { writeReadmes } from './readme.js'
import { printed } from './report.js'
import { keep } from './results.js'
import { measureAll } from './run.js'

const options = parseArguments(process.argv.slice(2))
const started = performance.now()
const files = []
let count = 0
/** @type {boolean[]} */
const goals = []

for (const node of options.nodes) {
  const run = await measureAll(await nodeBinary(node), options, (text) => console.error(text))
  console.log(`\n${printed(run)}\n`)
  files.push(await keep(run))
  if (options.write) files.push(...(await writeReadmes(run)))
  count += Object.keys(run.cases).length
  goals.push(...judge(run).map(({ met }) => met))
}

const seconds = Math.round((performance.now() - started) / 1_000)
const where = files.map((file) => relative(process.cwd(), file)).join(', ')
const met = goals.filter(Boolean).length
console.log(`Measured ${count} cases in ${seconds} s; ${met} of ${goals.length} goals are met; written to ${where}.`)
