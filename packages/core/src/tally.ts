import type { Clock } from './clock.ts'
import { isTimeout } from './outcome.ts'
import type { Issuer } from './states/state.ts'

/** How many successes in a row must each follow the one before within a millisecond before they are stamped in groups. */
const rapidSuccesses = 64

/** What became of a breaker and its calls since it was made. */
export class Tally {
  success = 0
  /** At this many successes the next is stamped; 0 for at once. */
  #nextStamp = 0
  #rapid = 0
  failure = 0
  ignored = 0
  rejected = 0
  /** Would have been rejected, but for shadow mode. */
  shadowed = 0
  late = 0
  timeouts = 0
  opens = 0
  closes = 0
  /** NaN for never: where a number may be null each new one is an object of its own. */
  lastSuccessAt: number = Number.NaN
  lastFailureAt: number = Number.NaN

  /**
   * A clock read costs more than all the rest of a successful call. Where the state has just read it, its reading serves; else
   * successes that follow each other within a millisecond are stamped in groups.
   */
  countSuccess(issuer: Issuer, clock: Clock): void {
    if (++this.success < this.#nextStamp) return
    const grouped = this.#rapid > rapidSuccesses
    const at = issuer.timed ? clock.last : clock.now()
    const rapid = !issuer.timed && at - this.lastSuccessAt < (grouped ? rapidSuccesses : 1)
    this.#rapid = rapid ? this.#rapid + 1 : 0
    this.#nextStamp = this.#rapid > rapidSuccesses ? this.success + rapidSuccesses : 0
    this.lastSuccessAt = at
  }

  /** The next success is stamped, for it may be another state that issued it. */
  endGroup(): void {
    this.#rapid = 0
    this.#nextStamp = 0
  }

  countFailure(issuer: Issuer, clock: Clock, error: unknown): void {
    this.failure++
    if (isTimeout(error)) this.timeouts++
    this.lastFailureAt = issuer.timed ? clock.last : clock.now()
  }
}
