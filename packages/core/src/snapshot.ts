import type { AdmissionPolicy } from './admission/admission-policy.ts'
import type { Circuit } from './circuit.ts'
import type { LastFailure, StateName, Transition, WindowSnapshot } from './events.ts'
import { lastFailureOf } from './last-failure.ts'
import { askPolicy } from './states/ask-policy.ts'
import { Closed } from './states/closed.ts'
import type { StartedPolicy } from './states/closed-admission.ts'
import { Forced } from './states/forced.ts'
import { emptyWindow } from './states/state.ts'

/** A breaker at one moment, as plain JSON. Times are readings of the breaker's `now`; `at` is the one of this snapshot. */
export interface CircuitBreakerSnapshot {
  readonly name: string
  readonly state: StateName
  readonly at: number
  /** When the state began. */
  readonly since: number
  /** Whole milliseconds until a call can be admitted: 0 if now, null if only an operator can end it (forced open). */
  readonly retryAfterMs: number | null
  readonly override: {
    readonly state: 'open' | 'closed'
    readonly note: string | null
    readonly since: number
    /** Whole milliseconds; null if it lasts until `resume` or `reset`. */
    readonly expiresInMs: number | null
  } | null
  /** Calls since the breaker was created. `late` ones, whose state was gone, are in none of the others. */
  readonly totals: {
    readonly success: number
    readonly failure: number
    readonly ignored: number
    readonly rejected: number
    readonly late: number
  }
  /** Failures because time ran out: a `CallTimeoutError`, a `TimeoutError`, a code such as `ETIMEDOUT`. */
  readonly timeouts: number
  /** Callers that got the answer of a fallback. */
  readonly fallbacks: number
  /** Calls that would have been rejected but for shadow mode; their outcomes are in `totals`. */
  readonly shadowed: number
  readonly opens: number
  readonly closes: number
  /**
   * Exact where the trip policy reads the clock. Where it does not, and many successes have followed each other within a
   * millisecond, it may be up to 64 calls behind.
   */
  readonly lastSuccessAt: number | null
  readonly lastFailure: LastFailure | null
  readonly lastTransition: Omit<Transition, 'error'> | null
  /** What the trip policy knows; empty unless closed. */
  readonly window: WindowSnapshot
  /** The round of probes while half-open. */
  readonly probes: { readonly live: number; readonly successes: number; readonly failures: number } | null
  /** While traffic returns gradually after an outage: for a `ramp`, the `share` of calls admitted and the number `rejected`. */
  readonly recovery: AdmissionSnapshot | null
  /** What the `admission` policy knows while closed. */
  readonly admission: AdmissionSnapshot | null
  /** Only while it is shared by a fleet: whether what the fleet keeps can be reached. While it is `away` the breaker decides alone. */
  readonly fleet?: 'connected' | 'away'
  readonly config: Readonly<Record<string, unknown>>
}

/** What an admission policy knows. */
export type AdmissionSnapshot = { readonly policy: string } & Readonly<Record<string, unknown>>

/** Takes a snapshot; like every question it first lets an open breaker whose time is up become half-open. */
export function takeSnapshot(circuit: Circuit): CircuitBreakerSnapshot {
  const state = circuit.current()
  const { trip, openDuration, halfOpen, recovery, admission, callTimeout, shadow, clock } = circuit.settings
  const {
    success,
    failure,
    ignored,
    rejected,
    late,
    shadowed = 0,
    timeouts,
    fallbacks = 0,
    opens,
    closes,
  } = circuit.counts
  const { lastSuccessAt } = circuit.counts
  const rejection = state.rejection() ?? (state.issuesProbes ? state.admission?.peek?.() : undefined)
  const fleet = circuit.probeAdmission?.fleet?.()
  const gates = state instanceof Closed ? state.admission : undefined
  return {
    name: circuit.name,
    state: state.name,
    at: clock.now(),
    since: circuit.since,
    retryAfterMs: rejection === undefined ? 0 : rejection.retryAfterMs,
    override: state instanceof Forced ? state.toSnapshot() : null,
    totals: { success, failure, ignored, rejected, late },
    timeouts,
    fallbacks,
    shadowed,
    opens,
    closes,
    lastSuccessAt: Number.isNaN(lastSuccessAt) ? null : lastSuccessAt,
    lastFailure: lastFailureOf(circuit.counts),
    lastTransition: circuit.lastTransition,
    window: state.window?.() ?? emptyWindow,
    probes: state.probes?.() ?? null,
    recovery: snapshotOf(circuit, gates?.recovery),
    admission: snapshotOf(circuit, gates?.admission),
    ...(fleet && { fleet }),
    config: {
      trip: { policy: trip.name, ...trip.config },
      openDuration: openDuration.config ?? 'custom',
      halfOpen: halfOpen.config,
      recovery: configOf(recovery),
      admission: configOf(admission),
      callTimeout: callTimeout ?? null,
      shadow,
    },
  }
}

function configOf(policy: AdmissionPolicy | undefined): object | null {
  return policy === undefined ? null : { policy: policy.name, ...policy.config }
}

/** What an admission policy knows; null without one. */
export function snapshotOf(circuit: Circuit, started: StartedPolicy | undefined): AdmissionSnapshot | null {
  if (started === undefined) return null
  const { policy, monitor } = started
  const known = askPolicy(circuit, policy, 'admission', () => monitor.snapshot?.())
  return { policy: policy.name, ...known }
}
