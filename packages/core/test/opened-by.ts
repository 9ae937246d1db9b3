import { fakeClock } from '@cb/test-kit'
import { CircuitBreaker, type TripPolicy } from '../src/index.ts'

/** Settles one call per letter (s, f or i) and gives the number of the one that opened the breaker. */
export function openedBy(trip: TripPolicy, outcomes: string, step = 0): number | null {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({ trip, now: clock.now })
  for (const [n, outcome] of [...outcomes].entries()) {
    clock.advance(step)
    const permit = breaker.acquire()
    if (outcome === 's') permit.success()
    else if (outcome === 'f') permit.failure()
    else permit.ignore()
    if (breaker.state === 'open') return n + 1
  }
  return null
}
