import type { CircuitBreakerSnapshot, Transition, Trip } from '@cb/core'
import type { FleetBreaker } from './fleet.ts'
import { rulesOf } from './measure.ts'

/** A transition without the caller's error. */
export type Cause = Omit<Transition, 'error'>

const verbs = { closed: 'closed', open: 'opened', 'half-open': 'probing' }

/** Why the breaker is in its state, for a person: `opened because 12 of 20 calls in 10 s failed (threshold 50 %)`. */
export function why(transition: Cause, config: CircuitBreakerSnapshot['config']): string {
  const { trip, to, reason, attempt = 1, note = '', by = '' } = transition
  if (reason.startsWith('fleet-')) {
    const words = fleetWords({ reason: reason.slice('fleet-'.length), attempt, note, by })
    return `${verbs[to]} with the fleet: ${words}`
  }
  const words = trip === undefined ? `${verbs[to]}: ${inWords(reason)}` : `${verbs[to]} because ${count(trip, config)}`
  return `${words}${again(attempt)}${note && `. Note: ${note}`}`
}

/** Why a breaker is in its state in the whole fleet. */
export function fleetWhy({ state, reason, attempt, note, by }: FleetBreaker): string {
  return `${verbs[state]}: ${fleetWords({ reason, attempt: state === 'closed' ? 1 : attempt, note, by })}`
}

function fleetWords({ reason, attempt, note, by }: Pick<FleetBreaker, 'reason' | 'attempt' | 'note' | 'by'>): string {
  const isVote = reason === 'tripped'
  const who = by && (isVote ? `, ${by} last` : ` (${by})`)
  return `${inWords(reason)}${who}${again(attempt)}${note && `. ${isVote ? 'Its reason' : 'Note'}: ${note}`}`
}

function again(attempt: number): string {
  return attempt > 1 ? `, for the ${ordinal(attempt)} time in a row` : ''
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
