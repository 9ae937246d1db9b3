import type { StateName, Transition } from '@cb/core'
import { type CallOutcome, callOutcomes, changes, type OverrideKind } from './attributes.ts'
import { type AttributeBudget, MetricAttributes } from './metric-attributes.ts'

export const counted: readonly (CallOutcome | 'shadowed' | 'fallbacks')[] = [...callOutcomes, 'shadowed', 'fallbacks']

/** The counts of a breaker that only grow. */
export type Totals = Record<CallOutcome | 'shadowed' | 'fallbacks', number>

/** The numbers of one name at a collection. */
export interface NameReport {
  readonly states: Record<StateName, number>
  readonly totals: Totals
  /** One for each of `changes`. */
  readonly transitions: readonly number[]
  /** The highest of all breakers with the name. */
  readonly failureRate: number | undefined
  readonly slowCallRate: number | undefined
  /** The longest of all breakers with the name, in milliseconds. */
  readonly outageDuration: number
  /** Whether a breaker with the name has, or had, a share of shadow mode: of the others no call is shadowed. */
  readonly shadows: boolean
  /** Undefined while no breaker with the name has been overridden: most never are. */
  readonly overrides: Record<OverrideKind, number> | undefined
  /** Whether all shared breakers with the name reach their fleets; undefined if none is shared. */
  readonly isConnected: boolean | undefined
}

/** A breaker with the name, at its last refresh. */
export interface Member {
  readonly state: StateName
  readonly totals: Totals
  readonly shadows: boolean
  readonly failureRate: number | undefined
  readonly slowCallRate: number | undefined
  readonly outageDuration: number
  readonly override: OverrideKind | undefined
  readonly isConnected: boolean | undefined
}

/** All breakers with one name and mode: they are one series in a metrics backend, so their numbers are added up. */
export class NameGroup<M extends Member = Member> {
  readonly name: string
  readonly attributes: MetricAttributes
  readonly shadow: boolean
  readonly members: Set<M> = new Set()
  /** Counts of members that were collected, or left, because a counter must not decrease. */
  readonly #retired: Totals = noTotals()
  readonly #transitions: number[] = changes.map(() => 0)
  /** Whether the last report had members. Then the next one is needed even without members, to report that they are gone. */
  #reported = false
  /** The last reported value. Most SDKs repeat a value until there is another one, so a rate that no longer exists becomes 0. */
  #failureRate: number | undefined
  #slowCallRate: number | undefined
  #wasOverridden = false
  #shadows = false

  constructor(name: string, shadow: boolean, budget: AttributeBudget) {
    this.name = name
    this.attributes = new MetricAttributes(name, shadow, budget)
    this.shadow = shadow
  }

  retire(member: M): void {
    if (this.members.delete(member)) addTotals(this.#retired, member.totals)
  }

  transition({ from, to }: Transition): void {
    const index = changes.findIndex((change) => change.from === from && change.to === to)
    this.#transitions[index] = (this.#transitions[index] ?? 0) + 1
    this.#reported = true // also if the breaker is collected before the next report
  }

  /** Undefined if there are no members, and the last report has shown that. */
  report(): NameReport | undefined {
    const states = { closed: 0, open: 0, 'half-open': 0 }
    const totals = noTotals()
    let failureRate: number | undefined
    let slowCallRate: number | undefined
    let outageDuration = 0
    const overrides = { open: 0, closed: 0 }
    let isConnected: boolean | undefined
    for (const member of this.members) {
      states[member.state]++
      failureRate = higher(failureRate, member.failureRate)
      slowCallRate = higher(slowCallRate, member.slowCallRate)
      outageDuration = Math.max(outageDuration, member.outageDuration)
      if (member.override !== undefined) overrides[member.override]++
      isConnected = member.isConnected === undefined ? isConnected : (isConnected ?? true) && member.isConnected
      this.#shadows ||= member.shadows
      addTotals(totals, member.totals)
    }
    this.#wasOverridden ||= overrides.open + overrides.closed > 0
    addTotals(totals, this.#retired)
    this.#failureRate = failureRate ?? (this.#failureRate && 0)
    this.#slowCallRate = slowCallRate ?? (this.#slowCallRate && 0)
    const wasReported = this.#reported
    this.#reported = this.members.size > 0
    if (!wasReported && !this.#reported) return undefined
    return {
      states,
      totals,
      transitions: this.#transitions,
      shadows: this.#shadows,
      failureRate: this.#failureRate,
      slowCallRate: this.#slowCallRate,
      outageDuration,
      overrides: this.#wasOverridden ? overrides : undefined,
      isConnected,
    }
  }
}

export function noTotals(): Totals {
  return Object.fromEntries(counted.map((count) => [count, 0])) as Totals
}

function addTotals(sum: Totals, more: Totals): void {
  for (const count of counted) sum[count] += more[count]
}

export function difference(totals: Totals, before: Totals): Totals {
  return Object.fromEntries(counted.map((count) => [count, totals[count] - before[count]])) as Totals
}

function higher(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || (other !== undefined && other > one) ? other : one
}
