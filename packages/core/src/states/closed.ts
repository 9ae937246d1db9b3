import type { AdmissionMonitor, AdmissionPolicy } from '../admission/admission-policy.ts'
import type { RejectionReason } from '../errors.ts'
import type { Trip, WindowSnapshot } from '../events.ts'
import { warnOnce } from '../misuse.ts'
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
  readonly #attempt: number
  #trip: TripMonitor
  #recovery: AdmissionMonitor | undefined
  #admission: AdmissionMonitor | undefined

  /** @param attempt  that of the outage which has just ended; undefined if there was none, so there is nothing to recover from. */
  constructor(owner: Owner, attempt?: number) {
    this.#owner = owner
    this.#attempt = attempt ?? 0
    const { recovery, admission } = owner.settings
    if (attempt !== undefined && recovery !== undefined) this.#recovery = this.#startAdmission(recovery)
    if (admission !== undefined) this.#admission = this.#startAdmission(admission)
    this.#trip = this.#startTrip()
  }

  get name(): 'closed' {
    return 'closed'
  }

  #startTrip(): TripMonitor {
    const recovery = this.#recovery?.share && (this.#recovery as { share(): number })
    const monitor = this.#try(this.#owner.settings.trip, 'trip', () => {
      const { trip, clock, random } = this.#owner.settings
      const started = trip.start(clock, { random, recovery })
      if (typeof started?.success === 'function' && typeof started.failure === 'function') return started
      throw new TypeError('start() must return an object with success, failure and snapshot')
    })
    return monitor ?? { success: noTrip, failure: noTrip, snapshot: () => emptyWindow }
  }

  #startAdmission(policy: AdmissionPolicy): AdmissionMonitor | undefined {
    return this.#try(policy, 'admission', () => {
      const { clock, random } = this.#owner.settings
      const started = policy.start(clock, { random })
      if (typeof started?.reject === 'function') return started
      throw new TypeError('start() must return an object with reject')
    })
  }

  /** The policies of the settings start with an empty memory, if they are not those of `before`. */
  restart(before: Owner['settings']): void {
    const { trip, admission } = this.#owner.settings
    if (admission !== before.admission) this.#admission = admission && this.#startAdmission(admission)
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
    return this.#recovery === undefined && this.#admission === undefined ? undefined : this
  }

  reject(): Rejection | undefined {
    const { recovery, admission } = this.#owner.settings
    const reason = this.#reject(recovery, this.recovery) ?? this.#reject(admission, this.#admission)
    return reason && new Rejection(reason, 1) // left to chance: the next call may pass
  }

  #reject(policy: AdmissionPolicy | undefined, monitor: AdmissionMonitor | undefined): RejectionReason | undefined {
    if (monitor === undefined) return undefined
    return this.#try(policy ?? monitor, 'admission', () => {
      const reason = monitor.reject()
      if (reason === undefined || reason === 'throttled' || reason === 'ramp') return reason
      throw new TypeError("reject() must return 'throttled', 'ramp' or undefined")
    })
  }

  /** Until its share is 1. */
  get recovery(): AdmissionMonitor | undefined {
    const recovery = this.#recovery
    if (recovery?.share === undefined) return recovery
    const share = this.#try(recovery, 'admission', () => recovery.share?.())
    if (!(typeof share === 'number' && share < 1)) this.#recovery = undefined
    return this.#recovery
  }

  /** That of the outage before while traffic returns gradually: a relapse goes on counting. */
  get attempt(): number {
    return this.recovery === undefined ? 0 : this.#attempt
  }

  issue(permit: Permit): void {
    if (this.#trip.began !== undefined) this.#decide((trip) => trip.began?.(permit) as undefined)
  }

  settle(outcome: Outcome, error: unknown, permit: Permit | undefined): Decision | undefined {
    if (outcome === 'ignored') return this.#decide((trip) => trip.ignored?.(permit) as undefined)
    if (this.admission !== undefined) this.#tellAdmission(outcome, error)
    return outcome === 'success' ? this.succeed(permit) : this.fail(error, permit)
  }

  #tellAdmission(outcome: 'success' | 'failure', error: unknown): void {
    for (const monitor of [this.#recovery, this.#admission]) {
      if (monitor !== undefined) this.#try(monitor, 'admission', () => monitor[outcome]?.(error))
    }
  }

  /** As `settle`, for the most frequent event: a success without an admission policy. */
  succeed(permit?: Permit): Decision | undefined {
    try {
      return toDecision(this.#trip.success(permit))
    } catch (problem) {
      return this.#blame(this.#owner.settings.trip, 'trip', problem)
    }
  }

  fail(error: unknown, permit?: Permit): Decision | undefined {
    try {
      return toDecision(this.#trip.failure(error, permit))
    } catch (problem) {
      return this.#blame(this.#owner.settings.trip, 'trip', problem)
    }
  }

  late(permit: Permit): void {
    this.#decide((trip) => trip.late?.(permit) as undefined)
  }

  window(): WindowSnapshot {
    return this.#try(this.#owner.settings.trip, 'trip', () => this.#trip.snapshot()) ?? emptyWindow
  }

  #decide(ask: (trip: TripMonitor) => Trip | undefined): Decision | undefined {
    return toDecision(this.#try(this.#owner.settings.trip, 'trip', () => ask(this.#trip)))
  }

  /** The answer of a policy, which may be the user's own; undefined, and a warning, if it throws. */
  #try<Answer>(policy: object, kind: 'trip' | 'admission', ask: () => Answer): Answer | undefined {
    try {
      return ask()
    } catch (problem) {
      return this.#blame(policy, kind, problem)
    }
  }

  #blame(policy: object, kind: 'trip' | 'admission', problem: unknown): undefined {
    warnOnce(policy, this.#owner.name, `the ${kind} policy threw`, problem)
  }
}

/** Only an object is a trip: a policy of the user's own may return `false`. */
function toDecision(trip: Trip | undefined): Decision | undefined {
  return typeof trip === 'object' && trip !== null ? { to: 'open', reason: trip.policy, trip } : undefined
}

function noTrip(): undefined {}
