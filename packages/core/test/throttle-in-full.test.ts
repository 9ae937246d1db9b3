import { expect, test } from 'vitest'
import { adaptiveThrottle, CircuitBreaker, countWindow } from '../src/index.ts'

const trip = adaptiveThrottle({ window: countWindow(10), minimumCalls: 2 })

function failing(random: () => number): CircuitBreaker {
  const breaker = new CircuitBreaker({ name: 'throttled', trip, random })
  breaker.acquire().failure()
  return breaker
}

test('a restored throttle goes on rejecting', () => {
  const breaker = failing(() => 0)
  breaker.acquire().failure()
  const restored = new CircuitBreaker({ name: 'throttled', trip, random: () => 0 })
  restored.restore(JSON.parse(JSON.stringify(breaker)))
  expect(restored.tryAcquire()).toMatchObject({ admitted: false, reason: 'throttled' })
})

test('a throttle admits a call at the very probability with which it rejects', () => {
  const breaker = failing(() => 0.95)
  breaker.acquire().failure()
  expect(breaker.snapshot().window.rejectionProbability).toBe(0.95)
  expect(breaker.tryAcquire().admitted).toBe(true)
})

test('below its minimum of calls a throttle knows no rate', () => {
  expect(failing(() => 0).snapshot()).toMatchObject({ window: { calls: 1, failures: 1, failureRate: null } })
})

test('a snapshot shows how the throttle is set', () => {
  expect(failing(() => 0).snapshot().config['trip']).toEqual({
    policy: 'adaptive-throttle',
    multiplier: 2,
    floor: 0.05,
    minimumCalls: 2,
    window: { type: 'count', size: 10 },
  })
})
