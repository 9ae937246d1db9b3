import type { Dashboard } from './dashboard.ts'

/** What one request of the load got. Times are milliseconds since the epoch. */
export interface Answer {
  readonly route: 'dashboard' | 'pay'
  readonly sentAt: number
  readonly latency: number
  /** 0 when there was no answer at all. */
  readonly status: number
  /** Dashboards only. */
  readonly pieces?: Dashboard['pieces']
}

/**
 * What a dashboard's caller got: everything live; the fallback for what the gateway asked for in vain; the fallback at once,
 * for the breaker was open; or no dashboard.
 */
export type Got = 'live' | 'waited' | 'at-once' | 'failed'

export function whatGot({ status, pieces }: Answer): Got {
  if (status !== 200 || pieces === undefined) return 'failed'
  const missing = Object.values(pieces).filter((piece) => piece.source === 'fallback')
  if (missing.length === 0) return 'live'
  return missing.every(({ why }) => why === 'circuit-open') ? 'at-once' : 'waited'
}

/** The smallest value that a share of the values does not exceed; undefined without values. @param share  0..1. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5)
}

/** A duration with two to three figures; a dash if there is none. */
export function sayMs(ms: number | undefined): string {
  if (ms === undefined) return '–'
  if (ms >= 100) return `${ms.toFixed(0)} ms`
  return `${ms.toFixed(ms >= 1 ? 1 : 2)} ms`
}

export function saySeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
