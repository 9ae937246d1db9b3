import { atLeastOne, checkOptions } from '@cb/checks'
import type { Clock } from '../clock.ts'
import { timeWindow } from '../window/time-window.ts'
import { checkFits, checkWindow, type OutcomeWindow, type WindowSpec } from '../window/window.ts'
import type { Trip, TripPolicy, TripWatch, WindowSnapshot } from './trip-policy.ts'

/** Options of `failureCount`. */
export interface FailureCountOptions {
  /** Failures in the window that open the breaker; whole number, at least 1, compared with `>=`. */
  threshold: number
  /** Default `timeWindow(10_000)`. */
  window?: WindowSpec
}

/**
 * Opens when the window holds at least `threshold` failures, however many calls succeeded.
 * @throws TypeError or RangeError naming the option; a threshold that the window can't hold is refused.
 */
export function failureCount(options: FailureCountOptions): TripPolicy {
  const ranges = { threshold: { ...atLeastOne, needed: true }, window: null }
  const { threshold, window = timeWindow(10_000) } = checkOptions('failureCount', options, ranges)
  checkWindow('failureCount window', window)
  checkFits('failureCount threshold', threshold, window)
  return Object.freeze({
    name: 'failure-count',
    config: Object.freeze({ threshold, window: window.config }),
    watch: (clock) => new FailureCount(threshold, window, clock),
  } satisfies TripPolicy)
}

class FailureCount implements TripWatch {
  readonly timed: boolean
  readonly #threshold: number
  readonly #window: OutcomeWindow

  constructor(threshold: number, window: WindowSpec, clock: Clock) {
    this.#threshold = threshold
    this.#window = window.open(clock)
    this.timed = window.timed
  }

  success(): undefined {
    this.#window.record(false)
  }

  failure(): Trip | undefined {
    this.#window.record(true)
    if (this.#window.failures < this.#threshold) return undefined
    return { policy: 'failure-count', threshold: this.#threshold, ...this.snapshot() }
  }

  save(): unknown {
    return this.#window.save()
  }

  load(saved: unknown): void {
    this.#window.load(saved)
  }

  snapshot(): WindowSnapshot {
    return this.#window.counts()
  }
}
