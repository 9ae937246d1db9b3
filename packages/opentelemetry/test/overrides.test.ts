import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { trace } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { instrumentCircuitBreakers } from '../src/index.ts'
import { inMemory, startGlobally, stopGlobally, type Telemetry } from './in-memory.ts'

let telemetry: Telemetry
let stop: () => void

beforeEach(() => {
  telemetry = inMemory()
  startGlobally(telemetry)
  stop = instrumentCircuitBreakers({
    loggerProvider: telemetry.loggerProvider,
    filter: ({ name }) => name === 'forced',
  })
})

afterEach(() => {
  stop()
  stopGlobally()
})

const bodies = () => telemetry.logs.getFinishedLogRecords().map(({ severityText, body }) => `${severityText} ${body}`)

test('an override that is no transition is a series and a log event with its note, and so is its end', async () => {
  const breaker = new CircuitBreaker({ name: 'forced' })
  const overrides = () => telemetry.points('circuit_breaker.override')
  expect(await overrides()).toEqual({})
  breaker.forceClosed('load test of Eve')
  expect(await overrides()).toEqual({ 'forced open': 0, 'forced closed': 1 })
  breaker.resume('over')
  expect(await overrides()).toEqual({ 'forced open': 0, 'forced closed': 0 })
  expect(telemetry.transitions()).toEqual([])
  expect(bodies()).toEqual([
    'WARN Circuit breaker forced is forced closed: forced. Note: load test of Eve',
    'INFO Circuit breaker forced is no longer overridden: resumed. Note: over',
  ])
  const override = { eventName: 'circuit_breaker.override', 'circuit_breaker.name': 'forced' }
  expect(
    telemetry.logs.getFinishedLogRecords().map(({ eventName, attributes }) => ({ eventName, ...attributes })),
  ).toEqual([
    {
      ...override,
      'circuit_breaker.override.kind': 'closed',
      'circuit_breaker.transition.reason': 'forced',
      'circuit_breaker.note': 'load test of Eve',
    },
    {
      ...override,
      'circuit_breaker.override.kind': 'none',
      'circuit_breaker.transition.reason': 'resumed',
      'circuit_breaker.note': 'over',
    },
  ])
})

test('forcing open a breaker that is open is recorded, in the context of who does it', async () => {
  const breaker = new CircuitBreaker({ name: 'forced', trip: consecutiveFailures(1) })
  breaker.acquire().failure(new Error())
  const span = trace.getTracer('application').startActiveSpan('admin', (span) => {
    breaker.forceOpen('see https://eve:secret@wiki.example/42')
    span.end()
    return span
  })
  expect(await telemetry.points('circuit_breaker.override')).toEqual({ 'forced open': 1, 'forced closed': 0 })
  expect(bodies()).toEqual([
    'WARN Circuit breaker forced went from closed to open: consecutive_failures, 1 of 1 calls failed.',
    'WARN Circuit breaker forced is forced open: forced. Note: see https://wiki.example/42',
  ])
  expect(telemetry.logs.getFinishedLogRecords()[1]?.spanContext?.spanId).toBe(span.spanContext().spanId)
})
