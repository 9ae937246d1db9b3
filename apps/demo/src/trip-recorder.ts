import type { HrTime } from '@opentelemetry/api'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** A span as plain data. Times are milliseconds since the epoch. */
export interface RecordedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string | undefined
  readonly name: string
  readonly startAt: number
  readonly duration: number
  readonly attributes: Readonly<Record<string, unknown>>
  /** The ids of the linked spans. */
  readonly links: readonly string[]
}

/** The spans of the request in which a breaker opened, and the spans of that breaker's transitions since then. */
export interface RecordedTrip {
  readonly request: readonly RecordedSpan[]
  readonly transitions: readonly RecordedSpan[]
}

/** The number of kept spans, because the trip of a breaker comes after the first spans of its request have ended. */
const recentSpans = 1_000
const maxTransitions = 200

/** Keeps the trace in which one breaker first opened, and all transitions of that breaker. */
export class TripRecorder implements SpanProcessor {
  readonly #breaker: string
  readonly #transitions: RecordedSpan[] = []
  #recent: RecordedSpan[] = []
  #trace: RecordedSpan[] | undefined
  #traceId: string | undefined

  constructor(breaker: string) {
    this.#breaker = breaker
  }

  onStart(): void {}

  onEnd(ended: ReadableSpan): void {
    const span = record(ended)
    if (span.name.startsWith('circuit_breaker ') && span.attributes['circuit_breaker.name'] === this.#breaker) {
      if (this.#transitions.length < maxTransitions) this.#transitions.push(span)
      if (span.attributes['circuit_breaker.state'] === 'open') this.#keep(span.traceId)
    } else if (this.#trace === undefined) {
      if (this.#recent.push(span) > 2 * recentSpans) this.#recent = this.#recent.slice(-recentSpans)
    } else if (span.traceId === this.#traceId) {
      this.#trace.push(span)
    }
  }

  /** The request that tripped the breaker, and the transitions. */
  get recorded(): RecordedTrip {
    return { request: this.#trace ?? [], transitions: this.#transitions }
  }

  #keep(traceId: string): void {
    if (this.#trace !== undefined) return
    this.#traceId = traceId
    this.#trace = this.#recent.filter((span) => span.traceId === traceId)
    this.#recent = []
  }

  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

function record(span: ReadableSpan): RecordedSpan {
  const { traceId, spanId } = span.spanContext()
  return {
    traceId,
    spanId,
    parentId: span.parentSpanContext?.spanId,
    name: span.name,
    startAt: milliseconds(span.startTime),
    duration: milliseconds(span.duration),
    attributes: { ...span.attributes },
    links: span.links.map((link) => link.context.spanId),
  }
}

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1_000 + nanoseconds / 1e6
}
