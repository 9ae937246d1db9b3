import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api'
import type { EventLoggerProvider } from './transition-log.ts'

/**
 * Where telemetry goes: the providers that were given, or else the global ones, whichever those are at the moment. One that was
 * global when it was given, as `registerInstrumentations` does, stands for "the global one", because before the SDK has started
 * that is a placeholder.
 */
export class Providers {
  #tracer: TracerProvider | undefined
  #meter: MeterProvider | undefined
  /** The stable API has no global one. */
  logger: EventLoggerProvider | undefined

  get tracer(): TracerProvider {
    return this.#tracer ?? trace.getTracerProvider()
  }

  set tracer(provider: TracerProvider | undefined) {
    this.#tracer = provider === trace.getTracerProvider() ? undefined : provider
  }

  get meter(): MeterProvider {
    return this.#meter ?? metrics.getMeterProvider()
  }

  set meter(provider: MeterProvider | undefined) {
    this.#meter = provider === metrics.getMeterProvider() ? undefined : provider
  }
}
