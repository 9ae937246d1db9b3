import type { CircuitBreaker, StateName, Transition, WindowSnapshot } from '@cb/core'
import type { Attributes, SpanContext } from '@opentelemetry/api'
import { ownOf } from './attributes.ts'
import { identify } from './identity.ts'
import { counted, difference, type Member, type NameGroup, noTotals, type Totals } from './name-group.ts'
import { attribute } from './names.ts'
import type { Outage } from './outage-spans.ts'

/** The state of one breaker in telemetry; it does not keep the breaker alive. */
export class KnownBreaker implements Member {
  /** The name in metrics. */
  readonly name: string
  /** Its series in metrics. Set when the breaker is first read, which is before its first event is recorded. */
  group!: NameGroup<KnownBreaker>
  /** Whether it had calls between the last two refreshes; false at the first one. */
  called = false
  /** Whether the numbers may have changed since the last refresh. */
  dirty = true
  /** At the last refresh. */
  state: StateName = 'closed'
  /** Without those that were counted in the other mode. */
  totals: Totals = noTotals()
  /** Whether it rejects nothing. A breaker with a share of shadow mode rejects calls, so it is an ordinary one. */
  shadow = false
  /** Whether some of its calls are admitted by shadow mode. */
  shadows = false
  failureRate: number | undefined
  slowCallRate: number | undefined
  /** At the last refresh: how long it has not been closed, as far as is known. */
  outageDuration = 0
  override: 'open' | 'closed' | undefined
  /** Undefined while no fleet shares it. */
  isConnected: boolean | undefined
  /** When it was last closed, at the latest; a reading of the breaker's clock. */
  #closedAt: number | undefined
  /** The span of its latest transition. */
  lastSpan: SpanContext | undefined
  /** The span of the call that settled last, until the next one does. */
  lastCall: SpanContext | undefined
  outage: Outage | undefined
  readonly #reference: WeakRef<CircuitBreaker>
  #identity: Attributes | undefined
  /** All counts of the breaker, and those of them from before its present mode. */
  #all: Totals = this.totals
  #before: Totals | undefined

  constructor(breaker: CircuitBreaker, name: string) {
    this.name = name
    this.#reference = new WeakRef(breaker)
  }

  identity(breaker: CircuitBreaker): Attributes {
    this.#identity ??= Object.freeze({ ...identify(breaker.name), ...(this.shadow && { [attribute.shadow]: true }) })
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
    this.called = false
    if (!this.dirty && !force) return true
    this.dirty = false // first, so that an event during the snapshot is not lost
    const {
      state,
      totals,
      timeouts,
      shadowed,
      fallbacks = 0,
      window,
      override,
      fleet,
      config,
      at,
      since,
    } = ownOf(breaker.snapshot())
    const before = this.#all
    if ((config['shadow'] === 1) !== this.shadow) this.#switchMode()
    this.shadows = Number(config['shadow']) > 0
    this.state = state
    this.#closedAt = state === 'closed' ? undefined : Math.min(this.#closedAt ?? since, since)
    this.outageDuration = this.#closedAt === undefined ? 0 : Math.max(0, at - this.#closedAt)
    this.#all = { ...totals, failure: totals.failure - timeouts, timeout: timeouts, shadowed, fallbacks }
    this.called = this.group !== undefined && counted.some((count) => this.#all[count] !== before[count])
    this.totals = this.#before === undefined ? this.#all : difference(this.#all, this.#before)
    this.override = override?.state
    this.isConnected = fleet && fleet === 'connected'
    this.failureRate = rateOf(window, 'failureRate')
    this.slowCallRate = rateOf(window, 'slowCallRate')
    this.dirty ||= state !== 'closed' || override !== null || fleet !== undefined || !isIdle(window)
    return true
  }

  transition({ from, at }: Transition): void {
    this.dirty = true
    if (from === 'closed') this.#closedAt = at
  }

  /** What has been counted so far stays where it is. */
  #switchMode(): void {
    this.shadow = !this.shadow
    this.#identity = undefined
    this.group?.retire(this)
    this.#before = this.#all
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
