// How many series and bytes a breaker is in a scrape, by what happens to it and by the options.

import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { instrumentCircuitBreakers } from '@cb/opentelemetry'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'

const count = 300
const cases = [
  ['only successes', {}, 0],
  ['an outage, with one `error.type`', {}, 1],
  ['the same, with `withoutScopeInfo: true` of the exporter', {}, 1, true],
  ['an outage, with three', {}, 3],
  ['an outage, `stateDuration: false`', { stateDuration: false }, 1],
  ['an outage, `stateDuration: false, callDuration: false`', { stateDuration: false, callDuration: false }, 1],
]

/** The text of a scrape after every breaker has had a success, and an outage if there are error types. */
async function scrape(options, errorTypes, withoutScopeInfo = false) {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const meterProvider = new MeterProvider({ readers: [exporter] })
  const stop = instrumentCircuitBreakers({ ...options, meterProvider, filter: (breaker) => mine.has(breaker.name) })
  const mine = new Set(Array.from({ length: count }, (_, n) => `https://host-${n}.example`))
  let time = 0
  const trip = consecutiveFailures(Math.max(1, errorTypes))
  const settings = { trip, openDuration: 10_000, halfOpen: { successThreshold: 1 }, now: () => time }
  const breakers = [...mine].map((name) => new CircuitBreaker({ ...settings, name }))
  const call = (breaker, code) =>
    breaker
      .execute(async () => {
        time += 30
        if (code !== undefined) throw Object.assign(new Error(), { code: `E${code}` })
      })
      .catch(() => {})
  for (const breaker of breakers) {
    await call(breaker)
    if (errorTypes === 0) continue
    for (let code = 0; code < errorTypes; code++) await call(breaker, code)
    await call(breaker) // rejected
    time += 10_000
    await call(breaker)
  }
  const { resourceMetrics } = await exporter.collect()
  stop()
  return new PrometheusSerializer(undefined, false, undefined, false, withoutScopeInfo).serialize(resourceMetrics)
}

console.log('| a breaker with | series | of them buckets | bytes of a scrape |\n| --- | --- | --- | --- |')
for (const [name, options, errorTypes, withoutScopeInfo] of cases) {
  const text = await scrape(options, errorTypes, withoutScopeInfo)
  const lines = text.split('\n').filter((line) => line.startsWith('circuit_breaker'))
  const buckets = lines.filter((line) => line.includes('_bucket{')).length
  const perBreaker = (number) => Math.round(number / count)
  console.log(
    `| ${name} | ${perBreaker(lines.length)} | ${perBreaker(buckets)} | ${(text.length / count / 1_000).toFixed(1)} kB |`,
  )
}
