import { diag } from '@opentelemetry/api'
import { scope } from './names.ts'

/** Says on OpenTelemetry's diagnostic logger, once per signal, that it does not work. Telemetry may never break a call. */
export class Faults {
  readonly #reported = new Set<string>()

  report(signal: 'spans' | 'metrics' | 'logs', error: unknown): void {
    if (this.#reported.has(signal)) return
    this.#reported.add(signal)
    try {
      // Only the stack: own properties of an error can hold credentials.
      const what = error instanceof Error ? (error.stack ?? error.message) : `a thrown ${typeof error}`
      diag.error(`${scope}: ${signal} of circuit breakers can't be recorded (said once): ${what}`)
    } catch {
      // A diagnostic logger that throws, or a hostile error: there is no further place to say it.
    }
  }
}
