import { type CircuitBreaker, consecutiveFailures } from '@cb/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { panels } from '../monitoring/grafana-panels.ts'
import { questions } from '../monitoring/questions.ts'
import { fillIn } from './grafana-variables.ts'
import { needsPrometheus } from './promtool.ts'
import { Scrapes, scraping } from './scrapes.ts'

needsPrometheus()

const down = () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }))
const trip = consecutiveFailures(3)

async function calls(breaker: CircuitBreaker, count: number, call: () => Promise<void>): Promise<void> {
  for (let n = 0; n < count; n++) await breaker.execute(call).catch(() => {})
}

/** Two instances: `payments` is open in one of them for an hour, and `orders` half-open in the other one. */
let scrapes: Scrapes

beforeAll(async () => {
  scrapes = new Scrapes()
  const [a, b] = [scrapes.instance('a:1'), scrapes.instance('b:1')]
  const hour = { trip, openDuration: 7_200_000 }
  const payments = a.breaker({ name: 'payments', ...hour })
  const healthy = b.breaker({ name: 'payments', ...hour })
  const orders = b.breaker({ name: 'orders', trip, openDuration: 30_000 })
  await scrapes.minutes(1)
  await scrapes.minutes(60, async () => {
    await calls(payments, payments.state === 'closed' ? 3 : 1, down)
    await calls(healthy, 10, async () => {})
  })
  await scrapes.minutes(1, async () => {
    await calls(payments, 1, down)
    await calls(orders, 3, down)
  })
  await scrapes.minutes(1)
  expect([payments.state, healthy.state, orders.state]).toEqual(['open', 'closed', 'half-open'])
})

afterAll(() => scrapes.stop())

const payments = '{circuit_breaker_name="payments",instance="a:1",job="shop"}'
const orders = '{circuit_breaker_name="orders",instance="b:1",job="shop"}'
const withLabels = (series: string, labels: string) => series.replace('{', `{${labels},`)
const failed = 'circuit_breaker_call_outcome="failure",error_type="ECONNREFUSED"'
const tripped = 'circuit_breaker_previous_state="closed"'

const answers: Record<keyof ReturnType<typeof questions>, Record<string, number>> = {
  which: {
    [withLabels(payments, 'circuit_breaker_state="open"')]: 1,
    [withLabels(orders, 'circuit_breaker_state="half_open"')]: 1,
  },
  since: { [payments]: 61 * 60, [orders]: 60 },
  opened: { [withLabels(orders, tripped)]: 1 },
  errors: { [withLabels(orders, failed)]: 3 },
  rejected: { [payments]: 14 }, // none in the last minute
  slow: {},
  fallbacks: {},
  overrides: {},
  flapping: { [orders]: 1 },
}

test.each(Object.entries(questions()))(
  '%s is answered for the instance that it is true of',
  async (key, { promql }) => {
    await scrapes.expectAnswers(promql, answers[key as keyof typeof answers])
  },
)

test('an outage of 7 hours is one of at least 7 hours, also for a recording that began within it', async () => {
  const scrapes = scraping()
  const breaker = scrapes.instance('a:1').breaker({ name: 'payments', trip, openDuration: 36_000_000 })
  await calls(breaker, 3, down)
  scrapes.clock.advance(7 * 3_600_000)
  await scrapes.minutes(1)
  await scrapes.expectAnswers(questions().since.promql, { [payments]: 7 * 3_600 })
  const panel = panels.find(({ title }) => title === 'Not closed for')
  await scrapes.expectAnswers(fillIn(String(panel?.targets?.[0]?.['expr'])), { [payments]: 7 * 3_600 })
})

test('probes that fail do not begin an outage anew, and a breaker that has closed is in no outage', async () => {
  const scrapes = scraping()
  const breaker = scrapes.instance('a:1').breaker({
    name: 'payments',
    trip,
    openDuration: 30_000,
    halfOpen: { successThreshold: 1 },
  })
  await calls(breaker, 3, down)
  await scrapes.minutes(20, () => calls(breaker, 1, down))
  await scrapes.expectAnswers(questions().since.promql, { [payments]: 19 * 60 })
  await scrapes.minutes(1, () => calls(breaker, 1, async () => {}))
  await scrapes.expectAnswers(questions().since.promql, {})
})
