import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtoLogs } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtoMetrics } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtoTraces } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { instrumentCircuitBreakers } from '../src/index.ts'
import { type Collector, type ReceivedMetric, startCollector } from './collector.ts'
import { startGlobally, stopGlobally } from './in-memory.ts'
import { fullOutage } from './outage.ts'

let collector: Collector

beforeAll(async () => {
  collector = await startCollector()
})

afterEach(stopGlobally)

afterAll(() => collector.close())

const encodings = [
  { encoding: 'json', contentType: 'application/json', Traces: JsonTraces, Metrics: JsonMetrics, Logs: JsonLogs },
  {
    encoding: 'protobuf',
    contentType: 'application/x-protobuf',
    Traces: ProtoTraces,
    Metrics: ProtoMetrics,
    Logs: ProtoLogs,
  },
]

test.each(encodings)('an outage arrives completely at an OTLP collector, as $encoding', async (encoding) => {
  const { url } = collector
  collector.clear()
  const traces = new BatchSpanProcessor(new encoding.Traces({ url: `${url}/v1/traces` }))
  const metrics = new PeriodicExportingMetricReader({ exporter: new encoding.Metrics({ url: `${url}/v1/metrics` }) })
  const logs = new BatchLogRecordProcessor({ exporter: new encoding.Logs({ url: `${url}/v1/logs` }) })
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [traces] })
  const meterProvider = new MeterProvider({ readers: [metrics] })
  const loggerProvider = new LoggerProvider({ processors: [logs] })
  startGlobally({ tracerProvider, meterProvider })
  const stop = instrumentCircuitBreakers({ loggerProvider })

  const name = `sent as ${encoding.encoding}`
  const { breaker } = await fullOutage(name)
  await meterProvider.forceFlush()
  stop()
  await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown(), loggerProvider.shutdown()])

  expect(breaker.state).toBe('closed')
  expect([...collector.contentTypes]).toEqual([encoding.contentType])
  expectSpans(name)
  expectMetrics(name)
  expectLogs(name, encoding.encoding)
})

function expectSpans(name: string): void {
  const requests = collector.spans.filter((span) => span.name === 'request')
  const transitions = collector.spans.filter((span) => span.name.startsWith('circuit_breaker '))
  const seen = transitions.map((span) => ({
    name: span.name,
    name_attribute: span.attributes?.['circuit_breaker.name'],
    reason: span.attributes?.['circuit_breaker.transition.reason'],
    error: span.attributes?.['error.type'],
    rate: span.attributes?.['circuit_breaker.failure_rate'],
    parent: requests.findIndex((request) => request.spanId === span.parentSpanId),
    trace: requests.findIndex((request) => request.traceId === span.traceId),
    links: (span.links ?? []).map((link) =>
      transitions.findIndex((other) => other.spanId === link.spanId && other.traceId === link.traceId),
    ),
    length: BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano),
  }))
  const same = { name_attribute: name, error: undefined, rate: undefined, length: 0n }
  const root = { ...same, parent: -1, trace: -1 }
  expect(seen).toEqual([
    {
      ...same,
      name: 'circuit_breaker open',
      reason: 'failure_rate',
      error: 'ECONNREFUSED',
      rate: 0.5,
      parent: 3,
      trace: 3,
      links: [],
    },
    { ...root, name: 'circuit_breaker half_open', reason: 'open_duration_ended', links: [0] },
    {
      ...same,
      name: 'circuit_breaker open',
      reason: 'probe_failed',
      error: 'ECONNREFUSED',
      parent: 5,
      trace: 5,
      links: [1],
    },
    { ...root, name: 'circuit_breaker half_open', reason: 'open_duration_ended', links: [2] },
    { ...same, name: 'circuit_breaker closed', reason: 'probes_succeeded', parent: 6, trace: 6, links: [3] },
  ])
  expect(requests[4]?.attributes).toEqual({
    'circuit_breaker.rejected.names': [name],
    'circuit_breaker.rejected.count': 1,
  })
}

function expectMetrics(name: string): void {
  const received = (metric: string) => {
    const data = collector.metrics.find((other) => other.name === metric)
    return { unit: data?.unit, points: data === undefined ? {} : pointsOf(data, name) }
  }
  expect(received('circuit_breaker.state')).toEqual({
    unit: '{circuit_breaker}',
    points: { closed: 1, open: 0, half_open: 0 },
  })
  expect(received('circuit_breaker.transitions')).toEqual({
    unit: '{transition}',
    points: {
      'open closed': 1,
      'half_open open': 2,
      'open half_open': 1,
      'closed half_open': 1,
      'closed open': 0,
      'half_open closed': 0,
    },
  })
  expect(received('circuit_breaker.calls')).toEqual({
    unit: '{call}',
    points: { success: 3, failure: 3, timeout: 0, ignored: 0, rejected: 1, late: 0 },
  })
  expect(received('circuit_breaker.call.duration')).toEqual({
    unit: 's',
    points: { success: '3 calls, 1.5 s, 8 bounds', 'failure ECONNREFUSED': '3 calls, 1.5 s, 8 bounds' },
  })
  expect(received('circuit_breaker.state.duration')).toEqual({
    unit: 's',
    points: {
      closed: '1 calls, 2 s, 6 bounds',
      open: '2 calls, 20 s, 6 bounds',
      half_open: '2 calls, 1 s, 6 bounds',
    },
  })
  expect(collector.metrics.find((other) => other.name === 'circuit_breaker.calls')?.sum?.isMonotonic).toBe(true)
  expect(collector.metrics.find((other) => other.name === 'circuit_breaker.state')?.sum?.isMonotonic ?? false).toBe(
    false,
  )
}

function pointsOf({ sum, gauge, histogram }: ReceivedMetric, name: string): Record<string, unknown> {
  const points = (sum ?? gauge ?? histogram)?.dataPoints ?? []
  const ours = points.filter((point) => point.attributes['circuit_breaker.name'] === name)
  return Object.fromEntries(
    ours.map(({ attributes, asInt, asDouble, count, sum, explicitBounds }) => [
      Object.values(attributes).slice(1).join(' '),
      count === undefined ? Number(asInt ?? asDouble) : `${count} calls, ${sum} s, ${explicitBounds?.length} bounds`,
    ]),
  )
}

function expectLogs(name: string, encoding: string): void {
  // The server's protobuf schema is older than the field `event_name`.
  const eventName = encoding === 'json' ? 'circuit_breaker.transition' : undefined
  const transitions = collector.spans.filter((span) => span.name.startsWith('circuit_breaker '))
  expect(
    collector.logs.map((log) => [log.eventName, log.severityText, log.attributes, log.spanId || undefined]),
  ).toEqual(
    transitions.map((span) => [
      eventName,
      span.name === 'circuit_breaker open' ? 'WARN' : 'INFO',
      span.attributes,
      span.parentSpanId || undefined,
    ]),
  )
  expect(collector.logs.every((log) => log.attributes['circuit_breaker.name'] === name)).toBe(true)
}
