import type { Clock } from './clock.ts'
import { type KeptFailure, keepFailure } from './last-failure.ts'
import { isTimeout } from './outcome.ts'

/** This many successes in a row must each follow the one before within a millisecond before they share a timestamp. */
const burst = 64

/** The counts of a breaker's calls since it was created. */
export class CallCounts implements KeptFailure {
  // Most breakers never have these, so they take no memory until then.
  /** Would have been rejected, but for shadow mode. */
  declare shadowed?: number
  declare fallbacks?: number
  success = 0
  failure = 0
  ignored = 0
  rejected = 0
  late = 0
  timeouts = 0
  opens = 0
  closes = 0
  /** NaN for never: a field that may be null allocates for each new number. */
  lastSuccessAt: number = Number.NaN
  lastFailureAt: number = Number.NaN
  lastFailureName: string | null = null
  lastFailureCode: string | number | null = null
  lastFailureMessage: string | null = null
  /** Successes in a row that each followed the one before within a millisecond. */
  #run = 0

  /**
   * A clock read costs more than the rest of a successful call. Where the state has just read it, its reading serves; else
   * successes that follow each other within a millisecond share a timestamp in groups.
   * @param timed  whether the state has just read the clock.
   * @param settings  the clock is looked up only when it is read.
   */
  countSuccess(timed: boolean, settings: { readonly clock: Clock }): void {
    this.success++
    const grouped = this.#run > burst
    if (grouped && ++this.#run % burst !== 0) return
    const { clock } = settings
    const at = timed ? clock.last : clock.now()
    const close = !timed && at - this.lastSuccessAt < (grouped ? burst : 1)
    this.#run = close ? (grouped ? 2 * burst : this.#run + 1) : 0
    this.lastSuccessAt = at
  }

  /** The next success refreshes `lastSuccessAt`, for another state may have admitted it. */
  flushTimestamp(): void {
    this.#run = 0
  }

  countFailure(timed: boolean, clock: Clock, error: unknown): void {
    this.failure++
    if (isTimeout(error)) this.timeouts++
    keepFailure(this, error, timed ? clock.last : clock.now())
  }
}
