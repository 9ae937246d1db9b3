import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import * as core from '@cb/core'
import { fakeClock } from '@cb/test-kit'
import { diag } from '@opentelemetry/api'
import { type Instrumentation, registerInstrumentations } from '@opentelemetry/instrumentation'
import { AggregationTemporality } from '@opentelemetry/sdk-metrics'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { CircuitBreakerInstrumentation, instrumentCircuitBreakers } from '../src/index.ts'
import { inMemory, startGlobally, stopGlobally } from './in-memory.ts'
import { connectionError } from './outage.ts'

afterEach(stopGlobally)

const { CircuitBreaker, consecutiveFailures } = core
const fail = () => Promise.reject(connectionError)

/** Opens the breaker, and returns which signals have recorded it. */
async function openAndCount(breaker: core.CircuitBreaker, telemetry = inMemory()) {
  await breaker.execute(fail).catch(() => {})
  const points = await telemetry.points('circuit_breaker.state')
  const ours = telemetry.transitions().filter((span) => span.attributes['circuit_breaker.name'] === breaker.name)
  const counted = await telemetry.points('circuit_breaker.transitions')
  return {
    spans: ours.length,
    open: points[`${breaker.name} open`],
    transitions: counted[`${breaker.name} open closed`],
  }
}

function breakerNamed(name: string): core.CircuitBreaker {
  return new CircuitBreaker({ name, trip: consecutiveFailures(1) })
}

const everything = { spans: 1, open: 1, transitions: 1 }
const nothing = { spans: 0, open: undefined, transitions: undefined }

test('breakers created before and after the registration are both recorded', async () => {
  const telemetry = inMemory()
  const before = breakerNamed('made before')
  startGlobally(telemetry)
  onTestFinished(registerInstrumentations({ instrumentations: [new CircuitBreakerInstrumentation()] }))
  const after = breakerNamed('made after')
  expect(await openAndCount(before, telemetry)).toEqual(everything)
  expect(await openAndCount(after, telemetry)).toEqual(everything)
})

test('if registered before the SDK starts, everything after its start is recorded', async () => {
  const telemetry = inMemory()
  const breaker = breakerNamed('early')
  onTestFinished(
    registerInstrumentations({ instrumentations: [new CircuitBreakerInstrumentation({ callSpans: 'all' })] }),
  )
  await breaker.execute(async () => {})
  startGlobally(telemetry)
  expect(await openAndCount(breaker, telemetry)).toEqual(everything)
  expect(await telemetry.points('circuit_breaker.calls')).toMatchObject({ 'early success': 1, 'early failure': 1 })
  expect(telemetry.spans().map((span) => span.name)).toEqual(['execute early', 'circuit_breaker open'])
})

test('if registered before the SDK starts, one rejected call is enough to notice its start', async () => {
  const telemetry = inMemory()
  const breaker = breakerNamed('noticed as it rejects')
  onTestFinished(instrumentCircuitBreakers())
  breaker.forceOpen()
  startGlobally(telemetry)
  expect(await telemetry.collect()).toEqual([])
  await breaker.execute(fail).catch(() => {})
  expect(await telemetry.points('circuit_breaker.state')).toMatchObject({ [`${breaker.name} open`]: 1 })
})

test('if registered before the SDK starts, its start is noticed within a second, and earlier calls are counted', async () => {
  const telemetry = inMemory()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const breaker = breakerNamed('noticed in time')
  onTestFinished(instrumentCircuitBreakers())
  await breaker.execute(async () => {})
  startGlobally(telemetry)
  vi.advanceTimersByTime(1_000)
  expect(vi.getTimerCount()).toBe(0)
  await breaker.execute(async () => {})
  expect(await telemetry.points('circuit_breaker.state')).toMatchObject({ [`${breaker.name} closed`]: 1 })
  expect(await telemetry.points('circuit_breaker.calls')).toMatchObject({ [`${breaker.name} success`]: 2 })
})

test('calls are counted if they are not observed one by one', async () => {
  const telemetry = inMemory()
  const { tracerProvider, meterProvider } = telemetry
  onTestFinished(instrumentCircuitBreakers({ tracerProvider, meterProvider, callDuration: false }))
  const breaker = breakerNamed('counted without durations')
  for (const calls of [1, 2, 3]) {
    await breaker.execute(async () => {})
    expect(await telemetry.points('circuit_breaker.calls')).toMatchObject({ [`${breaker.name} success`]: calls })
  }
})

test('no timer is left after a stop without an SDK', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const stop = instrumentCircuitBreakers()
  expect(vi.getTimerCount()).toBe(1)
  stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('after an SDK is replaced, telemetry goes to the new one, and the old one no longer reads breakers', async () => {
  const [first, second] = [inMemory(), inMemory()]
  startGlobally(first)
  onTestFinished(registerInstrumentations({ instrumentations: [new CircuitBreakerInstrumentation()] }))
  expect(await openAndCount(breakerNamed('under the first'), first)).toEqual(everything)
  stopGlobally()
  startGlobally(second)
  const clock = fakeClock()
  const options = { trip: consecutiveFailures(1), openDuration: 1_000, now: clock.now }
  const breaker = new CircuitBreaker({ name: 'under the second', ...options })
  expect(await openAndCount(breaker, second)).toEqual(everything)
  clock.advance(1_000)
  await first.collect() // no longer reads a breaker
  expect(second.transitions()).toHaveLength(1)
  await second.collect()
  expect(second.transitions()).toHaveLength(2)
})

test('a meter provider that is set later gets the state without a call', async () => {
  const telemetry = inMemory()
  const instrumentation = new CircuitBreakerInstrumentation()
  onTestFinished(() => instrumentation.disable())
  const breaker = breakerNamed('quiet')
  instrumentation.setMeterProvider(telemetry.meterProvider)
  expect(await telemetry.points('circuit_breaker.state')).toMatchObject({ [`${breaker.name} closed`]: 1 })
})

test('providers in the options are used instead of the global ones', async () => {
  const [global, given] = [inMemory(), inMemory()]
  startGlobally(global)
  onTestFinished(
    instrumentCircuitBreakers({ tracerProvider: given.tracerProvider, meterProvider: given.meterProvider }),
  )
  expect(await openAndCount(breakerNamed('given'), given)).toEqual(everything)
  expect(global.transitions()).toHaveLength(0)
  expect(await global.collect()).toEqual([])
})

test('breakers of a second copy of core are recorded too', async () => {
  const path = pathToFileURL(createRequire(import.meta.url).resolve('@cb/core')).href
  const copy: typeof core = await import(/* @vite-ignore */ `${path}?copy=second`)
  expect(copy.CircuitBreaker).not.toBe(core.CircuitBreaker)
  const telemetry = inMemory()
  startGlobally(telemetry)
  const before = new copy.CircuitBreaker({ name: 'copied before', trip: copy.consecutiveFailures(1) })
  onTestFinished(instrumentCircuitBreakers({ callSpans: 'all' }))
  const after = new copy.CircuitBreaker({ name: 'copied after', trip: copy.consecutiveFailures(1) })
  expect(await openAndCount(before, telemetry)).toEqual(everything)
  expect(await openAndCount(after, telemetry)).toEqual(everything)
  const calls = telemetry.spans().filter((span) => span.name.startsWith('execute '))
  expect(calls.map((span) => span.name)).toEqual(['execute copied before', 'execute copied after'])
})

test('a disabled instrumentation records nothing, and an enabled one records everything after that', async () => {
  const telemetry = inMemory(AggregationTemporality.DELTA)
  startGlobally(telemetry)
  const instrumentation = new CircuitBreakerInstrumentation()
  const disable = registerInstrumentations({ instrumentations: [instrumentation] })
  onTestFinished(disable)
  const breaker = breakerNamed('switched')
  disable()
  expect(await openAndCount(breaker, telemetry)).toEqual(nothing)
  expect(await telemetry.collect()).toEqual([])
  breaker.reset()
  instrumentation.enable()
  instrumentation.enable()
  expect(await openAndCount(breaker, telemetry)).toEqual({ spans: 1, open: 1, transitions: 0 }) // the collection of the states had the 1
  expect(telemetry.transitions()[0]?.links).toEqual([])
})

test('an instrumentation that is created disabled starts with the registration', async () => {
  const telemetry = inMemory()
  startGlobally(telemetry)
  const instrumentation: Instrumentation = new CircuitBreakerInstrumentation({ enabled: false })
  const breaker = breakerNamed('waiting')
  await breaker.execute(fail).catch(() => {})
  expect(telemetry.transitions()).toHaveLength(0)
  breaker.reset()
  onTestFinished(registerInstrumentations({ instrumentations: [instrumentation] }))
  expect(await openAndCount(breaker, telemetry)).toEqual(everything)
})

test('without an SDK calls work, and nothing is logged', async () => {
  const complain = vi.fn()
  const consoleError = vi.spyOn(console, 'error')
  diag.setLogger({ error: complain, warn: complain, info: complain, debug() {}, verbose() {} })
  onTestFinished(() => {
    diag.disable()
    consoleError.mockRestore()
  })
  complain.mockClear()
  onTestFinished(instrumentCircuitBreakers())
  const breaker = breakerNamed('alone')
  expect(await breaker.execute(async () => 'paid')).toBe('paid')
  await expect(breaker.execute(fail)).rejects.toBe(connectionError)
  await expect(breaker.execute(fail)).rejects.toMatchObject({ code: 'ECIRCUITOPEN' })
  breaker.reset()
  expect(complain).not.toHaveBeenCalled()
  expect(consoleError).not.toHaveBeenCalled()
})
