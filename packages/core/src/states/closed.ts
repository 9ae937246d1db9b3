import type { Clock } from '../clock.ts'
import type { Outcome } from '../outcome.ts'
import { Permit, type Settler } from '../permit.ts'
import { report } from '../report.ts'
import type { Trip, TripPolicy, TripWatch, WindowSnapshot } from '../trip/trip-policy.ts'
import { emptyWindow, type State, type Verdict } from './state.ts'

/** Every call passes; the trip policy watches the outcomes. */
export class Closed implements State {
  readonly name = 'closed'
  readonly since: number
  readonly #breaker: string
  readonly #watch: TripWatch

  constructor(breaker: string, trip: TripPolicy, clock: Clock, since: number) {
    this.since = since
    this.#breaker = breaker
    this.#watch = trip.watch(clock)
  }

  get timed(): boolean {
    return this.#watch.timed === true
  }

  isOver(): boolean {
    return false
  }

  admit(settler: Settler, startedAt?: number): Permit {
    return new Permit(settler, this, startedAt)
  }

  settle(outcome: Outcome, error: unknown): Verdict | undefined {
    if (outcome === 'ignored') return undefined
    if (outcome === 'success') return this.succeed()
    try {
      return verdictOf(this.#watch.failure(error))
    } catch (problem) {
      return this.#blame(problem)
    }
  }

  succeed(): Verdict | undefined {
    try {
      return verdictOf(this.#watch.success())
    } catch (problem) {
      return this.#blame(problem)
    }
  }

  retryAfterMs(): number {
    return 0
  }

  window(): WindowSnapshot {
    try {
      return this.#watch.snapshot()
    } catch (problem) {
      this.#blame(problem)
      return emptyWindow
    }
  }

  #blame(problem: unknown): undefined {
    report(this.#watch, this.#breaker, 'the trip policy threw', problem)
  }
}

function verdictOf(trip: Trip | undefined): Verdict | undefined {
  return trip === undefined ? undefined : { to: 'open', reason: trip.policy, trip }
}
