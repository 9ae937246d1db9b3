import { MockOtlpServer, normalizeMetrics, normalizeTrace } from '@elastic/mockotlpserver'

export interface ReceivedSpan {
  service: unknown
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: Record<string, unknown>
  links?: { spanId: string }[]
}

interface Resource {
  resource: { attributes: Record<string, unknown> }
  scopeSpans?: { spans: Omit<ReceivedSpan, 'service'>[] }[]
  scopeMetrics?: { metrics: { name: string }[] }[]
}

export interface Collector {
  readonly url: string
  readonly spans: ReceivedSpan[]
  readonly metrics: Set<string>
  close(): Promise<void>
}

/** A real OTLP/HTTP server on a free port that keeps what it is sent. */
export async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = []
  const metrics = new Set<string>()
  const server = new MockOtlpServer({
    services: ['http'],
    httpHostname: '127.0.0.1',
    httpPort: 0,
    logLevel: 'error',
    onTrace(raw) {
      const { resourceSpans = [] } = normalizeTrace(raw) as { resourceSpans?: Resource[] }
      for (const { resource, scopeSpans = [] } of resourceSpans) {
        const service = resource.attributes['service.name']
        for (const scope of scopeSpans) spans.push(...scope.spans.map((span) => ({ ...span, service })))
      }
    },
    onMetrics(raw) {
      const { resourceMetrics = [] } = normalizeMetrics(raw) as { resourceMetrics?: Resource[] }
      for (const { scopeMetrics = [] } of resourceMetrics) {
        for (const scope of scopeMetrics) for (const { name } of scope.metrics) metrics.add(name)
      }
    },
  })
  await server.start()
  return { url: server.httpUrl.origin, spans, metrics, close: () => server.close() }
}
