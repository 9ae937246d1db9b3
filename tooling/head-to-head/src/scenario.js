/** @typedef {import('./call.js').Breaker} Breaker */
/** @typedef {import('./time.js').Time} Time */

/**
 * @template {Breaker} B
 * @typedef {object} Scenario
 * @property {string} id  the defect's number
 * @property {string} title  what must hold
 * @property {string} sees  what a user sees where it does not
 * @property {string} posed  how each library is configured, where it differs from the others' and from the standard
 * @property {{
 *   '@cb/core': () => NoInfer<B>,
 *   opossum: string | ((lib: import('./libraries.js').Opossum) => NoInfer<B>),
 *   cockatiel: string | ((lib: import('./libraries.js').Cockatiel) => NoInfer<B>),
 * }} pose  a new breaker, or why there is none
 * @property {(make: () => B, time: Time) => Promise<string | null>} play  what went wrong, in words that are the same each time
 * @property {boolean} [realTime]  it measures, so the process keeps its clocks
 */

/** @template {Breaker} B @param {Scenario<B>} scenario @returns {Scenario<B>} */
export function scenario(scenario) {
  return scenario
}
