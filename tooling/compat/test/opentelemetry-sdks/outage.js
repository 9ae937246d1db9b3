// One outage, recorded by the real SDK that is installed beside this file; prints everything that the SDK receives.

import { anyOf, CircuitBreaker, failureRate, slowCallRate } from '@cb/core'
import { instrumentCircuitBreakers } from '@cb/opentelemetry'
import * as api from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { LoggerProvider } from '@opentelemetry/sdk-logs'
import { InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { metricLines, recordLines, spanLines } from './render.js'

const { TracerProvider, BasicTracerProvider } = await import('@opentelemetry/sdk-trace').catch(
  () => import('@opentelemetry/sdk-trace-base'), // before 3.0
)

// One clock for the time of day and the breaker, which only this script moves.
const startedAt = 1_800_000_000_000
let time = 0
Date.now = () => startedAt + time

const spans = []
const records = []
const processor = { forceFlush: async () => {}, shutdown: async () => {} }
const spanProcessor = { ...processor, onStart() {}, onEnd: (span) => spans.push(span) }
const logProcessor = { ...processor, onEmit: (record) => records.push(record) }
const reader = new PeriodicExportingMetricReader({
  exporter: new InMemoryMetricExporter(1), // cumulative
  exportIntervalMillis: 2 ** 31 - 1,
})
const loggerProvider = new LoggerProvider({ processors: [logProcessor] })
loggerProvider.addLogRecordProcessor?.(logProcessor) // the first versions of the 2.x line have only this

api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const Provider = TracerProvider ?? BasicTracerProvider
api.trace.setGlobalTracerProvider(new Provider({ spanProcessors: [spanProcessor] }))
api.metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
// Since API 1.10 there is a global one, which the instrumentation finds.
api.logs?.setGlobalLoggerProvider(loggerProvider)
const stop = instrumentCircuitBreakers({
  callSpans: 'all',
  outageSpan: true,
  ...(api.logs === undefined && { loggerProvider }),
})

const breaker = new CircuitBreaker({
  name: 'https://bank.example',
  trip: anyOf(
    failureRate({ threshold: 0.5, minimumCalls: 3 }),
    slowCallRate({ threshold: 1, slowAfter: 400, minimumCalls: 2 }),
  ),
  openDuration: 10_000,
  halfOpen: { successThreshold: 1 },
  now: () => time,
})
const tracer = api.trace.getTracer('application')

/** A request that takes so many milliseconds. */
function request(ms, error) {
  return tracer.startActiveSpan('request', async (span) => {
    const work = async () => {
      const child = tracer.startSpan('work')
      await Promise.resolve()
      time += ms
      child.end()
      if (error !== undefined) throw error
    }
    await breaker.execute(work).catch(() => {})
    span.end()
  })
}

async function collect(moment) {
  const { resourceMetrics, errors } = await reader.collect()
  if (errors.length > 0) throw errors[0]
  const ours = resourceMetrics.scopeMetrics.filter(({ scope }) => scope.name === '@cb/opentelemetry')
  return [`## Metrics ${moment}`, '', ...ours.flatMap((scope) => metricLines(scope.metrics)), '']
}

const connectionError = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
await request(500)
await request(200)
await request(500, connectionError)
const before = await collect('before it opens')
await request(500, new DOMException('too slow', 'TimeoutError'))
await request(500)
time += 10_000
await request(500, connectionError)
time += 10_000
await request(500)
const after = await collect('after it has closed')
stop()

const { name } = spans.find((span) => span.name.startsWith('circuit_breaker ')).instrumentationScope
process.stdout.write(
  [
    `# Everything that ${name} emits in one outage`,
    '',
    '## Spans',
    '',
    ...spanLines(spans, startedAt),
    '',
    '## Log records',
    '',
    ...recordLines(records, spans, startedAt),
    '',
    ...before,
    ...after,
  ].join('\n'),
)
