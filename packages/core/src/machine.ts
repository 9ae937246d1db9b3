import { Announcer } from './announcer.ts'
import type { CircuitBreaker } from './circuit-breaker.ts'
import type { Clock } from './clock.ts'
import type { Transition } from './events.ts'
import { callsAreObserved, hub, runObserved } from './observer.ts'
import { decideOpenDuration } from './open-duration.ts'
import type { Settings } from './options.ts'
import type { Outcome } from './outcome.ts'
import { Permit, Rejection, type Settler } from './permit.ts'
import { startRamp } from './ramp.ts'
import { Refusals } from './refusals.ts'
import { Closed } from './states/closed.ts'
import { Forced } from './states/forced.ts'
import { HalfOpen } from './states/half-open.ts'
import { Open } from './states/open.ts'
import { Shadow } from './states/shadow.ts'
import type { Issuer, State, Verdict } from './states/state.ts'
import { Tally } from './tally.ts'

type TransitionDetails = Omit<Transition, 'breaker' | 'from' | 'to' | 'at' | 'lasted'>

/**
 * The state machine: call → permit → outcome → verdict → transition → listeners. Synchronous, without I/O or timers; each step
 * is complete before anybody is told of it. It is its own tally, for an object less is memory less.
 */
export class Machine extends Tally implements Settler {
  readonly breaker: CircuitBreaker
  settings: Settings
  readonly clock: Clock
  state: State
  /** When the breaker came to be in a state of this name. */
  since: number
  lastTransition: Transition | null = null
  /** Half-open admits a background probe only. */
  probesAreReserved = false
  #announcer: Announcer | null = null
  #refusals: Refusals | null = null

  constructor(breaker: CircuitBreaker, settings: Settings, since: number) {
    super()
    this.breaker = breaker
    this.settings = settings
    this.clock = settings.clock
    this.since = since
    this.state = new Closed(this)
  }

  /** Whether anybody would hear of a transition or a rejection. */
  get #isWatched(): boolean {
    return hub.observers !== null || this.#announcer?.isHeard === true
  }

  /** Whether anybody follows each call. */
  get callsAreWatched(): boolean {
    return callsAreObserved() || this.#announcer?.hearsOutcomes === true
  }

  get announcer(): Announcer {
    this.#announcer ??= new Announcer(this.breaker)
    return this.#announcer
  }

  /** The state at this moment: open becomes half-open when somebody asks after its time is up. */
  current(): State {
    const state = this.state
    const over = state.over()
    if (over !== undefined && state === this.state) {
      this.#follow(over, 'time')
      this.#deliver()
    }
    return this.state
  }

  admit(isProber = false): Permit | Rejection {
    const state = this.current()
    const reserved = this.probesAreReserved && !isProber && state instanceof HalfOpen
    const admission = reserved ? new Rejection('half-open', 1) : state.admit(this)
    if (admission.admitted) return this.#started(admission)
    const shadow = this.#isShadowed(admission)
    this.#reject(state, admission, shadow)
    return shadow ? this.#started(new Permit(this, new Shadow(state.name))) : admission
  }

  /** What a refused call through `execute` gets. */
  refuse(rejection: Rejection): Promise<never> {
    this.#refusals ??= new Refusals(this.breaker.name, this.clock)
    return this.#refusals.refuse(rejection, this.state)
  }

  #started(permit: Permit): Permit {
    if (this.callsAreWatched) permit.startedAt = this.clock.now()
    return permit
  }

  /** A person's word goes also in shadow mode. */
  #isShadowed({ reason }: Rejection): boolean {
    const { shadow, random } = this.settings
    return shadow > 0 && reason !== 'forced-open' && random() < shadow
  }

  run<T>(fn: () => T, permit: Permit): T {
    return runObserved(fn, this.breaker, permit)
  }

  /** The limit of a call that has just been admitted. */
  callTimeout(): number | undefined {
    const { halfOpen, callTimeout } = this.settings
    return this.state instanceof HalfOpen ? (halfOpen.callTimeout ?? callTimeout) : callTimeout
  }

  settle(issuer: Issuer, outcome: Outcome, error?: unknown, permit?: Permit): void {
    const counts = issuer === this.state || issuer instanceof Shadow
    const verdict = counts ? issuer.settle(outcome, error, permit) : 'late'
    // An override may bring the issuer back: it must not take what has settled meanwhile for a call in flight.
    if (!counts && permit !== undefined) issuer.release?.(permit)
    if (verdict === 'late') this.late++
    else if (outcome === 'success') this.countSuccess(issuer, this.clock)
    else if (outcome === 'failure') this.countFailure(issuer, this.clock, error)
    else this.ignored++
    if (this.callsAreWatched) {
      const justRead = issuer.timed && verdict !== 'late' && outcome !== 'ignored'
      const at = justRead ? this.clock.last : this.clock.now()
      this.announcer.outcome(issuer.name, outcome, at, verdict === 'late', error, permit)
    }
    // A trip policy is the user's code: it may itself have moved the breaker on.
    if (verdict !== undefined && verdict !== 'late' && issuer === this.state) this.#follow(verdict, 'call', error)
    this.#deliver()
  }

  /** `settle` for what happens most, with nobody following calls: a success while closed. */
  succeed(issuer: Closed): void {
    if (issuer !== this.state || this.callsAreWatched) return this.settle(issuer, 'success')
    const verdict = issuer.succeed()
    this.countSuccess(issuer, this.clock)
    if (verdict === undefined || issuer !== this.state) return
    this.#follow(verdict, 'call')
    this.#deliver()
  }

  /** The same for a failure. */
  fail(issuer: Closed, error: unknown): void {
    if (issuer !== this.state || this.callsAreWatched) return this.settle(issuer, 'failure', error)
    const verdict = issuer.fail(error)
    this.countFailure(issuer, this.clock, error)
    if (verdict === undefined || issuer !== this.state) return
    this.#follow(verdict, 'call', error)
    this.#deliver()
  }

  /** Goes to a state because a person, or what a person has saved, wants it. */
  enter(state: State, reason: string, note?: string, known?: Partial<Tally> & { since: number }): void {
    this.#become(state, { reason, cause: 'person', ...(note !== undefined && { note }) })
    Object.assign(this, known)
    this.#deliver()
  }

  #follow({ to, reason, trip }: Verdict, cause: Transition['cause'], error?: unknown): void {
    const { state, settings } = this
    const why = { reason, cause, ...(trip && { trip }) }
    if (state instanceof Forced) {
      this.#become(state.under, why)
      this.current() // what is underneath may be over as well
    } else if (to === 'open') this.#open(why, error)
    else if (to === 'half-open') this.#become(new HalfOpen(this, state.attempt), why)
    else {
      const ramp = settings.ramp && startRamp(settings.ramp, settings, state.attempt)
      this.#become(new Closed(this, ramp), why)
    }
  }

  #open(why: Pick<Transition, 'reason' | 'cause' | 'trip'>, error: unknown): void {
    const { state } = this
    const { openDuration: policy, random } = this.settings
    const attempt = 1 + (state.attempt ?? 0)
    const openDuration = decideOpenDuration(policy, this.breaker.name, { attempt, error, random })
    if (state !== this.state) return // the policy, the user's code, has moved the breaker on
    const details = { ...why, attempt, openDuration, ...(error !== undefined && { error }) }
    this.#become(new Open(this.clock, openDuration, attempt), details)
  }

  /** The one place where the state changes. */
  #become(next: State, details: TransitionDetails): void {
    const before = this.state
    this.state = next
    this.endGroup()
    if (before.name === next.name) return
    if (next.name === 'open') this.opens++
    if (next.name === 'closed') this.closes++
    const at = this.clock.now()
    const lasted = at - this.since
    this.since = at
    const transition = { breaker: this.breaker.name, from: before.name, to: next.name, at, lasted, ...details }
    // What is kept for snapshots must not keep a caller's error, and all that hangs on it, alive.
    const { error: _, ...kept } = transition
    this.lastTransition = kept
    if (this.#isWatched) this.announcer.add({ name: 'transition', event: transition })
  }

  #reject(state: State, rejection: Rejection, shadow: boolean): void {
    if (shadow) this.shadowed++
    else this.rejected++
    if (!this.#isWatched) return
    const { reason, retryAfterMs } = rejection
    const event = { breaker: this.breaker.name, state: state.name, reason, retryAfterMs, at: this.clock.now(), shadow }
    this.announcer.add({ name: 'rejection', event })
    this.#deliver()
  }

  #deliver(): void {
    this.#announcer?.deliver()
  }
}
