import { checkNumber, checkObject } from '@cb/checks'
import { timeWindow } from '../window/time-window.ts'
import { checkWindow, type OutcomeWindow, type WindowSpec } from '../window/window.ts'
import {
  minimumOf,
  type Surroundings,
  type Trip,
  type TripPolicy,
  type TripWatch,
  type WindowSnapshot,
} from './trip-policy.ts'

/** Options of `failureRate`. */
export interface FailureRateOptions {
  /** 0 < ratio ≤ 1, compared with `>=`. Default 0.5. */
  threshold?: number
  /** Default `timeWindow(10_000)`. */
  window?: WindowSpec
  /**
   * No verdict below this many settled calls in the window. Default 20, or the size of a smaller count window: ten calls at
   * 50 % are noise.
   */
  minimumCalls?: number
}

/**
 * Opens when at least `threshold` of the calls in the window failed.
 * @throws TypeError or RangeError naming the option; a minimum that the window can't hold is refused.
 */
export function failureRate(options: FailureRateOptions = {}): TripPolicy {
  checkObject('failureRate', options, ['threshold', 'window', 'minimumCalls'])
  const { threshold = 0.5, window = timeWindow(10_000) } = options
  checkWindow('failureRate window', window)
  checkNumber('failureRate threshold', threshold, { above: 0, max: 1 })
  const { minimumCalls = Math.min(20, window.capacity) } = options
  checkNumber('failureRate minimumCalls', minimumCalls, { min: 1, integer: true })
  if (minimumCalls > window.capacity) {
    throw new RangeError(
      `failureRate minimumCalls must be at most the window's size ${window.capacity}, got ${minimumCalls}`,
    )
  }
  return Object.freeze({
    name: 'failure-rate',
    config: Object.freeze({ threshold, minimumCalls, window: window.config }),
    watch: (clock, { ramp }) => new FailureRate(threshold, minimumCalls, window.open(clock), window.timed, ramp),
  } satisfies TripPolicy)
}

class FailureRate implements TripWatch {
  readonly timed: boolean
  readonly #threshold: number
  readonly #minimumCalls: number
  readonly #window: OutcomeWindow
  readonly #ramp: Surroundings['ramp']

  constructor(
    threshold: number,
    minimumCalls: number,
    window: OutcomeWindow,
    timed: boolean,
    ramp: Surroundings['ramp'],
  ) {
    this.#threshold = threshold
    this.#minimumCalls = minimumCalls
    this.#window = window
    this.timed = timed
    this.#ramp = ramp
  }

  success(): Trip | undefined {
    this.#window.record(false)
    return this.#window.failures === 0 ? undefined : this.#verdict()
  }

  failure(): Trip | undefined {
    this.#window.record(true)
    return this.#verdict()
  }

  /** A success can trip as well: it may be the call that reaches the minimum. */
  #verdict(): Trip | undefined {
    const { calls, failures } = this.#window
    if (calls < minimumOf(this.#minimumCalls, this.#ramp) || failures / calls < this.#threshold) return undefined
    return { policy: 'failure-rate', threshold: this.#threshold, ...this.snapshot() }
  }

  save(): unknown {
    return this.#window.save()
  }

  load(saved: unknown): void {
    this.#window.load(saved)
  }

  snapshot(): WindowSnapshot {
    const { calls, failures } = this.#window.counts()
    return { calls, failures, failureRate: calls < minimumOf(this.#minimumCalls, this.#ramp) ? null : failures / calls }
  }
}
