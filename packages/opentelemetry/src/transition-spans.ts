import type { Transition } from '@cb/core'
import { type Attributes, type Context, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api'
import type { Faults } from './faults.ts'
import type { KnownBreaker } from './known-breaker.ts'
import { spanName } from './names.ts'
import { followOutage } from './outage-spans.ts'
import type { Providers } from './providers.ts'

/** A span of no length for each transition, and one for the whole outage at its end. */
export class TransitionSpans {
  readonly #providers: Providers
  readonly #faults: Faults

  constructor(providers: Providers, faults: Faults) {
    this.#providers = providers
    this.#faults = faults
  }

  transition(event: Transition, known: KnownBreaker, attributes: Attributes, caller: Context, outages: boolean): void {
    try {
      const { tracer } = this.#providers
      // The breaker's own clock is monotonic, so not the time of day; events arrive while they happen.
      const at = Date.now()
      const links = known.lastSpan === undefined ? [] : [{ context: known.lastSpan }]
      // Whoever merely noticed that time is up, or a timer that a call once armed, is not what caused it.
      const parent = event.cause === 'call' ? caller : ROOT_CONTEXT
      const options = { kind: SpanKind.INTERNAL, startTime: at, attributes, links }
      const span = tracer.startSpan(spanName[event.to], options, parent)
      const recorded = span.isRecording() ? span.spanContext() : undefined
      span.end(at)
      known.lastSpan = recorded ?? known.lastSpan
      known.outage = outages ? followOutage(known.outage, event, attributes, { tracer, span: recorded, at }) : undefined
    } catch (error) {
      this.#faults.report('spans', error)
    }
  }
}
