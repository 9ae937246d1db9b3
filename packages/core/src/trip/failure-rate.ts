import type { Clock } from '../clock.ts'
import type { OutcomeWindow } from '../window/window.ts'
import { parseRate, type RateOptions } from './rate-options.ts'
import {
  minimumOf,
  type Surroundings,
  type Trip,
  type TripPolicy,
  type TripWatch,
  type WindowSnapshot,
} from './trip-policy.ts'

/** Options of `failureRate`. */
export type FailureRateOptions = RateOptions

/**
 * Opens when at least `threshold` of the calls in the window failed.
 * @throws TypeError or RangeError naming the option; a minimum that the window can't hold is refused.
 */
export function failureRate(options: FailureRateOptions = {}): TripPolicy {
  const limits = parseRate('failureRate', options, {})
  return Object.freeze({
    name: 'failure-rate',
    config: Object.freeze({ ...limits, window: limits.window.config }),
    watch: (clock, { ramp }) => new FailureRate(limits, clock, ramp),
  } satisfies TripPolicy)
}

class FailureRate implements TripWatch {
  readonly timed: boolean
  readonly #limits: Required<RateOptions>
  readonly #window: OutcomeWindow
  readonly #ramp: Surroundings['ramp']

  constructor(limits: Required<RateOptions>, clock: Clock, ramp: Surroundings['ramp']) {
    this.timed = limits.window.timed
    this.#limits = limits
    this.#window = limits.window.open(clock)
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
    const { threshold, minimumCalls } = this.#limits
    if (calls < minimumOf(minimumCalls, this.#ramp) || failures / calls < threshold) return undefined
    return { policy: 'failure-rate', threshold, ...this.snapshot() }
  }

  save(): unknown {
    return this.#window.save()
  }

  load(saved: unknown): void {
    this.#window.load(saved)
  }

  snapshot(): WindowSnapshot {
    const { calls, failures } = this.#window.counts()
    return {
      calls,
      failures,
      failureRate: calls < minimumOf(this.#limits.minimumCalls, this.#ramp) ? null : failures / calls,
    }
  }
}
