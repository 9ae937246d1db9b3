import type { Clock } from './clock.ts'
import { CircuitOpenError } from './errors.ts'
import type { Rejection } from './permit.ts'
import type { State } from './states/state.ts'

/**
 * The promises of refused calls. To make an error with its stack costs more than the call that is saved, and a flood of refusals
 * is when that matters: so those of one millisecond that say the same share one error, whose stack is the first caller's.
 */
export class Refusals {
  readonly #breaker: string
  readonly #clock: Clock
  #state: State | undefined
  #at = 0
  #said: Rejection | undefined
  #kept: Promise<never> | undefined

  constructor(breaker: string, clock: Clock) {
    this.#breaker = breaker
    this.#clock = clock
  }

  /** A promise of its own, so that a rejection that nobody handles is noticed. */
  refuse(rejection: Rejection, state: State): Promise<never> {
    const at = Math.floor(this.#clock.now())
    const { reason, retryAfterMs } = rejection
    const shared =
      at === this.#at &&
      state === this.#state &&
      retryAfterMs === this.#said?.retryAfterMs &&
      reason === this.#said.reason
    if (!shared || this.#kept === undefined) {
      this.#at = at
      this.#state = state
      this.#said = rejection
      this.#kept = Promise.reject(new CircuitOpenError(this.#breaker, reason, retryAfterMs))
      this.#kept.catch(() => {})
    }
    return this.#kept.then()
  }
}
