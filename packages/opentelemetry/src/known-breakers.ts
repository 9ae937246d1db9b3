import type { CircuitBreaker, CircuitBreakerSnapshot } from '@cb/core'
import type { SpanContext } from '@opentelemetry/api'
import { boundedName, type CallOutcome, callOutcomes, NamedAttributes } from './attributes.ts'

export type Totals = Record<CallOutcome, number>

/** What is remembered of one breaker; it does not keep the breaker alive. */
export interface KnownBreaker {
  readonly reference: WeakRef<CircuitBreaker>
  readonly group: NameGroup
  /** As of the latest collection. */
  totals: Totals
  /** The span of its latest transition. */
  lastSpan: SpanContext | undefined
}

/** All breakers of one name: to a metrics backend they are one, so their numbers are added up. */
export class NameGroup {
  readonly name: string
  readonly attributes: NamedAttributes
  readonly members: Set<KnownBreaker> = new Set<KnownBreaker>()
  /** A collector has seen it. */
  reported = false
  /** Calls of members that are gone: a counter must not fall while others of the name live. */
  readonly #departed: Totals = noCalls()

  constructor(name: string) {
    this.name = name
    this.attributes = new NamedAttributes(name)
  }

  forget(member: KnownBreaker): void {
    if (this.members.delete(member)) add(this.#departed, member.totals)
  }

  /** Asks each member; those that are gone leave. */
  snapshots(): CircuitBreakerSnapshot[] {
    const snapshots: CircuitBreakerSnapshot[] = []
    for (const member of this.members) {
      const snapshot = member.reference.deref()?.snapshot()
      if (snapshot === undefined) {
        this.forget(member)
      } else {
        member.totals = totalsOf(snapshot)
        snapshots.push(snapshot)
      }
    }
    return snapshots
  }

  /** As of the latest `snapshots`. */
  totals(): Totals {
    const sum = { ...this.#departed }
    for (const member of this.members) add(sum, member.totals)
    return sum
  }
}

/** The breakers of the process, held weakly, by name. */
export class KnownBreakers {
  readonly #groups = new Map<string, NameGroup>()
  readonly #known = new WeakMap<CircuitBreaker, KnownBreaker>()
  readonly #gone = new FinalizationRegistry<KnownBreaker>((member) => {
    member.group.forget(member)
    // What a collector has seen must be taken back at its next visit.
    if (!member.group.reported) this.#drop(member.group)
  })

  of(breaker: CircuitBreaker): KnownBreaker {
    return this.#known.get(breaker) ?? this.#meet(breaker)
  }

  /** One entry for each name. A name without breakers comes one last time, with no snapshots. */
  *collect(): Generator<{ group: NameGroup; snapshots: CircuitBreakerSnapshot[] }> {
    for (const group of this.#groups.values()) {
      const snapshots = group.snapshots()
      group.reported = true
      yield { group, snapshots }
      this.#drop(group)
    }
  }

  #meet(breaker: CircuitBreaker): KnownBreaker {
    const name = boundedName(breaker.name)
    const group = this.#groups.get(name) ?? new NameGroup(name)
    this.#groups.set(name, group)
    const known = { reference: new WeakRef(breaker), group, totals: noCalls(), lastSpan: undefined }
    group.members.add(known)
    this.#known.set(breaker, known)
    this.#gone.register(breaker, known)
    return known
  }

  #drop(group: NameGroup): void {
    if (group.members.size === 0) this.#groups.delete(group.name)
  }
}

function totalsOf({ totals, timeouts }: CircuitBreakerSnapshot): Totals {
  return { ...totals, failure: totals.failure - timeouts, timeout: timeouts }
}

function noCalls(): Totals {
  return { success: 0, failure: 0, timeout: 0, ignored: 0, rejected: 0, late: 0 }
}

function add(sum: Totals, more: Totals): void {
  for (const outcome of callOutcomes) sum[outcome] += more[outcome]
}
