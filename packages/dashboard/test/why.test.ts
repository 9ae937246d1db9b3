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
import { joinFleet, memoryStore } from '@cb/redis'
import { fakeClock, until } from '@cb/test-kit'
import { describe, expect, test } from 'vitest'
import { toRow } from '../src/row.ts'
import { fleetWhy } from '../src/why.ts'
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

test('a breaker that follows its fleet says so, who was the cause, and why', async () => {
  const store = memoryStore()
  const [here, other] = await Promise.all(
    ['shop-1', 'shop-2'].map(async (instance) => {
      const breaker = new CircuitBreaker({ name: 'payments', trip: consecutiveFailures(1), openDuration: 60_000 })
      const fleet = await joinFleet({ store, instance })
      await fleet.share(breaker)
      return { breaker, fleet }
    }),
  )
  if (here === undefined || other === undefined) throw new Error('there are two')
  const inFleet = async () => (await here.fleet.list()).map(fleetWhy)[0]
  other.breaker.acquire().failure(new Error('down'))
  await until(() => here.breaker.state === 'open')
  expect(whyOf(here.breaker)).toBe(
    'opened with the fleet: enough instances voted for it, shop-2 last. Its reason: consecutive-failures',
  )
  expect(await inFleet()).toBe('opened: enough instances voted for it, shop-2 last. Its reason: consecutive-failures')
  await other.fleet.forceClosed('payments', { note: 'false alarm' })
  await until(() => here.breaker.state === 'closed')
  expect(whyOf(here.breaker)).toBe('closed with the fleet: forced by an operator (shop-2). Note: false alarm')
  await here.fleet.leave()
  await other.fleet.leave()
})
