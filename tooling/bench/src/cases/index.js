import { bundles } from './bundle.js'
import { calls } from './calls.js'
import { counts } from './counts.js'
import { fleets } from './fleet.js'
import { axios, express } from './http.js'
import { ingredients } from './ingredients.js'
import { load } from './load.js'
import { memory, timers } from './memory.js'
import { permits } from './permits.js'
import { memoryOfSuccesses, policies, windows } from './policies.js'
import { registries } from './registry.js'
import { telemetry } from './telemetry.js'

/** The groups in the order in which they are printed. @type {readonly import('./case.js').Group[]} */
export const groups = [
  calls,
  permits,
  policies,
  windows,
  memoryOfSuccesses,
  counts,
  memory,
  timers,
  bundles,
  registries,
  fleets,
  axios,
  express,
  telemetry,
  load,
]

/** The parts of a call, for the notes. */
export const forNotes = ingredients

/** Everything that is measured. @type {Record<string, import('./case.js').Case>} */
export const cases = Object.assign({}, ...[...groups, forNotes].map((group) => group.cases))

/** @param {string} id */
export function findCase(id) {
  const found = cases[id]
  if (found === undefined) throw new RangeError(`no such case: ${id}; there are ${Object.keys(cases).join(', ')}`)
  return found
}
