import { context, metrics, trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'

export interface Telemetry {
  readonly tracerProvider: BasicTracerProvider
  readonly meterProvider: MeterProvider
  readonly loggerProvider: LoggerProvider
  readonly logs: InMemoryLogRecordExporter
  spans(): ReadableSpan[]
  /** Spans of breakers only. */
  transitions(): ReadableSpan[]
  collect(): Promise<MetricData[]>
  /** The values of one metric, by attributes. */
  points(name: string): Promise<Record<string, unknown>>
}

/** The real SDK with exporters in memory. */
export function inMemory(temporality: AggregationTemporality = AggregationTemporality.CUMULATIVE): Telemetry {
  const exporter = new InMemorySpanExporter()
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(temporality),
    exportIntervalMillis: 2 ** 31 - 1,
  })
  const logRecords = new InMemoryLogRecordExporter()
  const collect = async () => {
    const { resourceMetrics, errors } = await reader.collect()
    if (errors.length > 0) throw errors[0]
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
  }
  return {
    tracerProvider: new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    meterProvider: new MeterProvider({ readers: [reader] }),
    loggerProvider: new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: logRecords })] }),
    logs: logRecords,
    spans: () => exporter.getFinishedSpans(),
    transitions: () => exporter.getFinishedSpans().filter((span) => span.name.startsWith('circuit_breaker ')),
    collect,
    async points(name) {
      const data = (await collect()).find((metric) => metric.descriptor.name === name)
      return Object.fromEntries(
        (data?.dataPoints ?? []).map((point) => [Object.values(point.attributes).join(' '), point.value]),
      )
    },
  }
}

/** Makes these providers global, with async context, as the start of an SDK does. */
export function startGlobally({
  tracerProvider,
  meterProvider,
}: Pick<Telemetry, 'tracerProvider' | 'meterProvider'>): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(tracerProvider)
  metrics.setGlobalMeterProvider(meterProvider)
}

export function stopGlobally(): void {
  context.disable()
  trace.disable()
  metrics.disable()
  logs.disable()
}
