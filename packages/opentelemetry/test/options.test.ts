import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { CircuitBreakerInstrumentation, instrumentCircuitBreakers } from '../src/index.ts'
import { version } from '../src/version.ts'

const telemetry = 'callDuration, callSpans, stateDuration, transitionSpans, outageSpan, filter, aggregate, maxNames'

const shared: [options: unknown, error: Error][] = [
  [{ callDuration: 1 }, new TypeError('callDuration must be a boolean, got 1')],
  [{ callSpans: true }, new TypeError('callSpans must be one of off, rejected, all, got true')],
  [{ callSpans: 'none' }, new TypeError('callSpans must be one of off, rejected, all, got "none"')],
  [{ stateDuration: 'no' }, new TypeError('stateDuration must be a boolean, got "no"')],
  [{ transitionSpans: 0 }, new TypeError('transitionSpans must be a boolean, got 0')],
  [{ outageSpan: null }, new TypeError('outageSpan must be a boolean, got null')],
  [{ filter: /payments/ }, new TypeError('filter must be a function, got an object')],
  [{ filter: null }, new TypeError('filter must be a function, got null')],
  [{ aggregate: 'hosts' }, new TypeError('aggregate must be a function, got "hosts"')],
  [{ maxNames: '10' }, new TypeError('maxNames must be an integer from 1 to 1000000, got "10"')],
  [{ maxNames: 0 }, new RangeError('maxNames must be an integer from 1 to 1000000, got 0')],
  [{ maxNames: 1.5 }, new RangeError('maxNames must be an integer from 1 to 1000000, got 1.5')],
  [{ maxNames: Number.NaN }, new RangeError('maxNames must be an integer from 1 to 1000000, got NaN')],
  [{ maxNames: 1e7 }, new RangeError('maxNames must be an integer from 1 to 1000000, got 10000000')],
]

test.each([
  ...shared,
  [null, new TypeError('instrumentCircuitBreakers must be an object, got null')],
  [
    { tracer: {} },
    new TypeError(
      `unknown option "tracer" in instrumentCircuitBreakers; known options: tracerProvider, meterProvider, loggerProvider, ${telemetry}`,
    ),
  ],
  [{ tracerProvider: {} }, new TypeError('tracerProvider must be a provider with a method getTracer, got an object')],
  [{ meterProvider: null }, new TypeError('meterProvider must be a provider with a method getMeter, got null')],
  [
    { loggerProvider: 'console' },
    new TypeError('loggerProvider must be a provider with a method getLogger, got "console"'),
  ],
])('instrumentCircuitBreakers(%o) throws an error that names the option', (options, error) => {
  expect(() => instrumentCircuitBreakers(options as never)).toThrow(error)
})

test.each([
  ...shared,
  ['yes', new TypeError('CircuitBreakerInstrumentation must be an object, got "yes"')],
  [
    { spans: 'all' },
    new TypeError(`unknown option "spans" in CircuitBreakerInstrumentation; known options: enabled, ${telemetry}`),
  ],
  [{ enabled: 'no' }, new TypeError('enabled must be a boolean, got "no"')],
])(
  'new CircuitBreakerInstrumentation(%o) throws an error that names the option, and so does setConfig',
  (config, error) => {
    expect(() => new CircuitBreakerInstrumentation(config as never)).toThrow(error)
    const instrumentation = new CircuitBreakerInstrumentation({ enabled: false })
    expect(() => instrumentation.setConfig(config as never)).toThrow(error)
    expect(instrumentation.getConfig()).toEqual({
      enabled: false,
      stateDuration: true,
      transitionSpans: true,
      callDuration: true,
      callSpans: 'off',
      outageSpan: false,
      maxNames: 331,
    })
  },
)

test('an option that is undefined has its default', () => {
  const config = { enabled: false, callSpans: undefined, filter: undefined, maxNames: undefined }
  const left = new CircuitBreakerInstrumentation({ enabled: false })
  expect(new CircuitBreakerInstrumentation(config as never).getConfig()).toEqual(left.getConfig())
})

test('the instrumentation has its name and version', () => {
  const instrumentation = new CircuitBreakerInstrumentation({ enabled: false })
  expect(instrumentation.instrumentationName).toBe(manifest.name)
  expect(instrumentation.instrumentationVersion).toBe(manifest.version)
  expect(version).toBe(manifest.version)
})
