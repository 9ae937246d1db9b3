import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { fakeClock } from '@cb/test-kit'
import { context, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { CircuitBreakerInstrumentation, instrumentCircuitBreakers } from '../src/index.ts'
import { inMemory, startGlobally, stopGlobally, type Telemetry } from './in-memory.ts'
import { connectionError, fullOutage } from './outage.ts'

let telemetry: Telemetry

beforeEach(() => {
  telemetry = inMemory()
  startGlobally(telemetry)
  vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
})

afterEach(() => {
  vi.useRealTimers()
  stopGlobally()
})

const outages = () => telemetry.spans().filter((span) => span.name === 'circuit_breaker outage')
const transitions = () => telemetry.transitions().filter((span) => span.name !== 'circuit_breaker outage')
const ids = (spans: ReadableSpan[]) => spans.map((span) => span.spanContext().spanId)
const seconds = ([whole, nanos]: [number, number]) => whole - 1_800_000_000 + nanos / 1e9

test('by default there is no outage span', async () => {
  onTestFinished(instrumentCircuitBreakers())
  await fullOutage()
  expect(outages()).toEqual([])
})

test('when a breaker closes, one root span covers the outage from its opening, linked to each transition', async () => {
  onTestFinished(instrumentCircuitBreakers({ outageSpan: true }))
  await fullOutage()
  const [outage] = outages()
  expect(outages()).toHaveLength(1)
  expect(outage?.parentSpanContext).toBeUndefined()
  expect(outage?.attributes).toEqual({
    'circuit_breaker.name': 'payments',
    'circuit_breaker.transition.reason': 'failure_rate',
    'circuit_breaker.failure_rate': 0.5,
    'circuit_breaker.window.calls': 4,
    'error.type': 'ECONNREFUSED',
  })
  expect(outage?.links.map((link) => link.context.spanId)).toEqual(ids(transitions()))
  expect(transitions()).toHaveLength(5)
})

test('an outage span starts at the first opening and ends at the closing, by the time of day', () => {
  onTestFinished(instrumentCircuitBreakers({ outageSpan: true }))
  const breaker = new CircuitBreaker({ name: 'steps' })
  vi.setSystemTime(1_800_000_010_000)
  breaker.forceOpen('deploy')
  vi.setSystemTime(1_800_000_070_000)
  expect(outages()).toEqual([])
  breaker.reset()
  expect(outages().map(({ startTime, endTime }) => [seconds(startTime), seconds(endTime)])).toEqual([[10, 70]])
  breaker.forceOpen()
  breaker.reset()
  expect(outages().map(({ links }) => links.length)).toEqual([2, 2])
})

test('an outage with very many transitions has at most 128 links, with its opening and its closing among them', async () => {
  onTestFinished(instrumentCircuitBreakers({ outageSpan: true }))
  const clock = fakeClock()
  const trip = consecutiveFailures(1)
  const breaker = new CircuitBreaker({ name: 'flapping', trip, openDuration: 1, now: clock.now, random: () => 0 })
  for (let probe = 0; probe < 200; probe++) {
    await breaker.execute(() => Promise.reject(connectionError)).catch(() => {})
    clock.advance(1)
  }
  breaker.reset()
  const links = outages()[0]?.links.map((link) => link.context.spanId)
  expect(transitions()).toHaveLength(400)
  expect(links).toHaveLength(128)
  expect(links?.[0]).toBe(ids(transitions())[0])
  expect(links?.at(-1)).toBe(ids(transitions()).at(-1))
})

test('transitions that are not sampled are not linked', async () => {
  onTestFinished(instrumentCircuitBreakers({ outageSpan: true }))
  const breaker = new CircuitBreaker({ name: 'unsampled', trip: consecutiveFailures(1) })
  const notSampled = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0 }
  await context.with(trace.setSpanContext(context.active(), notSampled), () =>
    breaker.execute(() => Promise.reject(connectionError)).catch(() => {}),
  )
  breaker.reset()
  expect(outages()[0]?.links.map((link) => link.context.spanId)).toEqual(ids(transitions()))
  expect(transitions()).toHaveLength(1)
})

test('an outage during which the option is switched on or off has no span', () => {
  const instrumentation = new CircuitBreakerInstrumentation()
  onTestFinished(() => instrumentation.disable())
  const breaker = new CircuitBreaker({ name: 'under way' })
  breaker.forceOpen()
  instrumentation.setConfig({ outageSpan: true })
  breaker.reset()
  breaker.forceOpen()
  instrumentation.setConfig()
  breaker.reset()
  expect(outages()).toEqual([])
})
