import { installedAs } from '../versions.js'
import { guardBy, hour } from './subject.js'

/** @typedef {typeof import('cockatiel')} Cockatiel */

const never = Number.MAX_SAFE_INTEGER

/**
 * @param {string} description
 * @param {(lib: Cockatiel) => import('cockatiel').IBreaker} usual
 * @param {(lib: Cockatiel) => import('cockatiel').IBreaker} [unreachable]  the same, for a dependency that always fails
 * @returns {import('./subject.js').Subject}
 */
function configured(description, usual, unreachable = (lib) => new lib.ConsecutiveBreaker(never)) {
  return {
    library: 'cockatiel',
    description: `circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ${description} })`,
    async open() {
      const lib = /** @type {Cockatiel} */ (await import(installedAs('cockatiel')))
      return guardBy(
        (_, { neverTrips, staysOpen, listener, window } = {}) => {
          const make = neverTrips ? unreachable : usual
          const breaker = lib.circuitBreaker(lib.handleAll, {
            halfOpenAfter: staysOpen ? hour : 10_000,
            breaker: window === undefined ? make(lib) : counting(lib, window),
          })
          if (listener !== undefined) breaker.onSuccess(listener)
          return breaker
        },
        (breaker, work, { callTimeout } = {}) => {
          if (callTimeout === undefined) return () => breaker.execute(work)
          const policy = lib.wrap(breaker, lib.timeout(callTimeout, lib.TimeoutStrategy.Aggressive))
          return () => policy.execute(work)
        },
      )
    },
  }
}

/** @param {Cockatiel} lib @param {NonNullable<import('./subject.js').Wants['window']>} window */
function counting(lib, window) {
  if ('buckets' in window) throw new Error('the buckets of cockatiel can not be chosen')
  return new lib.CountBreaker({ threshold: 0.5, size: window.calls })
}

const sampling = { threshold: 0.5, duration: 10_000 }

/** @type {Record<string, import('./subject.js').Subject>} */
export const cockatiel = {
  cockatiel: configured(
    'SamplingBreaker({ threshold: 0.5, duration: 10_000 })',
    (lib) => new lib.SamplingBreaker(sampling),
    (lib) => new lib.SamplingBreaker({ ...sampling, minimumRps: never }),
  ),
  'cockatiel lean': configured('ConsecutiveBreaker(5)', (lib) => new lib.ConsecutiveBreaker(5)),
  'cockatiel CountBreaker': configured(
    'CountBreaker({ threshold: 0.5, size: 100 })',
    (lib) => new lib.CountBreaker({ threshold: 0.5, size: 100 }),
  ),
}
