import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import {
  AggregationTemporality,
  AggregationType,
  DataPointType,
  InMemoryMetricExporter,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { expect, onTestFinished, test } from 'vitest'
import { type InstrumentCircuitBreakersOptions, instrumentCircuitBreakers } from '../src/index.ts'
import { inMemory } from './in-memory.ts'

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A breaker that has opened once, and the telemetry of that. */
function opened(options: InstrumentCircuitBreakersOptions) {
  const telemetry = inMemory()
  const { tracerProvider, meterProvider, loggerProvider } = telemetry
  const filter = ({ name }: CircuitBreaker) => name === 'counted'
  onTestFinished(instrumentCircuitBreakers({ tracerProvider, meterProvider, loggerProvider, filter, ...options }))
  const breaker = new CircuitBreaker({ name: 'counted', trip: consecutiveFailures(1) })
  breaker.acquire().failure(new Error())
  return { breaker, telemetry }
}

test('the README has the series and bytes that the command measures', async () => {
  const { stdout } = await promisify(execFile)('node', [fileOf('../bench/series.js')])
  expect(await readFile(fileOf('../README.md'), 'utf8')).toContain(stdout)
})

test('without stateDuration there is no such metric, and the transitions are counted as before', async () => {
  const { telemetry } = opened({ stateDuration: false })
  const names = (await telemetry.collect()).map(({ descriptor }) => descriptor.name)
  expect(names).not.toContain('circuit_breaker.state.duration')
  expect(names).toContain('circuit_breaker.transitions')
})

test('without transitionSpans there is no span of a transition, but its log event, and the span of the outage', () => {
  const { breaker, telemetry } = opened({ transitionSpans: false, outageSpan: true })
  breaker.reset()
  expect(telemetry.spans().map(({ name, links }) => [name, links])).toEqual([['circuit_breaker outage', []]])
  expect(telemetry.logs.getFinishedLogRecords()).toHaveLength(2)
})

test('an SDK that is set to exponential histograms gets them', async () => {
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 2 ** 31 - 1,
  })
  const type = AggregationType.EXPONENTIAL_HISTOGRAM
  const views = [
    { instrumentName: 'circuit_breaker.*', instrumentType: InstrumentType.HISTOGRAM, aggregation: { type } },
  ]
  opened({ meterProvider: new MeterProvider({ readers: [reader], views }) })
  const { resourceMetrics } = await reader.collect()
  const durations = resourceMetrics.scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .filter(({ descriptor }) => /(call|state)\.duration$/.test(descriptor.name))
  expect(durations.map(({ dataPointType }) => dataPointType)).toEqual([
    DataPointType.EXPONENTIAL_HISTOGRAM,
    DataPointType.EXPONENTIAL_HISTOGRAM,
  ])
})

test('fallbacks are counted, of failed and of rejected calls', async () => {
  const { breaker, telemetry } = opened({})
  expect(await telemetry.points('circuit_breaker.fallbacks')).toEqual({ counted: 0 })
  await breaker.execute(async () => 'live', { fallback: () => 'cached' })
  breaker.reset()
  await breaker.execute(() => Promise.reject(new Error()), { fallback: () => 'cached' })
  expect(await telemetry.points('circuit_breaker.fallbacks')).toEqual({ counted: 2 })
})
