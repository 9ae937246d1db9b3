import {
  anyOf,
  CircuitBreaker,
  consecutiveFailures,
  countWindow,
  failureCount,
  failureRate,
  slowCallRate,
  type TripPolicy,
  timeWindow,
} from '@cb/core'
import { fakeClock } from '@cb/test-kit'
import { describe, expect, test } from 'vitest'
import { toRow } from '../src/row.ts'
import { settle } from './opened.ts'

const whyOf = (breaker: CircuitBreaker) => toRow(1, breaker.snapshot(), 0)[0][5]

const shard: TripPolicy = {
  name: 'shard-lost',
  start: () => ({
    success: () => undefined,
    failure: () => ({ policy: 'shard-lost', threshold: 1, calls: 4, failures: 1 }),
    snapshot: () => ({ calls: 0, failures: 0 }),
  }),
}

describe('an open breaker says why it opened', () => {
  test.each<[TripPolicy | undefined, number, number, string]>([
    [failureRate({ minimumCalls: 20 }), 8, 12, 'opened because 12 of 20 calls in 10 s failed (threshold 50 %)'],
    [
      failureRate({ minimumCalls: 4, threshold: 0.255, window: countWindow(10) }),
      2,
      2,
      'opened because 2 of 4 calls failed (threshold 25.5 %)',
    ],
    [undefined, 0, 10, 'opened because 10 calls in a row failed (threshold 10)'],
    [
      anyOf(consecutiveFailures(99), failureCount({ threshold: 3, window: timeWindow(1_500) })),
      1,
      3,
      'opened because 3 calls in 1.5 s failed (threshold 3)',
    ],
    [shard, 0, 1, 'opened because of shard-lost: 1 of 4 calls failed (threshold 1)'],
  ])('%#: %s', (trip, successes, failures, words) => {
    const breaker = new CircuitBreaker({ trip })
    settle(breaker, successes, failures)
    expect(whyOf(breaker)).toBe(words)
  })

  test('by slow calls', () => {
    const clock = fakeClock()
    const breaker = new CircuitBreaker({ trip: slowCallRate({ slowAfter: 100, minimumCalls: 2 }), now: clock.now })
    for (let n = 0; n < 2; n++) {
      const permit = breaker.acquire()
      clock.advance(100)
      permit.success()
    }
    expect(whyOf(breaker)).toBe('opened because 2 of 2 calls in 10 s were slow (threshold 50 %)')
  })

  test('and how often in a row it has opened', () => {
    const clock = fakeClock()
    const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 100, now: clock.now })
    settle(breaker, 0, 1)
    clock.advance(100)
    settle(breaker, 0, 1)
    expect(whyOf(breaker)).toBe('opened: a probe failed, for the 2nd time in a row')
    clock.advance(100)
    expect(whyOf(breaker)).toBe('probing: the open duration has ended')
  })

  test('and what the operator wrote', () => {
    const breaker = new CircuitBreaker()
    expect(whyOf(breaker)).toBe(null)
    breaker.forceOpen('migration (by ada)')
    expect(whyOf(breaker)).toBe('opened: forced by an operator. Note: migration (by ada)')
    breaker.resume()
    expect(whyOf(breaker)).toBe('closed: resumed by an operator')
  })
})
