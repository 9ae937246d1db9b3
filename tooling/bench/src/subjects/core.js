import { guardBy, hour } from './subject.js'

/** @typedef {typeof import('@cb/core')} Core */
/** @typedef {import('@cb/core').CircuitBreakerOptions} Options */
/** @typedef {(core: Core) => Options} Configuration */

const never = Number.MAX_SAFE_INTEGER

/**
 * @param {string} description
 * @param {Configuration} usual
 * @param {Configuration} [unreachable]  the same, for a dependency that always fails
 * @returns {import('./subject.js').Subject}
 */
function configured(description, usual, unreachable = (core) => ({ trip: core.consecutiveFailures(never) })) {
  return {
    library: '@cb/core',
    description: `new CircuitBreaker(${description})`,
    async open() {
      const core = await import('@cb/core')
      return guardBy(
        (_, wants = {}) => coreBreaker(core, wants, wants.neverTrips ? unreachable : usual),
        (breaker, work, wants) => (wants?.wraps ? breaker.wrap(work) : () => breaker.execute(work)),
      )
    },
  }
}

/** @param {Core} core @param {import('./subject.js').Wants} wants @param {Configuration} usual */
export function coreBreaker(core, { staysOpen, listener, callTimeout, window }, usual) {
  const breaker = new core.CircuitBreaker({
    name: 'https://payments.example',
    ...(window === undefined ? usual(core) : { trip: rate(core, window) }),
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

/** @type {Configuration} */
const lean = (core) => ({ trip: core.consecutiveFailures(5) })

/** @type {Record<string, import('./subject.js').Subject>} */
export const core = {
  '@cb/core': configured(
    '',
    () => ({}),
    ({ anyOf, consecutiveFailures, failureRate }) => ({
      trip: anyOf(failureRate({ minimumCalls: never }), consecutiveFailures(never)),
    }),
  ),
  '@cb/core lean': configured('{ trip: consecutiveFailures(5) }', lean),
}

/** One for each trip policy, the leanest first, and one for the admission policy. @type {Record<string, import('./subject.js').Subject>} */
export const policies = {
  '@cb/core failureCount': configured('{ trip: failureCount({ threshold: 1_000_000 }) }', (core) => ({
    trip: core.failureCount({ threshold: 1_000_000 }),
  })),
  '@cb/core failureRate of calls': configured('{ trip: failureRate({ window: countWindow(100) }) }', (core) => ({
    trip: core.failureRate({ window: core.countWindow(100) }),
  })),
  '@cb/core failureRate over time': configured('{ trip: failureRate() }', (core) => ({ trip: core.failureRate() })),
  '@cb/core slowCallRate': configured('{ trip: slowCallRate({ slowAfter: 1_000 }) }', (core) => ({
    trip: core.slowCallRate({ slowAfter: 1_000 }),
  })),
  '@cb/core anyOf': configured('{ trip: anyOf(failureRate(), consecutiveFailures(5)) }', (core) => ({
    trip: core.anyOf(core.failureRate(), core.consecutiveFailures(5)),
  })),
  '@cb/core adaptiveThrottle': configured(
    '{ trip: consecutiveFailures(5), admission: adaptiveThrottle() }',
    (core) => ({ ...lean(core), admission: core.adaptiveThrottle() }),
  ),
}
