import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { deferred, fakeClock } from '@cb/test-kit'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { instrumentCircuitBreakers, type TelemetryOptions } from '../src/index.ts'
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

async function inRequest<T>(work: () => Promise<T>): Promise<T> {
  return trace.getTracer('application').startActiveSpan('request', async (span) => {
    try {
      return await work()
    } finally {
      span.end()
    }
  })
}

const calls = () => telemetry.spans().filter((span) => span.name.startsWith('execute '))

function describe({ name, attributes, status }: ReadableSpan): Record<string, unknown> {
  const { 'circuit_breaker.name': _, ...others } = attributes
  return { name, ...others, isError: status.code === SpanStatusCode.ERROR }
}

test('by default no call has a span', async () => {
  onTestFinished(instrumentCircuitBreakers())
  await new CircuitBreaker({ name: 'quiet' }).execute(async () => {})
  expect(telemetry.spans()).toEqual([])
})

test("with 'all' each call has a span with its outcome", async () => {
  started('all')
  const breaker = new CircuitBreaker({ name: 'shop', trip: consecutiveFailures(3), callTimeout: 5 })
  await breaker.execute(async () => {})
  await breaker.execute(() => Promise.reject(new DOMException('gone', 'AbortError'))).catch(() => {})
  await breaker.execute(fail).catch(() => {})
  await breaker.execute(() => new Promise(() => {})).catch(() => {})
  const slow = breaker.acquire()
  const answer = slow.run(async () => {})
  await breaker.execute(fail).catch(() => {})
  await breaker.execute(fail).catch(() => {})
  await answer
  slow.failure(connectionError)

  const outcome = 'circuit_breaker.call.outcome'
  const same = { name: 'execute shop', 'circuit_breaker.state': 'closed' }
  expect(calls().map(describe)).toEqual([
    { ...same, [outcome]: 'success', isError: false },
    { ...same, [outcome]: 'ignored', isError: false },
    { ...same, [outcome]: 'failure', 'error.type': 'ECONNREFUSED', isError: true },
    { ...same, [outcome]: 'timeout', 'error.type': 'ECALLTIMEOUT', isError: true },
    { ...same, [outcome]: 'failure', 'error.type': 'ECONNREFUSED', isError: true },
    { ...same, 'circuit_breaker.state': 'open', [outcome]: 'rejected', 'error.type': 'ECIRCUITOPEN', isError: true },
    { ...same, [outcome]: 'late', 'error.type': 'ECONNREFUSED', isError: true },
  ])
  expect(calls().every((span) => span.attributes['circuit_breaker.name'] === 'shop')).toBe(true)
})

test('a call runs inside its span, which is a child of its caller', async () => {
  started('all')
  const breaker = new CircuitBreaker({ name: 'nested' })
  const tracer = trace.getTracer('application')
  await inRequest(() =>
    breaker.execute(async () => {
      tracer.startSpan('before waiting').end()
      await Promise.resolve()
      tracer.startSpan('after waiting').end()
    }),
  )
  const spans = telemetry.spans()
  const parentOf = (name: string) => {
    const id = spans.find((span) => span.name === name)?.parentSpanContext?.spanId
    return spans.find((span) => span.spanContext().spanId === id)?.name
  }
  expect(parentOf('before waiting')).toBe('execute nested')
  expect(parentOf('after waiting')).toBe('execute nested')
  expect(parentOf('execute nested')).toBe('request')
})

test('code after the call is no longer inside its span', async () => {
  started('all')
  const breaker = new CircuitBreaker({ name: 'left' })
  const request = await inRequest(async () => {
    const before = trace.getActiveSpan()
    await breaker.execute(async () => {})
    expect(trace.getActiveSpan()).toBe(before)
    return before
  })
  expect(calls()[0]?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId)
})

test('concurrent calls have separate spans', async () => {
  started('all')
  const breaker = new CircuitBreaker({ name: 'parallel' })
  const gates = [deferred(), deferred(), deferred()]
  const inside = gates.map((gate) =>
    breaker.execute(async () => {
      await gate.promise
      return trace.getActiveSpan()
    }),
  )
  for (const gate of gates.reverse()) gate.resolve()
  const spans = await Promise.all(inside)
  expect(new Set(spans.map((span) => span?.spanContext().spanId)).size).toBe(3)
  expect(calls()).toHaveLength(3)
})

test('the span of the call that opened the breaker is the parent of the transition and of its log event', async () => {
  started('all')
  const breaker = new CircuitBreaker({ name: 'parent', trip: consecutiveFailures(2) })
  await inRequest(() => breaker.execute(fail).catch(() => {}))
  await inRequest(() => breaker.execute(fail).catch(() => {}))
  const culprit = calls()[1]?.spanContext()
  const [open] = telemetry.transitions()
  expect(open?.parentSpanContext?.spanId).toBe(culprit?.spanId)
  expect(open?.spanContext().traceId).toBe(culprit?.traceId)
  expect(telemetry.logs.getFinishedLogRecords()[0]?.spanContext?.spanId).toBe(culprit?.spanId)
})

test('a permit that opened the breaker without a span is not confused with the call before it', async () => {
  started('all')
  const breaker = new CircuitBreaker({ name: 'mixed', trip: consecutiveFailures(2) })
  await inRequest(() => breaker.execute(fail).catch(() => {}))
  const request = await inRequest(async () => {
    breaker.acquire().failure(connectionError)
    return trace.getActiveSpan()
  })
  expect(telemetry.transitions()[0]?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId)
})

test("with 'rejected' only calls that are not admitted have a span, in the context of the caller", async () => {
  started('rejected')
  const breaker = new CircuitBreaker({ name: 'rejecting', trip: consecutiveFailures(1) })
  await breaker.execute(async () => {})
  await breaker.execute(fail).catch(() => {})
  const request = await inRequest(async () => {
    await breaker.execute(async () => {}).catch(() => {})
    return trace.getActiveSpan()
  })
  expect(calls().map(describe)).toEqual([
    {
      name: 'execute rejecting',
      'circuit_breaker.state': 'open',
      'circuit_breaker.call.outcome': 'rejected',
      'error.type': 'ECIRCUITOPEN',
      isError: true,
    },
  ])
  expect(calls()[0]?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId)
  const marked = telemetry.spans().find((span) => span.name === 'request')
  expect(marked?.attributes).toEqual({}) // the span of the call has them
})

test('a call that shadow mode admits does not count as rejected', async () => {
  started('all')
  const clock = fakeClock()
  const breaker = new CircuitBreaker({ name: 'shadow', trip: consecutiveFailures(1), shadow: true, now: clock.now })
  await breaker.execute(fail).catch(() => {})
  await breaker.execute(async () => {})
  expect(calls().map((span) => span.attributes['circuit_breaker.call.outcome'])).toEqual(['failure', 'success'])
})
