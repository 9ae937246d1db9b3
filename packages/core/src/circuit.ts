import { CallCounts } from './call-counts.ts'
import type { Audience, Named, Transition } from './events.ts'
import { lastFailureOf, withLastFailure } from './last-failure.ts'
import { decideOpenDuration } from './open-duration.ts'
import { isTimeout, type Outcome } from './outcome.ts'
import { type Decision, type Issuer, Permit, type PermitOwner, type Rejection } from './permit.ts'
import type { Settings } from './settings.ts'
import { Closed } from './states/closed.ts'
import { Forced } from './states/forced.ts'
import { HalfOpen } from './states/half-open.ts'
import { Open } from './states/open.ts'
import type { Admission, State } from './states/state.ts'

/**
 * The state machine of one breaker: call → permit → outcome → decision → transition → audience.
 *
 * | from | event | to | reason |
 * |---|---|---|---|
 * | closed | trip | open | <policy name> |
 * | open | openDuration ends | half-open | open-duration-ended |
 * | half-open | enough probes succeed | closed | probes-succeeded |
 * | half-open | a probe fails | open | probe-failed |
 * | half-open | maxDuration ends | open | probes-undecided |
 * | closed | forceOpen | open | forced |
 * | half-open | forceOpen | open | forced |
 * | open | forceClosed | closed | forced |
 * | half-open | forceClosed | closed | forced |
 * | forced open | forceClosed | closed | forced |
 * | forced closed | forceOpen | open | forced |
 * | forced open | `for` ends | the suspended state | override-expired |
 * | forced closed | `for` ends | the suspended state | override-expired |
 * | forced open | resume | the suspended state | resumed |
 * | forced closed | resume | the suspended state | resumed |
 * | open | reset | closed | reset |
 * | half-open | reset | closed | reset |
 * | forced open | reset | closed | reset |
 * | open | probeNow | half-open | probe-now |
 * | forced open | probeNow | half-open | probe-now |
 * | any | restoreState | the saved state | restored |
 * | any | a fleet decides | what it says | <its reason> |
 *
 * It is synchronous, without I/O or timers: an end of time is noticed at the next question. A transition is announced when the
 * state has another name; entering a state anew (`forceOpen` while open, `reset` while closed) only begins a new period. The begin
 * and the end of an override are announced also then.
 */
export class Circuit implements PermitOwner {
  readonly breaker: Named
  audience: Audience
  readonly counts: CallCounts = new CallCounts()
  settings: Settings
  state: State
  /** When the current state was entered. */
  since: number
  lastTransition: Omit<Transition, 'error'> | null = null
  /** What may reject probes besides the state: a background probe keeps them to itself, a fleet hands them out. */
  probeAdmission: Admission | undefined
  /** The callbacks of the fast path (execute.ts), while it is enabled. */
  onValue: ((value: unknown) => unknown) | undefined
  onError: ((error: unknown) => unknown) | undefined

  constructor(breaker: Named, settings: Settings, since: number, audience: Audience) {
    this.breaker = breaker
    this.settings = settings
    this.since = since
    this.audience = audience
    this.state = new Closed(this)
  }

  get name(): string {
    return this.breaker.name
  }

  /** The state at this moment: what has expired is left first. */
  current(): State {
    const { state } = this
    const decision = state.expired()
    // A trip policy is the user's code: it may itself have moved the breaker on.
    if (decision !== undefined && state === this.state) {
      this.#apply(decision, 'time')
      this.audience.deliver()
    }
    return this.state
  }

  /** @param caller  identifies the caller to the admission seam. */
  admit(caller?: unknown): Permit | Rejection {
    const state = this.current()
    const rejection = state.rejection() ?? state.admission?.reject(caller)
    if (rejection === undefined) {
      const permit = this.#permit(state)
      state.issue?.(permit)
      return permit
    }
    const waived = this.settings.waives?.(rejection.reason) === true
    this.#countRejection(state, rejection, waived)
    return waived ? this.#permit(new Waived(state.name)) : rejection
  }

  #permit(issuer: Issuer): Permit {
    const permit = new Permit(this, issuer)
    if (this.audience.hasCallListeners) permit.startedAt = this.settings.clock.now()
    return permit
  }

  #countRejection(state: State, { reason, retryAfterMs }: Rejection, shadow: boolean): void {
    if (shadow) this.counts.shadowed = 1 + (this.counts.shadowed ?? 0)
    else this.counts.rejected++
    if (!this.audience.hasListeners) return
    const at = this.settings.clock.now()
    const event = { breaker: this.name, state: state.name, reason, retryAfterMs, at, shadow }
    this.audience.add(this.breaker, 'rejection', event)
    this.audience.deliver()
  }

  run<T>(fn: () => T, permit: Permit): T {
    return this.audience.run(this.breaker, fn, permit)
  }

  callTimeout(issuer: Issuer): number | undefined {
    const { halfOpen, callTimeout } = this.settings
    return issuer.issuesProbes ? (halfOpen.callTimeout ?? callTimeout) : callTimeout
  }

  settle(issuer: Issuer, outcome: Outcome, error?: unknown, permit?: Permit): void {
    const { counts, settings } = this
    const { clock } = settings
    const isCurrent = issuer === this.state || issuer instanceof Waived
    const decision = isCurrent ? issuer.settle(outcome, error, permit) : 'late'
    const late = decision === 'late'
    // An override may bring the issuer back: it must not count this call as in flight then.
    if (!isCurrent && permit !== undefined) issuer.late?.(permit)
    if (late) counts.late++
    else if (outcome === 'success') counts.countSuccess(issuer.timed === true, settings)
    else if (outcome === 'failure') counts.countFailure(issuer.timed === true, clock, error)
    else counts.ignored++
    if (this.audience.hasCallListeners) this.#announceOutcome(issuer, outcome, late, error, permit)
    this.#conclude(issuer, late ? undefined : decision, error)
  }

  #announceOutcome(issuer: Issuer, outcome: Outcome, late: boolean, error: unknown, permit: Permit | undefined): void {
    const { clock } = this.settings
    const at = issuer.timed && !late && outcome !== 'ignored' ? clock.last : clock.now()
    const duration = permit?.startedAt === undefined ? undefined : at - permit.startedAt
    const timedOut = outcome === 'failure' && isTimeout(error)
    const event = { breaker: this.name, state: issuer.name, outcome, at, duration, late, timedOut }
    this.audience.add(this.breaker, 'outcome', error === undefined ? event : { ...event, error }, permit)
  }

  /** `settle` for the most frequent event: a success while closed, without listeners to calls. */
  succeed(issuer: Closed): void {
    if (issuer !== this.state || this.audience.hasCallListeners) return this.settle(issuer, 'success')
    const decision = issuer.succeed()
    this.counts.countSuccess(issuer.timed, this.settings)
    if (decision !== undefined) this.#conclude(issuer, decision, undefined)
  }

  /** The same for a failure. */
  fail(issuer: Closed, error: unknown): void {
    if (issuer !== this.state || this.audience.hasCallListeners) return this.settle(issuer, 'failure', error)
    const decision = issuer.fail(error)
    this.counts.countFailure(issuer.timed, this.settings.clock, error)
    if (decision !== undefined) this.#conclude(issuer, decision, error)
  }

  /** @param error  what was replaced. */
  countFallback(error: unknown): void {
    this.counts.fallbacks = 1 + (this.counts.fallbacks ?? 0)
    if (!this.audience.hasListeners) return
    this.audience.add(this.breaker, 'fallback', { breaker: this.name, at: this.settings.clock.now(), error })
    this.audience.deliver()
  }

  countLate(): void {
    this.counts.late++
  }

  /** Ends the step of a settlement. A trip policy is the user's code: it may itself have moved the breaker on. */
  #conclude(issuer: Issuer, decision: Decision | undefined, error: unknown): void {
    if (decision !== undefined && issuer === this.state) this.#apply(decision, 'call', error)
    this.audience.deliver()
  }

  #apply({ to, reason, trip }: Decision, cause: Transition['cause'], error?: unknown): void {
    const { state } = this
    const why = { reason, cause, ...(trip && { trip }) }
    if (state instanceof Forced) {
      this.#transitionTo(state.suspended, why)
      this.current() // the suspended state may have expired meanwhile
    } else if (to === 'open') this.#open(why, error)
    else if (to === 'half-open') this.#transitionTo(new HalfOpen(this, state.attempt, state.openedBy), why)
    else this.#transitionTo(new Closed(this, state.attempt ?? 0), why)
  }

  #open(why: Pick<Transition, 'reason' | 'cause' | 'trip'>, error: unknown): void {
    const { state } = this
    const { openDuration: policy, random, clock } = this.settings
    const attempt = 1 + (state.attempt ?? 0)
    const openDuration = decideOpenDuration(policy, this.name, { attempt, error, random, trip: why.trip })
    if (state !== this.state) return // the policy is the user's code: it has moved the breaker on
    const details = { ...why, attempt, openDuration, ...(error !== undefined && { error }) }
    const openedBy = withLastFailure(why.trip ?? state.openedBy, lastFailureOf(this.counts))
    this.#transitionTo(new Open(clock, openDuration, attempt, openedBy), details)
  }

  // Manual control

  force(to: 'open' | 'closed', note?: string, duration: number = Infinity): void {
    const suspended = this.current()
    this.enter(new Forced(to, this.settings.clock, note ?? null, duration, suspended), 'forced', note)
  }

  resume(note?: string): void {
    if (!(this.state instanceof Forced)) return
    this.enter(this.state.suspended, 'resumed', note)
    this.current() // the suspended state may have expired meanwhile
  }

  reset(note?: string): void {
    this.enter(new Closed(this), 'reset', note)
  }

  probeNow(note?: string): void {
    const state = this.current()
    if (state.name !== 'open') return
    const { attempt, openedBy } = state instanceof Forced ? state.suspended : state
    this.enter(new HalfOpen(this, attempt, openedBy), 'probe-now', note)
  }

  /** Takes effect with the next question; a changed trip or admission policy starts with an empty memory. */
  configure(settings: Settings): void {
    const before = this.settings
    this.settings = settings
    this.#endFastPath() // other settings may need more than the fast path does
    const closed = this.state instanceof Forced ? this.state.suspended : this.state
    if (closed instanceof Closed) closed.restart(before)
  }

  /**
   * Goes to a state that an operator, or a saved state, asks for.
   * @param restored  what else was saved: replaces the counts.
   */
  enter(state: State, reason: string, note?: string, restored?: { counts: Partial<CallCounts>; since: number }): void {
    this.#transitionTo(state, { reason, cause: 'manual', ...(note !== undefined && { note }) })
    if (restored !== undefined) {
      Object.assign(this.counts, new CallCounts(), restored.counts)
      this.since = restored.since
    }
    this.audience.deliver()
  }

  /** Goes to a state that a fleet has decided; it has no saved counts and no note of an operator of this process. */
  adopt(state: State, why: Omit<Transition, 'breaker' | 'from' | 'to' | 'at' | 'stateDuration' | 'cause'>): void {
    this.#transitionTo(state, { ...why, cause: 'fleet' })
    this.audience.deliver()
  }

  /** What a call should wait for before it asks to be a probe. */
  ready(): Promise<void> | undefined {
    return this.current().name === 'half-open' ? this.probeAdmission?.ready?.() : undefined
  }

  /** The one place where the state changes. */
  #transitionTo(next: State, details: TransitionDetails): void {
    const { state: previous } = this
    this.state = next
    this.#endFastPath()
    this.probeAdmission?.onEnter?.()
    if (previous.name !== next.name) this.#countTransition(previous.name, next.name, details)
    if (previous instanceof Forced || next instanceof Forced) this.#announceOverride(next, details)
  }

  #countTransition(from: State['name'], to: State['name'], details: TransitionDetails): void {
    if (to === 'open') this.counts.opens++
    if (to === 'closed') this.counts.closes++
    const at = this.settings.clock.now()
    const stateDuration = at - this.since
    this.since = at
    const transition = { breaker: this.name, from, to, at, stateDuration, ...details }
    // What is kept for snapshots must not keep a caller's error alive.
    const { error: _, ...kept } = transition
    this.lastTransition = Object.freeze(kept)
    if (this.audience.hasListeners) this.audience.add(this.breaker, 'transition', transition)
  }

  #announceOverride(next: State, { reason, note: ending, by }: TransitionDetails): void {
    if (!this.audience.hasListeners) return
    const forced = next instanceof Forced ? next : undefined
    const note = forced === undefined ? ending : forced.note
    const event = { breaker: this.name, override: forced?.name ?? null, at: this.settings.clock.now(), reason }
    this.audience.add(this.breaker, 'override', { ...event, ...(note && { note }), ...(by !== undefined && { by }) })
  }

  #endFastPath(): void {
    this.onValue = undefined
    this.onError = undefined
    this.counts.flushTimestamp()
  }
}

type TransitionDetails = Omit<Transition, 'breaker' | 'from' | 'to' | 'at' | 'stateDuration'>

/** Issues the permits of calls whose rejection was waived: their outcomes are counted, without a vote. */
class Waived implements Issuer {
  readonly name: State['name']

  constructor(name: State['name']) {
    this.name = name
  }

  settle(): undefined {}
}
