import type { Dashboard } from './dashboard.ts'

/** The result of one request of the load. Times are milliseconds since the epoch. */
export interface Answer {
  readonly route: 'dashboard' | 'pay'
  readonly sentAt: number
  readonly latency: number
  /** 0 without a response. */
  readonly status: number
  /** Dashboards only. */
  readonly pieces?: Dashboard['pieces']
}

/**
 * What the caller of a dashboard got: only live data; a fallback after a failed call; a fast fallback, because the breaker was open; or
 * no dashboard.
 */
export type Result = 'live' | 'slow-fallback' | 'fast-fallback' | 'failed'

export function resultOf({ status, pieces }: Answer): Result {
  if (status !== 200 || pieces === undefined) return 'failed'
  const missing = Object.values(pieces).filter((piece) => piece.source === 'fallback')
  if (missing.length === 0) return 'live'
  return missing.every(({ why }) => why === 'circuit-open') ? 'fast-fallback' : 'slow-fallback'
}

/** The smallest value that a share of the values does not exceed; undefined without values. @param share  0..1. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5)
}

/** A duration with two to three digits; a dash for undefined. */
export function formatMs(ms: number | undefined): string {
  if (ms === undefined) return '–'
  if (ms >= 100) return `${ms.toFixed(0)} ms`
  return `${ms.toFixed(ms >= 1 ? 1 : 2)} ms`
}

export function formatSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
