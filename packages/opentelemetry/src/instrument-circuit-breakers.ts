import { checkObject } from '@cb/checks'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { checkProvider } from './check-provider.ts'
import { CircuitBreakerInstrumentation } from './instrumentation.ts'
import type { EventLoggerProvider } from './transition-log.ts'

/** What `instrumentCircuitBreakers` may be given. */
export interface InstrumentCircuitBreakersOptions {
  /** Where spans go. Default: the global one, also when it is set later. */
  tracerProvider?: TracerProvider
  /** Where metrics go. Default: the global one, also when it is set later. */
  meterProvider?: MeterProvider
  /** Where log events go. Default: nowhere, for the stable API has no global one. */
  loggerProvider?: EventLoggerProvider
  /** Record the duration of each call: all that is done for every call. Default true. */
  callDuration?: boolean
}

/**
 * Records spans and metrics of every circuit breaker in the process: those there are and those made later.
 * @returns a function that ends it.
 * @throws TypeError naming the option.
 */
export function instrumentCircuitBreakers(options: InstrumentCircuitBreakersOptions = {}): () => void {
  const known = ['tracerProvider', 'meterProvider', 'loggerProvider', 'callDuration']
  const {
    tracerProvider,
    meterProvider,
    loggerProvider,
    callDuration = true,
  } = checkObject('instrumentCircuitBreakers', options, known)
  checkProvider('tracerProvider', tracerProvider, 'getTracer')
  checkProvider('meterProvider', meterProvider, 'getMeter')
  checkProvider('loggerProvider', loggerProvider, 'getLogger')
  const instrumentation = new CircuitBreakerInstrumentation({ enabled: false, callDuration })
  if (tracerProvider !== undefined) instrumentation.setTracerProvider(tracerProvider)
  if (meterProvider !== undefined) instrumentation.setMeterProvider(meterProvider)
  if (loggerProvider !== undefined) instrumentation.setLoggerProvider(loggerProvider)
  instrumentation.enable()
  return () => instrumentation.disable()
}
