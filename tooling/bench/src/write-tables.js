// Writes the tables again from the results that are kept: after a change of their form, without measuring.
import { writeReadmes } from './readme.js'
import { kept } from './results.js'

console.log(`written: ${(await writeReadmes(await kept())).join(', ')}`)
