import type { GatewayReport } from './gateway-messages.ts'
import { sayMs, saySeconds } from './measure.ts'
import type { RecordedSpan } from './trip-recorder.ts'

/** The request that tripped the breaker as a tree of its spans, with the transitions that are linked to it. */
export function tripTrace({ request, transitions }: GatewayReport): string[] {
  const opened = transitions[0]
  const root = request.find(({ spanId }) => spanId === opened?.parentId)
  if (opened === undefined || root === undefined) return ['  (no span of the trip was recorded)']
  const calls = request.filter(({ parentId }) => parentId === root.spanId)
  const { 'error.type': errorType = '–', ...attributes } = opened.attributes
  return [
    `  ${sayCall(root)}   trace ${root.traceId}`,
    ...calls.map((call) => `  ├─ ${sayCall(call)}`),
    `  └─ ${opened.name}   ${saySince(opened, root)}`,
    `     │  name ${attributes['circuit_breaker.name']}, reason ${reasonOf(opened)}, ` +
      `calls ${attributes['circuit_breaker.window.calls']}, error.type ${errorType}`,
    ...chain(opened, transitions).map((span, index, { length }) => {
      const branch = index === length - 1 ? '└' : '├'
      return `     ${branch}─ linked: ${span.name.padEnd(26)} ${saySince(span, root).padEnd(9)} ${reasonOf(span)}`
    }),
  ]
}

/** Each transition is linked to the one before. */
function chain(opened: RecordedSpan, transitions: readonly RecordedSpan[]): RecordedSpan[] {
  const linked: RecordedSpan[] = []
  for (let last: RecordedSpan | undefined = opened; last !== undefined; ) {
    const { spanId }: RecordedSpan = last
    last = transitions.find(({ links }) => links.includes(spanId))
    if (last !== undefined) linked.push(last)
  }
  return linked
}

function sayCall({ name, duration, attributes }: RecordedSpan): string {
  const result = attributes['http.response.status_code'] ?? attributes['error.type']
  return `${name.padEnd(29)} ${sayMs(duration).padStart(8)}  ${result}`
}

function saySince(span: RecordedSpan, root: RecordedSpan): string {
  return `+${saySeconds(span.startAt - root.startAt)}`
}

function reasonOf({ attributes }: RecordedSpan): unknown {
  return attributes['circuit_breaker.transition.reason']
}
