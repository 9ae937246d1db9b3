import { checkNumber, checkObject, checkOptions, checkThat, count, milliseconds } from '@cb/checks'
import type { Clock } from '../clock.ts'
import type { OutcomeWindow, WindowCounts, WindowSpec } from './window.ts'

/** Options of `timeWindow`. */
export interface TimeWindowOptions {
  /** Parts that the time is cut into, 1 to 10 000. Default 10: a call is forgotten after 90 to 100 % of the time. */
  buckets?: number
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
  const cut = { width: ms / buckets, buckets }
  return Object.freeze({
    config: Object.freeze({ type: 'time', ms, buckets }),
    capacity: Infinity,
    timed: true,
    open: (clock: Clock) => new TimeWindow(cut, clock),
  })
}

class TimeWindow implements OutcomeWindow {
  /** How long a bucket lasts, and how many there are. */
  readonly #cut: { readonly width: number; readonly buckets: number }
  readonly #clock: Clock
  /** Calls and failures of the buckets before the current one, in pairs; made when the first bucket ends. */
  #past: Float64Array | undefined
  #index = 0
  /** Long past while it is empty: the first call begins a bucket. */
  #bucketEndAt = -Infinity
  #bucketCalls = 0
  #bucketFailures = 0
  calls = 0
  failures = 0

  constructor(cut: { readonly width: number; readonly buckets: number }, clock: Clock) {
    this.#cut = cut
    this.#clock = clock
  }

  record(failed: boolean): void {
    const now = this.#clock.now()
    if (now >= this.#bucketEndAt) {
      this.#forget(now)
      if (this.calls === 0) this.#bucketEndAt = now + this.#cut.width
    }
    this.calls++
    this.#bucketCalls++
    if (failed) {
      this.failures++
      this.#bucketFailures++
    }
  }

  /** Calls and failures of each bucket, the current one first, and how long that one still lasts. */
  save(): unknown {
    this.#forget(this.#clock.now())
    const buckets = [[this.#bucketCalls, this.#bucketFailures]]
    const past = this.#past ?? []
    for (let age = 2; age < past.length; age += 2) {
      const at = (this.#index - age + past.length) % past.length
      buckets.push([past[at] as number, past[at + 1] as number])
    }
    return { left: Math.max(0, this.#bucketEndAt - this.#clock.last), buckets }
  }

  load(saved: unknown): void {
    const { left, buckets } = checkObject('window', saved as { left: number; buckets: unknown[][] }, [
      'left',
      'buckets',
    ])
    checkNumber('window.left', left, { min: 0, max: this.#cut.width })
    const most = this.#cut.buckets
    const fits = Array.isArray(buckets) && buckets.length > 0 && buckets.length <= most
    checkThat(fits, 'window.buckets', `an array of 1 to ${most} pairs of numbers`, buckets)
    const past = new Float64Array(2 * most)
    for (const bucket of [...buckets].reverse()) {
      checkThat(bucket?.length === 2, 'window.buckets', 'pairs of numbers', bucket)
      this.#rotate(past)
      this.#bucketCalls = checkNumber('window.buckets', bucket[0], count)
      this.#bucketFailures = checkNumber('window.buckets', bucket[1], { ...count, max: this.#bucketCalls })
      this.calls += this.#bucketCalls
      this.failures += this.#bucketFailures
    }
    this.#past = past
    this.#bucketEndAt = this.#clock.now() + left
  }

  counts(): WindowCounts {
    this.#forget(this.#clock.now())
    return { calls: this.calls, failures: this.failures }
  }

  #forget(now: number): void {
    if (this.calls === 0 || now < this.#bucketEndAt) return
    const ended = Math.floor((now - this.#bucketEndAt) / this.#cut.width) + 1
    if (ended >= this.#cut.buckets) return this.#empty()
    this.#past ??= new Float64Array(2 * this.#cut.buckets)
    for (let n = 0; n < ended; n++) this.#rotate(this.#past)
    this.#bucketEndAt += ended * this.#cut.width
  }

  /** Files the current bucket and starts the next in the place of the oldest, which leaves the totals. */
  #rotate(past: Float64Array): void {
    past[this.#index] = this.#bucketCalls
    past[this.#index + 1] = this.#bucketFailures
    this.#index = (this.#index + 2) % past.length
    this.calls -= past[this.#index] as number
    this.failures -= past[this.#index + 1] as number
    past[this.#index] = 0
    past[this.#index + 1] = 0
    this.#bucketCalls = 0
    this.#bucketFailures = 0
  }

  #empty(): void {
    this.#past?.fill(0)
    this.#bucketCalls = 0
    this.#bucketFailures = 0
    this.calls = 0
    this.failures = 0
  }
}
