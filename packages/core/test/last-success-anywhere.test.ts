import { fakeClock } from '@cb/test-kit'
import { expect, test } from 'vitest'
import { CircuitBreaker, type CircuitBreakerOptions, consecutiveFailures } from '../src/index.ts'

function make(options: CircuitBreakerOptions = {}) {
  const clock = fakeClock(5_000)
  return { clock, breaker: new CircuitBreaker({ trip: consecutiveFailures(1), now: clock.now, ...options }) }
}

test('the latest success is known to the millisecond while forced closed', () => {
  const { breaker, clock } = make()
  breaker.forceClosed()
  const permit = breaker.acquire()
  clock.advance(100)
  permit.success()
  expect(breaker.snapshot().lastSuccessAt).toBe(5_100)
})

test('the latest success is known to the millisecond in shadow mode', () => {
  const { breaker, clock } = make({ shadow: true })
  breaker.acquire().failure()
  const permit = breaker.acquire()
  clock.advance(100)
  permit.success()
  expect(breaker.snapshot().lastSuccessAt).toBe(5_100)
})
