import { guardBy, hour } from './subject.js'

/** @param {string} description @param {import('brakes').Options} options @returns {import('./subject.js').Subject} */
function configured(description, options) {
  return {
    library: 'brakes',
    description: `new Brakes(fn, ${description})`,
    async open() {
      const { default: Brakes } = await import('brakes')
      return guardBy(
        (work, { neverTrips, staysOpen, listener, callTimeout } = {}) => {
          const breaker = new Brakes(/** @type {() => Promise<unknown>} */ (work), {
            ...options,
            ...(neverTrips && { waitThreshold: Number.POSITIVE_INFINITY }),
            ...(staysOpen && { circuitDuration: hour }),
            ...(callTimeout !== undefined && { timeout: callTimeout }),
          })
          if (listener !== undefined) breaker.on('success', listener)
          return breaker
        },
        (breaker) => () => breaker.exec(),
      )
    },
  }
}

// `modifyError` would write into the message of the error that all failures share here, longer each time.
/** @type {Record<string, import('./subject.js').Subject>} */
export const brakes = {
  brakes: configured('{ modifyError: false }', { modifyError: false }),
  'brakes lean': configured('{ modifyError: false, registerGlobal: false, isPromise: true, bucketNum: 10 }', {
    modifyError: false,
    registerGlobal: false,
    isPromise: true,
    bucketNum: 10,
  }),
}
