import type { StateName } from '@cb/core'
import { type CallOutcome, callOutcomes } from './attributes.ts'
import { type Budget, MetricAttributes } from './metric-attributes.ts'

export type Totals = Record<CallOutcome, number>

/** What a collector is told of one name. */
export interface NameReport {
  readonly states: Record<StateName, number>
  readonly calls: Totals
  /** The highest of all breakers of the name. */
  readonly failureRate: number | undefined
  readonly slowCallRate: number | undefined
}

/** A breaker of the name, as it was at the last look. */
export interface Member {
  readonly state: StateName
  readonly totals: Totals
  readonly failureRate: number | undefined
  readonly slowCallRate: number | undefined
  /** Brings the rest up to date; false if the breaker is gone. */
  look(inAnyCase: boolean): boolean
}

/** All breakers of one name: to a metrics backend they are one, so their numbers are added up. */
export class NameGroup {
  readonly attributes: MetricAttributes
  readonly #members = new Set<Member>()
  /** Calls of members that are gone: a counter must not fall. */
  readonly #departed: Totals = noCalls()
  /** A collector has seen members here, so it must be told once that they are gone. */
  #reported = false
  /** As reported last. Most SDKs repeat a value until there is another, so a rate that is no more becomes 0. */
  #failureRate: number | undefined
  #slowCallRate: number | undefined

  constructor(name: string, budget: Budget) {
    this.attributes = new MetricAttributes(name, budget)
  }

  add(member: Member): void {
    this.#members.add(member)
  }

  forget(member: Member): void {
    if (this.#members.delete(member)) addTotals(this.#departed, member.totals)
  }

  /** Undefined where there is nothing to say: nobody of that name is there, and the collectors know it. */
  report(lookAtAll: boolean): NameReport | undefined {
    const states = { closed: 0, open: 0, 'half-open': 0 }
    const calls = noCalls()
    let failureRate: number | undefined
    let slowCallRate: number | undefined
    for (const member of this.#members) {
      if (!member.look(lookAtAll)) {
        this.forget(member)
        continue
      }
      states[member.state]++
      failureRate = higher(failureRate, member.failureRate)
      slowCallRate = higher(slowCallRate, member.slowCallRate)
      addTotals(calls, member.totals)
    }
    addTotals(calls, this.#departed)
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
