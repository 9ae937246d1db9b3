import { checkFunction, checkObject } from './check.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import type { CircuitBreakerEvents } from './events.ts'
import {
  type CircuitBreakerOptions,
  checkName,
  mergeOptions,
  optionsFor,
  parseOptions,
  type Settings,
} from './options.ts'
import type { CircuitBreakerSnapshot } from './snapshot.ts'

/** What a registry may be given. */
export interface CircuitBreakerRegistryOptions {
  /** Options of every breaker, except the name. */
  defaults?: Omit<CircuitBreakerOptions, 'name'>
}

/** A breaker's own options, on top of the registry's defaults. */
export type Overrides = Omit<CircuitBreakerOptions, 'name'>

interface Subscription {
  attach(breaker: CircuitBreaker): void
}

/** Breakers by name, made when first asked for, with the same options. */
export class CircuitBreakerRegistry {
  readonly #defaults: CircuitBreakerOptions
  readonly #settings: Settings
  readonly #breakers = new Map<string, CircuitBreaker>()
  readonly #subscriptions = new Set<Subscription>()

  /** @throws TypeError or RangeError naming the option. */
  constructor(options: CircuitBreakerRegistryOptions = {}) {
    const { defaults = {} } = checkObject('CircuitBreakerRegistry', options, ['defaults'])
    this.#defaults = { ...defaults }
    this.#settings = parseOptions(defaults)
  }

  /**
   * The breaker of that name, made if there is none.
   * @param overrides  options on top of the registry's defaults; used when the breaker is made, that is the first time.
   * @throws TypeError or RangeError for a name that is no string, or naming the option.
   */
  get(name: string, overrides?: Overrides): CircuitBreaker {
    return this.#breakers.get(name) ?? this.#create(name, overrides)
  }

  #create(name: string, overrides: Overrides | undefined): CircuitBreaker {
    checkName('registry.get(name)', name)
    const settings = overrides === undefined ? this.#settings : parseOptions(mergeOptions(this.#defaults, overrides))
    const breaker = new CircuitBreaker(optionsFor(name, settings))
    this.#breakers.set(name, breaker)
    for (const subscription of this.#subscriptions) subscription.attach(breaker)
    return breaker
  }

  has(name: string): boolean {
    return this.#breakers.has(name)
  }

  /** Forgets a breaker; whoever still holds it can go on using it. */
  delete(name: string): boolean {
    return this.#breakers.delete(name)
  }

  get size(): number {
    return this.#breakers.size
  }

  /** All breakers, oldest first. */
  [Symbol.iterator](): IterableIterator<CircuitBreaker> {
    return this.#breakers.values()
  }

  snapshot(): CircuitBreakerSnapshot[] {
    return Array.from(this, (breaker) => breaker.snapshot())
  }

  resetAll(): void {
    for (const breaker of this) breaker.reset()
  }

  /**
   * Listens to every breaker of this registry, also those made later.
   * @returns a function that ends it.
   */
  on<Name extends keyof CircuitBreakerEvents>(
    event: Name,
    listener: (event: CircuitBreakerEvents[Name], breaker: CircuitBreaker) => void,
  ): () => void {
    checkFunction('on(listener)', listener)
    const ends: (() => void)[] = []
    const attach = (breaker: CircuitBreaker) => {
      ends.push(breaker.on(event, (detail) => listener(detail, breaker)))
    }
    for (const breaker of this) attach(breaker)
    const subscription = { attach }
    this.#subscriptions.add(subscription)
    return () => {
      this.#subscriptions.delete(subscription)
      for (const end of ends) end()
    }
  }
}
