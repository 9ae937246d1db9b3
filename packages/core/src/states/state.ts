import type { OpenTrip, WindowSnapshot } from '../events.ts'
import type { Outcome } from '../outcome.ts'
import type { Decision, Issuer, Permit, Rejection } from '../permit.ts'

/** One period of the breaker's life. It holds only what that period needs. */
export interface State extends Issuer {
  /** How many times the breaker has opened without closing in between. Default 0. */
  readonly attempt?: number
  /** The trip of the outage, from open to closed. */
  readonly openedBy?: OpenTrip | undefined
  /** Kept for the rejections of the same millisecond (rejected-call.ts). */
  captured?: object
  /** Why the state is over although no call has settled, if it is: its time is up, or calls in flight take too long. */
  expired(): Decision | undefined
  /** Why no call may pass now; undefined if one may. */
  rejection(): Rejection | undefined
  /** A call has been admitted: this is its permit. */
  issue?(permit: Permit): void
  /** What may reject a call that this state admits; asked after `rejection`. */
  readonly admission?: Admission | undefined
  /** What the trip policy knows; empty by default. */
  window?(): WindowSnapshot
  /** The round of probes, for snapshots. */
  probes?(): { readonly live: number; readonly successes: number; readonly failures: number }
}

/** The seam after the state: it may reject what the state admits. */
export interface Admission {
  /** @param caller  identifies the caller where that matters, such as a background probe. */
  reject(caller: unknown): Rejection | undefined
  /** Why it would reject a call, for snapshots: unlike `reject` it takes nothing. */
  peek?(): Rejection | undefined
  /** Whether a fleet that shares the breaker can be reached. */
  fleet?(): 'connected' | 'away'
  /** The probe that was not rejected has its permit. @returns what decides about its outcome in place of the state, if anything does. */
  issue?(): Arbiter | undefined
  /** What a probe should wait for before it asks; undefined for nothing. Never rejects. */
  ready?(): Promise<void> | undefined
  /** A state was entered, also one of the same name, which is no transition. */
  onEnter?(): void
}

/** Decides about the outcome of a probe in place of the state that admitted it. */
export interface Arbiter {
  settle(outcome: Outcome, error: unknown): void
}

export const emptyWindow: WindowSnapshot = /* @__PURE__ */ Object.freeze({ calls: 0, failures: 0 })
