import type { WindowSnapshot } from '../events.ts'
import { checkMonitor } from '../misuse.ts'
import type { Outcome } from '../outcome.ts'
import type { Decision, Permit } from '../permit.ts'
import { checkTrip, type TripMonitor } from '../trip/trip-policy.ts'
import { askPolicy, type PolicyOwner, warnOfPolicy } from './ask-policy.ts'
import { type ClosedAdmission, startAdmission } from './closed-admission.ts'
import { emptyWindow, type State } from './state.ts'

/** Calls pass; the trip policy sees the outcomes. The `recovery` and `admission` policies may reject some. */
export class Closed implements State {
  readonly #owner: PolicyOwner
  admission: ClosedAdmission | undefined
  trip: TripMonitor

  /** @param attempt  that of the outage which has just ended; undefined if there was none, so there is nothing to recover from. */
  constructor(owner: PolicyOwner, attempt?: number) {
    this.#owner = owner
    this.admission = startAdmission(owner, attempt)
    this.trip = startTrip(owner, this.admission)
  }

  get name(): 'closed' {
    return 'closed'
  }

  /** The policies of the settings start with an empty memory, if they are not those of `before`. */
  restart(before: PolicyOwner['settings']): void {
    const { trip, admission } = this.#owner.settings
    if (admission !== before.admission) this.admission = startAdmission(this.#owner, undefined, this.admission)
    if (trip !== before.trip) this.trip = startTrip(this.#owner, this.admission)
  }

  get timed(): boolean {
    return this.trip.timed === true
  }

  /** Whether there is nothing to do for a call but to count its outcome. */
  get needsOnlyCounting(): boolean {
    const { began, overdue } = this.trip
    return (began ?? overdue ?? this.admission) === undefined
  }

  get attempt(): number {
    return this.admission?.attempt ?? 0
  }

  expired(): Decision | undefined {
    const { trip } = this
    if (trip.overdue === undefined) return undefined
    try {
      return toDecision(this.#owner, trip.overdue())
    } catch (problem) {
      return warnOfTrip(this.#owner, problem)
    }
  }

  rejection(): undefined {}

  issue(permit: Permit): void {
    try {
      toDecision(this.#owner, this.trip.began?.(permit))
    } catch (problem) {
      warnOfTrip(this.#owner, problem)
    }
  }

  settle(outcome: Outcome, error: unknown, permit: Permit | undefined): Decision | undefined {
    if (outcome === 'ignored') return decide(this.#owner, () => this.trip.ignored?.(permit))
    this.admission?.notify(outcome, error)
    return outcome === 'success' ? this.succeed(permit) : this.fail(error, permit)
  }

  /** As `settle`, for the most frequent event: a success without an admission policy. */
  succeed(permit?: Permit): Decision | undefined {
    try {
      return toDecision(this.#owner, this.trip.success(permit))
    } catch (problem) {
      return warnOfTrip(this.#owner, problem)
    }
  }

  fail(error: unknown, permit?: Permit): Decision | undefined {
    try {
      return toDecision(this.#owner, this.trip.failure(error, permit))
    } catch (problem) {
      return warnOfTrip(this.#owner, problem)
    }
  }

  late(permit: Permit): void {
    decide(this.#owner, () => this.trip.late?.(permit))
  }

  window(): WindowSnapshot {
    return askPolicy(this.#owner, this.#owner.settings.trip, 'trip', () => this.trip.snapshot()) ?? emptyWindow
  }
}

function startTrip(owner: PolicyOwner, admission: ClosedAdmission | undefined): TripMonitor {
  const { trip, clock, random } = owner.settings
  const gradual = admission?.recovery?.monitor
  const recovery = gradual?.share && (gradual as { share(): number })
  const monitor = askPolicy(owner, trip, 'trip', () =>
    checkMonitor(trip.start(clock, { random, recovery }), 'success', 'failure', 'snapshot'),
  )
  return monitor ?? { success: noTrip, failure: noTrip, snapshot: () => emptyWindow }
}

function decide(owner: PolicyOwner, question: () => unknown): Decision | undefined {
  try {
    return toDecision(owner, question())
  } catch (problem) {
    return warnOfTrip(owner, problem)
  }
}

function warnOfTrip(owner: PolicyOwner, problem: unknown): undefined {
  return warnOfPolicy(owner, owner.settings.trip, 'trip', problem)
}

function toDecision(owner: PolicyOwner, answer: unknown): Decision | undefined {
  const trip = checkTrip(answer, owner.settings.trip)
  return trip && { to: 'open', reason: trip.policy, trip }
}

function noTrip(): undefined {}
