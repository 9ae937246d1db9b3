import { guardBy, hour } from './subject.js'
import { TutorialBreaker } from './tutorial-breaker.js'

/** @type {Record<string, import('./subject.js').Subject>} */
export const tutorial = {
  tutorial: {
    description: 'new TutorialBreaker(fn)',
    open: async () =>
      guardBy(
        (work, { neverTrips, staysOpen, callTimeout } = {}) =>
          new TutorialBreaker(callTimeout === undefined ? work : () => race(work, callTimeout), {
            ...(neverTrips && { failureThreshold: Number.POSITIVE_INFINITY }),
            ...(staysOpen && { timeout: hour }),
          }),
        (breaker) => () => breaker.fire(),
      ),
  },
}

/** A timeout as in tutorials, except that the timer is cleared. @param {() => unknown} work @param {number} ms */
async function race(work, ms) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('timeout')), ms)
  })
  try {
    return await Promise.race([work(), limit])
  } finally {
    clearTimeout(timer)
  }
}
