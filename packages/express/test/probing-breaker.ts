import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { fakeClock } from '@cb/test-kit'

/** A half-open breaker whose leases never end by themselves, so that each permit that was lost shows as a live probe. */
export function probingBreaker(halfOpen: { maxConcurrent: number; successThreshold: number }): CircuitBreaker {
  const clock = fakeClock()
  const trip = consecutiveFailures(1)
  const breaker = new CircuitBreaker({ name: 'reports', trip, openDuration: 1, halfOpen, now: clock.now })
  breaker.acquire().failure()
  clock.advance(1)
  return breaker
}
