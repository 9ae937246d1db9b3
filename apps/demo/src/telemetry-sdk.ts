import { DiagLogLevel, diag, metrics } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { type IMetricReader, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

/** Destinations of spans and metrics in addition to the collector. */
export interface Destinations {
  readonly spans?: SpanProcessor
  readonly metrics?: IMetricReader
}

export interface Telemetry {
  stop(): Promise<unknown>
}

/** The timeout of an export. */
const timeoutMillis = 1_000

/** Sets up tracing and metrics for this process: to `also`, and by OTLP/HTTP to the endpoint if there is one. */
export function startSdk(service: string, also: Destinations, endpoint: string | undefined): Telemetry {
  const spanProcessors = also.spans === undefined ? [] : [also.spans]
  const readers = also.metrics === undefined ? [] : [also.metrics]
  if (endpoint) {
    logFirstError()
    const batches = { scheduledDelayMillis: 1_000, exportTimeoutMillis: timeoutMillis }
    spanProcessors.push(new BatchSpanProcessor(new OTLPTraceExporter({ timeoutMillis }), batches))
    readers.push(
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ timeoutMillis }),
        exportIntervalMillis: 5_000,
        exportTimeoutMillis: timeoutMillis,
      }),
    )
  }
  const resource = resourceFromAttributes({ 'service.name': service })
  const tracerProvider = new NodeTracerProvider({ resource, spanProcessors })
  const meterProvider = new MeterProvider({ resource, readers })
  tracerProvider.register()
  metrics.setGlobalMeterProvider(meterProvider)
  return { stop: () => Promise.allSettled([tracerProvider.shutdown(), meterProvider.shutdown()]) }
}

/** Logs the first failed export. The demo continues without telemetry. */
function logFirstError(): void {
  let logged = false
  const error = (message: string) => {
    if (!logged) console.error(`telemetry export failed: ${messageOf(message)}`)
    logged = true
  }
  const ignore = () => {}
  diag.setLogger({ error, warn: ignore, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.ERROR)
}

/** The SDK reports errors as JSON with a stack. */
function messageOf(report: string): string {
  try {
    return JSON.parse(report).message
  } catch {
    return report
  }
}
