import { anyOf, CircuitBreaker, consecutiveFailures, failureRate, slowCallRate, timeWindow } from '@cb/core'
import { fakeClock } from '@cb/test-kit'
import { expect, test } from 'vitest'
import { metricsOnly, pointsOf } from './metrics-only.ts'
import { connectionError } from './outage.ts'

const fail = () => Promise.reject(connectionError)

test('the failure rate is the one of the policy that has one, also inside anyOf', async () => {
  const telemetry = metricsOnly()
  const trip = anyOf(consecutiveFailures(5), failureRate({ threshold: 0.9, minimumCalls: 2 }))
  const breaker = new CircuitBreaker({ name: 'rated', trip })
  await breaker.execute(fail).catch(() => {})
  await breaker.execute(async () => {})
  expect(await pointsOf(telemetry, 'circuit_breaker.failure_rate', 'rated')).toEqual({ '': 0.5 })
})

test('a failure rate is 0 after the breaker has opened', async () => {
  const telemetry = metricsOnly()
  const trip = failureRate({ threshold: 0.6, minimumCalls: 2 })
  const breaker = new CircuitBreaker({ name: 'once rated', trip })
  for (const work of [async () => {}, fail]) await breaker.execute(work).catch(() => {})
  expect(await pointsOf(telemetry, 'circuit_breaker.failure_rate', 'once rated')).toEqual({ '': 0.5 })
  await breaker.execute(fail).catch(() => {})
  expect(breaker.state).toBe('open')
  expect(await pointsOf(telemetry, 'circuit_breaker.failure_rate', 'once rated')).toEqual({ '': 0 })
})

test('a failure rate becomes 0 when its window is empty, and then the breaker is not read', async () => {
  const telemetry = metricsOnly()
  const clock = fakeClock()
  let reads = 0
  const now = () => {
    reads++
    return clock.now()
  }
  const trip = failureRate({ threshold: 0.9, minimumCalls: 2, window: timeWindow(1_000) })
  const breaker = new CircuitBreaker({ name: 'emptying', trip, now })
  const rate = () => pointsOf(telemetry, 'circuit_breaker.failure_rate', 'emptying')
  for (const work of [async () => {}, fail]) await breaker.execute(work).catch(() => {})
  expect(await rate()).toEqual({ '': 0.5 })
  clock.advance(2_000)
  expect(await rate()).toEqual({ '': 0 })
  reads = 0
  await telemetry.collect()
  expect(reads).toBe(0)
  await breaker.execute(async () => {})
  expect(await pointsOf(telemetry, 'circuit_breaker.calls', 'emptying')).toMatchObject({ success: 2, failure: 1 })
})

test('the slow call rate counts calls in flight as well', async () => {
  const telemetry = metricsOnly()
  const clock = fakeClock()
  const trip = slowCallRate({ slowAfter: 1_000, minimumCalls: 4, threshold: 0.9 })
  const breaker = new CircuitBreaker({ name: 'slow', trip, now: clock.now })
  for (let call = 0; call < 3; call++) breaker.acquire().success()
  const inFlight = breaker.acquire()
  clock.advance(1_000)
  expect(await pointsOf(telemetry, 'circuit_breaker.slow_call_rate', 'slow')).toEqual({ '': 0.25 })
  inFlight.success()
})

test('calls that hang open their breaker at a collection, although they have caused no event', async () => {
  const telemetry = metricsOnly()
  const clock = fakeClock()
  const trip = slowCallRate({ slowAfter: 1_000, minimumCalls: 2 })
  const breaker = new CircuitBreaker({ name: 'hanging', trip, now: clock.now })
  const calls = [breaker.acquire(), breaker.acquire()]
  const states = () => pointsOf(telemetry, 'circuit_breaker.state', 'hanging')
  expect(await states()).toMatchObject({ closed: 1, open: 0 })
  clock.advance(1_000)
  expect(await states()).toMatchObject({ closed: 0, open: 1 })
  for (const call of calls) call.success()
})
