import type { AdmissionMonitor, AdmissionPolicy } from '../admission/admission-policy.ts'
import type { RejectionReason } from '../errors.ts'
import type { Trip, WindowSnapshot } from '../events.ts'
import { swallowRejection, warnOnce } from '../misuse.ts'
import type { Outcome } from '../outcome.ts'
import { type Decision, type Permit, Rejection } from '../permit.ts'
import type { Settings } from '../settings.ts'
import type { TripMonitor } from '../trip/trip-policy.ts'
import { type Admission, emptyWindow, type State } from './state.ts'

/** Where the closed state reads its settings: anew each time, for they can be changed live. */
interface Owner {
  readonly name: string
  readonly settings: Pick<Settings, 'trip' | 'recovery' | 'admission' | 'clock' | 'random'>
}

/** Calls pass; the trip policy sees the outcomes. The `recovery` and `admission` policies may reject some. */
export class Closed implements State, Admission {
  readonly #owner: Owner
  /** Of the outage before. */
  readonly #attempt: number | undefined
  #trip: TripMonitor
  #recovery: AdmissionMonitor | undefined
  #admission: AdmissionMonitor | undefined

  /** @param attempt  that of the outage which has just ended; undefined if there was none, so there is nothing to recover from. */
  constructor(owner: Owner, attempt?: number) {
    this.#owner = owner
    this.#attempt = attempt
    this.#recovery = attempt === undefined ? undefined : this.#startAdmission(owner.settings.recovery)
    this.#admission = this.#startAdmission(owner.settings.admission)
    this.#trip = this.#startTrip()
  }

  get name(): 'closed' {
    return 'closed'
  }

  #startTrip(): TripMonitor {
    const { trip, clock, random } = this.#owner.settings
    const recovery = this.#recovery?.share && (this.#recovery as { share(): number })
    const monitor = this.#ask(trip, () => checkMonitor(trip.start(clock, { random, recovery }), 'success'))
    return monitor ?? { success: noTrip, failure: noTrip, snapshot: () => emptyWindow }
  }

  #startAdmission(policy: AdmissionPolicy | undefined): AdmissionMonitor | undefined {
    return (
      policy &&
      this.#ask(policy, () => checkMonitor(policy.start(this.#owner.settings.clock, this.#owner.settings), 'reject'))
    )
  }

  /** The policies of the settings start with an empty memory, if they are not those of `before`. */
  restart(before: Owner['settings']): void {
    const { trip, admission } = this.#owner.settings
    if (admission !== before.admission) this.#admission = this.#startAdmission(admission)
    if (trip !== before.trip) this.#trip = this.#startTrip()
  }

  get timed(): boolean {
    return this.#trip.timed === true
  }

  /** Whether there is nothing to do for a call but to count its outcome. */
  get needsOnlyCounting(): boolean {
    const { began, overdue } = this.#trip
    return (began ?? overdue ?? this.admission) === undefined
  }

  /** The memory of the policies, for snapshots and saved states. */
  get monitors(): {
    trip: TripMonitor
    recovery: AdmissionMonitor | undefined
    admission: AdmissionMonitor | undefined
  } {
    return { trip: this.#trip, recovery: this.recovery, admission: this.#admission }
  }

  expired(): Decision | undefined {
    return this.#trip.overdue && this.#decide((trip) => trip.overdue?.())
  }

  rejection(): undefined {}

  get admission(): Admission | undefined {
    return (this.#recovery ?? this.#admission) && this
  }

  reject(): Rejection | undefined {
    const reason = this.#rejectionReason(this.recovery) ?? this.#rejectionReason(this.#admission)
    return reason && new Rejection(reason, 1) // left to chance: the next call may pass
  }

  #rejectionReason(monitor: AdmissionMonitor | undefined): RejectionReason | undefined {
    return monitor && this.#ask(monitor, () => monitor.reject())
  }

  /** Until its share is 1. */
  get recovery(): AdmissionMonitor | undefined {
    const recovery = this.#recovery
    if (recovery?.share && !(Number(this.#ask(recovery, () => recovery.share?.())) < 1)) this.#recovery = undefined
    return this.#recovery
  }

  /** That of the outage before while traffic returns gradually: a relapse goes on counting. */
  get attempt(): number {
    return (this.recovery && this.#attempt) ?? 0
  }

  issue(permit: Permit): void {
    if (this.#trip.began) this.#decide((trip) => trip.began?.(permit))
  }

  settle(outcome: Outcome, error: unknown, permit: Permit | undefined): Decision | undefined {
    if (outcome === 'ignored') return this.#decide((trip) => trip.ignored?.(permit))
    for (const monitor of [this.#recovery, this.#admission]) {
      if (monitor) this.#ask(monitor, () => monitor[outcome]?.(error))
    }
    return outcome === 'success' ? this.succeed(permit) : this.fail(error, permit)
  }

  /** As `settle`, for the most frequent event: a success without an admission policy. */
  succeed(permit?: Permit): Decision | undefined {
    try {
      return toDecision(this.#trip.success(permit))
    } catch (problem) {
      return this.#blame(this.#owner.settings.trip, problem)
    }
  }

  fail(error: unknown, permit?: Permit): Decision | undefined {
    try {
      return toDecision(this.#trip.failure(error, permit))
    } catch (problem) {
      return this.#blame(this.#owner.settings.trip, problem)
    }
  }

  late(permit: Permit): void {
    this.#decide((trip) => trip.late?.(permit))
  }

  window(): WindowSnapshot {
    return this.#ask(this.#owner.settings.trip, () => this.#trip.snapshot()) ?? emptyWindow
  }

  #decide(question: (trip: TripMonitor) => unknown): Decision | undefined {
    return this.#ask(this.#owner.settings.trip, () => toDecision(question(this.#trip)))
  }

  /** The answer of a policy, which may be the user's own; undefined, and a warning, if it throws. */
  #ask<Answer>(policy: object, question: () => Answer): Answer | undefined {
    try {
      return question()
    } catch (problem) {
      return this.#blame(policy, problem)
    }
  }

  #blame(policy: object, problem: unknown): undefined {
    const { name, settings } = this.#owner
    warnOnce(policy, name, `the ${policy === settings.trip ? 'trip' : 'admission'} policy threw`, problem)
  }
}

/** A policy of the user's own may return `false` for no trip, or by mistake a promise. */
function toDecision(answer: unknown): Decision | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const trip = answer as Trip
  if (typeof trip.policy === 'string') return { to: 'open', reason: trip.policy, trip }
  swallowRejection(answer)
  throw new TypeError('a trip must be an object with the name of its `policy`')
}

function checkMonitor<Monitor>(monitor: Monitor, method: keyof Monitor & string): Monitor {
  if (typeof monitor?.[method] === 'function') return monitor
  throw new TypeError(`start() must return an object with ${method}()`)
}

function noTrip(): undefined {}
