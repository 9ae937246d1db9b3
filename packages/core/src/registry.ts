import { atLeastOne, checkObject, checkOptions, milliseconds } from '@cb/checks'
import { CircuitBreaker, usedMachineOf } from './circuit-breaker.ts'
import {
  type CircuitBreakerOptions,
  changeSettings,
  checkName,
  optionsFor,
  parseOptions,
  type Settings,
  sharedNames,
} from './options.ts'
import { RegistryAudience, type RegistryEvents } from './registry-audience.ts'
import type { CircuitBreakerSnapshot } from './snapshot.ts'
import { Closed } from './states/closed.ts'

/** What a registry may be given. */
export interface CircuitBreakerRegistryOptions {
  /** Options of every breaker, except the name. */
  defaults?: Overrides
  /**
   * The most breakers it keeps, 1 to 16 000 000. Default 10 000: names often come from outside, and a breaker costs memory. Beyond
   * it a closed breaker without failures makes room; if there is none, all further names share one overflow breaker.
   */
  maxSize?: number
  /** Closed breakers without failures that nobody has asked for in so many milliseconds may go. Default: no limit. */
  idleTtl?: number
}

/** A breaker's own options, on top of the registry's defaults. */
export type Overrides = Omit<CircuitBreakerOptions, 'name'>

interface Entry {
  readonly breaker: CircuitBreaker
  /** Asked for since it was last considered for eviction. */
  used: boolean
  /** Kept with `idleTtl` only. */
  usedAt: number
}

/** How many breakers are considered when one must go: a bound on the cost of a new name. */
const mostConsidered = 64

/** Breakers by name, made when first asked for, with the same options, in bounded memory. */
export class CircuitBreakerRegistry {
  readonly #settings: Settings
  readonly #maxSize: number
  readonly #idleTtl: number | undefined
  /** Roughly those that were used longest ago first. */
  readonly #entries = new Map<string, Entry>()
  readonly #audience = new RegistryAudience(this)
  #overflow: CircuitBreaker | undefined

  /** @throws TypeError or RangeError naming the option. */
  constructor(options: CircuitBreakerRegistryOptions = {}) {
    const ranges = { defaults: null, maxSize: { ...atLeastOne, max: 16_000_000 }, idleTtl: milliseconds }
    const { defaults = {}, maxSize = 10_000, idleTtl } = checkOptions('CircuitBreakerRegistry', options, ranges)
    this.#settings = parseOptions(checkObject('defaults', defaults, sharedNames))
    this.#maxSize = maxSize
    this.#idleTtl = idleTtl
  }

  /**
   * The breaker of that name, made if there is none; the overflow breaker if there is no room for one.
   * @param overrides  options on top of the registry's defaults; used when the breaker is made, that is the first time.
   * @throws TypeError or RangeError for a name that is no string, or naming the option.
   */
  get(name: string, overrides?: Overrides): CircuitBreaker {
    const entry = this.#entries.get(name)
    if (entry === undefined) return this.#create(name, overrides)
    entry.used = true
    if (this.#idleTtl !== undefined) this.#touch(name, entry, this.#idleTtl)
    return entry.breaker
  }

  /** Moved behind the others only now and then: that costs more than the rest of a look-up. */
  #touch(name: string, entry: Entry, idleTtl: number): void {
    const now = this.#settings.clock.now()
    if (now - entry.usedAt < idleTtl / 8) return
    entry.usedAt = now
    this.#entries.delete(name)
    this.#entries.set(name, entry)
  }

  #create(name: string, overrides: Overrides | undefined): CircuitBreaker {
    checkName('registry.get(name)', name)
    const settings = overrides === undefined ? this.#settings : this.#override(overrides)
    if (this.#idleTtl !== undefined) this.#dropIdle(this.#idleTtl)
    if (this.#entries.size >= this.#maxSize && !this.#makeRoom()) {
      this.#overflow ??= this.#audience.welcome(new CircuitBreaker(optionsFor('(overflow)', this.#settings)))
      return this.#overflow
    }
    const breaker = new CircuitBreaker(optionsFor(name, settings))
    const usedAt = this.#idleTtl === undefined ? 0 : this.#settings.clock.now()
    this.#entries.set(name, { breaker, used: false, usedAt })
    return this.#audience.welcome(breaker)
  }

  #override(overrides: Overrides): Settings {
    checkObject('registry.get(overrides)', overrides, sharedNames)
    return changeSettings(this.#settings, overrides)
  }

  /** Looks at the oldest and gives those that were used a second chance. */
  #makeRoom(): boolean {
    let secondBest: CircuitBreaker | undefined
    let considered = 0
    for (const [name, entry] of this.#entries) {
      if (considered++ === mostConsidered) break
      if (isForgettable(entry.breaker)) {
        if (!entry.used) return this.#evict(entry.breaker)
        secondBest ??= entry.breaker
      }
      entry.used = false
      this.#entries.delete(name)
      this.#entries.set(name, entry)
    }
    return secondBest !== undefined && this.#evict(secondBest)
  }

  #dropIdle(idleTtl: number): void {
    const usedBefore = this.#settings.clock.now() - idleTtl
    let considered = 0
    for (const { breaker, usedAt } of this.#entries.values()) {
      if (usedAt > usedBefore || considered++ === mostConsidered) return
      if (isForgettable(breaker)) this.#evict(breaker)
    }
  }

  #evict(breaker: CircuitBreaker): true {
    this.delete(breaker.name)
    this.#audience.announce('evicted', breaker)
    return true
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /** Forgets a breaker; whoever still holds it can go on using it. */
  delete(name: string): boolean {
    const entry = this.#entries.get(name)
    if (entry !== undefined) this.#audience.forget(entry.breaker)
    return this.#entries.delete(name)
  }

  /** How many breakers it keeps, without the overflow breaker. */
  get size(): number {
    return this.#entries.size
  }

  /** All breakers, the overflow breaker last. */
  *[Symbol.iterator](): Generator<CircuitBreaker, void, undefined> {
    for (const { breaker } of this.#entries.values()) yield breaker
    if (this.#overflow !== undefined) yield this.#overflow
  }

  snapshot(): CircuitBreakerSnapshot[] {
    return Array.from(this, (breaker) => breaker.snapshot())
  }

  resetAll(): void {
    for (const breaker of this) breaker.reset()
  }

  /**
   * Listens to `created` and `evicted`, or to what every breaker of this registry announces, also those made later.
   * @returns a function that ends it.
   */
  on<Name extends keyof RegistryEvents>(
    event: Name,
    listener: (event: RegistryEvents[Name], breaker: CircuitBreaker) => void,
  ): () => void {
    return this.#audience.subscribe(event, listener)
  }
}

/** Closed by its own decision, and without a failure to remember: nothing is lost if it is forgotten. */
function isForgettable(breaker: CircuitBreaker): boolean {
  const state = usedMachineOf(breaker)?.state
  if (state === undefined) return true
  if (!(state instanceof Closed) || state.ramp !== undefined) return false
  const { failures, slowCalls = 0 } = state.window()
  return failures === 0 && slowCalls === 0
}
