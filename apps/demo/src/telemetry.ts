import type { IMetricReader } from '@opentelemetry/sdk-metrics'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** Where spans and metrics go besides the collector. */
export interface Destinations {
  readonly spans?: SpanProcessor
  readonly metrics?: IMetricReader
}

export interface Telemetry {
  stop(): Promise<unknown>
}

/** Starts the SDK if spans and metrics go anywhere: it takes a while to load. */
export async function startTelemetry(service: string, also?: Destinations): Promise<Telemetry> {
  const endpoint = process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
  if (!endpoint && also === undefined) return { stop: async () => {} }
  const { startSdk } = await import('./telemetry-sdk.ts')
  return startSdk(service, also ?? {}, endpoint)
}
