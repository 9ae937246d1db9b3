import type { Outcome } from './outcome.ts'

/** Whether calls pass, are rejected, or are tried out. */
export type StateName = 'closed' | 'open' | 'half-open'

/** The numbers that a trip policy saw; the policy decides which of the optional ones there are. */
export interface WindowSnapshot {
  /** Settled calls in the window; ignored ones are not among them. */
  readonly calls: number
  /** 0 where the policy does not look at failures. */
  readonly failures: number
  /** 0..1; null below `minimumCalls`. */
  readonly failureRate?: number | null
  /** Calls that took too long, those still in flight among them. */
  readonly slowCalls?: number
  /** 0..1; null below `minimumCalls`. */
  readonly slowCallRate?: number | null
  /** What each policy of an `anyOf` holds, in its order. */
  readonly policies?: readonly WindowSnapshot[]
}

/** Why a call was not admitted. */
export type RejectionReason = 'open' | 'half-open' | 'ramp' | 'throttled' | 'forced-open'

/** The decision to open, and its numbers. */
export interface Trip extends WindowSnapshot {
  /** The policy that decided; it becomes the transition's reason. */
  readonly policy: string
  /** The limit that was reached: a number of failures or a ratio. */
  readonly threshold: number
}

/** The name and code of a failure's error; null for what it does not have. At most 100 characters each. */
export interface FailureTraits {
  readonly name: string | null
  /** Its own, or that of the nearest cause that has one. */
  readonly code: string | number | null
}

/** The latest failure of a breaker. */
export interface LastFailure extends FailureTraits {
  /** At most 200 characters. It is the caller's own: mind what you log. */
  readonly message: string | null
  /** A reading of the breaker's `now`. */
  readonly at: number
}

/** Why a breaker is open: the trip that opened it, and what failed last. */
export interface OpenTrip extends Trip {
  readonly lastFailure: FailureTraits | null
}

/** The breaker went from one state to another. Times are readings of the breaker's `now`. */
export interface Transition {
  readonly breaker: string
  readonly from: StateName
  readonly to: StateName
  readonly at: number
  /**
   * When a trip policy opened it, that policy's name (`consecutive-failures`, `failure-count`, `failure-rate`, `slow-call-rate` or one of your own);
   * otherwise `probe-failed`, `probes-succeeded`, `probes-undecided`, `open-duration-ended`,
   * `forced`, `override-expired`, `resumed`, `reset`, `probe-now` or `restored`. With `cause: 'fleet'` it is the fleet's reason.
   */
  readonly reason: string
  /** A call's outcome, the passing of time (noticed at the next question), an operator, or the fleet that shares the breaker. */
  readonly cause: 'call' | 'time' | 'manual' | 'fleet'
  /** How long the previous state lasted, in milliseconds. */
  readonly stateDuration: number
  /** The numbers behind the trip policy's decision. */
  readonly trip?: Trip
  /** The failure that opened the breaker. It is the caller's own error: mind what you log. */
  readonly error?: unknown
  /** When opening: for how long, in milliseconds. */
  readonly openDuration?: number
  /** When opening: how many times it has opened without closing in between, this time included. */
  readonly attempt?: number
  /** The note given to `forceOpen`, `forceClosed`, `resume`, `reset` or `probeNow`. From a fleet also why the instance tripped. */
  readonly note?: string
  /** With `cause: 'fleet'`: the instance whose vote or probe decided, or the operator. At most 200 characters. */
  readonly by?: string
}

/** One call has settled. */
export interface OutcomeEvent {
  readonly breaker: string
  /** The state that admitted the call. */
  readonly state: StateName
  readonly outcome: Outcome
  readonly at: number
  /** Milliseconds; undefined if the call began before there was a listener. */
  readonly duration: number | undefined
  /** The state that admitted the call was gone, or its lease had ended: it decided nothing. */
  readonly late: boolean
  /** A failure because time ran out: a `CallTimeoutError`, a `TimeoutError`, or a code such as `ETIMEDOUT`. */
  readonly timedOut: boolean
  /** The error of a failed or ignored call. */
  readonly error?: unknown
}

/** One call was not admitted. */
export interface RejectionEvent {
  readonly breaker: string
  readonly state: StateName
  readonly reason: RejectionReason
  readonly retryAfterMs: number | null
  readonly at: number
  /** It would have been rejected; shadow mode admitted it. */
  readonly shadow: boolean
}

/** A fallback has answered a caller in place of the call. */
export interface FallbackEvent {
  readonly breaker: string
  readonly at: number
  /** What it replaced: the failure, or the `CircuitOpenError` of the rejected call. It is the caller's own: mind what you log. */
  readonly error: unknown
}

/** An override began, was replaced or ended: also where that is no transition, such as `forceOpen` on an open breaker. */
export interface OverrideEvent {
  readonly breaker: string
  /** What overrides the state from now on; null if nothing does. */
  readonly override: 'open' | 'closed' | null
  readonly at: number
  /** `forced`, `override-expired`, `resumed`, `reset`, `probe-now` or `restored`. */
  readonly reason: string
  /** The note of the override, or the one given to what ended it. */
  readonly note?: string
  /** Of a fleet: the operator who overrides all instances, or ends that. */
  readonly by?: string
}

/** The events by name. */
export interface CircuitBreakerEvents {
  transition: Transition
  outcome: OutcomeEvent
  rejection: RejectionEvent
  fallback: FallbackEvent
  override: OverrideEvent
}

/** A breaker, for what must know no more of it: another copy of the package may have created it. */
export interface Named {
  readonly name: string
}

/** What a circuit reports to. */
export interface Audience {
  /** Whether there is a listener at all. */
  readonly hasListeners: boolean
  /** Whether there is a listener to each call. */
  readonly hasCallListeners: boolean
  /** Keeps an event until `deliver`. @param call  identifies the call of an outcome. */
  add(breaker: Named, name: 'transition', event: Transition): void
  add(breaker: Named, name: 'rejection', event: RejectionEvent): void
  add(breaker: Named, name: 'fallback', event: FallbackEvent): void
  add(breaker: Named, name: 'override', event: OverrideEvent): void
  add(breaker: Named, name: 'outcome', event: OutcomeEvent, call: object | undefined): void
  /** Delivers the events in order. Called when a step of the circuit is complete, never within one. */
  deliver(): void
  /** Runs an admitted call inside what observers put around it. */
  run<T>(breaker: Named, fn: () => T, call: object): T
}
