import type { Clock } from '../clock.ts'
import { Rejection } from '../permit.ts'
import type { State, Verdict } from './state.ts'

/** No call passes until the deadline. It issues no permits, so nothing can settle here. */
export class Open implements State {
  readonly name = 'open'
  /** How many times the breaker has opened without closing in between, this time included. */
  readonly attempt: number
  readonly #clock: Clock
  readonly #deadlineAt: number

  constructor(clock: Clock, duration: number, attempt: number) {
    this.attempt = attempt
    this.#clock = clock
    this.#deadlineAt = clock.now() + duration
  }

  over(): Verdict | undefined {
    return this.#clock.now() >= this.#deadlineAt ? { to: 'half-open', reason: 'open-duration-ended' } : undefined
  }

  admit(): Rejection {
    return new Rejection('open', this.retryAfterMs())
  }

  settle(): undefined {}

  /** As of the latest reading of the clock: whoever asks has just asked whether the state is over. */
  retryAfterMs(): number {
    return Math.max(1, Math.ceil(this.#deadlineAt - this.#clock.last))
  }
}
