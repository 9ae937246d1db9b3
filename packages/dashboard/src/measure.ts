import type { CircuitBreakerSnapshot, Trip, WindowSnapshot } from '@cb/core'
import type { MeasureKind } from './wire.ts'

/** A trip policy as snapshots describe it. A user's own policy may say anything of itself. */
export interface Rule {
  readonly policy: string
  readonly threshold?: unknown
  readonly window?: { readonly ms?: unknown }
  readonly policies?: unknown
}

/** How far a breaker is from opening. */
export interface Measure {
  readonly kind: MeasureKind
  readonly value: number | null
  readonly threshold: number
}

const kinds: Readonly<Record<string, MeasureKind>> = {
  'failure-rate': 'rate',
  'slow-call-rate': 'slow',
  'failure-count': 'count',
  'consecutive-failures': 'count',
}

/** The policies of a breaker, those of an `anyOf` one by one. */
export function rulesOf(config: CircuitBreakerSnapshot['config']): readonly Rule[] {
  const trip = config['trip'] as Rule
  return Array.isArray(trip.policies) ? trip.policies : [trip]
}

/** Of the policy that opened it, else of its first policy that is known. */
export function measureOf({ state, lastTransition, window, config }: CircuitBreakerSnapshot): Measure | undefined {
  if (state !== 'closed' && lastTransition?.trip !== undefined) return ofTrip(lastTransition.trip)
  const rules = rulesOf(config)
  const index = rules.findIndex(({ policy, threshold }) => policy in kinds && typeof threshold === 'number')
  const rule = rules[index]
  if (rule === undefined) return undefined
  const kind = kinds[rule.policy] as MeasureKind
  const held = window.policies?.[index] ?? window
  return { kind, threshold: rule.threshold as number, value: state === 'closed' ? levelOf(kind, held) : null }
}

function ofTrip(trip: Trip): Measure | undefined {
  const kind = kinds[trip.policy]
  return kind && { kind, threshold: trip.threshold, value: levelOf(kind, trip) }
}

function levelOf(kind: MeasureKind, { calls, failures, slowCalls = 0 }: WindowSnapshot): number | null {
  if (kind === 'count') return failures
  return calls === 0 ? null : Math.round((1_000 * (kind === 'slow' ? slowCalls : failures)) / calls) / 1_000
}
