import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  anyOf,
  CircuitBreaker,
  consecutiveFailures,
  countWindow,
  failureRate,
  restoreState,
  saveState,
  slowCallRate,
  type TripPolicy,
} from '../src/index.ts'
import { closedBreaker, down } from './in-state.ts'
import { policyWith, throwing } from './misused.ts'
import { openedBy } from './opened-by.ts'

afterEach(() => vi.restoreAllMocks())

describe('anyOf', () => {
  const both = anyOf(failureRate({ minimumCalls: 4 }), consecutiveFailures(3))

  test.each([
    ['fff', 3, { policy: 'consecutive-failures', threshold: 3, failures: 3 }],
    ['sffs', 4, { policy: 'failure-rate', threshold: 0.5, calls: 4, failures: 2, failureRate: 0.5 }],
  ])(
    'after the outcomes %s it opens at call %i and the transition has the policy and its numbers',
    (outcomes, at, trip) => {
      const breaker = new CircuitBreaker({ trip: both, now: () => 0 })
      for (const outcome of outcomes) breaker.acquire().settle(outcome === 's' ? 'success' : 'failure', down)
      expect(openedBy(both, outcomes)).toBe(at)
      expect(breaker.snapshot().lastTransition).toMatchObject({ reason: trip.policy, trip })
    },
  )

  test.each<[string, () => unknown]>([
    ['returns true', () => true],
    ['returns an object', () => ({})],
    ['returns a promise', async () => undefined],
    ['throws', throwing()],
  ])('opens by the other policy and reports one that %s', (_, answer) => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const trip = anyOf(policyWith({ success: answer, failure: answer }), consecutiveFailures(2))
    const { breaker } = closedBreaker({ trip })
    breaker.acquire().failure(down)
    breaker.acquire().failure(down)
    expect(breaker.snapshot().lastTransition?.reason).toBe('consecutive-failures')
    expect(logged).toHaveBeenCalledOnce()
  })

  test.each<[string, () => never]>([
    ['throws', throwing()],
    ['returns nothing', () => undefined as never],
  ])('opens by the other policy and reports one whose start %s', (_, start) => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { breaker } = closedBreaker({ trip: anyOf({ name: 'mine', start }, consecutiveFailures(2)) })
    breaker.acquire().failure(down)
    expect(breaker.snapshot().window.policies).toEqual([
      { calls: 0, failures: 0 },
      { calls: 1, failures: 1 },
    ])
    breaker.acquire().failure(down)
    expect(breaker.snapshot().lastTransition?.reason).toBe('consecutive-failures')
    expect(logged).toHaveBeenCalledOnce()
  })

  test('its window has the numbers of each policy', () => {
    const breaker = new CircuitBreaker({ trip: both, now: () => 0 })
    breaker.acquire().success()
    breaker.acquire().failure(down)
    expect(breaker.snapshot().window).toMatchObject({ calls: 2, policies: [{ calls: 2 }, { failures: 1 }] })
  })

  test('every policy sees every outcome, also after a policy that throws', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const fail = () => {
      throw new Error('my bug')
    }
    const broken: TripPolicy = { name: 'broken', start: () => ({ success: fail, failure: fail, snapshot: fail }) }
    expect(openedBy(anyOf(broken, consecutiveFailures(2)), 'ff')).toBe(2)
    expect(openedBy(anyOf(consecutiveFailures(2), broken), 'ff')).toBe(2)
  })
})

describe('when one of several policies throws on a success', () => {
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })

  test('the error is reported', async () => {
    const trip = anyOf(policyWith({ success: throwing() }), consecutiveFailures(1))
    await new CircuitBreaker({ trip }).execute(() => 1)
    expect(console.error).toHaveBeenCalledOnce()
  })

  test('the other can still open the breaker', async () => {
    const opening = policyWith({ success: () => ({ policy: 'mine', threshold: 1, calls: 1, failures: 0 }) })
    const breaker = new CircuitBreaker({ trip: anyOf(policyWith({ success: throwing() }), opening) })
    await breaker.execute(() => 1)
    expect(breaker.snapshot()).toMatchObject({ state: 'open', lastTransition: { reason: 'mine' } })
  })
})

test('with several policies an ignored call never becomes a slow one', () => {
  const trip = anyOf(consecutiveFailures(5), slowCallRate({ slowAfter: 10, threshold: 1, window: countWindow(1) }))
  const { breaker, clock } = closedBreaker({ trip })
  breaker.acquire().ignore()
  clock.advance(10)
  expect(breaker.state).toBe('closed')
  breaker.acquire()
  clock.advance(10)
  expect(breaker.state).toBe('open')
})

describe('several policies, saved', () => {
  const make = (...policies: TripPolicy[]) => new CircuitBreaker({ name: 'saved', trip: anyOf(...policies) })
  const savedBy = (breaker: CircuitBreaker) => JSON.parse(JSON.stringify(saveState(breaker)))

  test.each<[string, object]>([
    ['has no save', { load: throwing() }],
    ['has no load', { save: () => 5 }],
  ])('of which one %s, lose the window of that one only', (_, part) => {
    const breaker = make(policyWith(part), consecutiveFailures(2))
    breaker.acquire().failure()
    const restored = make(policyWith(part), consecutiveFailures(2))
    restoreState(restored, savedBy(breaker))
    restored.acquire().failure()
    expect(restored.state).toBe('open')
  })

  test.each([
    ['no window', 5, 'window must be an array of 2, got 5'],
    ['too few windows', [0], 'window must be an array of 2, got an array'],
  ])('can not be restored from %s', (_, memory, words) => {
    const breaker = make(consecutiveFailures(2), consecutiveFailures(3))
    const { state, ...saved } = savedBy(breaker)
    expect(() => restoreState(breaker, { ...saved, state: { ...state, trip: { ...state.trip, memory } } })).toThrow(
      words,
    )
  })
})
