import { ownOptions } from '@cb/checks'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { checkProvider } from './check-provider.ts'
import { CircuitBreakerInstrumentation } from './instrumentation.ts'
import { type TelemetryOptions, telemetryOptions } from './options.ts'
import type { EventLoggerProvider } from './providers.ts'

/** Options of `instrumentCircuitBreakers`. */
export interface InstrumentCircuitBreakersOptions extends TelemetryOptions {
  /** Receives spans. Default: the global one, even if it is set later. */
  tracerProvider?: TracerProvider
  /** Receives metrics. Default: the global one, even if it is set later. */
  meterProvider?: MeterProvider
  /** Receives log events. Default: the global one of `@opentelemetry/api-logs`, or of `@opentelemetry/api` 1.10. */
  loggerProvider?: EventLoggerProvider
}

const providers = ['tracerProvider', 'meterProvider', 'loggerProvider']

/**
 * Records spans and metrics of every circuit breaker in the process, including breakers that are created later.
 * @returns a function that stops it.
 * @throws TypeError or RangeError naming the option, its value and the allowed values.
 */
export function instrumentCircuitBreakers(options: InstrumentCircuitBreakersOptions = {}): () => void {
  const checked = ownOptions('instrumentCircuitBreakers', options, [...providers, ...telemetryOptions])
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
