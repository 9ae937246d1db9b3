import { describeThrown } from '@cb/checks'
import { diag } from '@opentelemetry/api'
import { scope } from './names.ts'

const problems = {
  spans: 'failed to record circuit breaker spans',
  metrics: 'failed to record circuit breaker metrics',
  logs: 'failed to record circuit breaker log events',
  filter: 'the `filter` option threw; breakers it cannot decide on are included',
  aggregate: 'the `aggregate` option threw or returned no string; breakers it cannot name keep their own names',
} as const

/** Logs each problem once on OpenTelemetry's diagnostic logger. A problem of telemetry must never break a call. */
export class Diagnostics {
  readonly #logged = new Set<string>()

  report(problem: keyof typeof problems, error: unknown): void {
    this.#once(problem, () => diag.error(`${scope}: ${problems[problem]} (logged once): ${describeThrown(error)}`))
  }

  /** @param key  of what is the same problem. Default the message. */
  warn(message: string, key: string = message): void {
    this.#once(key, () => diag.warn(`${scope}: ${message} (logged once)`))
  }

  #once(key: string, log: () => void): void {
    if (this.#logged.has(key)) return
    this.#logged.add(key)
    try {
      log()
    } catch {
      // A diagnostic logger that throws, or a hostile error: there is no other place to report it.
    }
  }
}
