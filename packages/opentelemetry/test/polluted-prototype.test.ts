import { CircuitBreaker } from '@cb/core'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { CircuitBreakerInstrumentation, instrumentCircuitBreakers } from '../src/index.ts'
import { inMemory } from './in-memory.ts'

const polluted = new Set<string>()
afterEach(() => {
  for (const name of polluted) Reflect.deleteProperty(Object.prototype, name)
  polluted.clear()
})

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
  for (const name of Object.keys(values)) Reflect.deleteProperty(Object.prototype, name)
  expect(spans().map(({ name }) => name)).toEqual([
    ...['circuit_breaker open', 'circuit_breaker closed'],
    ...['circuit_breaker open', 'circuit_breaker closed'],
  ])
  const names = Object.keys(await points('circuit_breaker.call.duration'))
  expect(names).toEqual([expect.stringContaining('payments'), expect.stringContaining('mail')])
})

test.each(cases)('nor an option of the instrumentation: %o', (values) => {
  const plain = new CircuitBreakerInstrumentation({ enabled: false }).getConfig()
  pollute(values)
  const instrumentation = new CircuitBreakerInstrumentation({ enabled: false })
  const config = { ...instrumentation.getConfig() }
  instrumentation.setConfig({ enabled: false, maxNames: 10 })
  const changed = { ...instrumentation.getConfig() }
  for (const name of Object.keys(values)) Reflect.deleteProperty(Object.prototype, name)
  expect(config).toEqual(plain)
  expect(changed).toEqual({ ...plain, maxNames: 10 })
})
