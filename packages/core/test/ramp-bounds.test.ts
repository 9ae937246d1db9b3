import { fakeClock } from '@cb/test-kit'
import { expect, test } from 'vitest'
import { CircuitBreaker, consecutiveFailures } from '../src/index.ts'

/** At the beginning of a ramp of 1 000 ms from nothing. */
function ramping(random: () => number) {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({
    trip: consecutiveFailures(1),
    openDuration: 1_000,
    halfOpen: { successThreshold: 1 },
    ramp: { duration: 1_000, from: 0 },
    now: clock.now,
    random,
  })
  breaker.acquire().failure()
  clock.advance(1_000)
  breaker.acquire().success()
  return { breaker, clock }
}

test('a ramp from 0 admits nothing at its very beginning, whatever chance says', () => {
  const { breaker, clock } = ramping(() => 0)
  expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'ramp' })
  clock.advance(1)
  expect(breaker.tryAcquire().admitted).toBe(true)
})

test('a ramp is over also for who asks only long after it', () => {
  const { breaker, clock } = ramping(() => 0.9)
  clock.advance(5_000)
  expect(breaker.snapshot().ramp).toBeNull()
})

test('a ramp that is changed before the next breaker is made holds for that one', () => {
  const ramp = { duration: 1_000 }
  const first = new CircuitBreaker({ ramp })
  ramp.duration = 2_000
  const breakers = [first, new CircuitBreaker({ ramp })]
  expect(breakers.map((breaker) => breaker.snapshot().config['ramp'])).toMatchObject([
    { duration: 1_000 },
    { duration: 2_000 },
  ])
})
