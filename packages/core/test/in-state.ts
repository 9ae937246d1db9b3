import { type FakeClock, fakeClock } from '@cb/test-kit'
import { CircuitBreaker, type CircuitBreakerOptions, consecutiveFailures, ramp } from '../src/index.ts'

export interface Bench {
  readonly breaker: CircuitBreaker
  readonly clock: FakeClock
}

export const down: Error = new Error('down')

/** A breaker on a clock that stands at 5 000, which the first failure opens for 1 000 ms. */
export function closedBreaker(options: CircuitBreakerOptions = {}): Bench {
  const clock = fakeClock(5_000)
  const defaults = { name: 'test', trip: consecutiveFailures(1), openDuration: 1_000, now: clock.now }
  return { breaker: new CircuitBreaker({ ...defaults, ...options }), clock }
}

export function openBreaker(options?: CircuitBreakerOptions): Bench {
  const bench = closedBreaker(options)
  bench.breaker.acquire().failure(down)
  return bench
}

export function halfOpenBreaker(options?: CircuitBreakerOptions): Bench {
  const bench = openBreaker(options)
  bench.clock.advance(1_000)
  if (bench.breaker.state !== 'half-open') throw new Error(`not half-open but ${bench.breaker.state}`)
  return bench
}

/** A breaker that has just closed after an outage, at the beginning of a ramp of 1 000 ms from no calls at all. */
export function rampingBreaker(options?: CircuitBreakerOptions): Bench {
  const defaults = { halfOpen: { successThreshold: 1 }, recovery: ramp({ duration: 1_000, from: 0 }) }
  const bench = halfOpenBreaker({ ...defaults, ...options })
  bench.breaker.acquire().success()
  return bench
}
