import type { CircuitBreaker } from '@cb/core'
import type { Diagnostics } from './diagnostics.ts'
import { sentName } from './identity.ts'
import { KnownBreaker } from './known-breaker.ts'
import type { AttributeBudget } from './metric-attributes.ts'
import { NameGroup } from './name-group.ts'
import { metric, overflowName } from './names.ts'
import type { TelemetrySettings } from './options.ts'

/** The breakers of the process that pass the filter, held weakly, and their names in metrics. */
export class KnownBreakers {
  settings: TelemetrySettings
  readonly #diagnostics: Diagnostics
  /**
   * A name stays after its last breaker is collected: an SDK never forgets a name, so the number of all names ever used must be
   * bounded.
   */
  readonly #groups = new Map<string, NameGroup>()
  readonly #known = new WeakMap<CircuitBreaker, KnownBreaker | null>()
  readonly #collected = new FinalizationRegistry<KnownBreaker>((member) => member.group.retire(member))
  readonly #budget: AttributeBudget
  /** If calls are not observed, any breaker may change without an event. */
  #callsAreObserved = false
  #needsFullRefresh = true

  constructor(settings: TelemetrySettings, diagnostics: Diagnostics) {
    this.settings = settings
    this.#diagnostics = diagnostics
    this.#budget = { left: settings.maxNames }
  }

  /** Null for a breaker that the filter excludes. */
  of(breaker: CircuitBreaker): KnownBreaker | null {
    const known = this.#known.get(breaker)
    return known === undefined ? this.#register(breaker) : known
  }

  set callsAreObserved(areObserved: boolean) {
    this.#callsAreObserved = areObserved
    this.#needsFullRefresh = true // calls before this were not observed
  }

  /** Whether the next refresh must read all breakers, not only the dirty ones. */
  takeFullRefresh(): boolean {
    const fullRefresh = this.#needsFullRefresh
    this.#needsFullRefresh = !this.#callsAreObserved
    return fullRefresh
  }

  [Symbol.iterator](): Iterator<NameGroup> {
    return this.#groups.values()
  }

  #register(breaker: CircuitBreaker): KnownBreaker | null {
    const known = this.#passes(breaker) ? new KnownBreaker(breaker, this.#groupOf(this.#nameOf(breaker))) : null
    this.#known.set(breaker, known)
    if (known === null) return null
    known.group.add(known)
    this.#collected.register(breaker, known)
    return known
  }

  #passes(breaker: CircuitBreaker): boolean {
    try {
      return this.settings.filter?.(breaker) ?? true
    } catch (error) {
      this.#diagnostics.report('filter', error)
      return true
    }
  }

  #nameOf(breaker: CircuitBreaker): string {
    try {
      const name: unknown = this.settings.aggregate?.(breaker) ?? breaker.name
      if (typeof name === 'string') return sentName(name)
      throw new TypeError(`aggregate must return a string, got a ${typeof name}`)
    } catch (error) {
      this.#diagnostics.report('aggregate', error)
      return sentName(breaker.name)
    }
  }

  #groupOf(name: string): NameGroup {
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const { maxNames } = this.settings
    const hasRoom = name === overflowName || this.#groups.size - Number(this.#groups.has(overflowName)) < maxNames
    if (!hasRoom) {
      this.#diagnostics.warn(
        `there are more than ${maxNames} names of circuit breakers; in metrics further ones are counted as ${overflowName}. ` +
          'Use the aggregate option to give several breakers one name, or the filter option to exclude some, or raise maxNames together with ' +
          `aggregationCardinalityLimit in a view of your SDK: ${metric.calls.name} has six series for each name`,
      )
      return this.#groupOf(overflowName)
    }
    const group = new NameGroup(name, this.#budget)
    this.#groups.set(name, group)
    return group
  }
}
