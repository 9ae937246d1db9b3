import { type Complete, checkOptions, positiveInteger, positiveRatio } from '@cb/checks'
import type { Clock } from '../clock.ts'
import { timeWindow } from '../window/time-window.ts'
import { checkFits, checkWindow, type OutcomeWindow, type WindowCounts, type WindowSpec } from '../window/window.ts'
import type { AdmissionMonitor, AdmissionPolicy } from './admission-policy.ts'

/** Options of `adaptiveThrottle`. */
export interface AdaptiveThrottleOptions {
  /**
   * Calls allowed for each one that succeeds before others are rejected, above 1. Default 2: rejects nothing until half of the
   * calls fail. Nearer to 1 rejects earlier.
   */
  multiplier?: number | undefined
  /** The share of calls that is always admitted, 0 < ratio ≤ 1: they detect the recovery. Default 0.05. */
  floor?: number | undefined
  /** Rejects nothing below this many calls in the window. Default 20. */
  minimumCalls?: number | undefined
  /** Default `timeWindow(30_000)`. */
  window?: WindowSpec | undefined
}

/**
 * Rejects a share of the calls that grows with the share that fails, instead of opening: for a dependency that fails in part, such
 * as one shard of many, where an open breaker would reject what still works. Rejected calls have the reason `throttled`.
 *
 * It is the client-side throttling of Google's SRE book (chapter 21, "Handling Overload"), with one difference: the calls that it
 * rejects itself are not counted, so it recovers as soon as what it admits succeeds.
 * @throws TypeError or RangeError naming the option.
 */
export function adaptiveThrottle(options: AdaptiveThrottleOptions = {}): AdmissionPolicy {
  const ranges = { multiplier: { above: 1 }, floor: positiveRatio, minimumCalls: positiveInteger, window: null }
  const own = checkOptions('adaptiveThrottle', options, ranges)
  const { multiplier = 2, floor = 0.05, window = timeWindow(30_000) } = own
  checkWindow('adaptiveThrottle window', window)
  const { minimumCalls = Math.min(20, window.capacity) } = own
  checkFits('adaptiveThrottle minimumCalls', minimumCalls, window)
  const limits = { multiplier, floor, minimumCalls, window }
  return Object.freeze({
    name: 'adaptive-throttle',
    config: Object.freeze({ ...limits, window: window.config }),
    start: (clock, { random }) => new AdaptiveThrottle(limits, clock, random),
  } satisfies AdmissionPolicy)
}

class AdaptiveThrottle implements AdmissionMonitor {
  readonly #limits: Complete<AdaptiveThrottleOptions>
  readonly memory: OutcomeWindow
  readonly #random: () => number

  constructor(limits: Complete<AdaptiveThrottleOptions>, clock: Clock, random: () => number) {
    this.#limits = limits
    this.memory = limits.window.open(clock)
    this.#random = random
  }

  success(): void {
    this.memory.record(false)
  }

  failure(): void {
    this.memory.record(true)
  }

  reject(): 'throttled' | undefined {
    if (this.memory.failures === 0) return undefined
    const probability = this.#rejectionProbability(this.memory.counts())
    return probability > 0 && this.#random() < probability ? 'throttled' : undefined
  }

  #rejectionProbability({ calls, failures }: WindowCounts): number {
    const { multiplier, floor, minimumCalls } = this.#limits
    if (calls < minimumCalls) return 0
    const excess = (calls - multiplier * (calls - failures)) / calls
    return Math.min(1 - floor, Math.max(0, excess))
  }

  snapshot(): Readonly<Record<string, unknown>> {
    const counts = this.memory.counts()
    const { calls, failures } = counts
    const failureRate = calls < this.#limits.minimumCalls ? null : failures / calls
    return { calls, failures, failureRate, rejectionProbability: this.#rejectionProbability(counts) }
  }
}
