import type { Destinations, Telemetry } from './telemetry-sdk.ts'

/** Starts the SDK if there is a destination. It is loaded only then, because that takes long. */
export async function startTelemetry(service: string, also?: Destinations): Promise<Telemetry> {
  const endpoint = process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
  if (!endpoint && also === undefined) return { stop: async () => {} }
  const { startSdk } = await import('./telemetry-sdk.ts')
  return startSdk(service, also ?? {}, endpoint)
}
