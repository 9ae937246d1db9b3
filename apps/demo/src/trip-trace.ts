import { formatMs, formatSeconds } from './measure.ts'
import type { RecordedSpan, RecordedTrip } from './trip-recorder.ts'

/** The request that tripped the breaker as a tree of spans, with the linked transitions. */
export function tripTrace({ request, transitions }: RecordedTrip): string[] {
  const opened = transitions[0]
  const root = request.find(({ spanId }) => spanId === opened?.parentId)
  if (opened === undefined || root === undefined) return ['  (no span of the trip was recorded)']
  const { 'error.type': errorType = '–', ...attributes } = opened.attributes
  return [
    `${formatCall(root, '  ')}   trace ${root.traceId}`,
    ...childrenOf(root, request, '  ', '├'),
    `  └─ ${opened.name}   ${formatOffset(opened, root)}`,
    `     │  name ${attributes['circuit_breaker.name']}, reason ${reasonOf(opened)}, ` +
      `calls ${attributes['circuit_breaker.window.calls']}, error.type ${errorType}`,
    ...chain(opened, transitions).map((span, index, { length }) => {
      const branch = index === length - 1 ? '└' : '├'
      return `     ${branch}─ linked: ${span.name.padEnd(26)} ${formatOffset(span, root).padEnd(9)} ${reasonOf(span)}`
    }),
  ]
}

/** @param last  the branch of the last child; `├` if more lines follow it. */
function childrenOf(parent: RecordedSpan, spans: readonly RecordedSpan[], margin: string, last: '├' | '└'): string[] {
  const children = spans.filter(({ parentId }) => parentId === parent.spanId)
  return children.flatMap((child, index) => {
    const branch = index === children.length - 1 ? last : '├'
    const below = `${margin}${branch === '└' ? ' ' : '│'}  `
    return [formatCall(child, `${margin}${branch}─ `), ...childrenOf(child, spans, below, '└')]
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

function formatCall({ name, duration, attributes }: RecordedSpan, margin: string): string {
  const result = attributes['http.response.status_code'] ?? attributes['error.type']
  return `${(margin + name).padEnd(34)} ${formatMs(duration).padStart(8)}  ${result}`
}

function formatOffset(span: RecordedSpan, root: RecordedSpan): string {
  return `+${formatSeconds(span.startAt - root.startAt)}`
}

function reasonOf({ attributes }: RecordedSpan): unknown {
  return attributes['circuit_breaker.transition.reason']
}
