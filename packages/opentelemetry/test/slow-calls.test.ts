import { CircuitBreaker, slowCallRate } from '@cb/core'
import { fakeClock } from '@cb/test-kit'
import { expect, onTestFinished, test } from 'vitest'
import { instrumentCircuitBreakers } from '../src/index.ts'
import { inMemory } from './in-memory.ts'

test('an opening by slow calls says how many were slow, and not that none failed', async () => {
  const telemetry = inMemory()
  const { tracerProvider, meterProvider, loggerProvider } = telemetry
  const filter = ({ name }: CircuitBreaker) => name === 'slow'
  onTestFinished(instrumentCircuitBreakers({ tracerProvider, meterProvider, loggerProvider, filter }))
  const clock = fakeClock()
  const trip = slowCallRate({ slowAfter: 1_000, threshold: 0.5, minimumCalls: 3 })
  const breaker = new CircuitBreaker({ name: 'slow', trip, now: clock.now })
  for (const ms of [0, 1_000, 2_000]) await breaker.execute(async () => clock.advance(ms))
  const attributes = {
    'circuit_breaker.name': 'slow',
    'circuit_breaker.state': 'open',
    'circuit_breaker.previous_state': 'closed',
    'circuit_breaker.transition.reason': 'slow_call_rate',
    'circuit_breaker.window.calls': 3,
    'circuit_breaker.window.slow_calls': 2,
  }
  expect(telemetry.transitions().map((span) => span.attributes)).toEqual([attributes])
  const records = telemetry.logs.getFinishedLogRecords()
  expect(records.map(({ body, attributes }) => [body, attributes])).toEqual([
    ['Circuit breaker slow went from closed to open: slow_call_rate, 2 of 3 calls were slow.', attributes],
  ])
})
