import { describe, expect, test } from 'vitest'
import {
  adaptiveThrottle,
  CircuitBreaker,
  consecutiveFailures,
  failureRate,
  type HalfOpenOptions,
} from '../src/index.ts'
import { closedBreaker, down, halfOpenBreaker } from './in-state.ts'

test.each<[string, HalfOpenOptions, HalfOpenOptions]>([
  ['nothing', {}, { maxConcurrent: 1, successThreshold: 2, probeTimeout: 10_000 }],
  ['a number of probes', { probes: 4 }, { maxConcurrent: 1, probes: 4, successRate: 1, probeTimeout: 10_000 }],
  [
    'what is undefined',
    { maxConcurrent: 3, maxDuration: undefined as never },
    { maxConcurrent: 3, successThreshold: 2, probeTimeout: 10_000 },
  ],
])('a snapshot tells how half-open goes on, where %s was said', (_, halfOpen, told) => {
  expect(new CircuitBreaker({ halfOpen }).snapshot().config['halfOpen']).toStrictEqual(told)
})

test('a snapshot tells the settings of an adaptive throttle', () => {
  expect(new CircuitBreaker({ trip: adaptiveThrottle() }).snapshot().config['trip']).toEqual({
    policy: 'adaptive-throttle',
    multiplier: 2,
    floor: 0.05,
    minimumCalls: 20,
    window: { type: 'time', ms: 30_000, buckets: 10 },
  })
})

describe('the window of a breaker that a person has forced open', () => {
  test('is that of the closed state that waits', () => {
    const { breaker } = closedBreaker({ trip: consecutiveFailures(5) })
    breaker.acquire().failure(down)
    breaker.forceOpen()
    expect(breaker.snapshot().window).toEqual({ calls: 1, failures: 1 })
  })

  test('is empty where half-open waits', () => {
    const { breaker } = halfOpenBreaker()
    breaker.forceOpen()
    expect(breaker.snapshot().window).toEqual({ calls: 0, failures: 0 })
  })
})

test('only calls that the ramp has rejected are counted as such', () => {
  const { breaker, clock } = halfOpenBreaker({
    halfOpen: { successThreshold: 1 },
    ramp: { duration: 1_000, from: 0 },
    random: () => 0.4,
  })
  breaker.acquire().success()
  clock.advance(300)
  expect(breaker.tryAcquire().admitted).toBe(false)
  clock.advance(300)
  expect(breaker.tryAcquire().admitted).toBe(true)
  expect(breaker.snapshot().ramp).toEqual({ share: 0.6, rejected: 1 })
})

test.each([
  ['fails', [true, false]],
  ['succeeds, and reaches the minimum', [false, true]],
])('a call through execute that %s and opens the breaker is the cause', async (_, outcomes) => {
  const breaker = new CircuitBreaker({ trip: failureRate({ minimumCalls: 2 }) })
  for (const succeeds of outcomes) await breaker.execute(() => succeeds || Promise.reject(down)).catch(() => {})
  expect(breaker.snapshot().lastTransition).toMatchObject({ to: 'open', cause: 'call', reason: 'failure-rate' })
})
