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
import type { Diagnostics } from './diagnostics.ts'
import type { ErrorTypes } from './error-types.ts'
import { attribute, callSpanPrefix } from './names.ts'
import type { Providers } from './providers.ts'

/** The code of the error of a rejected call. */
const rejectedType = 'ECIRCUITOPEN'

/** The most names on one span; further rejections are only counted. */
const maxNames = 16

/** A span around each call, and a span or attributes for each rejection. */
export class CallSpans {
  readonly #providers: Providers
  readonly #diagnostics: Diagnostics
  readonly #errorTypes: ErrorTypes
  /** Weak, so that a permit that never settles keeps no memory. */
  readonly #live = new WeakMap<object, Span>()
  /** What the calls that ran in a caller's span were rejected by: a second rejection must not hide the first. */
  readonly #rejected = new WeakMap<Span, { readonly names: string[]; count: number }>()

  constructor(providers: Providers, diagnostics: Diagnostics, errorTypes: ErrorTypes) {
    this.#providers = providers
    this.#diagnostics = diagnostics
    this.#errorTypes = errorTypes
  }

  /** Runs a call inside a new span. */
  run(run: () => void, identity: Attributes, call: object): void {
    try {
      const span = this.#start(identity)
      this.#live.set(call, span)
      context.with(trace.setSpan(context.active(), span), run)
    } catch (error) {
      this.#diagnostics.report('spans', error) // core still runs the call
    }
  }

  /** Ends the span of a call. @returns its context, if the call has a span. */
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
      this.#diagnostics.report('spans', error)
      return undefined
    }
  }

  /** Records a rejection: as a span, or else as attributes of the caller's span. */
  rejected({ state }: RejectionEvent, identity: Attributes, ownSpan: boolean): void {
    try {
      if (!ownSpan) return this.#noteRejection(trace.getActiveSpan(), String(identity[attribute.name]))
      const attributes = { ...identity, [attribute.state]: snake(state), [attribute.outcome]: 'rejected' }
      this.#start({ ...attributes, [attribute.errorType]: rejectedType })
        .setStatus({ code: SpanStatusCode.ERROR })
        .end()
    } catch (error) {
      this.#diagnostics.report('spans', error)
    }
  }

  #noteRejection(span: Span | undefined, name: string): void {
    if (!span?.isRecording()) return
    const rejected = this.#rejected.get(span) ?? { names: [], count: 0 }
    this.#rejected.set(span, rejected)
    rejected.count++
    if (rejected.names.length < maxNames && !rejected.names.includes(name)) rejected.names.push(name)
    span.setAttribute(attribute.rejectedNames, [...rejected.names])
    span.setAttribute(attribute.rejectedCount, rejected.count)
  }

  #start(attributes: Attributes): Span {
    const name = `${callSpanPrefix} ${attributes[attribute.name]}`
    return this.#providers.tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes })
  }
}
