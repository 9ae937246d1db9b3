import type { CircuitBreaker, StateName, WindowSnapshot } from '@cb/core'
import type { Attributes, SpanContext } from '@opentelemetry/api'
import { identify } from './identity.ts'
import { type Member, type NameGroup, noCalls, type Totals } from './name-group.ts'
import type { Outage } from './outage-spans.ts'

/** What is remembered of one breaker; it does not keep the breaker alive. */
export class KnownBreaker implements Member {
  readonly group: NameGroup
  /** Something has happened since the last look, or may without anybody hearing of it. */
  stirred = true
  /** As of the last look. */
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
   * Brings the numbers up to date. A closed breaker whose window is empty stays as it is until something happens, and that is
   * heard: so thousands of idle ones cost nothing, but where nobody hears of calls.
   * @returns false if the breaker is gone.
   */
  look(inAnyCase: boolean): boolean {
    const breaker = this.#reference.deref()
    if (breaker === undefined) return false
    if (!this.stirred && !inAnyCase) return true
    this.stirred = false // what happens from here on, also during the snapshot, counts
    const { state, totals, timeouts, window, override } = breaker.snapshot()
    this.state = state
    this.totals = { ...totals, failure: totals.failure - timeouts, timeout: timeouts }
    this.failureRate = rateOf(window, 'failureRate')
    this.slowCallRate = rateOf(window, 'slowCallRate')
    this.stirred ||= state !== 'closed' || override !== null || !isIdle(window)
    return true
  }
}

/** Without settled calls, and of a kind that calls in flight don't change. */
function isIdle({ calls, slowCalls, policies = [] }: WindowSnapshot): boolean {
  return calls === 0 && slowCalls === undefined && policies.every(isIdle)
}

/** Of a policy that has one, or of the first such policy of an `anyOf`. */
function rateOf(window: WindowSnapshot, rate: 'failureRate' | 'slowCallRate'): number | undefined {
  const value = window[rate]
  if (typeof value === 'number' && Number.isFinite(value)) return value
  for (const policy of window.policies ?? []) {
    const found = rateOf(policy, rate)
    if (found !== undefined) return found
  }
  return undefined
}
