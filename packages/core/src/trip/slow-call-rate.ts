import { milliseconds } from '@cb/checks'
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

/** Options of `slowCallRate`. */
export interface SlowCallRateOptions extends RateOptions {
  /** Milliseconds, above 0: a call that takes as long is slow, whatever its outcome. */
  slowAfter: number
}

/**
 * Opens when at least `threshold` of the calls in the window were slow. A call still in flight counts as soon as it is slow, so a
 * dependency that hangs opens the breaker while it hangs, and not one time-out later. Follows each call: costs more than policies
 * that look at outcomes only.
 * @throws TypeError or RangeError naming the option; a minimum that the window can't hold is refused.
 */
export function slowCallRate(options: SlowCallRateOptions): TripPolicy {
  const ranges = { slowAfter: { ...milliseconds, needed: true } }
  const rate = parseRate('slowCallRate', options, ranges)
  const limits = { slowAfter: options.slowAfter, ...rate }
  return Object.freeze({
    name: 'slow-call-rate',
    config: Object.freeze({ ...limits, window: limits.window.config }),
    watch: (clock: Clock, { ramp }: Surroundings) => new SlowCallRate(limits, clock, ramp),
  })
}

type Limits = Required<SlowCallRateOptions>

class SlowCallRate implements TripWatch {
  readonly timed = true
  readonly #limits: Limits
  /** Here a "failure" is a slow call. */
  readonly #window: OutcomeWindow
  readonly #clock: Clock
  readonly #ramp: Surroundings['ramp']
  /** When each call in flight that is not slow yet began; the oldest first. */
  readonly #inFlight = new Map<object, number>()

  constructor(limits: Limits, clock: Clock, ramp: Surroundings['ramp']) {
    this.#ramp = ramp
    this.#limits = limits
    this.#window = limits.window.open(clock)
    this.#clock = clock
  }

  began(call: object): undefined {
    this.#inFlight.set(call, this.#clock.now())
  }

  success(call?: object): Trip | undefined {
    return this.#ended(call)
  }

  failure(_error: unknown, call?: object): Trip | undefined {
    return this.#ended(call)
  }

  /** How it went says nothing, but that it was slow has been seen: a caller who gives up on a hang does not hide the hang. */
  ignored(call?: object): undefined {
    if (this.#tookTooLong(call)) this.#window.record(true)
  }

  overdue(): Trip | undefined {
    const slowSince = this.#clock.now() - this.#limits.slowAfter
    for (const [call, beganAt] of this.#inFlight) {
      if (beganAt > slowSince) break
      this.#inFlight.delete(call)
      this.#window.record(true)
    }
    return this.#verdict()
  }

  #ended(call: object | undefined): Trip | undefined {
    const slow = this.#tookTooLong(call)
    if (slow !== undefined) this.#window.record(slow)
    return this.#verdict()
  }

  /** Undefined if it is not in flight any more: it has been counted as slow already, or began before this policy was in charge. */
  #tookTooLong(call: object | undefined): boolean | undefined {
    const beganAt = call && this.#inFlight.get(call)
    if (call === undefined || beganAt === undefined) return undefined
    this.#inFlight.delete(call)
    return this.#clock.now() - beganAt >= this.#limits.slowAfter
  }

  #verdict(): Trip | undefined {
    const { threshold, minimumCalls } = this.#limits
    const { calls, failures: slowCalls } = this.#window
    if (calls < minimumOf(minimumCalls, this.#ramp) || slowCalls / calls < threshold) return undefined
    return { policy: 'slow-call-rate', threshold, ...this.snapshot() }
  }

  save(): unknown {
    return this.#window.save()
  }

  load(saved: unknown): void {
    this.#window.load(saved)
  }

  snapshot(): WindowSnapshot {
    const { calls, failures: slowCalls } = this.#window.counts()
    const slowCallRate = calls < minimumOf(this.#limits.minimumCalls, this.#ramp) ? null : slowCalls / calls
    return { calls, failures: 0, slowCalls, slowCallRate }
  }
}
