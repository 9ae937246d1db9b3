import { MockOtlpServer, normalizeLogs, normalizeMetrics, normalizeTrace } from '@elastic/mockotlpserver'

type Attributes = Record<string, unknown>

export interface ReceivedSpan {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes?: Attributes
  links?: { traceId: string; spanId: string }[]
}

export interface ReceivedMetric {
  name: string
  unit: string
  sum?: { isMonotonic?: boolean; dataPoints: ReceivedPoint[] }
  gauge?: { dataPoints: ReceivedPoint[] }
  histogram?: { dataPoints: ReceivedPoint[] }
}

interface ReceivedPoint {
  attributes: Attributes
  asInt?: number | string
  asDouble?: number
  count?: number | string
  sum?: number
  explicitBounds?: number[]
}

export interface ReceivedLog {
  eventName: string
  severityText: string
  attributes: Attributes
  spanId?: string
}

export interface Collector {
  readonly url: string
  readonly contentTypes: Set<string | undefined>
  readonly spans: ReceivedSpan[]
  readonly metrics: ReceivedMetric[]
  readonly logs: ReceivedLog[]
  clear(): void
  close(): Promise<void>
}

/** A real OTLP/HTTP server on a free port that keeps the telemetry of this package, and the application's spans. */
export async function startCollector(): Promise<Collector> {
  const contentTypes = new Set<string | undefined>()
  const spans: ReceivedSpan[] = []
  const metrics: ReceivedMetric[] = []
  const logs: ReceivedLog[] = []
  const server = new MockOtlpServer({
    services: ['http'],
    httpHostname: '127.0.0.1',
    httpPort: 0,
    logLevel: 'error',
    onRequest: ({ headers }) => contentTypes.add(headers['content-type']),
    onTrace: (raw) => spans.push(...records<ReceivedSpan>(normalizeTrace(raw), 'resourceSpans', 'scopeSpans', 'spans')),
    onMetrics: (raw) =>
      metrics.push(...records<ReceivedMetric>(normalizeMetrics(raw), 'resourceMetrics', 'scopeMetrics', 'metrics')),
    onLogs: (raw) => logs.push(...records<ReceivedLog>(normalizeLogs(raw), 'resourceLogs', 'scopeLogs', 'logRecords')),
  })
  await server.start()
  return {
    url: server.httpUrl.origin,
    contentTypes,
    spans,
    metrics,
    logs,
    clear() {
      contentTypes.clear()
      for (const kept of [spans, metrics, logs]) kept.length = 0
    },
    close: () => server.close(),
  }
}

function records<T>(request: unknown, ...path: string[]): T[] {
  return path.reduce<unknown[]>(
    (level, key) => level.flatMap((entry) => (entry as Record<string, unknown[] | undefined>)[key] ?? []),
    [request],
  ) as T[]
}
