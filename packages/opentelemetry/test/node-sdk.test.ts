import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { metrics } from '@opentelemetry/api'
import { InMemoryLogRecordExporter, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  type MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { expect, onTestFinished, test } from 'vitest'
import { CircuitBreakerInstrumentation } from '../src/index.ts'
import { stopGlobally } from './in-memory.ts'
import { connectionError } from './outage.ts'

test('NodeSDK accepts the instrumentation, and starts it with all signals', async () => {
  const instrumentation = new CircuitBreakerInstrumentation()
  onTestFinished(() => instrumentation.disable())
  onTestFinished(stopGlobally)
  const spans = new InMemorySpanExporter()
  const logs = new InMemoryLogRecordExporter()
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const sdk = new NodeSDK({
    instrumentations: [instrumentation],
    spanProcessors: [new SimpleSpanProcessor(spans)],
    logRecordProcessors: [new SimpleLogRecordProcessor({ exporter: logs })],
    metricReaders: [new PeriodicExportingMetricReader({ exporter: metricExporter })],
    autoDetectResources: false,
  })
  const breaker = new CircuitBreaker({ name: 'in NodeSDK', trip: consecutiveFailures(1) })
  sdk.start()
  await breaker.execute(() => Promise.reject(connectionError)).catch(() => {})
  const names = spans.getFinishedSpans().map((span) => span.name)
  await (metrics.getMeterProvider() as MeterProvider).forceFlush()
  const sent = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  const events = logs.getFinishedLogRecords().map((record) => record.eventName)
  await sdk.shutdown()
  expect(events).toEqual(['circuit_breaker.transition'])
  expect(names).toEqual(['circuit_breaker open'])
  expect(sent.map((metric) => metric.descriptor.name)).toContain('circuit_breaker.state')
})

test('log events arrive also from the placeholder of a second copy of api-logs, which knows no SDK', async () => {
  const { resolve } = createRequire(import.meta.url)
  const folder = await mkdtemp(join(tmpdir(), 'cb-api-logs-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await cp(dirname(resolve('@opentelemetry/api-logs/package.json')), folder, { recursive: true, dereference: true })
  const copy = createRequire(import.meta.url)(folder)
  const placeholder = copy.logs.getLoggerProvider()

  const logs = new InMemoryLogRecordExporter()
  const instrumentation = new CircuitBreakerInstrumentation()
  onTestFinished(() => instrumentation.disable())
  instrumentation.setLoggerProvider(placeholder) // as an older `registerInstrumentations` at top level does
  const sdk = new NodeSDK({
    logRecordProcessors: [new SimpleLogRecordProcessor({ exporter: logs })],
    spanProcessors: [new SimpleSpanProcessor(new InMemorySpanExporter())],
    metricReaders: [],
    autoDetectResources: false,
  })
  onTestFinished(stopGlobally)
  sdk.start()
  const breaker = new CircuitBreaker({ name: 'two copies', trip: consecutiveFailures(1) })
  breaker.forceOpen()
  const events = logs.getFinishedLogRecords().map((record) => record.eventName)
  await sdk.shutdown()
  expect(events).toEqual(['circuit_breaker.transition', 'circuit_breaker.override'])
  expect(Reflect.get(placeholder, '_delegate')).toBeUndefined()
})
