import type { Transition } from '@cb/core'
import { type Attributes, context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import type { Faults } from './faults.ts'
import type { KnownBreaker } from './known-breakers.ts'
import { scope, spanName } from './names.ts'
import type { Providers } from './providers.ts'
import { version } from './version.ts'

/** A span of no length for each transition, and attributes for the spans of callers that were rejected. */
export class TransitionSpans {
  readonly #providers: Providers
  readonly #faults: Faults

  constructor(providers: Providers, faults: Faults) {
    this.#providers = providers
    this.#faults = faults
  }

  transition({ to, cause }: Transition, known: KnownBreaker, attributes: Attributes): void {
    try {
      const tracer = this.#providers.tracer.getTracer(scope, version)
      // The breaker's own clock is monotonic, so not the time of day; events arrive while they happen.
      const startTime = Date.now()
      const links = known.lastSpan === undefined ? [] : [{ context: known.lastSpan }]
      // Whoever merely noticed that time is up, or a timer that a call once armed, is not what caused it.
      const parent = cause === 'call' ? context.active() : ROOT_CONTEXT
      const span = tracer.startSpan(spanName[to], { kind: SpanKind.INTERNAL, startTime, attributes, links }, parent)
      if (span.isRecording()) known.lastSpan = span.spanContext()
      span.end(startTime)
    } catch (error) {
      this.#faults.report('spans', error)
    }
  }

  /** Tells the caller's span, for a rejected call has none of its own. */
  rejection(attributes: Attributes): void {
    try {
      const span = trace.getActiveSpan()
      if (span?.isRecording()) span.setAttributes(attributes)
    } catch (error) {
      this.#faults.report('spans', error)
    }
  }
}
