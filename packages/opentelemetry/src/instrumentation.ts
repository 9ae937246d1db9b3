import { checkBoolean, ownOptions } from '@cb/checks'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { scope } from './names.ts'
import { parseOptions, type TelemetryOptions, type TelemetrySettings, telemetryOptions } from './options.ts'
import type { EventLoggerProvider } from './providers.ts'
import { Providers } from './providers.ts'
import { Recorder } from './recorder.ts'
import { version } from './version.ts'

/** Options of the instrumentation. */
export interface CircuitBreakerInstrumentationConfig extends TelemetryOptions {
  /** Whether the constructor starts it. Default true. `registerInstrumentations` starts it anyway. */
  enabled?: boolean
}

type Config = TelemetrySettings & { enabled: boolean }

/**
 * Spans, metrics and log events of every circuit breaker in the process. It has the shape of an OpenTelemetry instrumentation,
 * for `registerInstrumentations` and NodeSDK; nothing is patched.
 */
export class CircuitBreakerInstrumentation {
  readonly instrumentationName: string = scope
  readonly instrumentationVersion: string = version
  readonly #providers = new Providers()
  #config: Config
  #recorder: Recorder | undefined

  /** @throws TypeError or RangeError naming the option, its value and the allowed values. */
  constructor(config: CircuitBreakerInstrumentationConfig = {}) {
    this.#config = parseConfig(config)
    if (this.#config.enabled) this.enable()
  }

  /** Starts the recording, unless it has started. It includes breakers that exist and breakers that are created later. */
  enable(): void {
    if (this.#recorder !== undefined) return
    this.#recorder = new Recorder(this.#providers, this.#config)
    this.#recorder.start()
  }

  /** Stops the recording. An SDK with cumulative temporality still repeats the last values. */
  disable(): void {
    this.#recorder?.stop()
    this.#recorder = undefined
  }

  setTracerProvider(provider: TracerProvider): void {
    this.#providers.tracerProvider = provider
  }

  setMeterProvider(provider: MeterProvider): void {
    this.#providers.meter = provider
    this.#recorder?.useCurrentProvider()
  }

  setLoggerProvider(provider: EventLoggerProvider): void {
    this.#providers.logger = provider
  }

  /**
   * Replaces the options. `enabled` has no effect here, and the present breakers keep their names in metrics.
   * @throws TypeError or RangeError as the constructor does.
   */
  setConfig(config: CircuitBreakerInstrumentationConfig = {}): void {
    this.#config = parseConfig(config)
    this.#recorder?.configure(this.#config)
  }

  getConfig(): CircuitBreakerInstrumentationConfig {
    return this.#config
  }
}

function parseConfig(config: CircuitBreakerInstrumentationConfig): Config {
  const own = ownOptions('CircuitBreakerInstrumentation', config, ['enabled', ...telemetryOptions])
  const { enabled = true } = own
  return { enabled: checkBoolean('enabled', enabled), ...parseOptions(own) }
}
