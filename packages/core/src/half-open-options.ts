import { assertOption, checkOptions, milliseconds, positiveInteger, positiveRatio, timerMilliseconds } from '@cb/checks'
import type { HalfOpenSettings } from './settings.ts'

/** How a half-open breaker tries its dependency. */
export interface HalfOpenOptions {
  /** Probes in flight at the same time; integer from 1 to 1 000. Default 1: the least load on what may just be recovering. */
  maxConcurrent?: number | undefined
  /** Successful probes that close the breaker; integer >= 1. Default 2: one may be luck. One failure re-opens it. */
  successThreshold?: number | undefined
  /**
   * Instead of `successThreshold`: the decision is taken over this many probes, by their `successRate`. Integer >= 1. It is taken
   * early once the rest can't change it.
   */
  probes?: number | undefined
  /** With `probes`: 0 < ratio ≤ 1 of them that must succeed, compared with `>=`. Default 1. */
  successRate?: number | undefined
  /**
   * The lease of a probe in milliseconds, above 0: if it has not settled by then its place is free for another, and its result
   * has no vote. Must be longer than `callTimeout`. Default 10 000, or twice the `callTimeout` if that is longer.
   */
  probeTimeout?: number | undefined
  /**
   * A probe that succeeds, but takes this many milliseconds or more, above 0, has the vote of a failure; it is not cut off. Default: any
   * success counts.
   */
  slowAfter?: number | undefined
  /** The `callTimeout` of probes, usually shorter: a healthy dependency responds fast. Default: as for other calls. */
  callTimeout?: number | undefined
  /**
   * A round of probes that is not decided within this many milliseconds, above 0, re-opens. Default: no limit, so at low traffic
   * a round lasts until there have been enough calls.
   */
  maxDuration?: number | undefined
}

/**
 * @param callTimeout  the breaker's own.
 * @param before  earlier options that go on holding.
 * @throws TypeError or RangeError naming the option.
 */
export function parseHalfOpen(
  changes: HalfOpenOptions = {},
  callTimeout?: number,
  before: HalfOpenOptions = {},
): HalfOpenSettings {
  const ranges = {
    maxConcurrent: { ...positiveInteger, max: 1_000 },
    successThreshold: positiveInteger,
    probes: positiveInteger,
    successRate: positiveRatio,
    probeTimeout: milliseconds,
    slowAfter: milliseconds,
    callTimeout: timerMilliseconds,
    maxDuration: milliseconds,
  }
  const checked = Object.entries(checkOptions('halfOpen', changes, ranges, '.'))
  const given: HalfOpenOptions = Object.fromEntries(checked.filter(([, value]) => value !== undefined))
  const input: HalfOpenOptions = { ...withoutReplaced(before, given), ...given }
  const limit = input.callTimeout ?? callTimeout ?? 0
  const { maxConcurrent = 1, successThreshold = 2, probes, successRate = 1 } = input
  const { probeTimeout = Math.max(10_000, 2 * limit) } = input
  const longer = `longer than callTimeout (${limit})`
  assertOption(probeTimeout > limit, 'halfOpen.probeTimeout', longer, probeTimeout, RangeError)
  if (probes === undefined ? input.successRate : input.successThreshold)
    throw new TypeError('give either halfOpen.successThreshold, or halfOpen.probes and halfOpen.successRate')
  const rule = probes === undefined ? { successThreshold } : { successRate }
  const config = Object.freeze({ ...input, maxConcurrent, ...rule, probeTimeout })
  // A ratio over this many probes is a number of successes and a number of failures, whichever is reached first.
  // 100 × 0.07 is a little more than 7.
  const successesNeeded = probes === undefined ? successThreshold : Math.ceil(probes * successRate - 1e-9)
  return { ...config, successesNeeded, failuresTolerated: (probes ?? successesNeeded) - successesNeeded, input, config }
}

/** The two ways of deciding replace each other. */
function withoutReplaced(before: HalfOpenOptions, changes: HalfOpenOptions): HalfOpenOptions {
  const { successThreshold, ...withProbes } = before
  if ((changes.probes ?? changes.successRate) !== undefined) return withProbes
  if (changes.successThreshold === undefined) return before
  const { probes, successRate, ...withThreshold } = before
  return withThreshold
}
