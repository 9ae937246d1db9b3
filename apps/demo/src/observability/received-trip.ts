import { setTimeout as sleep } from 'node:timers/promises'
import { attribute, spanName } from '../../../../packages/opentelemetry/src/names.ts'
import { tripTrace } from '../trip-trace.ts'
import type { OtlpServer, ReceivedSpan } from './otlp-server.ts'

/** Spans are sent once a second; long enough for a slow machine. */
const longestExport = 20_000

/** Waits for the span of the breaker's closing. Returns the trip as received, and a count of everything received. */
export async function receivedTrip(otlp: OtlpServer, breaker: string): Promise<string[]> {
  const { spans, metrics } = otlp
  const names: readonly string[] = [spanName.open, spanName['half-open'], spanName.closed]
  const isTransition = ({ name, attributes }: ReceivedSpan) =>
    names.includes(name) && attributes[attribute.name] === breaker
  const isClosing = (span: ReceivedSpan) => span.name === spanName.closed && isTransition(span)
  const deadline = performance.now() + longestExport
  while (!spans.some(isClosing) && performance.now() < deadline) await sleep(100)
  otlp.stopStoring()
  const transitions = spans.filter(isTransition).sort((a, b) => a.startAt - b.startAt)
  const request = spans.filter((span) => !isTransition(span) && span.traceId === transitions[0]?.traceId)
  const services = new Set(spans.map(({ service }) => service)).size
  return [
    ...tripTrace({ request, transitions }),
    `  Received by OTLP: ${spans.length} spans of ${services} services, and ${metrics.size} metrics.`,
  ]
}
