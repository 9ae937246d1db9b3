import {
  adaptiveThrottle,
  CircuitBreaker,
  CircuitBreakerRegistry,
  consecutiveFailures,
  failureRate,
  slowCallRate,
} from '@cb/core'

/** @typedef {{ now: () => number, random: () => number }} Surroundings */
/** @typedef {import('./calls.js').Call} Call */
/** @typedef {{ admitted: true, settle(outcome: 'success' | 'failure'): void } | { admitted: false }} Admission */

/**
 * @typedef {object} Policy
 * @property {string} name  as a user would write it
 * @property {(surroundings: Surroundings) => (call: Call) => { admission: Admission, callTimeout: number }} start
 */

/** What a caller waits at most, in milliseconds, with a breaker or without. */
export const callTimeout = 1_000

/**
 * Settles by hand what `execute` would, so that no timer and no promise is needed; hence the call timeouts here.
 * @param {string} name @param {import('@cb/core').CircuitBreakerOptions} options @returns {Policy}
 */
function breaker(name, options) {
  const { trip, openDuration, ramp, halfOpen } = options
  const probeLimit = halfOpen?.callTimeout ?? callTimeout
  return {
    name,
    start: ({ now, random }) => {
      const guard = new CircuitBreaker({
        now,
        random,
        callTimeout,
        ...(trip && { trip }),
        ...(openDuration && { openDuration }),
        ...(ramp && { ramp }),
        ...(halfOpen && { halfOpen }),
      })
      return () => {
        const admission = guard.tryAcquire()
        return { admission, callTimeout: guard.state === 'half-open' ? probeLimit : callTimeout }
      }
    },
  }
}

/** @type {Admission} */
const always = { admitted: true, settle() {} }

/** @type {Policy} */
export const none = { name: 'no breaker', start: () => () => ({ admission: always, callTimeout }) }

export const defaults = breaker('defaults', {})
export const steady = breaker('defaults, openDuration: 1_000', { openDuration: 1_000 })
export const fiveInARow = breaker('consecutiveFailures(5)', { trip: consecutiveFailures(5) })
export const rate = breaker('failureRate()', { trip: failureRate() })
export const touchy = breaker('failureRate({ threshold: 0.05 })', { trip: failureRate({ threshold: 0.05 }) })
export const throttle = breaker('adaptiveThrottle()', { trip: adaptiveThrottle() })

const slow = slowCallRate({ slowAfter: 250 })
export const slowCalls = breaker('slowCallRate({ slowAfter: 250 })', { trip: slow })
export const slowCallsAndProbes = breaker('slowCallRate({ slowAfter: 250 }), halfOpen.callTimeout: 250', {
  trip: slow,
  halfOpen: { callTimeout: 250 },
})

export const ramped = breaker('failureRate(), ramp: { duration: 20_000 }', {
  trip: failureRate(),
  ramp: { duration: 20_000 },
})

/** @type {Policy} */
export const perShard = {
  name: 'defaults, a breaker per shard',
  start: (surroundings) => {
    const breakers = new CircuitBreakerRegistry({ defaults: { ...surroundings, callTimeout } })
    return ({ shard }) => ({ admission: breakers.get(`shard ${shard}`).tryAcquire(), callTimeout })
  },
}
