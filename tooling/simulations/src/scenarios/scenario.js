/** @typedef {import('../calls.js').Call} Call */

/**
 * What is behind the breaker. `answer` may be asked without a call being made: to learn whether one that was refused would have
 * been answered.
 * @typedef {object} Dependency
 * @property {(call: Call, at: number) => { ok: boolean, latency: number }} answer  in milliseconds; Infinity if it never comes
 * @property {(at: number) => void} [reached]  a call arrives
 * @property {() => number} [relapses]  how often it was broken again after its fault
 */

/** @typedef {{ from: number, to: number }} Phase  milliseconds; `to` is no longer in it */

/**
 * @typedef {object} Scenario
 * @property {string} id  also the plot's file name
 * @property {string} title
 * @property {string} story  what happens to the dependency
 * @property {string} lesson  what the numbers say
 * @property {number} length  milliseconds
 * @property {readonly Phase[]} faults
 * @property {readonly import('../policies.js').Policy[]} policies
 * @property {() => Dependency} dependency
 */

/** Milliseconds, when all is well. */
export const usualLatency = 40

/** An error comes about as fast as an answer. @param {Call} call @param {boolean} ok */
export function promptly(call, ok) {
  return { ok, latency: usualLatency * call.slowness }
}

/** Nobody answers, and nobody says so. */
export const silence = { ok: false, latency: Number.POSITIVE_INFINITY }

/** @param {readonly Phase[]} phases @param {number} at */
export function isWithin(phases, at) {
  return phases.some(({ from, to }) => at >= from && at < to)
}
