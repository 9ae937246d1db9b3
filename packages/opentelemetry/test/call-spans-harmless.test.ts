import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { context, type TracerProvider } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { CircuitBreakerInstrumentation, instrumentCircuitBreakers, type TelemetryOptions } from '../src/index.ts'
import { inMemory, startGlobally, stopGlobally, type Telemetry } from './in-memory.ts'
import { connectionError } from './outage.ts'

let telemetry: Telemetry

beforeEach(() => {
  telemetry = inMemory()
  startGlobally(telemetry)
})

afterEach(stopGlobally)

const fail = () => Promise.reject(connectionError)

function started(callSpans: NonNullable<TelemetryOptions['callSpans']>): void {
  onTestFinished(instrumentCircuitBreakers({ callSpans, loggerProvider: telemetry.loggerProvider }))
}

const calls = () => telemetry.spans().filter((span) => span.name.startsWith('execute '))

test('call spans can be switched on and off while the program runs', async () => {
  const instrumentation = new CircuitBreakerInstrumentation()
  onTestFinished(() => instrumentation.disable())
  const breaker = new CircuitBreaker({ name: 'switched' })
  const call = () => breaker.execute(async () => {})
  await call()
  instrumentation.setConfig({ callSpans: 'all' })
  await call()
  instrumentation.setConfig({ callSpans: 'all' })
  await call()
  expect(calls()).toHaveLength(2)
  instrumentation.setConfig()
  await call()
  instrumentation.setConfig({ callSpans: 'all' })
  instrumentation.disable()
  await call()
  expect(calls()).toHaveLength(2)
})

test('arguments, this, the result and a synchronous throw pass through a call span unchanged', async () => {
  started('all')
  const breaker = new CircuitBreaker({ name: 'through', trip: consecutiveFailures(10) })
  const till = {
    rate: 2,
    price: breaker.wrap(function (this: { rate: number }, a: number, b: number) {
      return this.rate * (a + b)
    }),
  }
  expect(await till.price(1, 2)).toBe(6)
  await expect(
    breaker.execute(() => {
      throw connectionError
    }),
  ).rejects.toBe(connectionError)
  expect(calls()).toHaveLength(2)
})

test('a tracer that throws at every call breaks no call, and the function runs once', async () => {
  const tracerProvider = {
    getTracer: () => {
      throw new Error('telemetry is broken')
    },
  } as TracerProvider
  onTestFinished(instrumentCircuitBreakers({ callSpans: 'all', tracerProvider }))
  const breaker = new CircuitBreaker({ name: 'unbroken', trip: consecutiveFailures(1) })
  let ran = 0
  expect(await breaker.execute(async () => ++ran)).toBe(1)
  await expect(breaker.execute(fail)).rejects.toBe(connectionError)
  await expect(breaker.execute(async () => {})).rejects.toMatchObject({ code: 'ECIRCUITOPEN' })
  expect(ran).toBe(1)
})

test('calls also have spans without a context manager', async () => {
  context.disable()
  started('all')
  expect(await new CircuitBreaker({ name: 'no context' }).execute(async () => 'paid')).toBe('paid')
  expect(calls()).toHaveLength(1)
})
