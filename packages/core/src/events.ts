import { checkFunction, checkThat } from '@cb/checks'
import type { RejectionReason } from './errors.ts'
import type { Outcome } from './outcome.ts'
import type { StateName } from './states/state.ts'
import type { Trip } from './trip/trip-policy.ts'

/** The breaker went from one state to another. Times are readings of the breaker's `now`. */
export interface Transition {
  readonly breaker: string
  readonly from: StateName
  readonly to: StateName
  readonly at: number
  /**
   * When a trip policy opened it, that policy's name (`consecutive-failures`, `failure-count`, `failure-rate`, `slow-call-rate` or one of your own);
   * otherwise `probe-failed`, `probes-succeeded`, `probes-undecided`, `open-duration-ended`,
   * `forced`, `override-expired`, `resumed`, `reset` or `restored`.
   */
  readonly reason: string
  /** A call's outcome, the passing of time (noticed when somebody asked), or a person. */
  readonly cause: 'call' | 'time' | 'person'
  /** How long the state before lasted, in milliseconds. */
  readonly lasted: number
  /** The numbers that the trip policy decided on. */
  readonly trip?: Trip
  /** The failure that opened the breaker. It is the caller's own error: mind what you log. */
  readonly error?: unknown
  /** When opening: for how long, in milliseconds. */
  readonly openDuration?: number
  /** When opening: how many times it has opened without closing in between, this time included. */
  readonly attempt?: number
  /** The words given to `forceOpen`, `forceClosed`, `resume` or `reset`. */
  readonly note?: string
}

/** One call has settled. */
export interface OutcomeEvent {
  readonly breaker: string
  /** The state that admitted the call. */
  readonly state: StateName
  readonly outcome: Outcome
  readonly at: number
  /** Milliseconds; undefined if the call began before anybody listened. */
  readonly duration: number | undefined
  /** Its state was gone or its lease had ended, so it decided nothing. */
  readonly late: boolean
  /** A failure because time ran out: a `CallTimeoutError`, a `TimeoutError`, or a code such as `ETIMEDOUT`. */
  readonly timedOut: boolean
  /** What a failed or ignored call rejected with. */
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

/** The events by name. */
export interface CircuitBreakerEvents {
  transition: Transition
  outcome: OutcomeEvent
  rejection: RejectionEvent
}

const eventNames: readonly unknown[] = ['transition', 'outcome', 'rejection'] satisfies (keyof CircuitBreakerEvents)[]

/** @throws TypeError unless there is such an event and the listener is a function. */
export function checkSubscription(event: unknown, listener: unknown, more: readonly unknown[] = []): void {
  const known = [...eventNames, ...more]
  checkThat(known.includes(event), 'on(event)', `one of ${known.join(', ')}`, event)
  checkFunction('on(listener)', listener)
}
