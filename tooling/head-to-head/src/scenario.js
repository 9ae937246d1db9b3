/** @typedef {import('./call.js').Breaker} Breaker */
/** @typedef {import('./time.js').Time} Time */

/**
 * @template {Breaker} B
 * @typedef {object} Scenario
 * @property {string} id  the defect's number
 * @property {string} title  the expected behaviour
 * @property {string} symptom  what a user sees otherwise
 * @property {string} setup  how each library is configured, where that is not the standard
 * @property {{
 *   '@cb/core': () => NoInfer<B>,
 *   opossum: string | ((lib: import('./libraries.js').Opossum) => NoInfer<B>),
 *   cockatiel: string | ((lib: import('./libraries.js').Cockatiel) => NoInfer<B>),
 * }} breakers  each creates one; a string says why the library cannot be tried
 * @property {(make: () => B, time: Time) => Promise<string | null>} play  the finding in words that are the same each time; null if all is as expected
 * @property {boolean} [realTime]  it measures time, so the clocks of the process stay real
 */

/** @template {Breaker} B @param {Scenario<B>} scenario @returns {Scenario<B>} */
export function scenario(scenario) {
  return scenario
}
