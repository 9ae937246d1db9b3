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
import { refused } from './outage.ts'

const said: string[] = []
const consoleError = vi.spyOn(console, 'error')

beforeEach(() => {
  const note = (message: string) => void said.push(message)
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} })
  said.length = 0
  consoleError.mockClear()
})

afterEach(() => {
  diag.disable()
  stopGlobally()
})

/** Everything that a breaker does, twice; a call that telemetry breaks fails the test. */
async function workAsEver(options: InstrumentCircuitBreakersOptions): Promise<void> {
  onTestFinished(instrumentCircuitBreakers(options))
  const breaker = new CircuitBreaker({ name: 'faulty telemetry', trip: consecutiveFailures(1) })
  for (let round = 1; round <= 2; round++) {
    expect(await breaker.execute(async () => 'paid')).toBe('paid')
    await expect(breaker.execute(() => Promise.reject(refused))).rejects.toBe(refused)
    await expect(breaker.execute(async () => 'paid')).rejects.toMatchObject({ code: 'ECIRCUITOPEN' })
    expect(breaker.state).toBe('open')
    breaker.reset()
  }
  expect(consoleError).not.toHaveBeenCalled()
}

function explode(): never {
  throw new Error('telemetry is broken')
}

/** An object on which whatever one asks for can be called, and answers or explodes. */
function objectThat(answer: () => unknown): never {
  return new Proxy({}, { get: () => answer }) as never
}

test('a tracer that throws breaks no call and is reported once', async () => {
  await workAsEver({ tracerProvider: { getTracer: explode } })
  expect(said).toEqual([expect.stringMatching(/^@cb\/opentelemetry: spans of circuit breakers.*telemetry is broken/)])
})

test('a span that throws breaks no call and is reported once', async () => {
  const tracer = objectThat(() => objectThat(explode))
  await workAsEver({ tracerProvider: { getTracer: () => tracer } as TracerProvider })
  expect(said).toHaveLength(1)
})

test('a span processor that throws breaks no call and is reported once', async () => {
  const processor = { onStart() {}, onEnd: explode, shutdown: async () => {}, forceFlush: async () => {} }
  await workAsEver({ tracerProvider: new BasicTracerProvider({ spanProcessors: [processor] }) })
  expect(said).toEqual([expect.stringMatching(/^@cb\/opentelemetry: spans of circuit breakers/)])
})

test('a meter that throws breaks no call and is reported once', async () => {
  await workAsEver({ meterProvider: { getMeter: explode } })
  expect(said).toEqual([expect.stringMatching(/^@cb\/opentelemetry: metrics of circuit breakers.*telemetry is broken/)])
})

test('instruments that throw break no call and are reported once', async () => {
  const meter = objectThat(() => objectThat(explode))
  await workAsEver({ meterProvider: { getMeter: () => meter } as MeterProvider })
  expect(said).toHaveLength(1)
})

test('a logger that throws breaks no call and is reported once', async () => {
  await workAsEver({ loggerProvider: { getLogger: explode } })
  expect(said).toEqual([expect.stringMatching(/^@cb\/opentelemetry: logs of circuit breakers.*telemetry is broken/)])
})

test("a caller's span that throws breaks no call and is reported once", async () => {
  startGlobally(inMemory())
  const span = Object.assign(trace.getTracer('application').startSpan('request'), { setAttributes: explode })
  await context.with(trace.setSpan(context.active(), span), () => workAsEver({}))
  expect(said).toHaveLength(1)
})

test('a diagnostic logger that throws as well breaks no call', async () => {
  diag.setLogger({ error: explode, warn() {}, info() {}, debug() {}, verbose() {} })
  await workAsEver({ tracerProvider: { getTracer: explode } })
})

test('what a broken exporter says never includes more of its error than the stack', async () => {
  const secret = () => {
    throw Object.assign(new Error('no route'), { headers: { authorization: 'Bearer 123' } })
  }
  await workAsEver({ tracerProvider: { getTracer: secret } })
  expect(said.join()).toContain('no route')
  expect(said.join()).not.toContain('Bearer')
})

test('a collector that takes everything and never answers holds up no call, and is reported', async () => {
  let asked = 0
  const silent = await listen(() => void asked++)
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
  await workAsEver({ tracerProvider, meterProvider, callSpans: 'all' })
  await until(() => asked >= 2)
  await workAsEver({ tracerProvider, meterProvider, callSpans: 'all' })
  await until(() => said.length > 0)
  await Promise.allSettled([tracerProvider.shutdown(), meterProvider.shutdown()])
  expect(said.filter((message) => message.includes('@cb/opentelemetry'))).toEqual([]) // it is the SDK that says it
})

test('a breaker whose own trip policy answers nonsense hides no other breaker', async () => {
  const telemetry = inMemory()
  const monitor = { success: () => undefined, failure: () => undefined, snapshot: () => null as never }
  const strange = new CircuitBreaker({ name: 'strange', trip: { name: 'own', start: () => monitor } })
  const sound = new CircuitBreaker({ name: 'sound' })
  onTestFinished(instrumentCircuitBreakers({ meterProvider: telemetry.meterProvider }))
  for (const breaker of [strange, sound]) await breaker.execute(async () => {})
  for (let collection = 1; collection <= 2; collection++) {
    expect(await telemetry.points('circuit_breaker.calls')).toMatchObject({ 'sound success': 1 })
  }
  expect(said.length).toBeLessThanOrEqual(1)
})

test('a breaker with a name of ten kilobytes and control characters works as ever, and a collector takes it', async () => {
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
