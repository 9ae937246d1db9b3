import { assertOption } from '@cb/checks'
import type { Clock } from '../clock.ts'

/** What an admission policy may give as the `reason` of a rejection. */
export type AdmissionReason = 'throttled' | 'ramp'

/** What an admission policy may look at besides the clock. */
export interface AdmissionContext {
  /** 0 ≤ number < 1, from the breaker's `random`. */
  readonly random: () => number
}

/**
 * Rejects some of the calls that a closed breaker would admit; it never opens the breaker. Use it as `admission`, from the
 * beginning of each closed period, or as `recovery`, after an outage only. It is a description, safe to share between breakers: the
 * memory is in what `start` returns.
 */
export interface AdmissionPolicy {
  /** In kebab-case; for snapshots. */
  readonly name: string
  /** Plain data for snapshots. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Starts with an empty memory; called once for each closed period. */
  start(clock: Clock, context: AdmissionContext): AdmissionMonitor
}

/** One closed period of an admission policy. A method that throws is logged once, and the call is admitted. */
export interface AdmissionMonitor {
  /** Asked before each call: the reason to reject it, `throttled` or `ramp`; undefined to admit it. */
  reject(): AdmissionReason | undefined
  success?(): void
  failure?(error: unknown): void
  /**
   * The share of calls that it admits, 0..1; at 1 a recovery is over. Trip policies lower their minimum of calls by that of a
   * recovery, so that a relapse is noticed as soon. A `recovery` needs it.
   */
  share?(): number
  /** Plain data for snapshots. */
  snapshot?(): Readonly<Record<string, unknown>>
  /** What it remembers as plain data, with ages in place of times; without it a restored breaker starts with an empty memory. */
  save?(): unknown
  /**
   * Takes what `save` gave.
   * @param elapsed  milliseconds since then.
   * @throws TypeError or RangeError if it can't be that.
   */
  load?(saved: unknown, elapsed: number): void
}

/** @throws TypeError unless it has the shape of an admission policy. */
export function checkAdmissionPolicy(option: string, value: AdmissionPolicy): AdmissionPolicy {
  const isPolicy = typeof value?.start === 'function' && typeof value.name === 'string'
  assertOption(isPolicy, option, 'an admission policy, such as adaptiveThrottle() or ramp({ duration })', value)
  return value
}
