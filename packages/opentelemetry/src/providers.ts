import * as api from '@opentelemetry/api'
import {
  type Attributes,
  type Context,
  type MeterProvider,
  metrics,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import { scope } from './names.ts'
import { version } from './version.ts'

/** What is emitted for a transition; a log record of `@opentelemetry/api-logs` in shape. */
export interface EventRecord {
  eventName: string
  timestamp: number
  severityNumber: number
  severityText: string
  attributes: Attributes
  context: Context
}

export interface EventLogger {
  emit(record: EventRecord): void
}

/** As much of a logger provider as is needed. Those of `@opentelemetry/api-logs` and of its SDK have this shape. */
export interface EventLoggerProvider {
  getLogger(name: string, version?: string): EventLogger
}

/**
 * Where telemetry goes: the providers that were given, or else the global ones, whichever those are at the moment. One that was
 * global when it was given, as `registerInstrumentations` does, stands for "the global one", because before the SDK has started
 * that is a placeholder.
 */
export class Providers {
  #tracerProvider: TracerProvider | undefined
  #tracer: Tracer | undefined
  #tracerOf: TracerProvider | undefined
  #meter: MeterProvider | undefined
  #logger: EventLoggerProvider | undefined

  /** Kept as long as the provider is the same: call spans would ask for it at every call. */
  get tracer(): Tracer {
    const provider = this.#tracerProvider ?? trace.getTracerProvider()
    if (this.#tracer === undefined || this.#tracerOf !== provider) {
      this.#tracer = provider.getTracer(scope, version)
      this.#tracerOf = provider
    }
    return this.#tracer
  }

  set tracerProvider(provider: TracerProvider) {
    this.#tracerProvider = provider === trace.getTracerProvider() ? undefined : provider
  }

  get meter(): MeterProvider {
    return this.#meter ?? metrics.getMeterProvider()
  }

  set meter(provider: MeterProvider | undefined) {
    this.#meter = provider === metrics.getMeterProvider() ? undefined : provider
  }

  get logger(): EventLoggerProvider | undefined {
    return this.#logger ?? globalLogger()
  }

  set logger(provider: EventLoggerProvider | undefined) {
    this.#logger = provider === globalLogger() ? undefined : provider
  }
}

/** From 1.10 on the API has one; asked for by name, because importing what 1.9 has not is an error. */
function globalLogger(): EventLoggerProvider | undefined {
  const logs: { getLoggerProvider(): EventLoggerProvider } | undefined = Reflect.get(api, 'logs')
  return logs?.getLoggerProvider()
}
