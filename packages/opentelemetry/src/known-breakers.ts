import type { CircuitBreaker } from '@cb/core'
import type { Diagnostics } from './diagnostics.ts'
import { otherType } from './error-types.ts'
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
  readonly #groups = new Map<string, NameGroup<KnownBreaker>>()
  /** Seen, but not read yet, because to read a breaker that nobody uses has its cost. */
  readonly #unread = new Set<KnownBreaker>()
  readonly #known = new WeakMap<CircuitBreaker, KnownBreaker | null>()
  readonly #collected = new FinalizationRegistry<KnownBreaker>((member) => {
    this.#unread.delete(member)
    member.group?.retire(member)
  })
  readonly #budget: AttributeBudget
  /** If calls are not observed, any breaker may change without an event. */
  #callsAreObserved = false
  #needsFullRefresh = true
  /** The groups of all further names. */
  #overflows = 0

  constructor(settings: TelemetrySettings, diagnostics: Diagnostics) {
    this.settings = settings
    this.#diagnostics = diagnostics
    this.#budget = {
      left: settings.maxNames,
      exceeded: () =>
        diagnostics.warn(
          `there are more than ${settings.maxNames} pairs of a circuit breaker and an error type; in metrics further error types are ${otherType}`,
        ),
    }
  }

  /** Makes a breaker known. */
  see(breaker: CircuitBreaker): KnownBreaker | null {
    const known = this.#known.get(breaker)
    return known === undefined ? this.#register(breaker) : known
  }

  /** Null for a breaker that the filter excludes. */
  of(breaker: CircuitBreaker): KnownBreaker | null {
    const known = this.see(breaker)
    if (known !== null && this.#unread.delete(known)) this.update(known)
    return known
  }

  /** Reads a breaker, and puts it to the series of its mode. */
  update(known: KnownBreaker, force = true): void {
    try {
      if (!known.refresh(force)) return known.group?.retire(known)
    } catch (error) {
      this.#diagnostics.report('metrics', error)
    }
    if (known.group?.shadow === known.shadow) return
    known.group = this.#groupOf(known.name, known.shadow)
    known.group.members.add(known)
  }

  /** Reads all that may have changed. */
  refresh(): void {
    const force = this.#takeFullRefresh()
    for (const known of this.#unread) this.update(known)
    this.#unread.clear()
    const isCombined = this.settings.aggregate !== undefined
    for (const { name, members } of this.#groups.values()) {
      for (const known of members) this.update(known, force)
      if (members.size > 1 && !isCombined && name !== overflowName) this.#warnOfNamesakes(name, members)
    }
  }

  /**
   * Only of breakers that are in use at the same time: one that its registry has evicted, or that was replaced, also has the name until it
   * is collected. Those that `aggregate` combines are combined on purpose.
   */
  #warnOfNamesakes(name: string, members: Iterable<KnownBreaker>): void {
    const used = [...members].filter(({ called }) => called).length
    if (used < 2) return
    this.#diagnostics.warn(
      `there are ${used} circuit breakers named ${name}; in metrics and alerts they are one. Give each a name of its own, ` +
        'or combine them on purpose with the aggregate option',
      `namesakes ${name}`,
    )
  }

  set callsAreObserved(areObserved: boolean) {
    this.#callsAreObserved = areObserved
    this.#needsFullRefresh = true // calls before this were not observed
  }

  /** Whether this refresh must read all breakers, not only the dirty ones. */
  #takeFullRefresh(): boolean {
    const fullRefresh = this.#needsFullRefresh
    this.#needsFullRefresh = !this.#callsAreObserved
    return fullRefresh
  }

  [Symbol.iterator](): Iterator<NameGroup<KnownBreaker>> {
    return this.#groups.values()
  }

  #register(breaker: CircuitBreaker): KnownBreaker | null {
    const known = this.#passes(breaker) ? new KnownBreaker(breaker, this.#nameOf(breaker)) : null
    this.#known.set(breaker, known)
    if (known === null) return null
    this.#unread.add(known)
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

  #groupOf(name: string, shadow: boolean): NameGroup<KnownBreaker> {
    const key = shadow ? `${name}\n` : name // no name has a line break
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    const { maxNames } = this.settings
    const hasRoom = name === overflowName || this.#groups.size - this.#overflows < maxNames
    if (!hasRoom) {
      this.#diagnostics.warn(
        `there are more than ${maxNames} names of circuit breakers; in metrics further ones are counted as ${overflowName}. ` +
          'Use the aggregate option to give several breakers one name, or the filter option to exclude some, or raise maxNames together with ' +
          `aggregationCardinalityLimit in a view of your SDK: ${metric.calls.name} has six series for each name`,
      )
      return this.#groupOf(overflowName, shadow)
    }
    const group = new NameGroup<KnownBreaker>(name, shadow, this.#budget)
    this.#groups.set(key, group)
    if (name === overflowName) this.#overflows++
    return group
  }
}
