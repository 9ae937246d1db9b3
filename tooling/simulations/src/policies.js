import {
  adaptiveThrottle,
  CircuitBreaker,
  CircuitBreakerRegistry,
  consecutiveFailures,
  failureRate,
  ramp,
  slowCallRate,
} from '@cb/core'

/** @typedef {{ now: () => number, random: () => number }} Context */
/** @typedef {import('./calls.js').Call} Call */
/** @typedef {{ admitted: true, settle(outcome: 'success' | 'failure'): void } | { admitted: false }} Admission */

/**
 * @typedef {object} Policy
 * @property {string} name  as a user would write it
 * @property {(context: Context) => (call: Call) => { admission: Admission, callTimeout: number }} start
 */

/** The longest that a caller waits, in milliseconds, with a breaker or without. */
export const callTimeout = 1_000

/**
 * Uses permits instead of `execute`, so that no timer and no promise is needed; hence the call timeouts here.
 * @param {string} name @param {import('@cb/core').CircuitBreakerOptions} options @returns {Policy}
 */
function breaker(name, options) {
  const probeTimeout = options.halfOpen?.callTimeout ?? callTimeout
  return {
    name,
    start: ({ now, random }) => {
      const guard = new CircuitBreaker({ now, random, callTimeout, ...options })
      return () => {
        const admission = guard.tryAcquire()
        return { admission, callTimeout: guard.state === 'half-open' ? probeTimeout : callTimeout }
      }
    },
  }
}

/** @type {Admission} */
const always = { admitted: true, settle() {} }

/** @type {Policy} */
export const none = { name: 'no breaker', start: () => () => ({ admission: always, callTimeout }) }

export const defaults = breaker('defaults', {})
export const constantSecond = breaker('defaults, openDuration: 1_000', { openDuration: 1_000 })
export const fiveInARow = breaker('consecutiveFailures(5)', { trip: consecutiveFailures(5) })
export const rate = breaker('failureRate()', { trip: failureRate() })
export const lowThreshold = breaker('failureRate({ threshold: 0.05 })', { trip: failureRate({ threshold: 0.05 }) })

/** The throttle alone: the circuit stays closed. @type {import('@cb/core').TripPolicy} */
const neverTrips = {
  name: 'never-trips',
  start: () => ({ success: () => undefined, failure: () => undefined, snapshot: () => ({ calls: 0, failures: 0 }) }),
}
export const throttle = breaker('trip: neverTrips, admission: adaptiveThrottle()', {
  trip: neverTrips,
  admission: adaptiveThrottle(),
})

const slow = slowCallRate({ slowAfter: 250 })
export const slowCalls = breaker('slowCallRate({ slowAfter: 250 })', { trip: slow })
export const slowCallsAndProbes = breaker('slowCallRate({ slowAfter: 250 }), halfOpen.callTimeout: 250', {
  trip: slow,
  halfOpen: { callTimeout: 250 },
})

export const ramped = breaker('failureRate(), recovery: ramp({ duration: 20_000 })', {
  trip: failureRate(),
  recovery: ramp({ duration: 20_000 }),
})

/** @type {Policy} */
export const perShard = {
  name: 'defaults, a breaker per shard',
  start: (context) => {
    const breakers = new CircuitBreakerRegistry({ defaults: { ...context, callTimeout } })
    return ({ shard }) => ({ admission: breakers.get(`shard ${shard}`).tryAcquire(), callTimeout })
  },
}
