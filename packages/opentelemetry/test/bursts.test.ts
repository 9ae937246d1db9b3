import { type CircuitBreaker, consecutiveFailures } from '@cb/core'
import { expect, test } from 'vitest'
import { panels } from '../monitoring/grafana-panels.ts'
import { questions } from '../monitoring/questions.ts'
import { fillIn } from './grafana-variables.ts'
import { needsPrometheus } from './promtool.ts'
import { scraping } from './scrapes.ts'

needsPrometheus()

const trip = consecutiveFailures(1)
const down = () => Promise.reject(Object.assign(new Error('down'), { code: 'EPIPE' }))
const panel = (title: string) => {
  const found = panels.find((panel) => panel.title === title)
  expect(found, title).toBeDefined()
  return fillIn(String(found?.targets?.[0]?.['expr']))
}

async function calls(breaker: CircuitBreaker, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await breaker.execute(down, { fallback: () => 'cached' })
}

/** All that happens in `a:1` happens between two scrapes; nothing happens in `b:1`. */
test('what happens for the first time between two scrapes is counted completely, and in no other instance', async () => {
  const scrapes = scraping()
  const [payments] = ['a:1', 'b:1'].map((name) => scrapes.instance(name).breaker({ name: 'payments', trip }))
  const tried = scrapes.instance('c:1').breaker({ name: 'tried', trip, shadow: true })
  await scrapes.minutes(1)
  await scrapes.minutes(1, async () => {
    await calls(payments as CircuitBreaker, 31)
    await calls(tried, 501)
  })
  await scrapes.minutes(2)
  const here = (labels = '') => `{${labels}circuit_breaker_name="payments",instance="a:1",job="shop"}`
  const { opened, errors, rejected, fallbacks } = questions()
  await scrapes.expectAnswers(opened.promql, { [here('circuit_breaker_previous_state="closed",')]: 1 })
  await scrapes.expectAnswers(errors.promql, {
    [here('circuit_breaker_call_outcome="failure",error_type="EPIPE",')]: 1,
  })
  await scrapes.expectAnswers(rejected.promql, { [here()]: 30 })
  await scrapes.expectAnswers(fallbacks.promql, { [here()]: 31 })
  await scrapes.expectAnswers(panel('Would have been rejected (shadow mode)'), {
    '{circuit_breaker_name="tried",instance="c:1",job="shop"}': 500,
  })
  expect(await scrapes.answers(panel('Fallbacks'))).toContain('instance="a:1"')
})
