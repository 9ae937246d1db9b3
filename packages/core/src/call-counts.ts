import type { Clock } from './clock.ts'
import { isTimeout } from './outcome.ts'

/** This many successes in a row must each follow the one before within a millisecond before they share a timestamp. */
const burst = 64

/** The counts of a breaker's calls since it was created. */
export class CallCounts {
  success = 0
  failure = 0
  ignored = 0
  rejected = 0
  /** Would have been rejected, but for shadow mode. */
  shadowed = 0
  late = 0
  timeouts = 0
  opens = 0
  closes = 0
  /** NaN for never: a field that may be null allocates for each new number. */
  lastSuccessAt: number = Number.NaN
  lastFailureAt: number = Number.NaN
  /** Success count at which `lastSuccessAt` is refreshed next; 0 means immediately. */
  #nextTimestampAt = 0
  #burst = 0

  /**
   * A clock read costs more than the rest of a successful call. Where the state has just read it, its reading serves; else
   * successes that follow each other within a millisecond share a timestamp in groups.
   * @param timed  whether the state has just read the clock.
   */
  countSuccess(timed: boolean, clock: Clock): void {
    if (++this.success < this.#nextTimestampAt) return
    const grouped = this.#burst > burst
    const at = timed ? clock.last : clock.now()
    const close = !timed && at - this.lastSuccessAt < (grouped ? burst : 1)
    this.#burst = close ? this.#burst + 1 : 0
    this.#nextTimestampAt = this.#burst > burst ? this.success + burst : 0
    this.lastSuccessAt = at
  }

  /** The next success refreshes `lastSuccessAt`, for another state may have admitted it. */
  flushTimestamp(): void {
    this.#burst = 0
    this.#nextTimestampAt = 0
  }

  countFailure(timed: boolean, clock: Clock, error: unknown): void {
    this.failure++
    if (isTimeout(error)) this.timeouts++
    this.lastFailureAt = timed ? clock.last : clock.now()
  }
}
