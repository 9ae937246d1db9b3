import { scenarios } from './scenarios/index.js'
import { simulate } from './simulate.js'

/** So many times each, with other callers and other chance. */
export const runs = 9

/** @typedef {import('./measurement.js').Result} Result */
/** @typedef {import('./scenarios/scenario.js').Scenario} Scenario */
/** @typedef {{ policy: import('./policies.js').Policy, results: Result[] }} Row */
/** @typedef {{ scenario: Scenario, rows: Row[] }} Play */

/** @param {Scenario} scenario @returns {Play} */
export function play(scenario) {
  const seeds = Array.from({ length: runs }, (_, n) => n + 1)
  const rows = scenario.policies.map((policy) => ({
    policy,
    results: seeds.map((seed) => simulate(scenario, policy, seed)),
  }))
  return { scenario, rows }
}

export function playAll() {
  return scenarios.map(play)
}
