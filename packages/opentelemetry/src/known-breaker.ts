import type { CircuitBreaker, StateName, WindowSnapshot } from '@cb/core'
import type { Attributes, SpanContext } from '@opentelemetry/api'
import { identify } from './identity.ts'
import { type Member, type NameGroup, noCalls, type Totals } from './name-group.ts'
import type { Outage } from './outage-spans.ts'

/** The state of one breaker in telemetry; it does not keep the breaker alive. */
export class KnownBreaker implements Member {
  readonly group: NameGroup
  /** Whether the numbers may have changed since the last refresh. */
  dirty = true
  /** At the last refresh. */
  state: StateName = 'closed'
  totals: Totals = noCalls()
  failureRate: number | undefined
  slowCallRate: number | undefined
  /** The span of its latest transition. */
  lastSpan: SpanContext | undefined
  /** The span of the call that settled last, until the next one does. */
  lastCall: SpanContext | undefined
  outage: Outage | undefined
  readonly #reference: WeakRef<CircuitBreaker>
  #identity: Attributes | undefined

  constructor(breaker: CircuitBreaker, group: NameGroup) {
    this.group = group
    this.#reference = new WeakRef(breaker)
  }

  identity(breaker: CircuitBreaker): Attributes {
    this.#identity ??= identify(breaker.name)
    return this.#identity
  }

  /**
   * Updates the numbers. A closed breaker with an empty window changes only by an event, so while events are observed it is not read:
   * thousands of idle breakers cost nothing.
   * @param force  Read the breaker even if no event has changed it.
   * @returns false if the breaker has been collected.
   */
  refresh(force: boolean): boolean {
    const breaker = this.#reference.deref()
    if (breaker === undefined) return false
    if (!this.dirty && !force) return true
    this.dirty = false // first, so that an event during the snapshot is not lost
    const { state, totals, timeouts, window, override } = breaker.snapshot()
    this.state = state
    this.totals = { ...totals, failure: totals.failure - timeouts, timeout: timeouts }
    this.failureRate = rateOf(window, 'failureRate')
    this.slowCallRate = rateOf(window, 'slowCallRate')
    this.dirty ||= state !== 'closed' || override !== null || !isIdle(window)
    return true
  }
}

/** Whether it has no settled calls, and calls in flight do not change it. */
function isIdle({ calls, slowCalls, policies = [] }: WindowSnapshot): boolean {
  return calls === 0 && slowCalls === undefined && policies.every(isIdle)
}

/** The rate of the policy, or of the first policy of an `anyOf` that has one. */
function rateOf(window: WindowSnapshot, rate: 'failureRate' | 'slowCallRate'): number | undefined {
  const value = window[rate]
  if (typeof value === 'number' && Number.isFinite(value)) return value
  for (const policy of window.policies ?? []) {
    const found = rateOf(policy, rate)
    if (found !== undefined) return found
  }
  return undefined
}
