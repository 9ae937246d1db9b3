import type { CircuitBreaker } from '@cb/core'
import type { Faults } from './faults.ts'
import { sentName } from './identity.ts'
import { KnownBreaker } from './known-breaker.ts'
import type { Budget } from './metric-attributes.ts'
import { NameGroup } from './name-group.ts'
import { metric, overflowName } from './names.ts'
import type { TelemetrySettings } from './options.ts'

/** The breakers of the process that pass the filter, held weakly, and the names that they have in metrics. */
export class KnownBreakers {
  settings: TelemetrySettings
  readonly #faults: Faults
  /**
   * A name stays when its last breaker goes: SDKs forget none that they were given, so what must be bounded is how many there
   * ever are.
   */
  readonly #groups = new Map<string, NameGroup>()
  readonly #known = new WeakMap<CircuitBreaker, KnownBreaker | null>()
  readonly #gone = new FinalizationRegistry<KnownBreaker>((member) => member.group.forget(member))
  readonly #budget: Budget
  /** Whether somebody tells of each call; if not, each breaker may have stirred at any time. */
  #callsAreHeard = false
  #lookAtAll = true

  constructor(settings: TelemetrySettings, faults: Faults) {
    this.settings = settings
    this.#faults = faults
    this.#budget = { left: settings.maxNames }
  }

  /** Null for one that is filtered out. */
  of(breaker: CircuitBreaker): KnownBreaker | null {
    const known = this.#known.get(breaker)
    return known === undefined ? this.#meet(breaker) : known
  }

  set callsAreHeard(areHeard: boolean) {
    this.#callsAreHeard = areHeard
    this.#lookAtAll = true // what happened before nobody has told
  }

  /** Whether the next look must be at all breakers, and not only at those that are known to have stirred. */
  takeLookAtAll(): boolean {
    const lookAtAll = this.#lookAtAll
    this.#lookAtAll = !this.#callsAreHeard
    return lookAtAll
  }

  [Symbol.iterator](): Iterator<NameGroup> {
    return this.#groups.values()
  }

  #meet(breaker: CircuitBreaker): KnownBreaker | null {
    const known = this.#passes(breaker) ? new KnownBreaker(breaker, this.#groupOf(this.#nameOf(breaker))) : null
    this.#known.set(breaker, known)
    if (known === null) return null
    known.group.add(known)
    this.#gone.register(breaker, known)
    return known
  }

  #passes(breaker: CircuitBreaker): boolean {
    try {
      return this.settings.filter?.(breaker) ?? true
    } catch (error) {
      this.#faults.report('filter', error)
      return true
    }
  }

  #nameOf(breaker: CircuitBreaker): string {
    try {
      const name: unknown = this.settings.aggregate?.(breaker) ?? breaker.name
      if (typeof name === 'string') return sentName(name)
      throw new TypeError(`aggregate must return a string, got a ${typeof name}`)
    } catch (error) {
      this.#faults.report('aggregate', error)
      return sentName(breaker.name)
    }
  }

  #groupOf(name: string): NameGroup {
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const { maxNames } = this.settings
    const hasRoom = name === overflowName || this.#groups.size - Number(this.#groups.has(overflowName)) < maxNames
    if (!hasRoom) {
      this.#faults.warn(
        `there are more than ${maxNames} names of circuit breakers, and in metrics further ones count as ${overflowName}. ` +
          'Give several a name in common with the option aggregate, leave some out with filter, or raise maxNames and with it ' +
          `aggregationCardinalityLimit in a view of your SDK: ${metric.calls.name} has six series for each name`,
      )
      return this.#groupOf(overflowName)
    }
    const group = new NameGroup(name, this.#budget)
    this.#groups.set(name, group)
    return group
  }
}
