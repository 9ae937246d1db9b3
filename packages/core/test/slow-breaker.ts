import { type FakeClock, fakeClock } from '@cb/test-kit'
import { CircuitBreaker, type Permit, slowCallRate } from '../src/index.ts'

/** A breaker that opens when half of at least two calls take 100 ms, and a call that settles after so many milliseconds. */
export function slowBreaker(options: Partial<Parameters<typeof slowCallRate>[0]> = {}): {
  readonly breaker: CircuitBreaker
  readonly clock: FakeClock
  call(ms: number): Permit
} {
  const clock = fakeClock(1_000)
  const trip = slowCallRate({ slowAfter: 100, minimumCalls: 2, threshold: 0.5, ...options })
  const breaker = new CircuitBreaker({ name: 'slow', trip, openDuration: 1_000, now: clock.now })
  const call = (ms: number) => {
    const permit = breaker.acquire()
    clock.advance(ms)
    return permit
  }
  return { breaker, clock, call }
}
