import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { context, diag, type MeterProvider, type TracerProvider, trace } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type InstrumentCircuitBreakersOptions, instrumentCircuitBreakers } from '../src/index.ts'
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
