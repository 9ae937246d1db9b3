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

/** A log event, with the shape of a log record of `@opentelemetry/api-logs`. */
export interface EventRecord {
  eventName: string
  timestamp: number
  severityNumber: number
  severityText: string
  body: string
  attributes: Attributes
  context: Context
}

export interface EventLogger {
  emit(record: EventRecord): void
}

/** The part of a logger provider that is needed. Those of `@opentelemetry/api-logs` and of its SDK have this shape. */
export interface EventLoggerProvider {
  getLogger(name: string, version?: string): EventLogger
}

/**
 * The providers in use: the ones that were set, or else the present global ones. Setting the provider that is global at that time, as
 * `registerInstrumentations` does, means "the global one", because before the SDK starts it is a placeholder.
 */
export class Providers {
  #tracerProvider: TracerProvider | undefined
  #tracer: Tracer | undefined
  #tracerOf: TracerProvider | undefined
  #meter: MeterProvider | undefined
  #logger: EventLoggerProvider | undefined

  /** Cached while the provider is the same, because call spans need it at every call. */
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
    const isPlaceholder = provider && '_setDelegate' in provider // of api-logs: stands for the global one
    this.#logger = isPlaceholder || provider === globalLogger() ? undefined : provider
  }
}

const logsKey = Symbol.for('io.opentelemetry.js.api.logs')
const logsVersion = 1

/**
 * The one that an SDK has set by `@opentelemetry/api-logs`, whose copies have this key in common: the placeholder of a copy that is not the SDK's
 * never learns of it. Or else that of the API, which has one since 1.10. Read by `Reflect.get`, because importing a missing name
 * from 1.9 is an error.
 */
function globalLogger(): EventLoggerProvider | undefined {
  const shared: ((version: number) => EventLoggerProvider) | undefined = Reflect.get(globalThis, logsKey)
  if (shared !== undefined) return shared(logsVersion)
  const logs: { getLoggerProvider(): EventLoggerProvider } | undefined = Reflect.get(api, 'logs')
  return logs?.getLoggerProvider()
}
