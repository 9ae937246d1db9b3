import { makeCalls } from './calls.js'
import { scenarios } from './scenarios/index.js'
import { simulate } from './simulate.js'

/** How many times each pair is played, with other calls and random numbers each time. */
export const runs = 9

/** @typedef {import('./measurement.js').Result} Result */
/** @typedef {import('./scenarios/scenario.js').Scenario} Scenario */
/** @typedef {{ policy: import('./policies.js').Policy, results: Result[] }} Row */
/** @typedef {{ scenario: Scenario, rows: Row[] }} Play */

/** @param {Scenario} scenario @returns {Play} */
export function play(scenario) {
  const callers = Array.from({ length: runs }, (_, n) => makeCalls(scenario.length, n + 1))
  const rows = scenario.policies.map((policy) => ({
    policy,
    results: callers.map((calls, n) => simulate(scenario, policy, calls, -n - 1)),
  }))
  return { scenario, rows }
}

export function playAll() {
  return scenarios.map(play)
}
