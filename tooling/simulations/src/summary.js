import { defaults, none, ramped } from './policies.js'
import { burst } from './scenarios/burst.js'
import { outage } from './scenarios/outage.js'
import { shard } from './scenarios/shard.js'
import { mean } from './table.js'

/** @typedef {import('./play.js').Play} Play */
/** @typedef {import('./measurement.js').Result} Result */

/**
 * The mean over the runs of one policy in one scenario.
 * @param {readonly Play[]} plays @param {Play['scenario']} scenario @param {import('./policies.js').Policy} policy
 * @param {(result: Result) => number} number
 */
export function meanOf(plays, scenario, policy, number) {
  const row = plays.find((play) => play.scenario === scenario)?.rows.find((row) => row.policy === policy)
  if (row === undefined) throw new Error(`${scenario.id} was not played with ${policy.name}`)
  return mean(row.results.map(number))
}

/** The results in one sentence. @param {readonly Play[]} plays */
export function summary(plays) {
  const reached = (/** @type {import('./policies.js').Policy} */ policy) =>
    meanOf(plays, outage, policy, ({ reachedInFault }) => reachedInFault)
  const relapses = (/** @type {import('./policies.js').Policy} */ policy) =>
    Math.round(10 * meanOf(plays, burst, policy, (result) => result.relapses ?? Number.NaN)) / 10
  const share = ((100 * reached(defaults)) / reached(none)).toFixed(1)
  const rejected = meanOf(plays, shard, defaults, ({ goodRejected }) => goodRejected)
  return `The defaults admit ${share} % of the calls to a dependency that is down, and reject ${rejected} good calls when one shard of ten is; a dependency that is cold after recovery breaks down again ${relapses(none)} times without a breaker, ${relapses(defaults)} times with the defaults and ${relapses(ramped)} times with a ramp.`
}
