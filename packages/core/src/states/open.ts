import type { Clock } from '../clock.ts'
import type { OpenTrip } from '../events.ts'
import { type Decision, Rejection } from '../permit.ts'
import type { State } from './state.ts'

/** No call passes until the deadline. It issues no permits, so nothing can settle here. */
export class Open implements State {
  readonly name = 'open'
  /** How many times the breaker has opened without closing in between, this time included. */
  readonly attempt: number
  readonly openedBy: OpenTrip | undefined
  readonly #clock: Clock
  readonly #deadlineAt: number

  constructor(clock: Clock, duration: number, attempt: number, openedBy?: OpenTrip) {
    this.attempt = attempt
    this.openedBy = openedBy
    this.#clock = clock
    this.#deadlineAt = clock.now() + duration
  }

  expired(): Decision | undefined {
    return this.#clock.now() >= this.#deadlineAt ? { to: 'half-open', reason: 'open-duration-ended' } : undefined
  }

  rejection(): Rejection {
    return new Rejection('open', Math.max(1, Math.ceil(this.remaining())), this.openedBy)
  }

  /** Milliseconds, as of the latest reading of the clock: each question starts with `expired`, which reads it. */
  remaining(): number {
    return this.#deadlineAt - this.#clock.last
  }

  settle(): undefined {}
}
