import type { OutcomeEvent, RejectionEvent } from '@cb/core'
import {
  type Attributes,
  context,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { outcomeOf, snake } from './attributes.ts'
import type { ErrorTypes } from './error-types.ts'
import type { Faults } from './faults.ts'
import { attribute, callSpanPrefix } from './names.ts'
import type { Providers } from './providers.ts'

/** What `execute` rejects with when a call is not admitted. */
const rejectedType = 'ECIRCUITOPEN'

/** A span around each call, and the mark that a rejection leaves. */
export class CallSpans {
  readonly #providers: Providers
  readonly #faults: Faults
  readonly #errorTypes: ErrorTypes
  /** Weakly: of a permit that is never settled nothing must stay. */
  readonly #live = new WeakMap<object, Span>()

  constructor(providers: Providers, faults: Faults, errorTypes: ErrorTypes) {
    this.#providers = providers
    this.#faults = faults
    this.#errorTypes = errorTypes
  }

  /** Runs a call inside a span of its own. */
  run(run: () => void, identity: Attributes, call: object): void {
    try {
      const span = this.#start(identity)
      this.#live.set(call, span)
      context.with(trace.setSpan(context.active(), span), run)
    } catch (error) {
      this.#faults.report('spans', error) // core sees to it that the call is made
    }
  }

  /** @returns the context of the call's span, if it has one. */
  settled(event: OutcomeEvent, call: object | undefined): SpanContext | undefined {
    const span = call && this.#live.get(call)
    if (call === undefined || span === undefined) return undefined
    try {
      span.setAttribute(attribute.state, snake(event.state))
      span.setAttribute(attribute.outcome, outcomeOf(event))
      if (event.outcome === 'failure') {
        span.setAttribute(attribute.errorType, this.#errorTypes.of(event.error))
        span.setStatus({ code: SpanStatusCode.ERROR })
      }
      span.end()
      return span.spanContext()
    } catch (error) {
      this.#faults.report('spans', error)
      return undefined
    }
  }

  /** A call that was not admitted: a span of its own, or else a mark on that of its caller. */
  rejected({ state }: RejectionEvent, identity: Attributes, ownSpan: boolean): void {
    try {
      const span = ownSpan ? undefined : trace.getActiveSpan()
      if (!ownSpan && !span?.isRecording()) return
      const attributes = { ...identity, [attribute.state]: snake(state), [attribute.outcome]: 'rejected' }
      if (span !== undefined) return void span.setAttributes(attributes)
      this.#start({ ...attributes, [attribute.errorType]: rejectedType })
        .setStatus({ code: SpanStatusCode.ERROR })
        .end()
    } catch (error) {
      this.#faults.report('spans', error)
    }
  }

  #start(attributes: Attributes): Span {
    const name = `${callSpanPrefix} ${attributes[attribute.name]}`
    return this.#providers.tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes })
  }
}
