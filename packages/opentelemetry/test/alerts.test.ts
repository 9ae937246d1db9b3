import { type CircuitBreaker, consecutiveFailures } from '@cb/core'
import { expect, test } from 'vitest'
import { needsPrometheus } from './promtool.ts'
import { scraping } from './scrapes.ts'

needsPrometheus()

const down = () => Promise.reject(new Error('down'))
const trip = consecutiveFailures(1)
const fail = (breaker: CircuitBreaker) => breaker.execute(down).catch(() => {})

test('a half-open breaker that nobody calls never pages, and one in another instance that is called does', async () => {
  const scrapes = scraping()
  const [idle, busy] = ['a:1', 'b:1'].map((instance) =>
    scrapes.instance(instance).breaker({ name: 'payments', trip, openDuration: 30_000 }),
  ) as [CircuitBreaker, CircuitBreaker]
  await fail(idle)
  await scrapes.minutes(12, () => fail(busy))
  expect(idle.state).toBe('half-open')
  await scrapes.expectFiring('CircuitBreakerOpenTooLong b:1 payments')
  await scrapes.minutes(12, () => fail(busy))
  await scrapes.expectFiring(
    'CircuitBreakerHalfOpenWithoutCalls a:1 payments',
    'CircuitBreakerOpenTooLong b:1 payments',
  )
})
