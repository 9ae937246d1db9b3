import { CircuitBreaker, failureRate } from '@cb/core'
import { openDuration } from './call.js'

// The standard: open at half of at least ten calls in ten seconds, stay open for a second, close after one successful probe.

/** @param {import('@cb/core').CircuitBreakerOptions} [options]  in addition */
export function coreBreaker(options) {
  const breaker = new CircuitBreaker({
    trip: failureRate({ threshold: 0.5, minimumCalls: 10 }),
    openDuration,
    halfOpen: { maxConcurrent: 1, successThreshold: 1 },
    ...options,
  })
  return { breaker, call: (/** @type {() => Promise<unknown>} */ fn) => breaker.execute(fn) }
}

/** @param {import('./libraries.js').Opossum} Opossum @param {import('opossum').Options} [options]  in addition */
export function opossumBreaker(Opossum, options) {
  const breaker = new Opossum(run, {
    errorThresholdPercentage: 50,
    volumeThreshold: 10,
    rollingCountTimeout: 10_000,
    resetTimeout: openDuration,
    ...options,
  })
  return { breaker, call: (/** @type {() => Promise<unknown>} */ fn) => breaker.fire(fn) }
}

/** @param {() => Promise<unknown>} fn */
const run = (fn) => fn()

/**
 * @param {import('./libraries.js').Cockatiel} cockatiel
 * @param {{ policy?: import('cockatiel').Policy, breaker?: import('cockatiel').IBreaker }} [options]
 */
export function cockatielBreaker(cockatiel, options) {
  const breaker = cockatiel.circuitBreaker(options?.policy ?? cockatiel.handleAll, {
    halfOpenAfter: openDuration,
    breaker: options?.breaker ?? new cockatiel.SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 1 }),
  })
  return { breaker, call: (/** @type {() => Promise<unknown>} */ fn) => breaker.execute(fn) }
}

/** Each library in the standard configuration. */
export const standard = {
  '@cb/core': () => coreBreaker(),
  opossum: (/** @type {import('./libraries.js').Opossum} */ lib) => opossumBreaker(lib),
  cockatiel: (/** @type {import('./libraries.js').Cockatiel} */ lib) => cockatielBreaker(lib),
}
