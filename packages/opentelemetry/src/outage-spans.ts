import type { Transition } from '@cb/core'
import { type Attributes, type Link, ROOT_CONTEXT, type SpanContext, SpanKind, type Tracer } from '@opentelemetry/api'
import { attribute, spanName } from './names.ts'

/** The time from the first opening until the breaker closes. */
export interface Outage {
  readonly startTime: number
  readonly attributes: Attributes
  readonly links: Link[]
}

/** The limit of SDKs for one span. */
const maxLinks = 128

/**
 * Collects the transitions from an opening until the breaker closes, and then creates the span of the whole outage. Not earlier, because
 * a span is not visible until it ends, and is lost if the process ends first.
 * @returns the outage, if it has not ended.
 */
export function recordOutage(
  outage: Outage | undefined,
  { to }: Transition,
  attributes: Attributes,
  { tracer, span, at }: { tracer: Tracer; span: SpanContext | undefined; at: number },
): Outage | undefined {
  const current = outage ?? (to === 'open' ? { startTime: at, attributes: causeOf(attributes), links: [] } : undefined)
  if (current === undefined) return undefined
  const { startTime, links } = current
  if (links.length === maxLinks) links.pop() // keep the first, which is the cause, and the last, which is the end
  if (span !== undefined) links.push({ context: span })
  if (to !== 'closed') return current
  const options = { kind: SpanKind.INTERNAL, startTime, attributes: current.attributes, links }
  tracer.startSpan(spanName.outage, options, ROOT_CONTEXT).end(at)
  return undefined
}

/** The attributes of the opening, without its states: an outage spans several states. */
function causeOf(attributes: Attributes): Attributes {
  const { [attribute.state]: _, [attribute.previousState]: __, ...cause } = attributes
  return cause
}
