import { type CircuitBreaker, consecutiveFailures } from '@cb/core'
import { expect, test } from 'vitest'
import { flaps, questions } from '../monitoring/questions.ts'
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

test('overrides that are no transition alert in the instance that has them, also beside a breaker of the same name', async () => {
  const scrapes = scraping()
  const [a, b] = [scrapes.instance('a:1'), scrapes.instance('b:1')]
  const open = a.breaker({ name: 'payments', trip, openDuration: 36_000_000 })
  const closed = b.breaker({ name: 'payments' })
  const [namesake, other] = [b.breaker({ name: 'orders' }), b.breaker({ name: 'orders' })]
  await fail(open)
  open.forceOpen('maintenance')
  closed.forceClosed('load test')
  namesake.forceOpen()
  await scrapes.minutes(32)
  await scrapes.expectFiring(
    'CircuitBreakerOpenTooLong a:1 payments',
    'CircuitBreakerOpenTooLong b:1 orders',
    'CircuitBreakerOverrideLeftBehind a:1 payments',
    'CircuitBreakerOverrideLeftBehind b:1 orders',
    'CircuitBreakerOverrideLeftBehind b:1 payments',
  )
  await scrapes.expectAnswers(`${questions().since.promql} > 1800`, {
    '{circuit_breaker_name="orders",instance="b:1",job="shop"}': 31 * 60,
    '{circuit_breaker_name="payments",instance="a:1",job="shop"}': 31 * 60,
  })
  expect(other.state).toBe('closed')
  for (const breaker of [open, closed, namesake]) breaker.reset()
  await scrapes.minutes(1)
  await scrapes.expectFiring()
})

test.each([2, 3, 4])(
  'with %s openings within 15 minutes the answer and the alert agree, in the instance that has them',
  async (count) => {
    const scrapes = scraping()
    const [one, other] = ['a:1', 'b:1'].map((instance) =>
      scrapes.instance(instance).breaker({ name: 'payments', trip }),
    ) as [CircuitBreaker, CircuitBreaker]
    await fail(other) // so that both together have one more
    other.reset()
    await scrapes.minutes(20) // the openings are in series that are new
    let openings = 0
    await scrapes.minutes(14, async () => {
      if (openings++ >= count) return
      await fail(one)
      one.reset()
    })
    await scrapes.expectAnswers(questions().flapping.promql, {
      '{circuit_breaker_name="payments",instance="a:1",job="shop"}': count,
    })
    await scrapes.expectFiring(...(count >= flaps ? ['CircuitBreakerFlapping a:1 payments'] : []))
  },
)

test('four openings within an old series, of which `increase` makes 4.3, are four', async () => {
  const scrapes = scraping()
  const breaker = scrapes.instance('a:1').breaker({ name: 'payments', trip })
  const flap = async () => {
    await fail(breaker)
    breaker.reset()
  }
  await flap()
  await scrapes.minutes(30)
  for (let n = 0; n < 4; n++) await scrapes.minutes(2, () => (n % 2 === 0 ? flap() : undefined))
  await scrapes.expectAnswers(questions().flapping.promql, {
    '{circuit_breaker_name="payments",instance="a:1",job="shop"}': 4,
  })
})
