import { guardBy, hour } from './subject.js'

/** @typedef {typeof import('@cb/core')} Core */
/** @typedef {import('@cb/core').TripPolicy} TripPolicy */

const never = Number.MAX_SAFE_INTEGER

/**
 * @param {string} says
 * @param {(core: Core) => TripPolicy | undefined} usual
 * @param {(core: Core) => TripPolicy} [unreachable]  the same, for a dependency that always fails
 * @returns {import('./subject.js').Subject}
 */
function configured(says, usual, unreachable = (core) => core.consecutiveFailures(never)) {
  return {
    library: '@cb/core',
    says: `new CircuitBreaker(${says})`,
    async open() {
      const core = await import('@cb/core')
      return guardBy(
        (_, wants = {}) => coreBreaker(core, wants, wants.neverTrips ? unreachable : usual),
        (breaker, work) => () => breaker.execute(work),
      )
    },
  }
}

// A thousand breakers of one name are taken for a mistake, and said so.
const names = Array.from({ length: 500 }, (_, n) => `dependency ${n}`)
let made = 0

/** @param {Core} core @param {import('./subject.js').Wants} wants @param {(core: Core) => TripPolicy | undefined} usual */
export function coreBreaker(core, { staysOpen, listener, callTimeout, window }, usual) {
  const trip = window === undefined ? usual(core) : rate(core, window)
  const breaker = new core.CircuitBreaker({
    name: /** @type {string} */ (names[made++ % names.length]),
    ...(trip && { trip }),
    ...(staysOpen && { openDuration: hour }),
    ...(callTimeout !== undefined && { callTimeout }),
  })
  if (listener !== undefined) breaker.on('outcome', listener)
  return breaker
}

/** @param {Core} core @param {NonNullable<import('./subject.js').Wants['window']>} window */
function rate({ countWindow, failureRate, timeWindow }, window) {
  if ('calls' in window) return failureRate({ window: countWindow(window.calls) })
  return failureRate({ window: timeWindow(1_000 * window.buckets, { buckets: window.buckets }) })
}

const minimumCalls = never

/** @type {Record<string, import('./subject.js').Subject>} */
export const core = {
  '@cb/core': configured(
    '',
    () => undefined,
    ({ anyOf, consecutiveFailures, failureRate }) => anyOf(failureRate({ minimumCalls }), consecutiveFailures(never)),
  ),
  '@cb/core lean': configured('{ trip: consecutiveFailures(5) }', (core) => core.consecutiveFailures(5)),
}

/** One for each trip policy; the first is the leanest. @type {Record<string, import('./subject.js').Subject>} */
export const policies = {
  '@cb/core failureCount': configured('{ trip: failureCount({ threshold: 1_000_000 }) }', (core) =>
    core.failureCount({ threshold: 1_000_000 }),
  ),
  '@cb/core failureRate of calls': configured('{ trip: failureRate({ window: countWindow(100) }) }', (core) =>
    core.failureRate({ window: core.countWindow(100) }),
  ),
  '@cb/core failureRate over time': configured('{ trip: failureRate() }', (core) => core.failureRate()),
  '@cb/core slowCallRate': configured('{ trip: slowCallRate({ slowAfter: 1_000 }) }', (core) =>
    core.slowCallRate({ slowAfter: 1_000 }),
  ),
  '@cb/core anyOf': configured('{ trip: anyOf(failureRate(), consecutiveFailures(5)) }', (core) =>
    core.anyOf(core.failureRate(), core.consecutiveFailures(5)),
  ),
  '@cb/core adaptiveThrottle': configured('{ trip: adaptiveThrottle() }', (core) => core.adaptiveThrottle()),
}
