import type { AggregationTemporality } from '@opentelemetry/sdk-metrics'
import { onTestFinished } from 'vitest'
import { instrumentCircuitBreakers } from '../src/index.ts'
import { inMemory, type Telemetry } from './in-memory.ts'

/** Records metrics until the test is over. */
export function metricsOnly(temporality?: AggregationTemporality, callDuration = true): Telemetry {
  const telemetry = inMemory(temporality)
  onTestFinished(instrumentCircuitBreakers({ meterProvider: telemetry.meterProvider, callDuration }))
  return telemetry
}

/** The points of one breaker name. */
export async function pointsOf(telemetry: Telemetry, metric: string, name: string): Promise<Record<string, unknown>> {
  const points = Object.entries(await telemetry.points(metric)).filter(
    ([key]) => key === name || key.startsWith(`${name} `),
  )
  return Object.fromEntries(points.map(([key, value]) => [key.slice(name.length + 1), value]))
}
