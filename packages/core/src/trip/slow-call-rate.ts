import { milliseconds } from '@cb/checks'
import type { Clock } from '../clock.ts'
import type { Trip, WindowSnapshot } from '../events.ts'
import type { OutcomeWindow } from '../window/window.ts'
import { parseRate, type RateOptions } from './rate-options.ts'
import type { TripMonitor, TripPolicy } from './trip-policy.ts'
import { WindowMonitor, windowPolicy } from './window-monitor.ts'

/** Options of `slowCallRate`. */
export interface SlowCallRateOptions extends RateOptions {
  /** Milliseconds, above 0: a call that takes as long is slow, whatever its outcome. */
  slowAfter: number
}

/**
 * Opens when at least `threshold` of the calls in the window were slow. A call still in flight counts as soon as it is slow, so a
 * dependency that hangs opens the breaker while it hangs, and not one timeout later. It follows each call, which costs more than a
 * policy that looks at outcomes only.
 * @throws TypeError or RangeError naming the option; a minimum that the window can't hold is a RangeError.
 */
export function slowCallRate(options: SlowCallRateOptions): TripPolicy {
  const rate = parseRate('slowCallRate', options, { slowAfter: { ...milliseconds, needed: true } })
  const { slowAfter } = options
  const rule = {
    ...rate,
    name: 'slow-call-rate',
    measure: (calls: number, slowCalls: number) => slowCalls / calls,
    describe: (calls: number, slowCalls: number, decidable: boolean) => ({
      calls,
      failures: 0,
      slowCalls,
      slowCallRate: decidable ? slowCalls / calls : null,
    }),
  }
  return windowPolicy(rule, { slowAfter, ...rate }, (clock, { recovery }) => {
    return new SlowCallMonitor(slowAfter, new WindowMonitor(rule, clock, recovery), clock)
  })
}

class SlowCallMonitor implements TripMonitor {
  readonly timed = true
  readonly #slowAfter: number
  /** A slow call is recorded as a failure, a fast one as a success. */
  readonly #calls: WindowMonitor
  readonly #clock: Clock
  /** When each call in flight that is not slow yet began; the oldest first. */
  readonly #inFlight = new Map<object, number>()

  constructor(slowAfter: number, calls: WindowMonitor, clock: Clock) {
    this.#slowAfter = slowAfter
    this.#calls = calls
    this.#clock = clock
  }

  began(call: object): void {
    this.#inFlight.set(call, this.#clock.now())
  }

  success(call?: object): Trip | undefined {
    return this.#ended(call)
  }

  failure(_error: unknown, call?: object): Trip | undefined {
    return this.#ended(call)
  }

  /** The outcome says nothing, but a caller who gave up on a slow call must not hide that it was slow. */
  ignored(call: object): void {
    const beganAt = this.#inFlight.get(call)
    this.#inFlight.delete(call)
    if (beganAt !== undefined && this.#isSlow(beganAt)) this.#calls.failure()
  }

  late(call: object): void {
    this.#inFlight.delete(call)
  }

  overdue(): Trip | undefined {
    const slowSince = this.#clock.now() - this.#slowAfter
    for (const [call, beganAt] of this.#inFlight) {
      if (beganAt > slowSince) break
      this.#inFlight.delete(call)
      this.#calls.failure()
    }
    return this.#calls.decide()
  }

  /** A call that is not in flight any more was recorded as slow already, or began before this policy started. */
  #ended(call: object | undefined): Trip | undefined {
    const now = this.#clock.now()
    const beganAt = call && this.#inFlight.get(call)
    if (call === undefined || beganAt === undefined) return this.#calls.decide()
    this.#inFlight.delete(call)
    return now - beganAt >= this.#slowAfter ? this.#calls.failure() : this.#calls.success()
  }

  #isSlow(beganAt: number): boolean {
    return this.#clock.now() - beganAt >= this.#slowAfter
  }

  get memory(): OutcomeWindow {
    return this.#calls.memory
  }

  snapshot(): WindowSnapshot {
    return this.#calls.snapshot()
  }
}
