import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { deferred, fakeClock } from '@cb/test-kit'
import { context, trace } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { AlwaysOffSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { instrumentCircuitBreakers } from '../src/index.ts'
import { inMemory, startGlobally, stopGlobally, type Telemetry } from './in-memory.ts'
import { connectionError } from './outage.ts'

let telemetry: Telemetry
let stop: () => void

beforeEach(() => {
  telemetry = inMemory()
  startGlobally(telemetry)
  stop = instrumentCircuitBreakers({ loggerProvider: telemetry.loggerProvider })
})

afterEach(() => {
  stop()
  stopGlobally()
})

/** Runs within a span, and returns the context of the span. */
async function inRequest(work: () => unknown) {
  return trace.getTracer('application').startActiveSpan('request', async (span) => {
    await work()
    span.end()
    return span.spanContext()
  })
}

const fail = () => Promise.reject(connectionError)

function openingAtOnce(clock = fakeClock(), name = 'parents') {
  return new CircuitBreaker({ name, trip: consecutiveFailures(1), openDuration: 1_000, now: clock.now })
}

test('the span of an opening by callTimeout is in the trace of the slow call', async () => {
  const breaker = new CircuitBreaker({ name: 'slow', trip: consecutiveFailures(1), callTimeout: 5 })
  const request = await inRequest(() => breaker.execute(() => new Promise(() => {})).catch(() => {}))
  const [open] = telemetry.transitions()
  expect(open?.parentSpanContext?.spanId).toBe(request.spanId)
  expect(open?.spanContext().traceId).toBe(request.traceId)
  expect(open?.attributes['error.type']).toBe('ECALLTIMEOUT')
})

test('of two concurrent requests the one whose call opened the breaker is the parent', async () => {
  const breaker = openingAtOnce()
  const slow = deferred()
  const other = inRequest(() => breaker.execute(() => slow.promise))
  const culprit = await inRequest(() => breaker.execute(fail).catch(() => {}))
  slow.resolve()
  await other
  expect(telemetry.transitions().map((span) => span.parentSpanContext?.spanId)).toEqual([culprit.spanId])
})

test('a transition to half-open that a request notices is a root span, not a child of the request', async () => {
  const clock = fakeClock()
  const breaker = openingAtOnce(clock)
  await breaker.execute(fail).catch(() => {})
  clock.advance(1_000)
  const request = await inRequest(() => breaker.state)
  const half = telemetry.transitions()[1]
  expect(half?.name).toBe('circuit_breaker half_open')
  expect(half?.parentSpanContext).toBeUndefined()
  expect(half?.spanContext().traceId).not.toBe(request.traceId)
  expect(telemetry.logs.getFinishedLogRecords()[1]?.spanContext).toBeUndefined()
})

test('a transition to half-open that a timer of a request notices is a root span', async () => {
  const clock = fakeClock()
  const breaker = openingAtOnce(clock)
  await breaker.execute(fail).catch(() => {})
  clock.advance(1_000)
  const fired = deferred<string>()
  const request = await inRequest(() => setTimeout(() => fired.resolve(breaker.state), 1))
  expect(await fired.promise).toBe('half-open')
  expect(telemetry.transitions()[1]?.spanContext().traceId).not.toBe(request.traceId)
})

test('a transition to half-open that a collection of metrics notices is a root span, and the metrics have the new state', async () => {
  const clock = fakeClock()
  const breaker = openingAtOnce(clock, 'collected')
  await breaker.execute(fail).catch(() => {})
  clock.advance(1_000)
  let points = {}
  await inRequest(() =>
    context.with(suppressTracing(context.active()), async () => {
      points = await telemetry.points('circuit_breaker.state')
    }),
  )
  expect(points).toMatchObject({ 'collected half_open': 1, 'collected open': 0 })
  const half = telemetry.transitions()[1]
  expect(half?.name).toBe('circuit_breaker half_open')
  expect(half?.parentSpanContext).toBeUndefined()
})

test('a manual transition is a root span, and its log event is in the context of the caller', async () => {
  const breaker = openingAtOnce()
  const request = await inRequest(() => breaker.forceOpen('deploy'))
  await inRequest(() => breaker.reset())
  const [forced, reset] = telemetry.transitions()
  expect(forced?.parentSpanContext).toBeUndefined()
  expect(forced?.attributes).toEqual({
    'circuit_breaker.name': 'parents',
    'circuit_breaker.state': 'open',
    'circuit_breaker.previous_state': 'closed',
    'circuit_breaker.transition.reason': 'forced',
  })
  expect(reset?.attributes['circuit_breaker.transition.reason']).toBe('reset')
  expect(reset?.links.map((link) => link.context.spanId)).toEqual([forced?.spanContext().spanId])
  expect(telemetry.logs.getFinishedLogRecords()[0]?.spanContext?.spanId).toBe(request.spanId)
})

test('a span is linked to the last recorded span of the same breaker, and to no other breaker', async () => {
  const one = openingAtOnce()
  const other = openingAtOnce()
  one.forceOpen()
  other.forceOpen()
  const offTracer = new BasicTracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('application')
  one.reset()
  await offTracer.startActiveSpan('not sampled', () => one.execute(fail).catch(() => {}))
  one.reset()
  const spans = telemetry.transitions()
  expect(
    spans.map((span) =>
      span.links.map((link) => spans.findIndex((s) => s.spanContext().spanId === link.context.spanId)),
    ),
  ).toEqual([[], [], [0], [2]])
})
