import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { expect, test, vi } from 'vitest'
import { spacing } from '../src/bottleneck.js'
import { retrying } from '../src/p-retry.js'
import { rationing } from '../src/rate-limiter-flexible.js'
import { failing } from './dependency.ts'
import { settle, useFakeTime } from './fake-time.ts'

useFakeTime()

const ration = (breaker: CircuitBreaker) => {
  const limiter = new RateLimiterMemory({ points: 2, duration: 4 })
  return { ...rationing(breaker, limiter, 'quotes'), limiter }
}

test('rate-limiter-flexible inside: a rejection is ignored and the call is not made', async () => {
  const { call, attemptsAt } = failing(0)
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
  const { execute } = ration(breaker)
  const results = await Promise.allSettled([execute(call), execute(call), execute(call)])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(attemptsAt).toHaveLength(2)
  expect(breaker.snapshot().totals).toMatchObject({ success: 2, failure: 0, ignored: 1 })
})

test('rate-limiter-flexible inside: a call that the breaker rejects costs no point', async () => {
  const breaker = new CircuitBreaker()
  const { execute, limiter } = ration(breaker)
  breaker.forceOpen()
  await execute(async () => 'never').catch(() => {})
  expect(await limiter.get('quotes')).toBeNull()
})

test('rate-limiter-flexible inside: a probe that it rejects gives its place back', async () => {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000 })
  const { execute } = ration(breaker)
  await settle(execute(failing(1).call))
  vi.advanceTimersByTime(1_000)
  await settle(execute(async () => 'a probe that takes the last point'))
  await settle(execute(async () => 'a probe without a point'))
  expect(breaker.snapshot()).toMatchObject({ state: 'half-open', retryAfterMs: 0, probes: { live: 0, successes: 1 } })
})

test('rate-limiter-flexible inside a retry: it waits until there are points again', async () => {
  const { call, attemptsAt } = failing(0)
  const retried = retrying(ration(new CircuitBreaker()))
  const answers = Promise.all([1, 2, 3].map(() => retried.execute(call)))
  expect(await settle(answers)).toMatchObject({ status: 'fulfilled' })
  expect((attemptsAt[2] as number) - (attemptsAt[0] as number)).toBeGreaterThanOrEqual(4_000)
})

test('an error of the limiter’s store reaches the caller as it is', async () => {
  class Unreachable extends RateLimiterMemory {
    override consume(): Promise<never> {
      return Promise.reject(new Error('the store is down'))
    }
  }
  const { execute } = rationing(new CircuitBreaker(), new Unreachable({ points: 1, duration: 1 }), 'quotes')
  await expect(execute(async () => 'never')).rejects.toThrow('the store is down')
})

test('Bottleneck inside a retry: each attempt waits in line', async () => {
  const { call, attemptsAt } = failing(2)
  const breaker = new CircuitBreaker()
  const retried = retrying(spacing(breaker, { minTime: 3_000 }))
  expect(await settle(retried.execute(call))).toEqual({ status: 'fulfilled', value: 'up' })
  const [first, second, third] = attemptsAt as [number, number, number]
  expect(Math.min(second - first, third - second)).toBeGreaterThanOrEqual(3_000)
  expect(breaker.snapshot().totals).toMatchObject({ success: 1, failure: 2 })
})

test('Bottleneck around an open circuit: a call is rejected at once and takes no turn', async () => {
  const breaker = new CircuitBreaker()
  const { execute } = spacing(breaker, { minTime: 3_000 })
  breaker.forceOpen()
  await Promise.allSettled([1, 2, 3].map(() => execute(async () => 'never')))
  breaker.resume()
  const before = performance.now()
  await settle(execute(async () => 'up'))
  expect(performance.now() - before).toBeLessThan(3_000)
})
