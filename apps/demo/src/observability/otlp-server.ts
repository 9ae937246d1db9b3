import { MockOtlpServer, normalizeMetrics, normalizeTrace } from '@elastic/mockotlpserver'
import type { RecordedSpan } from '../trip-recorder.ts'

/** A span as received by OTLP. */
export interface ReceivedSpan extends RecordedSpan {
  readonly service: string
}

interface Resource {
  readonly resource: { readonly attributes: Readonly<Record<string, unknown>> }
  readonly scopeSpans?: readonly { readonly spans: readonly WireSpan[] }[]
  readonly scopeMetrics?: readonly { readonly metrics: readonly { readonly name: string }[] }[]
}

interface WireSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly links?: readonly { readonly spanId: string }[]
}

/** A real OTLP/HTTP server on a free port that stores the spans and the names of the metrics that it receives. */
export class OtlpServer {
  readonly spans: ReceivedSpan[] = []
  /** The names of the metrics. */
  readonly metrics: Set<string> = new Set<string>()
  readonly #server: MockOtlpServer
  #storesSpans = true

  constructor() {
    this.#server = new MockOtlpServer({
      services: ['http'],
      httpHostname: '127.0.0.1',
      httpPort: 0,
      logLevel: 'error',
      onTrace: (raw) => this.#addSpans((normalizeTrace(raw) as { resourceSpans?: Resource[] }).resourceSpans ?? []),
      onMetrics: (raw) =>
        this.#addMetrics((normalizeMetrics(raw) as { resourceMetrics?: Resource[] }).resourceMetrics ?? []),
    })
  }

  start(): Promise<void> {
    return this.#server.start()
  }

  get url(): string {
    return this.#server.httpUrl.origin
  }

  /** Later spans are received but not stored. */
  stopStoring(): void {
    this.#storesSpans = false
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  #addSpans(resources: readonly Resource[]): void {
    if (!this.#storesSpans) return
    for (const { resource, scopeSpans = [] } of resources) {
      const service = String(resource.attributes['service.name'])
      for (const { spans } of scopeSpans) this.spans.push(...spans.map((span) => ({ ...record(span), service })))
    }
  }

  #addMetrics(resources: readonly Resource[]): void {
    for (const { scopeMetrics = [] } of resources) {
      for (const { metrics } of scopeMetrics) for (const { name } of metrics) this.metrics.add(name)
    }
  }
}

function record(span: WireSpan): RecordedSpan {
  const startAt = milliseconds(span.startTimeUnixNano)
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentId: span.parentSpanId,
    name: span.name,
    startAt,
    duration: milliseconds(span.endTimeUnixNano) - startAt,
    attributes: span.attributes ?? {},
    links: (span.links ?? []).map(({ spanId }) => spanId),
  }
}

/** Converts nanoseconds since the epoch, which exceed the precision of a number. */
function milliseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1_000n) / 1_000
}
