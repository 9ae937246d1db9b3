/** @typedef {import('../calls.js').Call} Call */

/**
 * What is behind the breaker. `answer` is also called for rejected calls, to learn whether they would have been answered.
 * @typedef {object} Dependency
 * @property {(call: Call, at: number) => { ok: boolean, latency: number }} answer  in milliseconds; Infinity if it never comes
 * @property {(at: number) => void} [reached]  an admitted call arrives
 * @property {() => number} [relapses]  how often it broke down again after its fault
 */

/** @typedef {{ from: number, to: number }} Phase  milliseconds; `to` is not part of it */

/**
 * @typedef {object} Scenario
 * @property {string} id  also the plot's file name
 * @property {string} title
 * @property {string} story  what happens to the dependency
 * @property {string} lesson  how to read the numbers
 * @property {number} length  milliseconds
 * @property {readonly Phase[]} faults
 * @property {readonly import('../policies.js').Policy[]} policies
 * @property {() => Dependency} dependency
 */

/** Milliseconds, without a fault. */
export const usualLatency = 40

/** An error takes as long as an answer. @param {Call} call @param {boolean} ok */
export function promptly(call, ok) {
  return { ok, latency: usualLatency * call.slowness }
}

/** Neither an answer nor an error. */
export const silence = { ok: false, latency: Number.POSITIVE_INFINITY }

/** @param {readonly Phase[]} phases @param {number} at */
export function isWithin(phases, at) {
  return phases.some(({ from, to }) => at >= from && at < to)
}
