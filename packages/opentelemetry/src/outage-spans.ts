import type { Transition } from '@cb/core'
import { type Attributes, type Link, ROOT_CONTEXT, type SpanContext, SpanKind, type Tracer } from '@opentelemetry/api'
import { attribute, spanName } from './names.ts'

/** From the first opening until the breaker closes. */
export interface Outage {
  readonly startTime: number
  readonly attributes: Attributes
  readonly links: Link[]
}

/** As many as SDKs keep of one span. */
const mostLinks = 128

/**
 * Follows a breaker from its opening until it closes, and then makes the span of the whole outage: only then, for a span that has
 * begun shows nothing until it ends, and dies with the process.
 * @returns the outage that goes on, if one does.
 */
export function followOutage(
  outage: Outage | undefined,
  { to }: Transition,
  attributes: Attributes,
  { tracer, span, at }: { tracer: Tracer; span: SpanContext | undefined; at: number },
): Outage | undefined {
  const current = outage ?? (to === 'open' ? { startTime: at, attributes: causeOf(attributes), links: [] } : undefined)
  if (current === undefined) return undefined
  const { startTime, links } = current
  if (links.length === mostLinks) links.pop() // the first tells the cause, the last the end
  if (span !== undefined) links.push({ context: span })
  if (to !== 'closed') return current
  const options = { kind: SpanKind.INTERNAL, startTime, attributes: current.attributes, links }
  tracer.startSpan(spanName.outage, options, ROOT_CONTEXT).end(at)
  return undefined
}

/** Why it opened; an outage has no state of its own. */
function causeOf(attributes: Attributes): Attributes {
  const { [attribute.state]: _, [attribute.previousState]: __, ...cause } = attributes
  return cause
}
