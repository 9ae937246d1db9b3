import { atLeastOne, checkNumber, count } from '@cb/checks'
import type { Trip, TripPolicy, TripWatch, WindowSnapshot } from './trip-policy.ts'

/**
 * Opens at the `threshold`-th failure in a row. Opens fast at any traffic, but does not see a dependency that fails half the time.
 * @param threshold  whole number, at least 1.
 * @throws TypeError or RangeError naming the argument.
 */
export function consecutiveFailures(threshold: number): TripPolicy {
  return new ConsecutiveFailures(checkNumber('consecutiveFailures(threshold)', threshold, atLeastOne))
}

/** Of all policies the one that is most often made for each breaker anew: so it has no closure and no object inside. */
class ConsecutiveFailures implements TripPolicy {
  readonly name = 'consecutive-failures'
  readonly threshold: number
  /** Not a method of the class: a copy of the policy, under another name, is one too. */
  readonly watch: typeof watchRun = watchRun

  constructor(threshold: number) {
    this.threshold = threshold
    Object.freeze(this)
  }

  get config(): { threshold: number } {
    return { threshold: this.threshold }
  }
}

function watchRun(this: { threshold: number }): TripWatch {
  return new FailureRun(this.threshold)
}

class FailureRun implements TripWatch {
  readonly #threshold: number
  #failures = 0

  constructor(threshold: number) {
    this.#threshold = threshold
  }

  success(): undefined {
    this.#failures = 0
  }

  failure(): Trip | undefined {
    if (++this.#failures < this.#threshold) return undefined
    return { policy: 'consecutive-failures', threshold: this.#threshold, ...this.snapshot() }
  }

  save(): unknown {
    return this.#failures
  }

  load(saved: unknown): void {
    this.#failures = checkNumber('window', saved, { ...count, max: this.#threshold - 1 })
  }

  snapshot(): WindowSnapshot {
    return { calls: this.#failures, failures: this.#failures }
  }
}
