import { checkOptions, milliseconds, positiveInteger } from '@cb/checks'
import { CircuitBreaker } from './circuit-breaker.ts'
import type { WindowSnapshot } from './events.ts'
import { announceToAll } from './hub.ts'
import { warnOnce } from './misuse.ts'
import {
  changeSettings,
  checkName,
  checkShared,
  type LiveOptions,
  type Overrides,
  optionsFor,
  parseChanges,
  parseOptions,
  sharedOptions,
} from './options.ts'
import { type RegistryEvents, RegistryListeners } from './registry-events.ts'
import type { Settings } from './settings.ts'
import { type CircuitBreakerSnapshot, snapshotOf } from './snapshot.ts'
import { Closed } from './states/closed.ts'
import type { TripPolicy } from './trip/trip-policy.ts'

/** Options of a registry. */
export interface CircuitBreakerRegistryOptions {
  /** Options of every breaker, except the name. */
  defaults?: Overrides | undefined
  /**
   * The most breakers it keeps, 1 to 16 000 000. Default 10 000: names often come from outside, and a breaker costs memory. Beyond
   * it a closed breaker without failures makes room; if there is none, all further names share one overflow breaker. So do names of
   * more than 1 000 characters.
   */
  maxSize?: number | undefined
  /** A closed breaker without failures may go after this many milliseconds without a `get`, above 0. Default: no limit. */
  idleTtl?: number | undefined
}

interface Entry {
  readonly breaker: CircuitBreaker
  /** With which it was created. */
  readonly overrides: Overrides | undefined
  /** Asked for since it was last considered for eviction. */
  used: boolean
  /** Kept with `idleTtl` only. */
  usedAt: number
}

/** How many breakers are considered when one must go: a bound on the cost of a new name. */
const mostConsidered = 64

/** Longer names share the overflow breaker: they come from outside, and each is kept. */
const longestName = 1_000

/** Breakers by name, created at the first `get` with the same options, in bounded memory. */
export class CircuitBreakerRegistry {
  #settings: Settings
  readonly #maxSize: number
  readonly #idleTtl: number | undefined
  /** Roughly the least recently used first. */
  readonly #entries = new Map<string, Entry>()
  readonly #listeners = new RegistryListeners(this)
  #overflow: CircuitBreaker | undefined
  /** While evictions are announced no further breaker is evicted: a listener may ask for the one that has just gone. */
  #announcing = false

  /** @throws TypeError or RangeError naming the option. */
  constructor(options: CircuitBreakerRegistryOptions = {}) {
    const ranges = { defaults: null, maxSize: { ...positiveInteger, max: 16_000_000 }, idleTtl: milliseconds }
    const { defaults = {}, maxSize = 10_000, idleTtl } = checkOptions('CircuitBreakerRegistry', options, ranges)
    this.#settings = parseOptions(checkShared('defaults', defaults))
    this.#maxSize = maxSize
    this.#idleTtl = idleTtl
  }

  /**
   * The breaker of that name, created if there is none; the overflow breaker if there is no room for one.
   * @param overrides  options on top of the registry's defaults; used when the breaker is created, that is the first time. Other
   *   ones later are reported once, and have no effect: `configure` of the breaker changes its options.
   * @throws TypeError or RangeError for a name that is not a non-empty string, or naming the option.
   */
  get(name: string, overrides?: Overrides): CircuitBreaker {
    const entry = this.#entries.get(name)
    if (entry === undefined) return this.#create(name, overrides)
    entry.used = true
    if (overrides !== undefined) reportOthers(entry, checkShared('registry.get(overrides)', overrides))
    if (this.#idleTtl !== undefined) this.#touch(name, entry, this.#idleTtl)
    return entry.breaker
  }

  /** Moved behind the others only now and then: that costs more than the rest of a look-up. */
  #touch(name: string, entry: Entry, idleTtl: number): void {
    const now = this.#settings.clock.now()
    if (now - entry.usedAt < idleTtl / 8) return
    this.#moveBack(name, entry, now)
  }

  #moveBack(name: string, entry: Entry, usedAt: number): void {
    entry.usedAt = usedAt
    this.#entries.delete(name)
    this.#entries.set(name, entry)
  }

  #create(name: string, overrides: Overrides | undefined): CircuitBreaker {
    const own = overrides === undefined ? undefined : checkShared('registry.get(overrides)', overrides)
    const settings = own === undefined ? this.#settings : changeSettings(this.#settings, own)
    const options = optionsFor(checkName('registry.get(name)', name), settings)
    const isLong = name.length > longestName
    const evicted = this.#announcing || isLong ? [] : this.#evict()
    const isFull = isLong || this.#entries.size >= this.#maxSize
    if (isFull && this.#overflow !== undefined) return this.#overflow
    const breaker = new CircuitBreaker(isFull ? optionsFor('(overflow)', this.#settings) : options)
    if (isFull) this.#overflow = breaker
    else this.#add(breaker, own)
    this.#listeners.add(breaker)
    announceToAll(breaker)
    this.#announceEvicted(evicted)
    this.#listeners.announce('created', breaker)
    return breaker
  }

  #add(breaker: CircuitBreaker, overrides: Overrides | undefined): void {
    const usedAt = this.#idleTtl === undefined ? 0 : this.#settings.clock.now()
    this.#entries.set(breaker.name, { breaker, overrides, used: false, usedAt })
  }

  /** Drops what is idle, and makes room for one more breaker. @returns the evicted breakers, to be announced. */
  #evict(): CircuitBreaker[] {
    const evicted = this.#idleTtl === undefined ? [] : this.#idle(this.#idleTtl)
    for (const breaker of evicted) this.delete(breaker.name)
    if (this.#entries.size < this.#maxSize) return evicted
    const victim = this.#chooseVictim()
    if (victim === undefined) return evicted
    this.delete(victim.name)
    return [...evicted, victim]
  }

  /** The breakers are gone and the new one is there when their listeners run, so none sees more than `maxSize`. */
  #announceEvicted(evicted: readonly CircuitBreaker[]): void {
    if (evicted.length === 0) return
    this.#announcing = true
    for (const breaker of evicted) this.#listeners.announce('evicted', breaker)
    this.#announcing = false
  }

  /** Considers the oldest; those that were used get a second chance. */
  #chooseVictim(): CircuitBreaker | undefined {
    let secondBest: CircuitBreaker | undefined
    let considered = 0
    for (const [name, entry] of this.#entries) {
      if (considered++ === mostConsidered) break
      if (isForgettable(entry.breaker)) {
        if (!entry.used) return entry.breaker
        secondBest ??= entry.breaker
      }
      entry.used = false
      this.#entries.delete(name)
      this.#entries.set(name, entry)
    }
    return secondBest
  }

  #idle(idleTtl: number): CircuitBreaker[] {
    const now = this.#settings.clock.now()
    const idle: CircuitBreaker[] = []
    let considered = 0
    for (const [name, entry] of this.#entries) {
      if (entry.usedAt > now - idleTtl || considered++ === mostConsidered) break
      if (isForgettable(entry.breaker)) idle.push(entry.breaker)
      else this.#moveBack(name, entry, now) // not considered again soon, or many of these would hide the others
    }
    return idle
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /** Forgets a breaker; it still works for code that holds it. */
  delete(name: string): boolean {
    const entry = this.#entries.get(name)
    if (entry !== undefined) this.#listeners.remove(entry.breaker)
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
   * Changes the defaults and all breakers of the registry, as `configure` of a breaker does; also those with overrides of their own.
   * @throws TypeError or RangeError naming the option; nothing is changed then.
   */
  configure(changes: LiveOptions): void {
    // Breakers that share settings go on sharing them.
    const parsed = new Map<Settings, Settings>()
    const parse = (before: Settings): Settings => {
      const after = parsed.get(before) ?? parseChanges(before, changes)
      parsed.set(before, after)
      return after
    }
    const defaults = parse(this.#settings)
    const settings = Array.from(this, (breaker) => parse(CircuitBreaker.settingsOf(breaker)))
    this.#settings = defaults
    for (const [index, breaker] of [...this].entries())
      CircuitBreaker.applySettings(breaker, settings[index] as Settings)
  }

  /**
   * Listens to `created` and `evicted`, or to what every breaker of this registry announces, also those created later.
   * @returns a function that ends it.
   */
  on<Name extends keyof RegistryEvents>(
    event: Name,
    listener: (event: RegistryEvents[Name], breaker: CircuitBreaker) => void,
  ): () => void {
    return this.#listeners.subscribe(event, listener)
  }
}

/** Code that creates its overrides anew for each call has other objects and functions each time, so their contents are compared. */
function reportOthers(entry: Entry, overrides: Overrides): void {
  const others = sharedOptions.filter((name) => isOther(overrides[name], entry.overrides?.[name]))
  if (others.length > 0)
    warnOnce(
      entry,
      entry.breaker.name,
      `registry.get was given other options than at first: ${others.join(', ')}; the first ones hold`,
    )
}

function isOther(later: unknown, first: unknown): boolean {
  return !Object.is(later, first) && describe(later) !== describe(first)
}

/** What can be compared of an option: the numbers of a policy, and of a function only that it is one. */
function describe(option: unknown): unknown {
  if ((typeof option !== 'object' && typeof option !== 'function') || option === null) return option
  const { name, start, config } = option as Partial<TripPolicy>
  try {
    if (typeof option === 'function') return JSON.stringify([config])
    return JSON.stringify(start === undefined ? Object.entries(option).sort() : [name, config])
  } catch {
    return 'object' // what a user's policy says of itself can't be written
  }
}

/** Closed by its own decision, and without a failure to remember: nothing is lost if it is forgotten. */
function isForgettable(breaker: CircuitBreaker): boolean {
  const circuit = CircuitBreaker.createdCircuitOf(breaker)
  if (circuit === undefined) return true
  const { state } = circuit
  if (!(state instanceof Closed) || state.admission?.recovery !== undefined) return false
  return !remembersFailures(state.window()) && !remembersFailures(snapshotOf(circuit, state.admission?.admission))
}

/** Each policy of an `anyOf` counts, not only the first. */
function remembersFailures(window: object | null): boolean {
  const { failures = 0, slowCalls = 0, policies }: Partial<WindowSnapshot> = window ?? {}
  return failures > 0 || slowCalls > 0 || (Array.isArray(policies) && policies.some(remembersFailures))
}
