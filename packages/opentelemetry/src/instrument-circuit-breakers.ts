import { checkObject } from '@cb/checks'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { checkProvider } from './check-provider.ts'
import { CircuitBreakerInstrumentation } from './instrumentation.ts'
import { type TelemetryOptions, telemetryOptions } from './options.ts'
import type { EventLoggerProvider } from './providers.ts'

/** What `instrumentCircuitBreakers` may be given. */
export interface InstrumentCircuitBreakersOptions extends TelemetryOptions {
  /** Where spans go. Default: the global one, also when it is set later. */
  tracerProvider?: TracerProvider
  /** Where metrics go. Default: the global one, also when it is set later. */
  meterProvider?: MeterProvider
  /** Where log events go. Default: the global one of `@opentelemetry/api` 1.10; before, there is none. */
  loggerProvider?: EventLoggerProvider
}

const providers = ['tracerProvider', 'meterProvider', 'loggerProvider']

/**
 * Records spans and metrics of every circuit breaker in the process: those there are and those made later.
 * @returns a function that ends it.
 * @throws TypeError or RangeError naming the option, what it was and what it may be.
 */
export function instrumentCircuitBreakers(options: InstrumentCircuitBreakersOptions = {}): () => void {
  const checked = checkObject('instrumentCircuitBreakers', options, [...providers, ...telemetryOptions])
  const { tracerProvider, meterProvider, loggerProvider, ...telemetry } = checked
  checkProvider('tracerProvider', tracerProvider, 'getTracer')
  checkProvider('meterProvider', meterProvider, 'getMeter')
  checkProvider('loggerProvider', loggerProvider, 'getLogger')
  const instrumentation = new CircuitBreakerInstrumentation({ ...telemetry, enabled: false })
  if (tracerProvider !== undefined) instrumentation.setTracerProvider(tracerProvider)
  if (meterProvider !== undefined) instrumentation.setMeterProvider(meterProvider)
  if (loggerProvider !== undefined) instrumentation.setLoggerProvider(loggerProvider)
  instrumentation.enable()
  return () => instrumentation.disable()
}
