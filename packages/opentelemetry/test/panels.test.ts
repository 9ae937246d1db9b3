import { type CircuitBreaker, consecutiveFailures, slowCallRate } from '@cb/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { panels } from '../monitoring/grafana-panels.ts'
import { fillIn } from './grafana-variables.ts'
import { needsPrometheus } from './promtool.ts'
import { Scrapes } from './scrapes.ts'

needsPrometheus()

const trip = consecutiveFailures(3)
let scrapes: Scrapes

/** Ten minutes of two instances with the same breakers: in `a:1` payments is open and orders forced closed, in `b:1` all is well. */
beforeAll(async () => {
  scrapes = new Scrapes()
  const { clock } = scrapes
  const call = async (breaker: CircuitBreaker, ms: number, code?: string) => {
    const work = async () => {
      clock.advance(ms)
      if (code !== undefined) throw Object.assign(new Error(), { code })
    }
    await breaker.execute(work, { fallback: () => 'cached' })
    clock.advance(-ms)
  }
  const [a, b] = ['a:1', 'b:1'].map((name) => {
    const instance = scrapes.instance(name)
    return {
      payments: instance.breaker({ name: 'payments', trip, openDuration: 3_600_000 }),
      orders: instance.breaker({
        name: 'orders',
        trip: slowCallRate({ slowAfter: 400, threshold: 1, minimumCalls: 2 }),
      }),
      tried: instance.breaker({ name: 'tried', trip, shadow: true, openDuration: 3_600_000 }),
    }
  })
  if (a === undefined || b === undefined) throw new Error('two instances')
  await scrapes.minutes(1)
  a.orders.forceClosed('load test')
  await scrapes.minutes(10, async () => {
    for (let n = 0; n < 6; n++) {
      await call(a.payments, 30, 'ECONNREFUSED')
      await call(a.tried, 30, 'ECONNREFUSED')
      for (const breaker of [b.payments, b.tried]) await call(breaker, 30)
      await call(b.orders, n === 0 ? 450 : 40)
    }
  })
})

afterAll(() => scrapes.stop())

const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, refId }) => ({ title: `${title} ${refId}`, expr: fillIn(String(expr)) })),
)

test('every query of the dashboard shows the instance that it is true of', async () => {
  const lines: string[] = []
  for (const { title, expr } of queries) {
    const answers = (await scrapes.answers(expr)).replaceAll('circuit_breaker_', '').replaceAll(/, \{/g, '\n  {')
    lines.push(title, `  ${answers || '(none)'}`)
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('panels.txt')
})

test('with a hundred breakers in an outage no panel shows more than twenty of them', async () => {
  const many = new Scrapes()
  const instance = many.instance('a:1')
  const breakers = Array.from({ length: 100 }, (_, n) =>
    instance.breaker({ name: `host-${n}`, trip, openDuration: 3_600_000 }),
  )
  await many.minutes(1)
  await many.minutes(3, async () => {
    for (const breaker of breakers) {
      for (let n = 0; n < 4; n++)
        await breaker.execute(() => Promise.reject(new Error('down')), { fallback: () => 'cached' })
    }
  })
  many.stop()
  for (const { title, expr } of queries) {
    const [, count = '0'] = /^\{\} (\S+)$/.exec(await many.answers(`count(${expr})`)) ?? []
    expect(Number(count), title).toBeLessThanOrEqual(20)
  }
  expect(breakers.every(({ state }) => state === 'open')).toBe(true)
})
