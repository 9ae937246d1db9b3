import type { Clock } from '../clock.ts'
import type { Outcome } from '../outcome.ts'
import { Permit, Rejection, type Settler } from '../permit.ts'
import type { Ramp } from '../ramp.ts'
import { report } from '../report.ts'
import type { Trip, TripPolicy, TripWatch, WindowSnapshot } from '../trip/trip-policy.ts'
import { emptyWindow, type State, type Verdict } from './state.ts'

/** Where the closed state reads whose it is and what it goes by: anew each time, for it can be changed live. */
interface WatchedBreaker {
  readonly breaker: { readonly name: string }
  readonly settings: { readonly trip: TripPolicy; readonly clock: Clock; readonly random: () => number }
}

/** Every call passes; the trip policy watches the outcomes. */
export class Closed implements State {
  readonly #owner: WatchedBreaker
  #watch: TripWatch
  #ramp: Ramp | undefined
  /** What the promise of a plain call is given: made once for each closed state, which is also what fences late results. */
  onValue: ((value: unknown) => unknown) | undefined
  onError: ((error: unknown) => unknown) | undefined

  constructor(owner: WatchedBreaker, ramp?: Ramp) {
    this.#ramp = ramp
    this.#owner = owner
    this.#watch = this.#start()
  }

  get name(): 'closed' {
    return 'closed'
  }

  /** Puts the trip policy of the settings in charge, from an empty window. */
  watchAnew(): void {
    this.#watch = this.#start()
  }

  #start(): TripWatch {
    try {
      const { trip, clock, random } = this.#owner.settings
      const watch = trip.watch(clock, { random, ramp: this.#ramp })
      if (typeof watch?.success === 'function' && typeof watch.failure === 'function') return watch
      throw new TypeError('watch() must return an object with success, failure and snapshot')
    } catch (problem) {
      this.#blame(problem)
    }
    return { success: noTrip, failure: noTrip, snapshot: () => emptyWindow }
  }

  get timed(): boolean {
    return this.#watch.timed === true
  }

  /** Whether there is nothing to do for a call but to count how it went. */
  get isPlain(): boolean {
    const { began, refuses, overdue } = this.#watch
    return (began ?? refuses ?? overdue ?? this.ramp) === undefined
  }

  over(): Verdict | undefined {
    return this.#watch.overdue && verdictOf(this.#ask((watch) => watch.overdue?.()))
  }

  get ramp(): Ramp | undefined {
    if (this.#ramp?.share() === 1) this.#ramp = undefined
    return this.#ramp
  }

  /** That of the outage which the ramp follows: a relapse goes on counting. */
  get attempt(): number {
    return this.ramp?.attempt ?? 0
  }

  admit(settler: Settler): Permit | Rejection {
    const ramp = this.#ramp && this.ramp
    if (ramp?.admits() === false) return new Rejection('ramp', 1) // it is left to chance: the next call may pass
    const { refuses, began } = this.#watch
    if (refuses !== undefined && this.#ask((watch) => watch.refuses?.()) === true) return new Rejection('throttled', 1)
    const permit = new Permit(settler, this)
    if (began !== undefined) this.#ask((watch) => watch.began?.(permit))
    return permit
  }

  settle(outcome: Outcome, error: unknown, permit: Permit): Verdict | undefined {
    if (outcome === 'success') return this.succeed(permit)
    if (outcome === 'failure') return this.fail(error, permit)
    return this.release(permit)
  }

  release(permit: Permit | undefined): undefined {
    this.#ask((watch) => watch.ignored?.(permit))
  }

  succeed(permit?: Permit): Verdict | undefined {
    try {
      return verdictOf(this.#watch.success(permit))
    } catch (problem) {
      return this.#blame(problem)
    }
  }

  fail(error: unknown, permit?: Permit): Verdict | undefined {
    try {
      return verdictOf(this.#watch.failure(error, permit))
    } catch (problem) {
      return this.#blame(problem)
    }
  }

  /** What the policy says; nothing, and a report, if it throws. */
  #ask<Answer>(question: (watch: TripWatch) => Answer): Answer | undefined {
    try {
      return question(this.#watch)
    } catch (problem) {
      return this.#blame(problem)
    }
  }

  /** What the policy remembers; undefined if it can't be saved. */
  save(): unknown {
    return this.#watch.save?.()
  }

  load(saved: unknown): void {
    this.#watch.load?.(saved)
  }

  retryAfterMs(): number {
    return 0
  }

  window(): WindowSnapshot {
    return this.#ask((watch) => watch.snapshot()) ?? emptyWindow
  }

  #blame(problem: unknown): undefined {
    report(this.#owner.settings.trip, this.#owner.breaker.name, 'the trip policy threw', problem)
  }
}

/** Only an object is a trip: a policy of a user's own may well say `false`. */
function verdictOf(trip: Trip | undefined): Verdict | undefined {
  return typeof trip === 'object' && trip !== null ? { to: 'open', reason: trip.policy, trip } : undefined
}

function noTrip(): undefined {}
