import { seededRandom } from './seeded-random.js'

/**
 * A call, whether the breaker admits it or not.
 * @typedef {object} Call
 * @property {number} at  in milliseconds
 * @property {number} shard  0 to 9
 * @property {number} slowness  0.5 to 1.5: its latency as a multiple of the usual one
 */

/** Calls per second. */
export const demand = 200

/**
 * Calls that begin independently of each other (Poisson).
 * @param {number} length @param {number} seed
 */
export function makeCalls(length, seed) {
  const random = seededRandom(seed)
  /** @type {Call[]} */
  const calls = []
  const mean = 1_000 / demand
  const pause = () => -mean * Math.log(1 - random())
  for (let at = pause(); at < length; at += pause()) {
    calls.push({ at, shard: Math.floor(random() * 10), slowness: 0.5 + random() })
  }
  return calls
}
