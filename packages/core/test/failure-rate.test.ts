import { describe, expect, test } from 'vitest'
import { CircuitBreaker, countWindow, failureRate, timeWindow } from '../src/index.ts'
import { down } from './in-state.ts'
import { openedBy } from './opened-by.ts'

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
  ])('with %j and the outcomes %s every %i ms it opens at call %j', (options, outcomes, step, expected) => {
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

test.each([
  ['fails', [true, false]],
  ['succeeds, and reaches the minimum', [false, true]],
])('a call through execute that %s and opens the breaker is the cause of the transition', async (_, outcomes) => {
  const breaker = new CircuitBreaker({ trip: failureRate({ minimumCalls: 2 }) })
  for (const succeeds of outcomes) await breaker.execute(() => succeeds || Promise.reject(down)).catch(() => {})
  expect(breaker.snapshot().lastTransition).toMatchObject({ to: 'open', cause: 'call', reason: 'failure-rate' })
})
