import { CircuitBreaker, CircuitOpenError, consecutiveFailures } from '@cb/core'
import { deferred } from '@cb/test-kit'
import pLimit from 'p-limit'
import { describe, expect, test, vi } from 'vitest'
import { spacing } from '../src/bottleneck.js'
import { retrying as cockatiel } from '../src/cockatiel.js'
import { limiting } from '../src/p-limit.js'
import { retrying } from '../src/p-retry.js'
import { failing } from './dependency.ts'
import { settle, useFakeTime } from './fake-time.ts'

useFakeTime()

/** Each lets one call run and one wait. */
const bulkheads = {
  'p-limit': (breaker: CircuitBreaker) => limiting(breaker, { places: 1, waiting: 1 }),
  cockatiel: (breaker: CircuitBreaker) => cockatiel(breaker, { places: 1, waiting: 1, retries: 0 }),
  Bottleneck: (breaker: CircuitBreaker) => spacing(breaker, { maxConcurrent: 1, highWater: 1, minTime: 0 }),
}

describe.each(Object.entries(bulkheads))('%s around a breaker', (_name, bulkhead) => {
  test('the wait for a place is no part of the call that the breaker times', async () => {
    const breaker = new CircuitBreaker({ callTimeout: 1_000 })
    const { execute } = bulkhead(breaker)
    const slow = () => new Promise((resolve) => setTimeout(resolve, 900))
    const answers = Promise.all([execute(slow), execute(slow)])
    expect(await settle(answers)).toMatchObject({ status: 'fulfilled' })
    expect(breaker.snapshot().totals).toMatchObject({ success: 2, failure: 0 })
  })

  test('a call too many is rejected without asking the breaker, and the places come back', async () => {
    const breaker = new CircuitBreaker()
    const { execute } = bulkhead(breaker)
    const gate = deferred()
    const admitted = [execute(() => gate.promise), execute(() => gate.promise)]
    await vi.advanceTimersByTimeAsync(0)
    const rejected = await settle(execute(async () => 'one too many'))
    expect(rejected.status).toBe('rejected')
    expect(breaker.snapshot().totals).toEqual({ success: 0, failure: 0, ignored: 0, rejected: 0, late: 0 })
    gate.resolve()
    await settle(Promise.all(admitted))
    expect(await settle(execute(async () => 'room again'))).toEqual({ status: 'fulfilled', value: 'room again' })
    expect(breaker.snapshot().totals).toMatchObject({ success: 3, failure: 0 })
  })

  test('its rejection of a call too many is ignored by a breaker further out', async () => {
    const outer = new CircuitBreaker({ trip: consecutiveFailures(1) })
    const { execute } = bulkhead(new CircuitBreaker())
    const gate = deferred()
    const admitted = [execute(() => gate.promise), execute(() => gate.promise)]
    await vi.advanceTimersByTimeAsync(0)
    await settle(outer.execute(() => execute(async () => 'one too many')))
    expect(outer.snapshot().totals).toMatchObject({ failure: 0, ignored: 1 })
    gate.resolve()
    await settle(Promise.all(admitted))
  })

  test('a call that waits while the circuit opens is rejected when its turn comes, and never made', async () => {
    const { call, attemptsAt } = failing(9)
    const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
    const { execute } = bulkhead(breaker)
    const answers = Promise.allSettled([execute(call), execute(call)])
    const { value } = (await settle(answers)) as PromiseFulfilledResult<PromiseSettledResult<string>[]>
    expect(value[1]).toMatchObject({ status: 'rejected', reason: expect.any(CircuitOpenError) })
    expect(attemptsAt).toHaveLength(1)
  })
})

describe.each(Object.entries({ 'p-limit': bulkheads['p-limit'], Bottleneck: bulkheads['Bottleneck'] }))(
  '%s around an open breaker',
  (_name, bulkhead) => {
    test('a call is rejected without waiting in line', async () => {
      const breaker = new CircuitBreaker()
      const { execute } = bulkhead(breaker)
      const gate = deferred()
      const inFlight = execute(() => gate.promise)
      await vi.advanceTimersByTimeAsync(0)
      breaker.forceOpen()
      const rejections = [1, 2, 3].map(() => execute(async () => 'never').catch((error) => error.code))
      expect(await Promise.all(rejections)).toEqual(['ECIRCUITOPEN', 'ECIRCUITOPEN', 'ECIRCUITOPEN'])
      gate.resolve()
      await settle(inFlight)
    })
  },
)

test.each(
  Object.entries({
    'p-retry around p-limit': (breaker: CircuitBreaker) => retrying(limiting(breaker, { places: 1 })),
    cockatiel: (breaker: CircuitBreaker) => cockatiel(breaker, { places: 1 }),
  }),
)('%s: a call that waits for its next attempt holds no place', async (_name, shield) => {
  const { execute } = shield(new CircuitBreaker())
  const { call, attemptsAt } = failing(1)
  const retried = execute(call)
  await vi.advanceTimersByTimeAsync(0)
  expect(await execute(async () => performance.now())).toBe(attemptsAt[0])
  expect(await settle(retried)).toMatchObject({ value: 'up' })
})

test('the other way round, a call that only waited for a place counts as a failure', async () => {
  const breaker = new CircuitBreaker({ callTimeout: 1_000 })
  const limit = pLimit(1)
  const slow = () => new Promise((resolve) => setTimeout(resolve, 900))
  await settle(Promise.allSettled([1, 2].map(() => breaker.execute(() => limit(slow)))))
  expect(breaker.snapshot().totals).toMatchObject({ success: 1, failure: 1 })
})

test('cockatiel does not retry what its full bulkhead rejected', async () => {
  const { execute } = cockatiel(new CircuitBreaker(), { places: 1, waiting: 0 })
  const gate = deferred()
  const inFlight = execute(() => gate.promise)
  const before = performance.now()
  expect(await settle(execute(async () => 'one too many'))).toMatchObject({ status: 'rejected' })
  expect(performance.now()).toBe(before)
  gate.resolve()
  await settle(inFlight)
})
