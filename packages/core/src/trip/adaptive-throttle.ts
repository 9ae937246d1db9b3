import { atLeastOne, checkOptions, shareAboveNone } from '@cb/checks'
import type { Clock } from '../clock.ts'
import { timeWindow } from '../window/time-window.ts'
import { checkWindow, type OutcomeWindow, type WindowCounts, type WindowSpec } from '../window/window.ts'
import type { TripPolicy, TripWatch, WindowSnapshot } from './trip-policy.ts'

/** Options of `adaptiveThrottle`. */
export interface AdaptiveThrottleOptions {
  /**
   * How many calls there may be for each that succeeds before others are rejected, above 1. Default 2: rejects nothing until half
   * of the calls fail. Nearer to 1 rejects earlier.
   */
  multiplier?: number
  /** The share of calls that is admitted however bad it is, 0 < ratio ≤ 1: they find out when it is over. Default 0.05. */
  floor?: number
  /** Rejects nothing below this many calls in the window. Default 20. */
  minimumCalls?: number
  /** Default `timeWindow(30_000)`. */
  window?: WindowSpec
}

/**
 * Rejects a share of the calls that grows with the share that fails, instead of opening: for a dependency that fails in part, one
 * shard of many, say, where to open would refuse what still works. The breaker stays closed; rejected calls have the reason
 * `throttled`.
 *
 * It is the client-side throttling of Google's SRE book (chapter 21, "Handling Overload"), with one difference: the calls that it
 * rejects itself are not counted, so it recovers as soon as what it admits succeeds.
 * @throws TypeError or RangeError naming the option.
 */
export function adaptiveThrottle(options: AdaptiveThrottleOptions = {}): TripPolicy {
  const ranges = { multiplier: { above: 1 }, floor: shareAboveNone, minimumCalls: atLeastOne, window: null }
  const {
    multiplier = 2,
    floor = 0.05,
    window = timeWindow(30_000),
  } = checkOptions('adaptiveThrottle', options, ranges)
  checkWindow('adaptiveThrottle window', window)
  const { minimumCalls = Math.min(20, window.capacity) } = options
  const limits = { multiplier, floor, minimumCalls, window }
  return Object.freeze({
    name: 'adaptive-throttle',
    config: Object.freeze({ ...limits, window: window.config }),
    watch: (clock, { random }) => new AdaptiveThrottle(limits, clock, random),
  } satisfies TripPolicy)
}

class AdaptiveThrottle implements TripWatch {
  readonly timed: boolean
  readonly #limits: Required<AdaptiveThrottleOptions>
  readonly #window: OutcomeWindow
  readonly #random: () => number

  constructor(limits: Required<AdaptiveThrottleOptions>, clock: Clock, random: () => number) {
    this.timed = limits.window.timed
    this.#limits = limits
    this.#window = limits.window.open(clock)
    this.#random = random
  }

  success(): undefined {
    this.#window.record(false)
  }

  failure(): undefined {
    this.#window.record(true)
  }

  refuses(): boolean {
    if (this.#window.failures === 0) return false
    const probability = this.#rejectionProbability(this.#window.counts())
    return probability > 0 && this.#random() < probability
  }

  #rejectionProbability({ calls, failures }: WindowCounts): number {
    const { multiplier, floor, minimumCalls } = this.#limits
    if (calls < minimumCalls) return 0
    const excess = (calls - multiplier * (calls - failures)) / calls
    return Math.min(1 - floor, Math.max(0, excess))
  }

  save(): unknown {
    return this.#window.save()
  }

  load(saved: unknown): void {
    this.#window.load(saved)
  }

  snapshot(): WindowSnapshot {
    const { calls, failures } = this.#window.counts()
    const failureRate = calls < this.#limits.minimumCalls ? null : failures / calls
    return { calls, failures, failureRate, rejectionProbability: this.#rejectionProbability({ calls, failures }) }
  }
}
