import { installedAs } from '../versions.js'
import { guardBy, hour } from './subject.js'

/** @param {string} description @param {import('opossum').Options} [options] @returns {import('./subject.js').Subject} */
function configured(description, options) {
  return {
    library: 'opossum',
    description: `new CircuitBreaker(fn${description && `, ${description}`})`,
    async open() {
      const { default: Opossum } = /** @type {typeof import('opossum-10')} */ (await import(installedAs('opossum')))
      return guardBy(
        (work, { neverTrips, staysOpen, listener, callTimeout, window } = {}) => {
          const breaker = new Opossum(/** @type {() => Promise<unknown>} */ (work), {
            ...options,
            ...(neverTrips && { volumeThreshold: Number.MAX_SAFE_INTEGER }),
            ...(staysOpen && { resetTimeout: hour }),
            ...(callTimeout !== undefined && { timeout: callTimeout }),
            ...(window && bucketed(window)),
          })
          if (listener !== undefined) breaker.on('success', listener)
          return breaker
        },
        (breaker) => () => breaker.fire(),
      )
    },
  }
}

/** @param {NonNullable<import('./subject.js').Wants['window']>} window @returns {import('opossum').Options} */
function bucketed(window) {
  if ('calls' in window) throw new Error('opossum has no window of calls')
  return { rollingCountBuckets: window.buckets, rollingCountTimeout: 1_000 * window.buckets, volumeThreshold: 20 }
}

/** @type {Record<string, import('./subject.js').Subject>} */
export const opossum = {
  opossum: configured(''),
  'opossum lean': configured('{ timeout: false, rollingPercentilesEnabled: false, enableSnapshots: false }', {
    timeout: false,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  }),
}
