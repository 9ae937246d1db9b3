import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { CircuitBreakerInstrumentation, instrumentCircuitBreakers } from '../src/index.ts'
import { inMemory } from './in-memory.ts'

const polluted = new Set<string>()
afterEach(unpollute)

function unpollute(): void {
  for (const name of polluted) Reflect.deleteProperty(Object.prototype, name)
  polluted.clear()
}

/** As an attacker does through a careless merge of JSON. */
function pollute(values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    polluted.add(name)
    Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true })
  }
}

const cases = [
  { callDuration: false },
  { callDuration: 'no' },
  { callSpans: 'all' },
  { callSpans: 'none' },
  { outageSpan: true },
  { filter: () => false },
  { filter: 'none' },
  { aggregate: () => 'evil' },
  { aggregate: 7 },
  { maxNames: 1 },
  { maxNames: 'all' },
  { enabled: 'no' },
  { tracerProvider: {} },
  { meterProvider: {} },
  { loggerProvider: {} },
]

test.each(cases)('a polluted Object.prototype sets no option: %o', async (values) => {
  const { tracerProvider, meterProvider, spans, points } = inMemory()
  pollute(values)
  onTestFinished(instrumentCircuitBreakers({ tracerProvider, meterProvider }))
  const breakers = ['payments', 'mail'].map((name) => new CircuitBreaker({ name }))
  for (const breaker of breakers) {
    await breaker.execute(async () => 'paid')
    breaker.forceOpen()
    breaker.reset()
  }
  unpollute()
  expect(spans().map(({ name }) => name)).toEqual([
    ...['circuit_breaker open', 'circuit_breaker closed'],
    ...['circuit_breaker open', 'circuit_breaker closed'],
  ])
  const names = Object.keys(await points('circuit_breaker.call.duration'))
  expect(names).toEqual([expect.stringContaining('payments'), expect.stringContaining('mail')])
})

test('a polluted Object.prototype adds nothing to what is sent', async () => {
  const { tracerProvider, loggerProvider, meterProvider, logs, transitions, points } = inMemory()
  onTestFinished(
    instrumentCircuitBreakers({
      tracerProvider,
      loggerProvider,
      meterProvider,
      filter: ({ name }) => name === 'attacked',
    }),
  )

  const breaker = new CircuitBreaker({ name: 'attacked', trip: consecutiveFailures(1) })
  pollute({
    note: 'polluted',
    trip: { calls: 7, failures: 7 },
    slowCalls: 7,
    fleet: 'connected',
  })
  await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {})
  breaker.reset()
  breaker.forceOpen()
  const fleets = await points('circuit_breaker.fleet.connected')
  unpollute()
  expect(fleets).toEqual({})
  expect(logs.getFinishedLogRecords().map(({ body }) => body)).toEqual([
    'Circuit breaker attacked went from closed to open: consecutive_failures, 1 of 1 calls failed.',
    'Circuit breaker attacked went from open to closed: reset.',
    'Circuit breaker attacked went from closed to open: forced.',
    'Circuit breaker attacked is forced open: forced.',
  ])
  for (const { attributes } of [...logs.getFinishedLogRecords(), ...transitions()])
    expect(JSON.stringify(attributes)).not.toMatch(/polluted|7/)
})

test.each(cases)('nor an option of the instrumentation: %o', (values) => {
  const plain = new CircuitBreakerInstrumentation({ enabled: false }).getConfig()
  pollute(values)
  const instrumentation = new CircuitBreakerInstrumentation({ enabled: false })
  const config = { ...instrumentation.getConfig() }
  instrumentation.setConfig({ enabled: false, maxNames: 10 })
  const changed = { ...instrumentation.getConfig() }
  unpollute()
  expect(config).toEqual(plain)
  expect(changed).toEqual({ ...plain, maxNames: 10 })
})
