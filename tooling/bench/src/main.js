import { cases } from './cases.js'
import { runCase, runRegistry } from './run-case.js'

const rounds = 25
const calls = 100_000

console.log(
  `Node ${process.version}: each case in its own process, in turns with its floor, medians of ${rounds} rounds of ${calls} calls.`,
)
console.log('The floor is an async function with try, await and catch around the same call.\n')
console.log(`${'case'.padEnd(46)}${'ns'.padStart(8)}${'floor'.padStart(8)}${'ratio'.padStart(8)}`)
for (const [name, { title }] of Object.entries(cases)) {
  const { call, floor, ratio } = await runCase(
    name,
    rounds,
    name === 'timeout' || name === 'rejection' ? calls / 10 : calls,
  )
  console.log(
    title.padEnd(46) + call.toFixed(0).padStart(8) + floor.toFixed(0).padStart(8) + ratio.toFixed(2).padStart(8),
  )
}
console.log('\nA ratio below 1 costs less than the floor.')

const { alone, inRegistry, lookup, evicting } = await runRegistry()
console.log('\n100 000 breakers with default options:')
console.log(
  `  ${alone.toFixed(0)} bytes of heap for each, ${inRegistry.toFixed(0)} in a registry that they share their options through`,
)
console.log(
  `  ${lookup.toFixed(0)} ns to look one up at random; ${evicting.toFixed(0)} ns for a new name that evicts another`,
)
