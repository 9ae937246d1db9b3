import { fakeClock } from '@cb/test-kit'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  anyOf,
  CircuitBreaker,
  consecutiveFailures,
  countWindow,
  failureCount,
  failureRate,
  type TripPolicy,
  timeWindow,
} from '../src/index.ts'
import { down } from './in-state.ts'

afterEach(() => vi.restoreAllMocks())

/** Settles one call per letter (s, f or i) and gives the number of the one that opened the breaker. */
function openedBy(trip: TripPolicy, outcomes: string, step = 0): number | null {
  const clock = fakeClock()
  const breaker = new CircuitBreaker({ trip, now: clock.now })
  for (const [n, outcome] of [...outcomes].entries()) {
    clock.advance(step)
    const permit = breaker.acquire()
    if (outcome === 's') permit.success()
    else if (outcome === 'f') permit.failure(down)
    else permit.ignore()
    if (breaker.state === 'open') return n + 1
  }
  return null
}

describe('consecutiveFailures', () => {
  test.each([
    [1, 'f', 1],
    [3, 'ffsfff', 6],
    [3, 'ffsffsff', null],
    [3, 'fifif', 5],
    [3, 'iiiiii', null],
  ])('of %i, shown %s, opens at call %j', (threshold, outcomes, expected) => {
    expect(openedBy(consecutiveFailures(threshold), outcomes)).toBe(expected)
  })
})

describe('failureCount', () => {
  test.each([
    [{ threshold: 1 }, 'f', 0, 1],
    [{ threshold: 3 }, 'fsfsssssf', 0, 9],
    [{ threshold: 3 }, 'fiiifiiii', 0, null],
    [{ threshold: 2, window: countWindow(2) }, 'fsfsfsff', 0, 8],
    [{ threshold: 3, window: countWindow(3) }, 'ffiif', 0, 5],
    [{ threshold: 3, window: timeWindow(1_000) }, 'ffffff', 600, null],
    [{ threshold: 2, window: timeWindow(1_000) }, 'ff', 600, 2],
  ])('with %j, shown %s every %i ms, opens at call %j', (options, outcomes, step, expected) => {
    expect(openedBy(failureCount(options), outcomes, step)).toBe(expected)
  })

  test('looks back 10 seconds by default', () => {
    expect(openedBy(failureCount({ threshold: 2 }), 'ff', 8_999)).toBe(2)
    expect(openedBy(failureCount({ threshold: 2 }), 'ff', 10_000)).toBe(null)
  })
})

describe('failureRate', () => {
  test.each([
    [{ minimumCalls: 4 }, 'sffs', 0, 4],
    [{ minimumCalls: 4 }, 'ffs', 0, null],
    [{ minimumCalls: 4 }, 'sssfffs', 0, 6],
    [{ minimumCalls: 1 }, 'f', 0, 1],
    [{ minimumCalls: 4 }, 'ffiiiis', 0, null],
    [{ minimumCalls: 2, threshold: 1 }, 'sffff', 0, null],
    [{ minimumCalls: 2, threshold: 1 }, 'ff', 0, 2],
    [{ minimumCalls: 10, threshold: 0.3 }, 'fffsssssss', 0, 10],
    [{ minimumCalls: 10, threshold: 0.3 }, 'ffssssssss', 0, null],
    [{ minimumCalls: 2, window: timeWindow(1_000) }, 'ffffff', 1_000, null],
    [{ window: countWindow(4) }, 'ssssff', 0, 6],
  ])('with %j, shown %s every %i ms, opens at call %j', (options, outcomes, step, expected) => {
    expect(openedBy(failureRate(options), outcomes, step)).toBe(expected)
  })

  test('by default opens at 50 % of at least 20 calls in 10 seconds', () => {
    expect(openedBy(failureRate(), 'f'.repeat(20))).toBe(20)
    expect(openedBy(failureRate(), 'sf'.repeat(10))).toBe(20)
    expect(openedBy(failureRate(), 'sfs'.repeat(20))).toBe(null)
    expect(openedBy(failureRate(), 'f'.repeat(50), 600)).toBe(null)
  })

  test('every ratio is met exactly', () => {
    for (let failed = 1; failed <= 100; failed++) {
      const trip = failureRate({ threshold: failed / 100, minimumCalls: 100, window: countWindow(100) })
      expect(openedBy(trip, 's'.repeat(100 - failed) + 'f'.repeat(failed))).toBe(100)
    }
  })
})

describe('anyOf', () => {
  const both = anyOf(failureRate({ minimumCalls: 4 }), consecutiveFailures(3))

  test.each([
    ['fff', 3, { policy: 'consecutive-failures', threshold: 3, failures: 3 }],
    ['sffs', 4, { policy: 'failure-rate', threshold: 0.5, calls: 4, failures: 2, failureRate: 0.5 }],
  ])('shown %s opens at call %i and names the policy and its numbers', (outcomes, at, trip) => {
    const breaker = new CircuitBreaker({ trip: both, now: () => 0 })
    for (const outcome of outcomes) breaker.acquire().settle(outcome === 's' ? 'success' : 'failure', down)
    expect(openedBy(both, outcomes)).toBe(at)
    expect(breaker.snapshot().lastTransition).toMatchObject({ reason: trip.policy, trip })
  })

  test('shows what each policy holds', () => {
    const breaker = new CircuitBreaker({ trip: both, now: () => 0 })
    breaker.acquire().success()
    breaker.acquire().failure(down)
    expect(breaker.snapshot().window).toMatchObject({ calls: 2, policies: [{ calls: 2 }, { failures: 1 }] })
  })

  test('every policy sees every outcome, also if the one before it is broken', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const fail = () => {
      throw new Error('my bug')
    }
    const broken: TripPolicy = { name: 'broken', watch: () => ({ success: fail, failure: fail, snapshot: fail }) }
    expect(openedBy(anyOf(broken, consecutiveFailures(2)), 'ff')).toBe(2)
    expect(openedBy(anyOf(consecutiveFailures(2), broken), 'ff')).toBe(2)
  })
})

test('without options ten failures in a row or half of twenty calls open a breaker', () => {
  const opened = (outcomes: string) => {
    const breaker = new CircuitBreaker({ now: () => 0 })
    for (const outcome of outcomes)
      breaker.tryAcquire().admitted && breaker.acquire().settle(outcome === 's' ? 'success' : 'failure')
    return breaker.snapshot().lastTransition?.reason
  }
  expect(opened('f'.repeat(9))).toBeUndefined()
  expect(opened('f'.repeat(10))).toBe('consecutive-failures')
  expect(opened('sf'.repeat(10))).toBe('failure-rate')
  expect(opened('ssf'.repeat(100))).toBeUndefined()
})

test('the memory is empty after the breaker has closed again', () => {
  const clock = fakeClock()
  const trip = failureCount({ threshold: 2, window: countWindow(10) })
  const breaker = new CircuitBreaker({ trip, now: clock.now, openDuration: 100, halfOpen: { successThreshold: 1 } })
  for (let n = 0; n < 2; n++) breaker.acquire().failure(down)
  clock.advance(100)
  breaker.acquire().success()
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', window: { calls: 0, failures: 0 } })
  breaker.acquire().failure(down)
  expect(breaker.state).toBe('closed')
})

test('breakers that share a policy do not share its memory', () => {
  const trip = anyOf(consecutiveFailures(2), failureRate({ window: countWindow(4) }))
  const [one, other] = [new CircuitBreaker({ trip }), new CircuitBreaker({ trip })]
  one.acquire().failure(down)
  other.acquire().failure(down)
  expect([one.state, other.state]).toEqual(['closed', 'closed'])
})
