import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { type Attributes, context, createNoopMeter, type Meter, type TracerProvider } from '@opentelemetry/api'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type InstrumentCircuitBreakersOptions, instrumentCircuitBreakers } from '../src/index.ts'
import { connectionError } from './outage.ts'

/** Counts the expensive operations: each synchronous use of an instrument, with its attributes. */
function counted(options: InstrumentCircuitBreakersOptions = {}) {
  const used: { instrument: string; attributes: Attributes | undefined }[] = []
  const count = (instrument: string) => (_: number, attributes?: Attributes) =>
    void used.push({ instrument, attributes })
  const meter: Meter = Object.assign(createNoopMeter(), {
    createCounter: (name: string) => ({ add: count(name) }),
    createHistogram: (name: string) => ({ record: count(name) }),
  })
  let meters = 0
  const meterProvider = {
    getMeter: () => {
      meters++
      return meter
    },
  }
  const getTracer = vi.fn<TracerProvider['getTracer']>()
  onTestFinished(instrumentCircuitBreakers({ meterProvider, tracerProvider: { getTracer }, ...options }))
  return { used, getTracer, meters: () => meters }
}

async function calls(breaker: CircuitBreaker, fails: boolean): Promise<void> {
  const work = fails ? () => Promise.reject(connectionError) : async () => {}
  for (let n = 0; n < 100; n++) await breaker.execute(work).catch(() => {})
}

test.each([
  ['succeeds', false],
  ['fails', true],
])('a call that %s uses one instrument once, with an object that all such calls share', async (_, fails) => {
  const { used, getTracer, meters } = counted()
  await calls(new CircuitBreaker({ name: 'counted', trip: consecutiveFailures(1_000) }), fails)
  expect(used).toHaveLength(100)
  expect(new Set(used.map(({ instrument }) => instrument))).toEqual(new Set(['circuit_breaker.call.duration']))
  expect(new Set(used.map(({ attributes }) => attributes)).size).toBe(1)
  expect(getTracer).not.toHaveBeenCalled()
  expect(meters()).toBe(1)
})

test('without callDuration neither an admitted call nor a rejected one uses an instrument', async () => {
  const { used } = counted({ callDuration: false })
  const breaker = new CircuitBreaker({ name: 'silent', trip: consecutiveFailures(1_000) })
  await calls(breaker, false)
  await calls(breaker, true)
  expect(used).toEqual([])
  breaker.forceOpen()
  const transition = used.splice(0)
  await calls(breaker, false)
  expect(transition).toHaveLength(1) // the duration of the state
  expect(used).toEqual([])
})

test('without call spans a call runs in no new context', async () => {
  const around = vi.spyOn(context, 'with')
  onTestFinished(() => around.mockRestore())
  counted({ callSpans: 'rejected' })
  await calls(new CircuitBreaker({ name: 'bare' }), false)
  expect(around).not.toHaveBeenCalled()
})
