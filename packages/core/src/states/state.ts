import type { Outcome } from '../outcome.ts'
import type { Permit, Rejection, Settler } from '../permit.ts'
import type { Ramp } from '../ramp.ts'
import type { Trip, WindowSnapshot } from '../trip/trip-policy.ts'

/** Whether calls pass, are refused, or are tried out. */
export type StateName = 'closed' | 'open' | 'half-open'

/** What a state decides, on an outcome or because it is over: where to go, and why. */
export interface Verdict {
  readonly to: StateName
  readonly reason: string
  readonly trip?: Trip
}

/** Where a permit comes from. Its identity is what makes a result late: a permit settles only with the very object that issued it. */
export interface Issuer {
  readonly name: StateName
  /** Whether a success settled here has just read the clock. Default false. */
  readonly timed?: boolean
  /** `late` if the permit no longer has a vote. */
  settle(outcome: Outcome, error: unknown, permit: Permit | undefined): Verdict | 'late' | undefined
  /** A permit that it issued has settled without a vote. */
  release?(permit: Permit): void
}

/** One period of the breaker's life. It holds only what that period needs. */
export interface State extends Issuer {
  /** How many times the breaker has opened without closing in between. Default 0. */
  readonly attempt?: number
  /** Gradual re-admission, until it is over. */
  readonly ramp?: Ramp | undefined
  /** What the promise of a plain call is given, if the state is prepared for plain calls. */
  readonly onValue?: ((value: unknown) => unknown) | undefined
  readonly onError?: ((error: unknown) => unknown) | undefined
  /** Why it is over, if it is, although no call has settled: its time is up, or calls in flight take too long. */
  over(): Verdict | undefined
  admit(settler: Settler): Permit | Rejection
  /** Milliseconds until a call can be admitted: 0 if now, null if nobody knows. */
  retryAfterMs(): number | null
  /** What the trip policy knows; empty by default. */
  window?(): WindowSnapshot
  /** How a round of probes is going, for snapshots. */
  probes?(): { readonly live: number; readonly successes: number; readonly failures: number }
}

export const emptyWindow: WindowSnapshot = Object.freeze({ calls: 0, failures: 0 })
