import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { listen, until } from '@cb/test-kit'
import { context, diag, type MeterProvider, type TracerProvider, trace } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { PeriodicExportingMetricReader, MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type InstrumentCircuitBreakersOptions, instrumentCircuitBreakers } from '../src/index.ts'
import { startCollector } from './collector.ts'
import { inMemory, startGlobally, stopGlobally } from './in-memory.ts'
import { connectionError } from './outage.ts'

const logged: string[] = []
const consoleError = vi.spyOn(console, 'error')

beforeEach(() => {
  const note = (message: string) => void logged.push(message)
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} })
  logged.length = 0
  consoleError.mockClear()
})

afterEach(() => {
  diag.disable()
  stopGlobally()
})

/** Makes every kind of call, twice; a call that telemetry breaks fails the test. */
async function workAsUsual(options: InstrumentCircuitBreakersOptions): Promise<void> {
  onTestFinished(instrumentCircuitBreakers(options))
  const breaker = new CircuitBreaker({ name: 'faulty telemetry', trip: consecutiveFailures(1) })
  for (let round = 1; round <= 2; round++) {
    expect(await breaker.execute(async () => 'paid')).toBe('paid')
    await expect(breaker.execute(() => Promise.reject(connectionError))).rejects.toBe(connectionError)
    await expect(breaker.execute(async () => 'paid')).rejects.toMatchObject({ code: 'ECIRCUITOPEN' })
    expect(breaker.state).toBe('open')
    breaker.reset()
  }
  expect(consoleError).not.toHaveBeenCalled()
}

function explode(): never {
  throw new Error('telemetry is broken')
}

/** An object that has `method` under every name. */
function objectWith(method: () => unknown): never {
  return new Proxy({}, { get: () => method }) as never
}

test('a tracer that throws breaks no call and is logged once', async () => {
  await workAsUsual({ tracerProvider: { getTracer: explode } })
  expect(logged).toEqual([
    expect.stringMatching(/^@cb\/opentelemetry: failed to record circuit breaker spans.*telemetry is broken/),
  ])
})

test('a span that throws breaks no call and is logged once', async () => {
  const tracer = objectWith(() => objectWith(explode))
  await workAsUsual({ tracerProvider: { getTracer: () => tracer } as TracerProvider })
  expect(logged).toHaveLength(1)
})

test('a span processor that throws breaks no call and is logged once', async () => {
  const processor = { onStart() {}, onEnd: explode, shutdown: async () => {}, forceFlush: async () => {} }
  await workAsUsual({ tracerProvider: new BasicTracerProvider({ spanProcessors: [processor] }) })
  expect(logged).toEqual([expect.stringMatching(/^@cb\/opentelemetry: failed to record circuit breaker spans/)])
})

test('a meter that throws breaks no call and is logged once', async () => {
  await workAsUsual({ meterProvider: { getMeter: explode } })
  expect(logged).toEqual([
    expect.stringMatching(/^@cb\/opentelemetry: failed to record circuit breaker metrics.*telemetry is broken/),
  ])
})

test('instruments that throw break no call and are logged once', async () => {
  const meter = objectWith(() => objectWith(explode))
  await workAsUsual({ meterProvider: { getMeter: () => meter } as MeterProvider })
  expect(logged).toHaveLength(1)
})

test('a logger that throws breaks no call and is logged once', async () => {
  await workAsUsual({ loggerProvider: { getLogger: explode } })
  expect(logged).toEqual([
    expect.stringMatching(/^@cb\/opentelemetry: failed to record circuit breaker log events.*telemetry is broken/),
  ])
})

test("a caller's span that throws breaks no call and is reported once", async () => {
  startGlobally(inMemory())
  const span = Object.assign(trace.getTracer('application').startSpan('request'), { setAttribute: explode })
  await context.with(trace.setSpan(context.active(), span), () => workAsUsual({}))
  expect(logged).toHaveLength(1)
})

test('a diagnostic logger that throws breaks no call', async () => {
  diag.setLogger({ error: explode, warn() {}, info() {}, debug() {}, verbose() {} })
  await workAsUsual({ tracerProvider: { getTracer: explode } })
})

test('a logged error shows its stack, but none of its own properties', async () => {
  const secret = () => {
    throw Object.assign(new Error('no route'), { headers: { authorization: 'Bearer 123' } })
  }
  await workAsUsual({ tracerProvider: { getTracer: secret } })
  expect(logged.join()).toContain('no route')
  expect(logged.join()).not.toContain('Bearer')
})

test('a collector that never responds delays no call, and the SDK logs it', async () => {
  let requests = 0
  const silent = await listen(() => void requests++)
  onTestFinished(() => silent.close())
  const timeoutMillis = 50
  const spans = new OTLPTraceExporter({ url: `${silent.origin}/v1/traces`, timeoutMillis })
  const metrics = new OTLPMetricExporter({ url: `${silent.origin}/v1/metrics`, timeoutMillis })
  const exportTimeoutMillis = 100
  const processor = new BatchSpanProcessor(spans, { scheduledDelayMillis: 1, exportTimeoutMillis })
  const reader = new PeriodicExportingMetricReader({
    exporter: metrics,
    exportIntervalMillis: 100,
    exportTimeoutMillis,
  })
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [processor] })
  const meterProvider = new SdkMeterProvider({ readers: [reader] })
  await workAsUsual({ tracerProvider, meterProvider, callSpans: 'all' })
  await until(() => requests >= 2)
  await workAsUsual({ tracerProvider, meterProvider, callSpans: 'all' })
  await until(() => logged.length > 0)
  await Promise.allSettled([tracerProvider.shutdown(), meterProvider.shutdown()])
  expect(logged.filter((message) => message.includes('@cb/opentelemetry'))).toEqual([]) // only the SDK logs it
})

test('a breaker with an invalid trip policy does not hide other breakers', async () => {
  const telemetry = inMemory()
  const monitor = { success: () => undefined, failure: () => undefined, snapshot: () => null as never }
  const strange = new CircuitBreaker({ name: 'strange', trip: { name: 'own', start: () => monitor } })
  const sound = new CircuitBreaker({ name: 'sound' })
  onTestFinished(instrumentCircuitBreakers({ meterProvider: telemetry.meterProvider }))
  for (const breaker of [strange, sound]) await breaker.execute(async () => {})
  for (let collection = 1; collection <= 2; collection++) {
    expect(await telemetry.points('circuit_breaker.calls')).toMatchObject({ 'sound success': 1 })
  }
  expect(logged.length).toBeLessThanOrEqual(1)
})

test('a breaker with a name of ten kilobytes and control characters works, and a collector accepts its name', async () => {
  const collector = await startCollector()
  onTestFinished(() => collector.close())
  const spans = new OTLPTraceExporter({ url: `${collector.url}/v1/traces` })
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(spans)] })
  onTestFinished(instrumentCircuitBreakers({ tracerProvider, callSpans: 'all' }))
  const breaker = new CircuitBreaker({ name: `bank\u0000\u001b[2J\uD83D${'x'.repeat(10_000)}` })
  expect(await breaker.execute(async () => 'paid')).toBe('paid')
  breaker.forceOpen()
  await tracerProvider.shutdown()
  const sent = `bank\uFFFD\uFFFD[2J\uFFFD${'x'.repeat(246)}`
  expect(collector.spans.map((span) => span.name)).toEqual([`execute ${sent}`, 'circuit_breaker open'])
  expect(collector.spans.map((span) => span.attributes?.['circuit_breaker.name'])).toEqual([sent, sent])
})
