import { checkBoolean, checkObject } from '@cb/checks'
import { observe } from '@cb/core'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { scope } from './names.ts'
import { Providers } from './providers.ts'
import { Recorder } from './recorder.ts'
import type { EventLoggerProvider } from './transition-log.ts'
import { version } from './version.ts'

/** Options of the instrumentation. */
export interface CircuitBreakerInstrumentationConfig {
  /** Start at construction. Default true. `registerInstrumentations` starts it anyway. */
  enabled?: boolean
  /** Record the duration of each call: all that is done for every call. Default true. */
  callDuration?: boolean
}

/**
 * Spans, metrics and log events of every circuit breaker in the process. It has the shape of an OpenTelemetry instrumentation,
 * for `registerInstrumentations` and NodeSDK; nothing is patched.
 */
export class CircuitBreakerInstrumentation {
  readonly instrumentationName: string = scope
  readonly instrumentationVersion: string = version
  readonly #providers = new Providers()
  #config: Required<CircuitBreakerInstrumentationConfig>
  #recorder: Recorder | undefined
  #unobserve: (() => void) | undefined

  /** @throws TypeError for an unknown option, or one that is no boolean. */
  constructor(config: CircuitBreakerInstrumentationConfig = {}) {
    this.#config = parseConfig(config)
    if (this.#config.enabled) this.enable()
  }

  /** Starts; nothing if it has started. Breakers that exist are seen, and all that are made later. */
  enable(): void {
    if (this.#recorder !== undefined) return
    this.#recorder = new Recorder(this.#providers, this.#config.callDuration)
    this.#unobserve = observe(this.#recorder)
  }

  /** Stops everything. What an SDK with cumulative temporality has once been told it goes on repeating. */
  disable(): void {
    this.#unobserve?.()
    this.#recorder?.stop()
    this.#recorder = undefined
  }

  setTracerProvider(provider: TracerProvider): void {
    this.#providers.tracer = provider
  }

  setMeterProvider(provider: MeterProvider): void {
    this.#providers.meter = provider
    this.#recorder?.follow()
  }

  setLoggerProvider(provider: EventLoggerProvider): void {
    this.#providers.logger = provider
  }

  /** Replaces the options; `enabled` has a meaning at construction only. @throws TypeError as the constructor. */
  setConfig(config: CircuitBreakerInstrumentationConfig = {}): void {
    this.#config = parseConfig(config)
    if (this.#recorder !== undefined) this.#recorder.callDuration = this.#config.callDuration
  }

  getConfig(): Required<CircuitBreakerInstrumentationConfig> {
    return this.#config
  }
}

function parseConfig(config: CircuitBreakerInstrumentationConfig): Required<CircuitBreakerInstrumentationConfig> {
  const { enabled = true, callDuration = true } = checkObject('CircuitBreakerInstrumentation', config, [
    'enabled',
    'callDuration',
  ])
  return {
    enabled: checkBoolean('enabled', enabled),
    callDuration: checkBoolean('callDuration', callDuration),
  }
}
