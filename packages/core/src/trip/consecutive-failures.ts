import { checkNumber, positiveInteger } from '@cb/checks'
import type { Trip, WindowSnapshot } from '../events.ts'
import type { TripMonitor, TripPolicy } from './trip-policy.ts'

/**
 * Opens at the `threshold`-th failure in a row. Opens fast at any traffic, but does not see a dependency that fails half the time.
 * @param threshold  integer >= 1.
 * @throws TypeError or RangeError naming the argument.
 */
export function consecutiveFailures(threshold: number): TripPolicy {
  return new ConsecutiveFailures(checkNumber('consecutiveFailures(threshold)', threshold, positiveInteger))
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
