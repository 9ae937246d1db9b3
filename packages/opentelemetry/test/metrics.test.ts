import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { anyOf, CircuitBreaker, consecutiveFailures, failureRate, slowCallRate } from '@cb/core'
import { fakeClock, until } from '@cb/test-kit'
import { AggregationTemporality } from '@opentelemetry/sdk-metrics'
import { expect, onTestFinished, test } from 'vitest'
import { CircuitBreakerInstrumentation, instrumentCircuitBreakers } from '../src/index.ts'
import { inMemory, type Telemetry } from './in-memory.ts'
import { refused } from './outage.ts'

const fail = () => Promise.reject(refused)

function metricsOnly(temporality?: AggregationTemporality, callDuration = true): Telemetry {
  const telemetry = inMemory(temporality)
  onTestFinished(instrumentCircuitBreakers({ meterProvider: telemetry.meterProvider, callDuration }))
  return telemetry
}

/** The points of one breaker name. */
async function pointsOf(telemetry: Telemetry, metric: string, name: string): Promise<Record<string, unknown>> {
  const points = Object.entries(await telemetry.points(metric)).filter(
    ([key]) => key === name || key.startsWith(`${name} `),
  )
  return Object.fromEntries(points.map(([key, value]) => [key.slice(name.length + 1), value]))
}

test('every call is counted under what became of it: timeouts, ignored and late ones too', async () => {
  const telemetry = metricsOnly()
  const breaker = new CircuitBreaker({ name: 'outcomes', trip: consecutiveFailures(3), callTimeout: 5 })
  const late = breaker.acquire()
  await breaker.execute(async () => {})
  await breaker.execute(() => Promise.reject(new DOMException('gone', 'AbortError'))).catch(() => {})
  await breaker.execute(fail).catch(() => {})
  await breaker.execute(fail).catch(() => {})
  await breaker.execute(() => new Promise(() => {})).catch(() => {})
  await breaker.execute(fail).catch(() => {})
  late.failure(refused)
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

test('calls made before the registration are counted, for the counts are those of the breaker', async () => {
  const breaker = new CircuitBreaker({ name: 'busy before' })
  await breaker.execute(async () => {})
  const telemetry = metricsOnly()
  expect(await pointsOf(telemetry, 'circuit_breaker.calls', 'busy before')).toMatchObject({ success: 1 })
})

test('with delta temporality each call is told once', async () => {
  const telemetry = metricsOnly(AggregationTemporality.DELTA)
  const breaker = new CircuitBreaker({ name: 'deltas' })
  await breaker.execute(async () => {})
  expect(await pointsOf(telemetry, 'circuit_breaker.calls', 'deltas')).toMatchObject({ success: 1 })
  await breaker.execute(async () => {})
  await breaker.execute(async () => {})
  expect(await pointsOf(telemetry, 'circuit_breaker.calls', 'deltas')).toMatchObject({ success: 2, failure: 0 })
})

test('call durations are in seconds of the clock of the breaker, and can be turned off at any time', async () => {
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

test('the failure rate is that of the policy that has one, also inside anyOf', async () => {
  const telemetry = metricsOnly()
  const trip = anyOf(consecutiveFailures(5), failureRate({ threshold: 0.9, minimumCalls: 2 }))
  const breaker = new CircuitBreaker({ name: 'rated', trip })
  await breaker.execute(fail).catch(() => {})
  await breaker.execute(async () => {})
  expect(await pointsOf(telemetry, 'circuit_breaker.failure_rate', 'rated')).toEqual({ '': 0.5 })
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

test('a breaker that is gone is in no state any more, and the calls of its namesake do not fall', async () => {
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

test('with delta temporality a breaker that is gone stops reporting altogether', async () => {
  const telemetry = metricsOnly(AggregationTemporality.DELTA)
  await callOnceAndForget('gone for good', telemetry)
  await collected('gone for good')
  await telemetry.collect()
  for (const metric of ['circuit_breaker.state', 'circuit_breaker.calls']) {
    expect(await pointsOf(telemetry, metric, 'gone for good')).toEqual({})
  }
})

test('a trip policy of your own is told apart by its name, at most 64 characters, and need not count', async () => {
  const telemetry = inMemory()
  const { tracerProvider, meterProvider } = telemetry
  onTestFinished(instrumentCircuitBreakers({ tracerProvider, meterProvider }))
  const watch = {
    success: () => undefined,
    failure: () => ({ policy: 'by-hand-'.repeat(20), threshold: 1 }) as never,
    snapshot: () => ({ calls: 0, failures: 0, failureRate: Number.NaN }),
  }
  const breaker = new CircuitBreaker({ name: 'own policy', trip: { name: 'by-hand', watch: () => watch } })
  expect(await pointsOf(telemetry, 'circuit_breaker.failure_rate', 'own policy')).toEqual({})
  await breaker.execute(fail).catch(() => {})
  expect(telemetry.transitions()[0]?.attributes).toEqual({
    'circuit_breaker.name': 'own policy',
    'circuit_breaker.state': 'open',
    'circuit_breaker.previous_state': 'closed',
    'circuit_breaker.transition.reason': 'by_hand_'.repeat(8),
    'error.type': 'ECONNREFUSED',
  })
})

test('very long names are cut to 256 characters', async () => {
  const telemetry = metricsOnly()
  const breaker = new CircuitBreaker({ name: 'x'.repeat(1_000) })
  expect(await pointsOf(telemetry, 'circuit_breaker.state', 'x'.repeat(256))).toMatchObject({ [breaker.state]: 1 })
})

const finalized = new Set<string>()
const finalization = new FinalizationRegistry<string>((name) => finalized.add(name))

async function callOnceAndForget(name: string, telemetry: Telemetry): Promise<void> {
  const breaker = new CircuitBreaker({ name })
  finalization.register(breaker, name)
  await breaker.execute(async () => {})
  await telemetry.collect()
}

/** Waits for the garbage collector, which it calls, and until all who asked for it know. */
async function collected(...names: string[]): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')
  await until(() => {
    collectGarbage()
    return names.every((name) => finalized.has(name))
  })
  await new Promise((resolve) => setImmediate(resolve))
}
