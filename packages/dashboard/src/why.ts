import type { CircuitBreakerSnapshot, Transition, Trip } from '@cb/core'
import type { FleetBreaker } from './fleet.ts'
import { rulesOf } from './measure.ts'

/** A transition without the caller's error. */
export type Cause = Omit<Transition, 'error'>

const verbs = { closed: 'closed', open: 'opened', 'half-open': 'probing' }

/** Why the breaker is in its state, for a person: `opened because 12 of 20 calls in 10 s failed (threshold 50 %)`. */
export function why(transition: Cause, config: CircuitBreakerSnapshot['config']): string {
  const { trip, to, reason, attempt = 1, note = '' } = transition
  const ofFleet = reason.startsWith('fleet-')
  const words = ofFleet
    ? `${verbs[to]} with the fleet: ${inWords(reason.slice(6))}`
    : `${verbs[to]}: ${inWords(reason)}`
  return details(trip === undefined ? words : `${verbs[to]} because ${count(trip, config)}`, attempt, note)
}

/** Why a breaker is in its state in the whole fleet, and which instance or operator has caused that, if the fleet tells. */
export function fleetWhy({ state, reason, attempt, note, by }: FleetBreaker): string {
  return details(`${verbs[state]}: ${inWords(reason)}${by ? ` (${by})` : ''}`, state === 'closed' ? 1 : attempt, note)
}

function details(words: string, attempt: number, note: string): string {
  const again = attempt > 1 ? `, for the ${ordinal(attempt)} time in a row` : ''
  return note === '' ? `${words}${again}` : `${words}${again}. Note: ${note}`
}

function inWords(reason: string): string {
  return Object.hasOwn(reasons, reason) ? (reasons[reason] as string) : reason
}

const reasons: Readonly<Record<string, string>> = {
  tripped: 'enough instances voted for it',
  'failure-rate': 'too many calls of all instances failed',
  'probe-failed': 'a probe failed',
  'probes-succeeded': 'the probes succeeded',
  'probes-undecided': 'the probes were not decided in time',
  'open-duration-ended': 'the open duration has ended',
  forced: 'forced by an operator',
  'override-expired': 'the override has expired',
  resumed: 'resumed by an operator',
  reset: 'reset by an operator',
  'probe-now': 'an operator asked for probes',
  restored: 'restored from a saved state',
}

function count(trip: Trip, config: CircuitBreakerSnapshot['config']): string {
  const { policy, threshold, calls, failures, slowCalls } = trip
  const within = windowOf(policy, config)
  if (policy === 'consecutive-failures') return `${failures} calls in a row failed (threshold ${threshold})`
  if (policy === 'failure-rate')
    return `${failures} of ${calls} calls${within} failed (threshold ${percent(threshold)})`
  if (policy === 'failure-count') return `${failures} calls${within} failed (threshold ${threshold})`
  if (policy === 'slow-call-rate') {
    return `${slowCalls ?? 0} of ${calls} calls${within} were slow (threshold ${percent(threshold)})`
  }
  return `of ${policy}: ${failures} of ${calls} calls failed (threshold ${threshold})`
}

function windowOf(policy: string, config: CircuitBreakerSnapshot['config']): string {
  const window = rulesOf(config).find((rule) => rule.policy === policy)?.window
  return typeof window?.ms === 'number' ? ` in ${Number((window.ms / 1_000).toPrecision(3))} s` : ''
}

function percent(ratio: number): string {
  return `${Number((100 * ratio).toPrecision(3))} %`
}

function ordinal(number: number): string {
  const ending = number % 100 > 10 && number % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th')
  return `${number}${ending}`
}
