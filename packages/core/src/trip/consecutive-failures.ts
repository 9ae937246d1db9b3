import { checkNumber, checkOptions, milliseconds, positiveInteger } from '@cb/checks'
import type { Clock } from '../clock.ts'
import type { Trip, WindowSnapshot } from '../events.ts'
import type { TripMonitor, TripPolicy } from './trip-policy.ts'

/** Options of `consecutiveFailures`. */
export interface ConsecutiveFailuresOptions {
  /**
   * Milliseconds, above 0: failures that come within this time of the last one that counted are lumped together with it, so twenty
   * calls that die with one connection in the same moment count once. Keep it far below the time between two calls that fail
   * independently. Default: each failure counts. The idea is semian's lumping interval.
   */
  lumpWithin?: number | undefined
}

/**
 * Opens at the `threshold`-th failure in a row. Opens fast at any traffic, but does not see a dependency that fails half the time.
 * @param threshold  integer >= 1.
 * @throws TypeError or RangeError naming the argument.
 */
export function consecutiveFailures(threshold: number, options?: ConsecutiveFailuresOptions): TripPolicy {
  checkNumber('consecutiveFailures(threshold)', threshold, positiveInteger)
  const { lumpWithin } = checkOptions('consecutiveFailures', options ?? {}, { lumpWithin: milliseconds })
  if (lumpWithin === undefined) return new ConsecutiveFailures(threshold)
  return Object.freeze({
    name: 'consecutive-failures',
    config: Object.freeze({ threshold, lumpWithin }),
    start: (clock) => new LumpedFailures(threshold, lumpWithin, clock),
  } satisfies TripPolicy)
}

/** Often created anew for each breaker, so it holds no closure and no object. */
class ConsecutiveFailures implements TripPolicy {
  readonly name = 'consecutive-failures'
  readonly threshold: number
  /** Not a method of the class: so `{ ...policy, name }` is a policy too. */
  readonly start: typeof startRun = startRun

  constructor(threshold: number) {
    this.threshold = threshold
    Object.freeze(this)
  }

  get config(): { threshold: number } {
    return { threshold: this.threshold }
  }
}

function startRun(this: { threshold: number }): TripMonitor {
  return new FailureRun(this.threshold)
}

/** Its fields are open to `saved-memory.ts`. */
export class FailureRun implements TripMonitor {
  readonly threshold: number
  failures = 0

  constructor(threshold: number) {
    this.threshold = threshold
  }

  success(): undefined {
    this.failures = 0
  }

  failure(): Trip | undefined {
    if (++this.failures < this.threshold) return undefined
    return { policy: 'consecutive-failures', threshold: this.threshold, ...this.snapshot() }
  }

  snapshot(): WindowSnapshot {
    return { calls: this.failures, failures: this.failures }
  }
}

/** Its fields are open to `saved-memory.ts`. */
export class LumpedFailures extends FailureRun {
  readonly #lumpWithin: number
  readonly clock: Clock
  /** Of the last failure that counted. */
  countedAt: number = -Infinity

  constructor(threshold: number, lumpWithin: number, clock: Clock) {
    super(threshold)
    this.#lumpWithin = lumpWithin
    this.clock = clock
  }

  override failure(): Trip | undefined {
    const now = this.clock.now()
    if (now - this.countedAt < this.#lumpWithin) return undefined
    this.countedAt = now
    return super.failure()
  }
}
