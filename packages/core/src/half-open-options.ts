import { checkDuration, checkNumber, checkObject, longestTimer } from '@cb/checks'
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

const halfOpenNames = [
  'maxConcurrent',
  'successThreshold',
  'probes',
  'successRate',
  'probeTimeout',
  'callTimeout',
  'maxDuration',
] as const

/** What the options of half-open come to. */
export interface HalfOpenSettings extends ProbeSettings {
  /** That of probes, if it is their own. */
  readonly callTimeout: number | undefined
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
  const options = { ...before, ...checkObject('halfOpen', changes, halfOpenNames) }
  const { maxConcurrent = 1, maxDuration } = options
  checkNumber('halfOpen.maxConcurrent', maxConcurrent, { min: 1, integer: true })
  if (maxDuration !== undefined) checkDuration('halfOpen.maxDuration', maxDuration)
  const { successesNeeded, failuresTolerated, ...verdict } = parseVerdict(options)
  const timing = parseTiming(options, callTimeout)
  return Object.freeze({
    maxConcurrent,
    successesNeeded,
    failuresTolerated,
    probeTimeout: timing.probeTimeout,
    maxDuration,
    callTimeout: timing.callTimeout,
    given: options,
    told: Object.freeze({ maxConcurrent, ...verdict, ...timing, ...(maxDuration !== undefined && { maxDuration }) }),
  })
}

type Verdict = Pick<ProbeSettings, 'successesNeeded' | 'failuresTolerated'> & HalfOpenOptions

/** A ratio over so many probes is a number of successes and a number of failures, whichever is reached first. */
function parseVerdict(options: HalfOpenOptions): Verdict {
  const { successThreshold, probes, successRate = 1 } = options
  if (probes === undefined) {
    if (options.successRate !== undefined)
      throw new TypeError('halfOpen.successRate needs halfOpen.probes: of how many?')
    const { successThreshold: needed = 2 } = options
    checkNumber('halfOpen.successThreshold', needed, { min: 1, integer: true })
    return { successesNeeded: needed, failuresTolerated: 0, successThreshold: needed }
  }
  if (successThreshold !== undefined) {
    throw new TypeError('halfOpen.successThreshold and halfOpen.probes exclude each other')
  }
  checkNumber('halfOpen.probes', probes, { min: 1, integer: true })
  checkNumber('halfOpen.successRate', successRate, { above: 0, max: 1 })
  const needed = Math.ceil(probes * successRate - 1e-9) // 100 × 0.07 is a little more than 7
  return { successesNeeded: needed, failuresTolerated: probes - needed, probes, successRate }
}

function parseTiming(
  { probeTimeout, callTimeout: own }: HalfOpenOptions,
  general: number | undefined,
): { probeTimeout: number; callTimeout?: number } {
  if (own !== undefined) checkDuration('halfOpen.callTimeout', own, longestTimer)
  const callTimeout = own ?? general
  const lease = probeTimeout === undefined ? Math.max(10_000, 2 * (callTimeout ?? 0)) : probeTimeout
  checkDuration('halfOpen.probeTimeout', lease)
  if (callTimeout !== undefined && lease <= callTimeout) {
    throw new RangeError(
      `halfOpen.probeTimeout must be longer than callTimeout (${callTimeout}), or a probe that times out has no vote, got ${lease}`,
    )
  }
  return { probeTimeout: lease, ...(own !== undefined && { callTimeout: own }) }
}
