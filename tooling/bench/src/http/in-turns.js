import { slice, throughput } from './requests.js'

/** @typedef {{ senders: readonly import('./requests.js').Send[], cpu: () => number | Promise<number> }} Sending */

/** Turns of each subject in a round, and the length of a turn and of the warm-up as multiples of a round's. */
const turns = 4
const ofTurn = 6
const ofWarmUp = 300

/**
 * Measures all in short turns. Each turn is affected by the garbage and caches of the one before, so the order changes every time.
 * @param {Record<string, Sending>} sending  by subject
 * @param {number} roundMs
 */
export async function inTurns(sending, roundMs) {
  const measure = async (/** @type {number} */ times, /** @type {number} */ ms) => {
    /** @type {Record<string, import('./requests.js').Slice[]>} */
    const slices = Object.fromEntries(Object.keys(sending).map((name) => [name, []]))
    for (let n = 0; n < times; n++) {
      for (const [name, { senders, cpu }] of shuffled(Object.entries(sending))) {
        slices[name]?.push(await slice(senders, ms, cpu))
      }
    }
    return Object.fromEntries(Object.entries(slices).map(([name, all]) => [name, throughput(all)]))
  }
  // Until the code of the breakers is compiled: before that they cost several times as much.
  await measure(10, (ofWarmUp * roundMs) / 10)
  return () => measure(turns, ofTurn * roundMs)
}

/** @template T @param {readonly T[]} list */
function shuffled(list) {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
