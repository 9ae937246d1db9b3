import { fakeClock } from '@cb/test-kit'
import { describe, expect, test } from 'vitest'
import { adaptiveThrottle, CircuitBreaker, consecutiveFailures } from '../src/index.ts'

const chances: [string, () => number][] = [
  ['throws', thrower],
  ['gives NaN', () => Number.NaN],
  ['gives 1', () => 1],
  ['gives a negative number', () => -1],
  ['gives a string', () => '0.1' as unknown as number],
]

function thrower(): number {
  throw new Error('no chance')
}

describe.each(chances)('a `random` that %s counts as a half', (_, random) => {
  test('for the share of a ramp', () => {
    const clock = fakeClock()
    const breaker = new CircuitBreaker({
      trip: consecutiveFailures(1),
      openDuration: 10,
      halfOpen: { successThreshold: 1 },
      ramp: { duration: 100, from: 0 },
      now: clock.now,
      random,
    })
    breaker.acquire().failure()
    clock.advance(10)
    breaker.acquire().success()
    clock.advance(49)
    expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'ramp' })
    clock.advance(2)
    expect(breaker.tryAcquire().admitted).toBe(true)
  })

  test.each([
    [0.4, false],
    [0.6, true],
  ])('for a shadow of %d', (shadow, admitted) => {
    const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), shadow, random })
    breaker.acquire().failure()
    expect(breaker.tryAcquire().admitted).toBe(admitted)
  })

  test.each([
    ['rejects half of the calls or more', 4, false],
    ['rejects less than half', 2, true],
  ])('for a throttle that %s', (_what, failures, admitted) => {
    const breaker = new CircuitBreaker({ trip: adaptiveThrottle({ minimumCalls: 1 }), random })
    const inFlight = Array.from({ length: failures + 1 }, () => breaker.acquire())
    inFlight.pop()?.success()
    for (const permit of inFlight) permit.failure()
    expect(breaker.tryAcquire().admitted).toBe(admitted)
  })
})
