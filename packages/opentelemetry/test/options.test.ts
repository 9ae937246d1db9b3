import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { CircuitBreakerInstrumentation, instrumentCircuitBreakers } from '../src/index.ts'
import { version } from '../src/version.ts'

test.each([
  [null, 'instrumentCircuitBreakers must be an object, got null'],
  [
    { tracer: {} },
    'instrumentCircuitBreakers has no option "tracer"; it may have tracerProvider, meterProvider, loggerProvider, callDuration',
  ],
  [{ tracerProvider: {} }, 'tracerProvider must be a provider with a method getTracer, got an object'],
  [{ meterProvider: null }, 'meterProvider must be a provider with a method getMeter, got null'],
  [{ loggerProvider: 'console' }, 'loggerProvider must be a provider with a method getLogger, got "console"'],
  [{ callDuration: 1 }, 'callDuration must be true or false, got 1'],
])('instrumentCircuitBreakers(%j) says what is wrong', (options, message) => {
  expect(() => instrumentCircuitBreakers(options as never)).toThrow(new TypeError(message))
})

test.each([
  ['yes', 'CircuitBreakerInstrumentation must be an object, got "yes"'],
  [{ callSpans: 'all' }, 'CircuitBreakerInstrumentation has no option "callSpans"; it may have enabled, callDuration'],
  [{ enabled: 'no' }, 'enabled must be true or false, got "no"'],
  [{ callDuration: [] }, 'callDuration must be true or false, got an array'],
])('new CircuitBreakerInstrumentation(%j) says what is wrong, and so does setConfig', (config, message) => {
  expect(() => new CircuitBreakerInstrumentation(config as never)).toThrow(new TypeError(message))
  const instrumentation = new CircuitBreakerInstrumentation({ enabled: false })
  expect(() => instrumentation.setConfig(config as never)).toThrow(new TypeError(message))
  expect(instrumentation.getConfig()).toEqual({ enabled: false, callDuration: true })
})

test('it knows its own name and version', () => {
  const instrumentation = new CircuitBreakerInstrumentation({ enabled: false })
  expect(instrumentation.instrumentationName).toBe(manifest.name)
  expect(instrumentation.instrumentationVersion).toBe(manifest.version)
  expect(version).toBe(manifest.version)
})
