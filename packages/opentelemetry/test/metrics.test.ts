import { CircuitBreaker, consecutiveFailures, failureRate, ramp } from '@cb/core'
import { fakeClock } from '@cb/test-kit'
import { AggregationTemporality } from '@opentelemetry/sdk-metrics'
import { expect, onTestFinished, test } from 'vitest'
import { CircuitBreakerInstrumentation, instrumentCircuitBreakers } from '../src/index.ts'
import { collected, trackCollection } from './garbage.ts'
import { inMemory, type Telemetry } from './in-memory.ts'
import { metricsOnly, pointsOf } from './metrics-only.ts'
import { connectionError } from './outage.ts'

const fail = () => Promise.reject(connectionError)

test('every call is counted by its outcome, including timeouts, ignored and late calls', async () => {
  const telemetry = metricsOnly()
  const breaker = new CircuitBreaker({ name: 'outcomes', trip: consecutiveFailures(3), callTimeout: 5 })
  const late = breaker.acquire()
  await breaker.execute(async () => {})
  await breaker.execute(() => Promise.reject(new DOMException('gone', 'AbortError'))).catch(() => {})
  await breaker.execute(fail).catch(() => {})
  await breaker.execute(fail).catch(() => {})
  await breaker.execute(() => new Promise(() => {})).catch(() => {})
  await breaker.execute(fail).catch(() => {})
  late.failure(connectionError)
  expect(await pointsOf(telemetry, 'circuit_breaker.calls', 'outcomes')).toEqual({
    success: 1,
    failure: 2,
    timeout: 1,
    ignored: 1,
    rejected: 1,
    late: 1,
  })
  expect(await pointsOf(telemetry, 'circuit_breaker.call.duration', 'outcomes')).toMatchObject({
    success: { count: 1 },
    'failure ECONNREFUSED': { count: 2 },
    'timeout ECALLTIMEOUT': { count: 1 },
    ignored: { count: 1 },
    late: { count: 1 },
  })
})

test('calls before the registration are counted, because the counts are those of the breaker', async () => {
  const breaker = new CircuitBreaker({ name: 'busy before' })
  await breaker.execute(async () => {})
  const telemetry = metricsOnly()
  expect(await pointsOf(telemetry, 'circuit_breaker.calls', 'busy before')).toMatchObject({ success: 1 })
})

test('with delta temporality each call is reported once', async () => {
  const telemetry = metricsOnly(AggregationTemporality.DELTA)
  const breaker = new CircuitBreaker({ name: 'deltas' })
  await breaker.execute(async () => {})
  expect(await pointsOf(telemetry, 'circuit_breaker.calls', 'deltas')).toMatchObject({ success: 1 })
  await breaker.execute(async () => {})
  await breaker.execute(async () => {})
  expect(await pointsOf(telemetry, 'circuit_breaker.calls', 'deltas')).toMatchObject({ success: 2, failure: 0 })
})

test('call durations are in seconds of the breaker clock, and can be turned off at any time', async () => {
  const telemetry = inMemory()
  const instrumentation = new CircuitBreakerInstrumentation()
  onTestFinished(() => instrumentation.disable())
  instrumentation.setMeterProvider(telemetry.meterProvider)
  const clock = fakeClock()
  const breaker = new CircuitBreaker({ name: 'timed', now: clock.now })
  const call = () => breaker.execute(async () => clock.advance(1_500))
  await call()
  instrumentation.setConfig({ callDuration: false })
  await call()
  const points = await pointsOf(telemetry, 'circuit_breaker.call.duration', 'timed')
  expect(points).toMatchObject({ success: { count: 1, sum: 1.5 } })
})

test('without callDuration there is no such metric', async () => {
  const telemetry = metricsOnly(AggregationTemporality.CUMULATIVE, false)
  await new CircuitBreaker({ name: 'untimed' }).execute(async () => {})
  expect((await telemetry.collect()).map((metric) => metric.descriptor.name)).not.toContain(
    'circuit_breaker.call.duration',
  )
})

test('an override that expires is noticed at the next collection, without a call', async () => {
  const telemetry = metricsOnly()
  const clock = fakeClock()
  const trip = consecutiveFailures(1)
  const breaker = new CircuitBreaker({ name: 'overridden', trip, now: clock.now, openDuration: 60_000 })
  await breaker.execute(fail).catch(() => {})
  breaker.forceClosed('we need it', { for: 1_000 })
  const states = () => pointsOf(telemetry, 'circuit_breaker.state', 'overridden')
  expect(await states()).toMatchObject({ closed: 1, open: 0 })
  expect(await states()).toMatchObject({ closed: 1, open: 0 })
  clock.advance(1_000)
  expect(await states()).toMatchObject({ closed: 0, open: 1 })
})

test('calls that a ramp rejects are counted', async () => {
  const telemetry = metricsOnly()
  const clock = fakeClock()
  const breaker = new CircuitBreaker({
    name: 'ramped',
    trip: consecutiveFailures(1),
    openDuration: 1_000,
    halfOpen: { successThreshold: 1 },
    recovery: ramp({ duration: 60_000 }),
    now: clock.now,
    random: () => 0.99,
  })
  await breaker.execute(fail).catch(() => {})
  clock.advance(1_000)
  await breaker.execute(async () => {})
  expect(breaker.state).toBe('closed')
  await telemetry.collect()
  for (let n = 0; n < 3; n++) await breaker.execute(async () => {}).catch(() => {})
  expect(await pointsOf(telemetry, 'circuit_breaker.calls', 'ramped')).toMatchObject({ success: 1, rejected: 3 })
})

test('breakers of the same name are one series: their states and calls add up, the highest failure rate counts', async () => {
  const telemetry = metricsOnly()
  const make = () => new CircuitBreaker({ name: 'shared', trip: failureRate({ threshold: 0.9, minimumCalls: 2 }) })
  const [one, other, third] = [make(), make(), make()]
  for (const breaker of [one, other]) await breaker.execute(async () => {})
  await one.execute(async () => {})
  await other.execute(fail).catch(() => {})
  third.forceOpen()
  expect(await pointsOf(telemetry, 'circuit_breaker.state', 'shared')).toEqual({ closed: 2, open: 1, half_open: 0 })
  expect(await pointsOf(telemetry, 'circuit_breaker.calls', 'shared')).toMatchObject({ success: 3, failure: 1 })
  expect(await pointsOf(telemetry, 'circuit_breaker.failure_rate', 'shared')).toEqual({ '': 0.5 })
})

test('a collected breaker is in no state, and the number of calls of its name does not decrease', async () => {
  const telemetry = metricsOnly()
  const namesake = new CircuitBreaker({ name: 'with namesake' })
  await callOnceAndForget('with namesake', telemetry)
  await callOnceAndForget('gone', telemetry)
  expect(await pointsOf(telemetry, 'circuit_breaker.state', 'gone')).toMatchObject({ closed: 1 })
  expect(await pointsOf(telemetry, 'circuit_breaker.calls', 'with namesake')).toMatchObject({ success: 1 })
  await collected('with namesake', 'gone')
  expect(await pointsOf(telemetry, 'circuit_breaker.state', 'gone')).toEqual({ closed: 0, open: 0, half_open: 0 })
  expect(await pointsOf(telemetry, 'circuit_breaker.state', 'with namesake')).toMatchObject({ closed: 1 })
  await namesake.execute(async () => {})
  expect(await pointsOf(telemetry, 'circuit_breaker.calls', 'with namesake')).toMatchObject({ success: 2 })
})

test('with delta temporality a collected breaker is not reported', async () => {
  const telemetry = metricsOnly(AggregationTemporality.DELTA)
  await callOnceAndForget('gone for good', telemetry)
  await collected('gone for good')
  await telemetry.collect()
  for (const metric of ['circuit_breaker.state', 'circuit_breaker.calls']) {
    expect(await pointsOf(telemetry, metric, 'gone for good')).toEqual({})
  }
})

test('the reason of a custom trip policy is its name, whatever its trip says, and the policy need not count calls', async () => {
  const telemetry = inMemory()
  const { tracerProvider, meterProvider } = telemetry
  onTestFinished(instrumentCircuitBreakers({ tracerProvider, meterProvider }))
  const monitor = {
    success: () => undefined,
    failure: () => ({ policy: 'made-to-order-'.repeat(20), threshold: 1 }) as never,
    snapshot: () => ({ calls: 0, failures: 0, failureRate: Number.NaN }),
  }
  const breaker = new CircuitBreaker({ name: 'own policy', trip: { name: 'made-to-order', start: () => monitor } })
  expect(await pointsOf(telemetry, 'circuit_breaker.failure_rate', 'own policy')).toEqual({})
  await breaker.execute(fail).catch(() => {})
  expect(telemetry.transitions()[0]?.attributes).toEqual({
    'circuit_breaker.name': 'own policy',
    'circuit_breaker.state': 'open',
    'circuit_breaker.previous_state': 'closed',
    'circuit_breaker.transition.reason': 'made_to_order',
    'error.type': 'ECONNREFUSED',
  })
})

test('very long names are cut to 256 characters', async () => {
  const telemetry = metricsOnly()
  const breaker = new CircuitBreaker({ name: 'x'.repeat(1_000) })
  expect(await pointsOf(telemetry, 'circuit_breaker.state', 'x'.repeat(256))).toMatchObject({ [breaker.state]: 1 })
})

async function callOnceAndForget(name: string, telemetry: Telemetry): Promise<void> {
  const breaker = new CircuitBreaker({ name })
  trackCollection(breaker, name)
  await breaker.execute(async () => {})
  await telemetry.collect()
}
