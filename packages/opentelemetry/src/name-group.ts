import type { StateName } from '@cb/core'
import { type CallOutcome, callOutcomes } from './attributes.ts'
import { type AttributeBudget, MetricAttributes } from './metric-attributes.ts'

export type Totals = Record<CallOutcome, number>

/** The numbers of one name at a collection. */
export interface NameReport {
  readonly states: Record<StateName, number>
  readonly calls: Totals
  /** The highest of all breakers with the name. */
  readonly failureRate: number | undefined
  readonly slowCallRate: number | undefined
}

/** A breaker with the name, at its last refresh. */
export interface Member {
  readonly state: StateName
  readonly totals: Totals
  readonly failureRate: number | undefined
  readonly slowCallRate: number | undefined
  /** Updates the numbers; false if the breaker has been collected. */
  refresh(force: boolean): boolean
}

/** All breakers with one name: they are one series in a metrics backend, so their numbers are added up. */
export class NameGroup {
  readonly attributes: MetricAttributes
  readonly #members = new Set<Member>()
  /** Calls of collected members, because a counter must not decrease. */
  readonly #retired: Totals = noCalls()
  /** Whether the last report had members. Then the next one is needed even without members, to report that they are gone. */
  #reported = false
  /** The last reported value. Most SDKs repeat a value until there is another one, so a rate that no longer exists becomes 0. */
  #failureRate: number | undefined
  #slowCallRate: number | undefined

  constructor(name: string, budget: AttributeBudget) {
    this.attributes = new MetricAttributes(name, budget)
  }

  add(member: Member): void {
    this.#members.add(member)
  }

  retire(member: Member): void {
    if (this.#members.delete(member)) addTotals(this.#retired, member.totals)
  }

  /** Undefined if there are no members, and the last report has shown that. */
  report(fullRefresh: boolean): NameReport | undefined {
    const states = { closed: 0, open: 0, 'half-open': 0 }
    const calls = noCalls()
    let failureRate: number | undefined
    let slowCallRate: number | undefined
    for (const member of this.#members) {
      if (!member.refresh(fullRefresh)) {
        this.retire(member)
        continue
      }
      states[member.state]++
      failureRate = higher(failureRate, member.failureRate)
      slowCallRate = higher(slowCallRate, member.slowCallRate)
      addTotals(calls, member.totals)
    }
    addTotals(calls, this.#retired)
    this.#failureRate = failureRate ?? (this.#failureRate && 0)
    this.#slowCallRate = slowCallRate ?? (this.#slowCallRate && 0)
    const wasReported = this.#reported
    this.#reported = this.#members.size > 0
    if (!wasReported && !this.#reported) return undefined
    return { states, calls, failureRate: this.#failureRate, slowCallRate: this.#slowCallRate }
  }
}

export function noCalls(): Totals {
  return { success: 0, failure: 0, timeout: 0, ignored: 0, rejected: 0, late: 0 }
}

function addTotals(sum: Totals, more: Totals): void {
  for (const outcome of callOutcomes) sum[outcome] += more[outcome]
}

function higher(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || (other !== undefined && other > one) ? other : one
}
