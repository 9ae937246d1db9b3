import { checkNumber, checkOptions, milliseconds } from '@cb/checks'
import type { Clock } from '../clock.ts'
import type { OutcomeWindow, WindowCounts, WindowSpec } from './window.ts'

/** Options of `timeWindow`. */
export interface TimeWindowOptions {
  /** Parts that the time is cut into, 1 to 10 000. Default 10: a call is forgotten after 90 to 100 % of the time. */
  buckets?: number | undefined
}

/**
 * Remembers the calls that settled in the last `ms` milliseconds. O(1) per call, whatever the traffic. A call is never
 * remembered longer than `ms`, and at most one bucket's width shorter.
 * @param ms  above 0.
 * @throws TypeError or RangeError naming the argument.
 */
export function timeWindow(ms: number, options: TimeWindowOptions = {}): WindowSpec {
  checkNumber('timeWindow(ms)', ms, milliseconds)
  const { buckets = 10 } = checkOptions('timeWindow', options, { buckets: { min: 1, max: 10_000, integer: true } })
  const size = { ms, buckets }
  return Object.freeze({
    config: Object.freeze({ type: 'time', ms, buckets }),
    capacity: Infinity,
    timed: true,
    open: (clock: Clock) => new TimeWindow(size, clock),
  })
}

/** In buckets: absorbs what rounding takes from a time that is exactly the end of a bucket. */
const tolerance = 1e-9

export interface Size {
  readonly ms: number
  readonly buckets: number
}

/** Its fields are open to `saved-memory.ts`. */
export class TimeWindow implements OutcomeWindow {
  readonly size: Size
  readonly clock: Clock
  /** Calls and failures of the buckets before the current one, in pairs; created when the first bucket ends. */
  past: Float64Array | undefined
  index = 0
  /** When the first bucket began. Bucket ends are computed from it, so that no rounding adds up. */
  #startedAt = 0
  /** Buckets that have ended since. */
  #ended = 0
  /** Long past while the window is empty: the first call begins a bucket. */
  bucketEndAt: number = -Infinity
  bucketCalls = 0
  bucketFailures = 0
  calls = 0
  failures = 0

  constructor(size: Size, clock: Clock) {
    this.size = size
    this.clock = clock
  }

  record(failed: boolean, now: number = this.clock.now()): void {
    if (now >= this.bucketEndAt) {
      this.forget(now)
      if (this.calls === 0) this.start(now)
    }
    this.calls++
    this.bucketCalls++
    if (failed) {
      this.failures++
      this.bucketFailures++
    }
  }

  /** @param at  when the first bucket begins. */
  start(at: number): void {
    this.#startedAt = at
    this.#end(0)
  }

  /** @param ended  how many buckets have ended. */
  #end(ended: number): void {
    const { ms, buckets } = this.size
    this.#ended = ended
    this.bucketEndAt = this.#startedAt + (ms * (ended + 1 - tolerance)) / buckets
  }

  counts(): WindowCounts {
    this.forget(this.clock.now())
    return { calls: this.calls, failures: this.failures }
  }

  forget(now: number): void {
    if (this.calls === 0 || now < this.bucketEndAt) return
    const { ms, buckets } = this.size
    const ended = Math.floor(((now - this.#startedAt) * buckets) / ms + tolerance)
    if (ended - this.#ended >= buckets) return this.empty()
    this.past ??= new Float64Array(2 * buckets)
    for (let n = this.#ended; n < ended; n++) this.rotate(this.past)
    this.#end(ended)
    if (this.calls === 0) this.empty()
  }

  /** Files the current bucket and starts the next in the place of the oldest, which leaves the totals. */
  rotate(past: Float64Array): void {
    past[this.index] = this.bucketCalls
    past[this.index + 1] = this.bucketFailures
    this.index = (this.index + 2) % past.length
    this.calls -= past[this.index] as number
    this.failures -= past[this.index + 1] as number
    past[this.index] = 0
    past[this.index + 1] = 0
    this.bucketCalls = 0
    this.bucketFailures = 0
  }

  /** The next call begins a bucket, whether or not there was a question in between. */
  empty(): void {
    this.past?.fill(0)
    this.bucketEndAt = -Infinity
    this.bucketCalls = 0
    this.bucketFailures = 0
    this.calls = 0
    this.failures = 0
  }
}
