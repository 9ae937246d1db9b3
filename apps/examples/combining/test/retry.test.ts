import { CircuitBreaker, type CircuitBreakerOptions, consecutiveFailures, RetryBudget } from '@cb/core'
import pRetryItself from 'p-retry'
import { describe, expect, test, vi } from 'vitest'
import * as cockatiel from '../src/cockatiel.js'
import * as pRetry from '../src/p-retry.js'
import { failing } from './dependency.ts'
import { settle, useFakeTime } from './fake-time.ts'

useFakeTime()

const recipes = { 'p-retry': pRetry.retrying, cockatiel: cockatiel.retrying }

/** A breaker, and when it was asked: `wait` is the `retryAfterMs` of a rejection, 0 of an admitted call. */
function watched(options: CircuitBreakerOptions) {
  const breaker = new CircuitBreaker(options)
  const asked: { at: number; wait: number }[] = []
  breaker.on('rejection', ({ retryAfterMs }) => asked.push({ at: performance.now(), wait: retryAfterMs ?? Infinity }))
  breaker.on('outcome', () => asked.push({ at: performance.now(), wait: 0 }))
  return { breaker, asked }
}

describe.each(Object.entries(recipes))('%s', (_name, retrying) => {
  test('each attempt is one outcome', async () => {
    const { call, attemptsAt } = failing(2)
    const { breaker } = watched({})
    expect(await settle(retrying(breaker).execute(call))).toEqual({ status: 'fulfilled', value: 'up' })
    expect(attemptsAt).toHaveLength(3)
    expect(breaker.snapshot().totals).toEqual({ success: 1, failure: 2, ignored: 0, rejected: 0, late: 0 })
  })

  test('the last error is the caller’s, after as many attempts as retries and one', async () => {
    const { call, attemptsAt } = failing(9)
    const { breaker } = watched({})
    const result = await settle(retrying(breaker, { retries: 2 }).execute(call))
    expect(result).toEqual({ status: 'rejected', reason: new Error('down') })
    expect(attemptsAt).toHaveLength(3)
    expect(breaker.snapshot().totals.failure).toBe(3)
  })

  test('a circuit that opens between attempts is asked again after its open duration, and the call succeeds', async () => {
    const { call, attemptsAt } = failing(2)
    const { breaker, asked } = watched({ trip: consecutiveFailures(2), openDuration: 3_000 })
    expect(await settle(retrying(breaker).execute(call))).toEqual({ status: 'fulfilled', value: 'up' })
    const [, trippedAt, probedAt] = attemptsAt as [number, number, number]
    expect(probedAt - trippedAt).toBeGreaterThanOrEqual(3_000)
    expect(probedAt - trippedAt).toBeLessThan(4_500)
    expect(asked).toHaveLength(4)
    expect(breaker.snapshot().totals).toEqual({ success: 1, failure: 2, ignored: 0, rejected: 1, late: 0 })
  })

  test('after a rejection no attempt is made before retryAfterMs, also when all probe slots are in use', async () => {
    const { call } = failing(0)
    const { breaker, asked } = watched({ openDuration: 1_000, halfOpen: { probeTimeout: 4_000 } })
    for (let n = 0; n < 10; n++) breaker.acquire().failure()
    vi.advanceTimersByTime(1_000)
    breaker.acquire() // a probe that never settles
    asked.length = 0
    await settle(retrying(breaker).execute(call))
    expect(asked.map(({ wait }) => wait)).toEqual([4_000, 0])
    expect((asked[1]?.at as number) - (asked[0]?.at as number)).toBeGreaterThanOrEqual(4_000)
  })

  test('a circuit that is forced open ends it at once', async () => {
    const { call, attemptsAt } = failing(0)
    const { breaker } = watched({})
    breaker.forceOpen('maintenance')
    const before = performance.now()
    const { reason } = (await settle(retrying(breaker).execute(call))) as PromiseRejectedResult
    expect(reason).toMatchObject({ code: 'ECIRCUITOPEN', reason: 'forced-open' })
    expect(performance.now()).toBe(before)
    expect(attemptsAt).toEqual([])
    expect(breaker.snapshot().totals.rejected).toBe(1)
  })

  test('a wait longer than the caller’s patience ends it at once', async () => {
    const { call, attemptsAt } = failing(9)
    const { breaker } = watched({ trip: consecutiveFailures(1), openDuration: 5_001 })
    await settle(breaker.execute(call))
    const before = performance.now()
    const { reason } = (await settle(retrying(breaker).execute(call))) as PromiseRejectedResult
    expect(reason).toMatchObject({ code: 'ECIRCUITOPEN', retryAfterMs: 5_001 })
    expect(performance.now()).toBe(before)
    expect(attemptsAt).toHaveLength(1)
    expect(breaker.snapshot().totals.rejected).toBe(1)
  })

  test('it does not wait when no retry is left', async () => {
    const { call } = failing(9)
    const { breaker } = watched({ trip: consecutiveFailures(1), openDuration: 1_000 })
    await settle(breaker.execute(call))
    const before = performance.now()
    await settle(retrying(breaker, { retries: 0 }).execute(call))
    expect(performance.now()).toBe(before)
  })

  test('a caller who gives up while it waits makes no further attempt', async () => {
    const { call, attemptsAt } = failing(1)
    const { breaker } = watched({ trip: consecutiveFailures(1), openDuration: 1_000 })
    await settle(breaker.execute(call))
    const caller = new AbortController()
    const answer = retrying(breaker).execute(call, { signal: caller.signal })
    setTimeout(() => caller.abort(new Error('gone')), 500)
    expect(await settle(answer)).toMatchObject({ status: 'rejected' })
    expect(attemptsAt).toHaveLength(1)
    expect(breaker.snapshot().totals.rejected).toBe(1)
  })
})

test('p-retry stops waiting the moment the caller gives up, with his reason', async () => {
  const { call } = failing(1)
  const { breaker } = watched({ trip: consecutiveFailures(1), openDuration: 1_000 })
  await settle(breaker.execute(call))
  const caller = new AbortController()
  const answer = pRetry.retrying(breaker).execute(call, { signal: caller.signal })
  const before = performance.now()
  setTimeout(() => caller.abort(new Error('gone')), 500)
  expect(await settle(answer)).toEqual({ status: 'rejected', reason: new Error('gone') })
  expect(performance.now() - before).toBe(500)
})

test('the other way round, a breaker around a retry sees one outcome for all attempts', async () => {
  const { call, attemptsAt } = failing(9)
  const { breaker } = watched({})
  await settle(breaker.execute(() => pRetryItself(call, { retries: 2 })))
  expect(attemptsAt).toHaveLength(3)
  expect(breaker.snapshot().totals.failure).toBe(1)
})

test('in an outage callers together retry no more than their budget', async () => {
  const { call, attemptsAt } = failing(1_000)
  const { breaker } = watched({ trip: consecutiveFailures(1_000) })
  const { execute } = pRetry.retrying(breaker, { retries: 3, budget: new RetryBudget({ ratio: 0.1, burst: 5 }) })
  await settle(Promise.allSettled(Array.from({ length: 100 }, () => execute(call))))
  expect(attemptsAt).toHaveLength(105) // all begin at once, while the budget is full
  for (let n = 0; n < 100; n++) await settle(execute(call))
  expect(attemptsAt).toHaveLength(105 + 100 + 10)
})

test('p-retry by itself asks an open circuit again and again before retryAfterMs', async () => {
  const { call } = failing(0)
  const { breaker, asked } = watched({ trip: consecutiveFailures(1), openDuration: 60_000 })
  breaker.acquire().failure()
  asked.length = 0
  await settle(pRetryItself(() => breaker.execute(call), { retries: 3 }))
  expect(asked.map(({ wait }) => wait)).toEqual([60_000, 59_000, 57_000, 53_000])
})
