import { atLeastOne, checkOptions, checkThat, milliseconds, shareAboveNone, timerMilliseconds } from '@cb/checks'
import type { ProbeSettings } from './states/half-open.ts'

/** How a half-open breaker tries its dependency. */
export interface HalfOpenOptions {
  /** Probes in flight at the same time; whole number, at least 1. Default 1: the least load on what may just be recovering. */
  maxConcurrent?: number
  /** Successful probes that close the breaker; whole number, at least 1. Default 2: one may be luck. One failure re-opens it. */
  successThreshold?: number
  /**
   * Instead of `successThreshold`: the verdict is taken over so many probes, by their `successRate`. Whole number, at least 1. It
   * is taken early once the rest can't change it.
   */
  probes?: number
  /** With `probes`: 0 < ratio ≤ 1 of them that must succeed, compared with `>=`. Default 1. */
  successRate?: number
  /**
   * The lease of a probe in milliseconds, above 0: if it has not settled by then its place is free for another, and its result
   * has no vote. Must be longer than `callTimeout`. Default 10 000, or twice the `callTimeout` if that is longer.
   */
  probeTimeout?: number
  /** The `callTimeout` of probes, usually shorter: what is well again answers fast. Default: as for other calls. */
  callTimeout?: number
  /**
   * A round of probes that has not been decided in so many milliseconds, above 0, re-opens. Default: no limit, so at low traffic
   * a round lasts until there have been enough calls.
   */
  maxDuration?: number
}

/** What the options of half-open come to. */
export interface HalfOpenSettings extends ProbeSettings {
  /** That of probes, if it is their own. */
  readonly callTimeout?: number
  /** The options as they were given, for changes. */
  readonly given: HalfOpenOptions
  /** The options with their defaults, for snapshots. */
  readonly told: Readonly<HalfOpenOptions>
}

/**
 * @param callTimeout  the breaker's own.
 * @param before  what was given earlier and goes on holding.
 * @throws TypeError or RangeError naming the option.
 */
export function parseHalfOpen(
  changes: HalfOpenOptions = {},
  callTimeout?: number,
  before: HalfOpenOptions = {},
): HalfOpenSettings {
  const ranges = {
    maxConcurrent: atLeastOne,
    successThreshold: atLeastOne,
    probes: atLeastOne,
    successRate: shareAboveNone,
    probeTimeout: milliseconds,
    callTimeout: timerMilliseconds,
    maxDuration: milliseconds,
  }
  const merged = { ...before, ...checkOptions('halfOpen', changes, ranges, '.') }
  const given: HalfOpenOptions = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined))
  const limit = given.callTimeout ?? callTimeout ?? 0
  const { maxConcurrent = 1, successThreshold = 2, probes, successRate = 1 } = given
  const { probeTimeout = Math.max(10_000, 2 * limit) } = given
  const longer = `longer than callTimeout (${limit})`
  checkThat(probeTimeout > limit, 'halfOpen.probeTimeout', longer, probeTimeout, RangeError)
  if (probes === undefined ? given.successRate : given.successThreshold)
    throw new TypeError('give either halfOpen.successThreshold, or halfOpen.probes and halfOpen.successRate')
  const verdict = probes === undefined ? { successThreshold } : { successRate }
  const told = Object.freeze({ ...given, maxConcurrent, ...verdict, probeTimeout })
  // A ratio over so many probes is a number of successes and a number of failures, whichever is reached first.
  // 100 × 0.07 is a little more than 7.
  const successesNeeded = probes === undefined ? successThreshold : Math.ceil(probes * successRate - 1e-9)
  return { ...told, successesNeeded, failuresTolerated: (probes ?? successesNeeded) - successesNeeded, given, told }
}
