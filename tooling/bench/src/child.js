// Measures one case in a process of its own, so that no other case's calls shape its compiled code.
import { cases } from './cases.js'
import { measure } from './measure.js'

const [name = '', rounds, calls] = process.argv.slice(2)
const chosen = cases[name]
if (chosen === undefined) throw new Error(`no such case: ${name}`)
process.stdout.write(JSON.stringify(await measure(chosen.make(), Number(rounds), Number(calls))))
