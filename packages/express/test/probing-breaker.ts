import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { fakeClock } from '@cb/test-kit'

/** A half-open breaker whose leases do not end during a test, so that each lost permit is visible as a live probe. */
export function probingBreaker(halfOpen: { maxConcurrent: number; successThreshold: number }): CircuitBreaker {
  const clock = fakeClock()
  const trip = consecutiveFailures(1)
  const breaker = new CircuitBreaker({ name: 'reports', trip, openDuration: 1, halfOpen, now: clock.now })
  breaker.acquire().failure()
  clock.advance(1)
  return breaker
}
