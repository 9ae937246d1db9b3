import { fakeClock } from '@cb/test-kit'
import { expect, test } from 'vitest'
import { adaptiveThrottle, anyOf, CircuitBreaker, type CircuitOpenError, consecutiveFailures } from '../src/index.ts'

const refusalOf = (breaker: CircuitBreaker): Promise<CircuitOpenError> =>
  breaker
    .execute(() => 'made')
    .then(
      () => Promise.reject(new Error('it was admitted')),
      (error) => error,
    )

test('refusals of another millisecond have an error of their own, also where they say the same', async () => {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({ now: clock.now })
  breaker.forceOpen('deploy')
  const first = await refusalOf(breaker)
  clock.advance(1)
  const next = await refusalOf(breaker)
  expect([first.retryAfterMs, next.retryAfterMs]).toEqual([null, null])
  expect(next).not.toBe(first)
})

test('refusals of two outages in the same millisecond do not share an error', async () => {
  const { now } = fakeClock()
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000, now })
  breaker.acquire().failure()
  const first = await refusalOf(breaker)
  breaker.reset()
  breaker.acquire().failure()
  expect(await refusalOf(breaker)).not.toBe(first)
})

test('within a millisecond a refusal says how long to wait as of its own moment', async () => {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000.5, now: clock.now })
  breaker.acquire().failure()
  expect(await refusalOf(breaker)).toHaveProperty('retryAfterMs', 1_001)
  clock.advance(0.9)
  expect(await refusalOf(breaker)).toHaveProperty('retryAfterMs', 1_000)
})

test('within a millisecond each refusal gives its own reason', async () => {
  const clock = fakeClock()
  let chance = 0
  const breaker = new CircuitBreaker({
    trip: anyOf(consecutiveFailures(2), adaptiveThrottle({ minimumCalls: 1 })),
    openDuration: 1_000,
    halfOpen: { successThreshold: 1 },
    ramp: { duration: 10_000, from: 0.5 },
    now: clock.now,
    random: () => chance,
  })
  for (const permit of [breaker.acquire(), breaker.acquire()]) permit.failure()
  clock.advance(1_000)
  breaker.acquire().success()
  breaker.acquire().failure()
  expect(await refusalOf(breaker)).toHaveProperty('reason', 'throttled')
  chance = 0.9
  expect(await refusalOf(breaker)).toHaveProperty('reason', 'ramp')
})
