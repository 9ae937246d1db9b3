import { parser } from '@prometheus-io/lezer-promql'
import { describe, expect, test } from 'vitest'
import { alertRules } from '../monitoring/alerts.ts'
import { panels } from '../monitoring/grafana-panels.ts'
import { countedFromFirst, duration } from '../monitoring/promql.ts'
import { questions } from '../monitoring/questions.ts'
import { fillIn } from './grafana-variables.ts'
import { needsPrometheus, testRules } from './promtool.ts'

const expressions = [
  ...alertRules().groups[0].rules.map(({ alert, expr }) => [alert, expr]),
  ...Object.values(questions()).map(({ title, promql }) => [title, promql]),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [String(title), fillIn(String(expr))])),
] as [string, string][]

function mistakes(expr: string): string[] {
  const found: string[] = []
  parser.parse(expr).iterate({
    enter({ type, from, to }) {
      if (type.isError) found.push(expr.slice(from, to + 10))
    },
  })
  return found
}

test.each(expressions)('%s: the expression is valid PromQL of Prometheus 3', (_title, expr) => {
  expect(mistakes(expr)).toEqual([])
  expect(mistakes(`${expr} by`)).not.toEqual([])
  expect(expr).not.toContain('$')
})

/** Evaluates an expression on series with one value a minute. */
async function evaluate(
  series: Record<string, string>,
  expr: string,
  minute: number,
  expected: Record<string, number>,
) {
  const { ok, output } = await testRules(alertRules(), [
    {
      interval: '1m',
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [
        {
          expr,
          eval_time: `${minute}m`,
          exp_samples: Object.entries(expected).map(([labels, value]) => ({ labels, value })),
        },
      ],
    },
  ])
  expect(output).toContain('SUCCESS')
  expect(ok).toBe(true)
}

const { errors, rejected, flapping } = questions()
const payments = 'circuit_breaker_name="payments"'
const state = (name: string) => `circuit_breaker_state{${payments},circuit_breaker_state="${name}"}`

describe('on series', () => {
  needsPrometheus()

  test.each([
    ['the first event of a series counts', '_x4 1x10', '0x30', 6, 1],
    ['so do later ones', '_x4 1x3 3x10', '0x30', 10, 3],
    ['a restarted counter does not count negatively', '7x20 1x3', '0x30', 23, 1],
    ['a new series after a restart counts', '_x22 5x5', '9x20 0x10', 24, 5],
    ['old events do not count', '7x30', '0x30', 25, 0],
    ['nor after a scrape that failed', '7x14 stale 7x20', '0x14 stale 0x20', 25, 0],
    ['nor in a Prometheus that is new', '_x20 7x20', '_x20 0x20', 25, 0],
  ])('%s, among the failed calls', async (_, values, calls, minute, count) => {
    const series = 'events_total{job="shop",instance="a:1",circuit_breaker_name="payments"}'
    const expr = `sum(${countedFromFirst('events_total', '10m')})`
    const others = { 'x_total{job="shop",instance="b:1",circuit_breaker_name="payments"}': '1x30' }
    const ofBreaker = series
      .replace('events', 'circuit_breaker_calls')
      .replace('{', '{circuit_breaker_call_outcome="success",')
    await evaluate({ [series]: values, [ofBreaker]: calls, ...others }, expr, minute, { '{}': count })
  })

  test('a breaker that opened once from closed counts once, however long the outage', async () => {
    const transition = (from: string) =>
      `circuit_breaker_transitions_total{${payments},circuit_breaker_state="open",circuit_breaker_previous_state="${from}"}`
    const series = { [transition('closed')]: '0 1x9', [transition('half_open')]: '0 0 1+1x7' }
    await evaluate(series, flapping.promql, 9, { [`{${payments}}`]: 1 })
  })

  test('rejections before and after a restart count together, also if the breaker is young', async () => {
    const series = {
      [`circuit_breaker_calls_total{${payments},circuit_breaker_call_outcome="rejected"}`]: '0+30x10 0 30',
    }
    await evaluate(series, rejected.promql, 12, { [`{${payments}}`]: 330 })
  })

  test('rejections of the last 15 minutes are counted, older ones are not', async () => {
    const series = {
      [`circuit_breaker_calls_total{${payments},circuit_breaker_call_outcome="rejected"}`]: '0x5 100x30 140x5',
    }
    await evaluate(series, rejected.promql, 6, { [`{${payments}}`]: 100 })
    await evaluate(series, rejected.promql, 30, {})
  })

  test.each(['circuit_breaker_call_duration_count', 'circuit_breaker_call_duration_seconds_count'])(
    'failed calls are found under the name %s',
    async (name) => {
      const labels = `${payments},circuit_breaker_call_outcome="failure",error_type="ECONNRESET"`
      const answer = `{circuit_breaker_call_outcome="failure",${payments},error_type="ECONNRESET"}`
      const calls = { [`circuit_breaker_calls_total{${payments},circuit_breaker_call_outcome="success"}`]: '0x5' }
      await evaluate({ [`${name}{${labels}}`]: '_ 3x5', ...calls }, errors.promql, 4, { [answer]: 3 })
    },
  )

  test.each(['circuit_breaker_failure_rate', 'circuit_breaker_failure_rate_ratio'])(
    'the failure rate is found under the name %s, and shown only while closed',
    async (name) => {
      const panel = panels.find(({ title }) => title === 'Failure rate against the threshold')
      const series = { [`${name}{${payments}}`]: '0.25x10', [state('closed')]: '1x5 0x5' }
      const expr = fillIn(String(panel?.targets?.[0]?.['expr']))
      await evaluate(series, expr, 4, { [`{${payments}}`]: 0.25 })
      await evaluate(series, expr, 8, {})
    },
  )
})

test.each([
  [60_000, '1m'],
  [900_000, '15m'],
  [90_000, '90s'],
  [5_000, '5s'],
  [500, '500ms'],
])('%s milliseconds are %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})
