import { readFileSync } from 'node:fs'
import { parser } from '@prometheus-io/lezer-promql'
import { describe, expect, test } from 'vitest'
import { alertRules } from '../monitoring/alerts.ts'
import { panels } from '../monitoring/grafana-panels.ts'
import { counted, duration } from '../monitoring/promql.ts'
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

const { since, errors, rejected, flapping } = questions()
const payments = 'circuit_breaker_name="payments"'
const state = (name: string) => `circuit_breaker_state{${payments},circuit_breaker_state="${name}"}`

describe('on series', () => {
  needsPrometheus()

  test('the first event of a series counts, and a restarted counter does not count negatively', async () => {
    const expr = `sum(${counted('events_total', '10m')})`
    await evaluate({ events_total: '_x4 1x10' }, expr, 6, { '{}': 1 })
    await evaluate({ events_total: '_x4 1x3 3x10' }, expr, 10, { '{}': 3 })
    await evaluate({ events_total: '7x20 1x3' }, expr, 23, { '{}': 1.0 })
    await evaluate({ events_total: '7x30' }, expr, 25, { '{}': 0 })
  })

  test('since when: the last time the breaker was seen closed; no result for a breaker that is closed or no longer exists', async () => {
    const series = (closed: string, open: string) => ({ [state('closed')]: closed, [state('open')]: open })
    await evaluate(series('1x3 0x10', '0x3 1x10'), since.promql, 10, { [`{${payments}}`]: 3 * 60 })
    await evaluate(series('1x3 0x3 1x10', '0x3 1x3 0x10'), since.promql, 10, {})
    await evaluate(series('1x3 0x10', '0x14'), since.promql, 10, {})
  })

  test('a breaker that opened once from closed counts once, however long the outage', async () => {
    const transition = (from: string, reason: string) =>
      `circuit_breaker_transitions_total{${payments},circuit_breaker_state="open",circuit_breaker_previous_state="${from}",circuit_breaker_transition_reason="${reason}"}`
    const series = {
      [transition('closed', 'failure_rate')]: '_ 1x9',
      [transition('half_open', 'probe_failed')]: '_ _ 1+1x7',
    }
    await evaluate(series, flapping.promql, 9, { [`{${payments}}`]: 1 })
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
      await evaluate({ [`${name}{${labels}}`]: '_ 3x5' }, errors.promql, 4, { [answer]: 3 })
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

describe('the queries in the README of @cb/opentelemetry', () => {
  needsPrometheus()
  const readme = readFileSync(new URL('../../../packages/opentelemetry/README.md', import.meta.url), 'utf8')
  const queries = [...readme.matchAll(/```promql\n(.*?)```/gs)].map(([, query = '']) => query)
  const opened = (reason: string) =>
    `circuit_breaker_transitions_total{${payments},circuit_breaker_state="open",circuit_breaker_previous_state="closed",circuit_breaker_transition_reason="${reason}"}`
  const series = {
    [state('closed')]: '1x10 0x30',
    [state('open')]: '0x10 1x30',
    [opened('failure_rate')]: '_x10 1x30',
    [opened('slow_call_rate')]: '0x15 1+1x24',
    [`circuit_breaker_calls_total{${payments},circuit_breaker_call_outcome="rejected"}`]: '0x10 10x30',
  }

  test.each(
    [
      ['which breakers are not closed', { [`{${payments}}`]: 1 }],
      ['since when', { [`{${payments}}`]: 570 }], // a step of 30 s, and a sample is valid until the next one after a minute
      [
        'why',
        {
          [`{${payments},circuit_breaker_transition_reason="failure_rate"}`]: 1,
          [`{${payments},circuit_breaker_transition_reason="slow_call_rate"}`]: 5,
        },
      ],
      ['who was rejected', { [`{${payments}}`]: 10 }],
      ['is it flapping', { [`{${payments}}`]: 5 }],
    ].map(
      ([question, expected], n) => [question, queries[n] ?? '', expected] as [string, string, Record<string, number>],
    ),
  )('answer %s', async (_question, query, expected) => {
    expect(queries).toHaveLength(5)
    await evaluate(series, query, 20, expected)
  })
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
