import type { Transition } from './events.ts'
import type { Machine } from './machine.ts'
import { Forced } from './states/forced.ts'
import { emptyWindow, type StateName } from './states/state.ts'
import type { WindowSnapshot } from './trip/trip-policy.ts'

/** A breaker at one moment, as plain JSON. Times are readings of the breaker's `now`; `at` is the one of this snapshot. */
export interface CircuitBreakerSnapshot {
  readonly name: string
  readonly state: StateName
  readonly at: number
  /** When the state began. */
  readonly since: number
  /** Whole milliseconds until a call can be admitted: 0 if now, null if only a person can end it (forced open). */
  readonly retryAfterMs: number | null
  readonly override: {
    readonly state: 'open' | 'closed'
    readonly reason: string | null
    readonly since: number
    /** Whole milliseconds; null if only a person ends it. */
    readonly expiresInMs: number | null
  } | null
  /** Calls since the breaker was made. `late` ones, whose state was gone, are in none of the others. */
  readonly totals: {
    readonly success: number
    readonly failure: number
    readonly ignored: number
    readonly rejected: number
    readonly late: number
  }
  /** How many of the failures were because time ran out: a `CallTimeoutError`, a `TimeoutError`, a code such as `ETIMEDOUT`. */
  readonly timeouts: number
  /** Calls that would have been rejected but for shadow mode; what became of them is in `totals`. */
  readonly shadowed: number
  readonly opens: number
  readonly closes: number
  /**
   * Exact where the trip policy reads the clock. Where it does not, and many successes have followed each other within a
   * millisecond, it may be up to 64 calls behind.
   */
  readonly lastSuccessAt: number | null
  readonly lastFailureAt: number | null
  readonly lastTransition: Omit<Transition, 'error'> | null
  /** What the trip policy knows; empty unless closed. */
  readonly window: WindowSnapshot
  /** The round of probes while half-open. */
  readonly probes: { readonly live: number; readonly successes: number; readonly failures: number } | null
  /** While traffic returns gradually after an outage: the share of calls admitted now, and how many were rejected for it. */
  readonly ramp: { readonly share: number; readonly rejected: number } | null
  readonly config: Readonly<Record<string, unknown>>
}

/** Takes a snapshot; like every question it first lets an open breaker whose time is up become half-open. */
export function takeSnapshot(machine: Machine): CircuitBreakerSnapshot {
  const state = machine.current()
  const { trip, openDuration, halfOpen, ramp, callTimeout, shadow, clock } = machine.settings
  const { ramp: gradual } = state
  const { success, failure, ignored, rejected, late, shadowed, timeouts, lastSuccessAt, lastFailureAt } = machine
  return {
    name: machine.breaker.name,
    state: state.name,
    at: clock.now(),
    since: machine.since,
    retryAfterMs: state.retryAfterMs(),
    override: state instanceof Forced ? state.told() : null,
    totals: { success, failure, ignored, rejected, late },
    timeouts,
    shadowed,
    opens: machine.opens,
    closes: machine.closes,
    lastSuccessAt: Number.isNaN(lastSuccessAt) ? null : lastSuccessAt,
    lastFailureAt: Number.isNaN(lastFailureAt) ? null : lastFailureAt,
    lastTransition: machine.lastTransition,
    window: state.window?.() ?? emptyWindow,
    probes: state.probes?.() ?? null,
    ramp: gradual ? { share: gradual.share(), rejected: gradual.rejected } : null,
    config: {
      trip: { policy: trip.name, ...trip.config },
      openDuration: openDuration.config ?? 'custom',
      halfOpen: halfOpen.told,
      ramp: ramp ?? null,
      callTimeout: callTimeout ?? null,
      shadow,
    },
  }
}
