import { fakeClock } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  adaptiveThrottle,
  anyOf,
  CircuitBreaker,
  consecutiveFailures,
  countWindow,
  failureCount,
  type TripPolicy,
} from '../src/index.ts'
import { policyWith, throwing } from './misused.ts'

describe('when one of several policies throws on a success', () => {
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(() => vi.restoreAllMocks())

  test('it is said', async () => {
    const trip = anyOf(policyWith({ success: throwing() }), consecutiveFailures(1))
    await new CircuitBreaker({ trip }).execute(() => 1)
    expect(console.error).toHaveBeenCalledOnce()
  })

  test('another may open all the same', async () => {
    const opening = policyWith({ success: () => ({ policy: 'mine', threshold: 1, calls: 1, failures: 0 }) })
    const breaker = new CircuitBreaker({ trip: anyOf(policyWith({ success: throwing() }), opening) })
    await breaker.execute(() => 1)
    expect(breaker.snapshot()).toMatchObject({ state: 'open', lastTransition: { reason: 'mine' } })
  })
})

test('of several throttles one is enough to reject', () => {
  const calm = adaptiveThrottle({ minimumCalls: 1_000 })
  const strict = adaptiveThrottle({ minimumCalls: 1 })
  const breaker = new CircuitBreaker({ trip: anyOf(calm, strict), random: () => 0 })
  breaker.acquire().failure()
  expect(breaker.tryAcquire()).toMatchObject({ admitted: false, reason: 'throttled' })
})

test('the latest success is known to the millisecond with several policies that read no clock', () => {
  const clock = fakeClock(5_000)
  const trip = anyOf(consecutiveFailures(5), failureCount({ threshold: 5, window: countWindow(10) }))
  const breaker = new CircuitBreaker({ trip, now: clock.now })
  clock.advance(100)
  breaker.acquire().success()
  expect(breaker.snapshot().lastSuccessAt).toBe(5_100)
})

describe('several policies, saved', () => {
  const make = (...policies: TripPolicy[]) => new CircuitBreaker({ name: 'saved', trip: anyOf(...policies) })
  const savedBy = (breaker: CircuitBreaker) => JSON.parse(JSON.stringify(breaker))

  test.each<[string, object]>([
    ['can not be saved', { load: throwing() }],
    ['can not be restored', { save: () => 5 }],
  ])('one of which %s starts with an empty memory, the other goes on', (_, part) => {
    const breaker = make(policyWith(part), consecutiveFailures(2))
    breaker.acquire().failure()
    const restored = make(policyWith(part), consecutiveFailures(2))
    restored.restore(savedBy(breaker))
    restored.acquire().failure()
    expect(restored.state).toBe('open')
  })

  test.each([
    ['no window', 5, 'window must be an array of 2, got 5'],
    ['too few windows', [0], 'window must be an array of 2, got an array'],
  ])('%s of theirs can not be restored', (_, window, words) => {
    const breaker = make(consecutiveFailures(2), consecutiveFailures(3))
    const { state, ...saved } = savedBy(breaker)
    expect(() => breaker.restore({ ...saved, state: { ...state, window } })).toThrow(words)
  })
})
