import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { instrumentCircuitBreakers } from '@cb/opentelemetry'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import Opossum from 'opossum'
import PrometheusMetrics from 'opossum-prometheus'
import { beforeAll, expect, test } from 'vitest'
import { down, hang, repeat, up } from './calls.ts'
import { rowsOf } from './rows.ts'

/** The sum of the series that a selector of PromQL selects, of what Prometheus would read. */
function sumOf(text: string, selector: string): number {
  const [, name = '', matchers = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(selector) ?? []
  const wanted = [...matchers.matchAll(/(\w+)=~?"(.*?)"/g)].map(([, label, values = '']) => ({
    label,
    values: values.split('|'),
  }))
  const series = [...text.matchAll(/^(\w+)\{(.*)\} (\S+)/gm)].filter(([, metric]) => metric === name)
  const selected = series.filter(([, , labels = '']) =>
    wanted.every(({ label, values }) => values.some((value) => `,${labels}`.includes(`,${label}="${value}"`))),
  )
  return selected.reduce((sum, [, , , value]) => sum + Number(value), 0)
}

let theirs = ''
let ours = ''

/** The same calls through both: 2 succeed, 3 fail, one of them by its time limit, which opens the breaker, and one is rejected. */
beforeAll(async () => {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const stop = instrumentCircuitBreakers({ meterProvider: new MeterProvider({ readers: [exporter] }) })
  const calls = [up, up, down, down, hang, up]
  let next = 0
  const action = () => (calls[next++ % calls.length] ?? up)()

  const opossum = new Opossum(action, { name: 'shop', timeout: 1, errorThresholdPercentage: 50, volumeThreshold: 5 })
  const metrics = new PrometheusMetrics({ circuits: [opossum] })
  await repeat(calls.length, () => opossum.fire())
  opossum.close()
  theirs = metrics.metrics

  next = 0
  const breaker = new CircuitBreaker({ name: 'shop', trip: consecutiveFailures(3), callTimeout: 1 })
  await repeat(calls.length, () => breaker.execute(action))
  breaker.reset()
  const { resourceMetrics } = await exporter.collect()
  ours = new PrometheusSerializer().serialize(resourceMetrics)
  stop()
})

const rows = rowsOf('opossum-prometheus').map((cells) => cells.map((cell) => cell.replaceAll('`', '')))

test.each(rows)('%s is %s', (before, after = '') => {
  expect(sumOf(theirs, before)).toBeGreaterThan(0)
  expect(sumOf(ours, after)).toBe(sumOf(theirs, before))
})

test('the table has each event of these calls', () => {
  const events = [...theirs.matchAll(/^circuit\{.*event="(\w+)"/gm)].map(([, event]) => event)
  const listed = rows.map(([before = '']) => /^circuit\{event="(\w+)"/.exec(before)?.[1]).filter(Boolean)
  expect(listed.sort()).toEqual(events.sort())
})
