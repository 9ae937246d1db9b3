import { CircuitBreaker } from '@cb/core'
import { trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { instrumentCircuitBreakers } from '../src/index.ts'
import { version } from '../src/version.ts'
import { inMemory, startGlobally, stopGlobally, type Telemetry } from './in-memory.ts'
import { fullOutage, outage } from './outage.ts'

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

const named = { 'circuit_breaker.name': 'payments' }

test('an outage is five spans: each transition under the call that caused it, linked to the one before', async () => {
  const before = Date.now()
  await fullOutage()

  const spans = telemetry.spans()
  const requests = spans.filter((span) => span.name === 'request')
  const transitions = telemetry.transitions()
  const describe = (span: ReadableSpan) => ({
    name: span.name,
    attributes: span.attributes,
    parent:
      span.parentSpanContext && requests.findIndex((r) => r.spanContext().spanId === span.parentSpanContext?.spanId),
    inTraceOf: requests.findIndex((request) => request.spanContext().traceId === span.spanContext().traceId),
    links: span.links.map((link) => transitions.findIndex((t) => t.spanContext().spanId === link.context.spanId)),
  })
  expect(transitions.map(describe)).toEqual([
    {
      name: 'circuit_breaker open',
      attributes: {
        ...named,
        'circuit_breaker.state': 'open',
        'circuit_breaker.previous_state': 'closed',
        'circuit_breaker.transition.reason': 'failure_rate',
        'circuit_breaker.failure_rate': 0.5,
        'circuit_breaker.window.calls': 4,
        'error.type': 'ECONNREFUSED',
      },
      parent: 3,
      inTraceOf: 3,
      links: [],
    },
    {
      name: 'circuit_breaker half_open',
      attributes: {
        ...named,
        'circuit_breaker.state': 'half_open',
        'circuit_breaker.previous_state': 'open',
        'circuit_breaker.transition.reason': 'open_duration_ended',
      },
      parent: undefined,
      inTraceOf: -1,
      links: [0],
    },
    {
      name: 'circuit_breaker open',
      attributes: {
        ...named,
        'circuit_breaker.state': 'open',
        'circuit_breaker.previous_state': 'half_open',
        'circuit_breaker.transition.reason': 'probe_failed',
        'error.type': 'ECONNREFUSED',
      },
      parent: 5,
      inTraceOf: 5,
      links: [1],
    },
    {
      name: 'circuit_breaker half_open',
      attributes: {
        ...named,
        'circuit_breaker.state': 'half_open',
        'circuit_breaker.previous_state': 'open',
        'circuit_breaker.transition.reason': 'open_duration_ended',
      },
      parent: undefined,
      inTraceOf: -1,
      links: [2],
    },
    {
      name: 'circuit_breaker closed',
      attributes: {
        ...named,
        'circuit_breaker.state': 'closed',
        'circuit_breaker.previous_state': 'half_open',
        'circuit_breaker.transition.reason': 'probes_succeeded',
      },
      parent: 6,
      inTraceOf: 6,
      links: [3],
    },
  ])
  for (const span of transitions) {
    expect(span.startTime).toEqual(span.endTime)
    const at = span.startTime[0] * 1000 + span.startTime[1] / 1e6
    expect(at).toBeGreaterThanOrEqual(before)
    expect(at).toBeLessThanOrEqual(Date.now())
    expect(span.instrumentationScope).toMatchObject({ name: '@cb/opentelemetry', version })
  }
})

test('a rejected call adds attributes to the span of its caller, and no other call does', async () => {
  await fullOutage()
  const marked = telemetry.spans().filter((span) => span.name === 'request' && Object.keys(span.attributes).length > 0)
  expect(marked.map((span) => span.attributes)).toEqual([
    { 'circuit_breaker.rejected.names': ['payments'], 'circuit_breaker.rejected.count': 1 },
  ])
})

test('rejections by several breakers within one span are all found on it', async () => {
  const breakers = Array.from({ length: 20 }, (_, n) => new CircuitBreaker({ name: `rejecting-${n}` }))
  const call = (breaker?: CircuitBreaker) => breaker?.execute(async () => {}).catch(() => {})
  for (const breaker of breakers) breaker.forceOpen()
  const tracer = trace.getTracer('application')
  await tracer.startActiveSpan('two', async (span) => {
    for (const n of [0, 1, 0]) await call(breakers[n])
    span.end()
  })
  await tracer.startActiveSpan('many', async (span) => {
    for (const breaker of breakers) await call(breaker)
    span.end()
  })
  const [two, many] = ['two', 'many'].map((name) => telemetry.spans().find((span) => span.name === name)?.attributes)
  expect(two).toEqual({
    'circuit_breaker.rejected.names': ['rejecting-0', 'rejecting-1'],
    'circuit_breaker.rejected.count': 3,
  })
  expect(many?.['circuit_breaker.rejected.names']).toHaveLength(16)
  expect(many?.['circuit_breaker.rejected.count']).toBe(20)
})

test('an outage has these metric points', async () => {
  await fullOutage('orders')
  expect(await telemetry.points('circuit_breaker.state')).toMatchObject({
    'orders closed': 1,
    'orders open': 0,
    'orders half_open': 0,
  })
  expect(await telemetry.points('circuit_breaker.transitions')).toMatchObject({
    'orders open closed': 1,
    'orders half_open open': 2,
    'orders open half_open': 1,
    'orders closed half_open': 1,
    'orders closed open': 0,
    'orders half_open closed': 0,
  })
  expect(await telemetry.points('circuit_breaker.calls')).toMatchObject({
    'orders success': 3,
    'orders failure': 3,
    'orders timeout': 0,
    'orders ignored': 0,
    'orders rejected': 1,
    'orders late': 0,
  })
  expect(await telemetry.points('circuit_breaker.call.duration')).toMatchObject({
    'orders success': { count: 3, sum: 1.5 },
    'orders failure ECONNREFUSED': { count: 3, sum: 1.5 },
  })
  expect(await telemetry.points('circuit_breaker.state.duration')).toMatchObject({
    'orders closed': { count: 1, sum: 2 },
    'orders open': { count: 2, sum: 20 },
    'orders half_open': { count: 2, sum: 1 },
  })
})

test('each transition is a log event in the context of its caller, a warning when the breaker opens', async () => {
  await fullOutage()
  const records = telemetry.logs.getFinishedLogRecords()
  const transitions = telemetry.transitions()
  expect(records.map((record) => [record.eventName, record.severityText, record.attributes])).toEqual(
    transitions.map((span) => [
      'circuit_breaker.transition',
      span.name === 'circuit_breaker open' ? 'WARN' : 'INFO',
      span.attributes,
    ]),
  )
  expect(records.map((record) => record.spanContext?.spanId)).toEqual(
    transitions.map((span) => span.parentSpanContext?.spanId),
  )
})

test('the failure rate has a point from the minimum of calls on, and none before', async () => {
  const { request } = outage(trace.getTracer('application'), 'search')
  for (const fails of [false, false, true]) await request(fails)
  expect(await telemetry.points('circuit_breaker.failure_rate')).not.toHaveProperty('search')
  await request()
  expect(await telemetry.points('circuit_breaker.failure_rate')).toMatchObject({ search: 0.25 })
})
