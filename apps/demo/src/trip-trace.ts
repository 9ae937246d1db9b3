import { sayMs, saySeconds } from './measure.ts'
import type { RecordedSpan, RecordedTrip } from './trip-recorder.ts'

/** The request that tripped the breaker as a tree of its spans, with the transitions that are linked to it. */
export function tripTrace({ request, transitions }: RecordedTrip): string[] {
  const opened = transitions[0]
  const root = request.find(({ spanId }) => spanId === opened?.parentId)
  if (opened === undefined || root === undefined) return ['  (no span of the trip was recorded)']
  const { 'error.type': errorType = '–', ...attributes } = opened.attributes
  return [
    `${sayCall(root, '  ')}   trace ${root.traceId}`,
    ...childrenOf(root, request, '  ', '├'),
    `  └─ ${opened.name}   ${saySince(opened, root)}`,
    `     │  name ${attributes['circuit_breaker.name']}, reason ${reasonOf(opened)}, ` +
      `calls ${attributes['circuit_breaker.window.calls']}, error.type ${errorType}`,
    ...chain(opened, transitions).map((span, index, { length }) => {
      const branch = index === length - 1 ? '└' : '├'
      return `     ${branch}─ linked: ${span.name.padEnd(26)} ${saySince(span, root).padEnd(9)} ${reasonOf(span)}`
    }),
  ]
}

/** @param last  the branch of the last child: more may follow it. */
function childrenOf(parent: RecordedSpan, spans: readonly RecordedSpan[], margin: string, last: '├' | '└'): string[] {
  const children = spans.filter(({ parentId }) => parentId === parent.spanId)
  return children.flatMap((child, index) => {
    const branch = index === children.length - 1 ? last : '├'
    const below = `${margin}${branch === '└' ? ' ' : '│'}  `
    return [sayCall(child, `${margin}${branch}─ `), ...childrenOf(child, spans, below, '└')]
  })
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

function sayCall({ name, duration, attributes }: RecordedSpan, margin: string): string {
  const result = attributes['http.response.status_code'] ?? attributes['error.type']
  return `${(margin + name).padEnd(34)} ${sayMs(duration).padStart(8)}  ${result}`
}

function saySince(span: RecordedSpan, root: RecordedSpan): string {
  return `+${saySeconds(span.startAt - root.startAt)}`
}

function reasonOf({ attributes }: RecordedSpan): unknown {
  return attributes['circuit_breaker.transition.reason']
}
