import type { Transition } from '@cb/core'
import { type Attributes, type Context, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api'
import type { Diagnostics } from './diagnostics.ts'
import type { KnownBreaker } from './known-breaker.ts'
import { spanName } from './names.ts'
import type { TelemetrySettings } from './options.ts'
import { recordOutage } from './outage-spans.ts'
import type { Providers } from './providers.ts'

/** Records a zero-length span for each transition, and a span for the whole outage at its end. */
export class TransitionSpans {
  readonly #providers: Providers
  readonly #diagnostics: Diagnostics

  constructor(providers: Providers, diagnostics: Diagnostics) {
    this.#providers = providers
    this.#diagnostics = diagnostics
  }

  transition(
    event: Transition,
    known: KnownBreaker,
    attributes: Attributes,
    caller: Context,
    settings: TelemetrySettings,
  ): void {
    try {
      const { tracer } = this.#providers
      // Not the event's own time, which is of a monotonic clock; events are delivered at once.
      const at = Date.now()
      const links = known.lastSpan === undefined ? [] : [{ context: known.lastSpan }]
      // A call that only noticed that the time is over, or a timer that a call has set, is not the cause.
      const parent = event.cause === 'call' ? caller : ROOT_CONTEXT
      const options = { kind: SpanKind.INTERNAL, startTime: at, attributes, links }
      const span = settings.transitionSpans ? tracer.startSpan(spanName[event.to], options, parent) : undefined
      const recorded = span?.isRecording() ? span.spanContext() : undefined
      span?.end(at)
      known.lastSpan = recorded ?? known.lastSpan
      known.outage = settings.outageSpan
        ? recordOutage(known.outage, event, attributes, { tracer, span: recorded, at })
        : undefined
    } catch (error) {
      this.#diagnostics.report('spans', error)
    }
  }
}
