import { diag } from '@opentelemetry/api'
import { scope } from './names.ts'

const problems = {
  spans: "spans of circuit breakers can't be recorded",
  metrics: "metrics of circuit breakers can't be recorded",
  logs: "logs of circuit breakers can't be recorded",
  filter: 'the option filter has failed, and what it can not decide passes',
  aggregate: 'the option aggregate has failed, and what it can not name keeps its own name',
} as const

/** Says on OpenTelemetry's diagnostic logger what does not work, each thing once. Telemetry may never break a call. */
export class Faults {
  readonly #said = new Set<string>()

  report(problem: keyof typeof problems, error: unknown): void {
    this.#say(problem, () => diag.error(`${scope}: ${problems[problem]} (said once): ${describe(error)}`))
  }

  warn(message: string): void {
    this.#say(message, () => diag.warn(`${scope}: ${message} (said once)`))
  }

  #say(key: string, say: () => void): void {
    if (this.#said.has(key)) return
    this.#said.add(key)
    try {
      say()
    } catch {
      // A diagnostic logger that throws, or a hostile error: there is no further place to say it.
    }
  }
}

/** Only the stack: own properties of an error can hold credentials. */
function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : `a thrown ${typeof error}`
}
