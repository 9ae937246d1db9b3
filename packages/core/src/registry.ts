import { checkObject } from '@cb/checks'
import { CircuitBreaker } from './circuit-breaker.ts'
import { type CircuitBreakerEvents, checkSubscription } from './events.ts'
import {
  type CircuitBreakerOptions,
  checkName,
  mergeOptions,
  optionsFor,
  parseOptions,
  type Settings,
  sharedNames,
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
  attach(breaker: CircuitBreaker): unknown
  detach(breaker: CircuitBreaker): void
}

/** Breakers by name, made when first asked for, with the same options. */
export class CircuitBreakerRegistry {
  readonly #settings: Settings
  readonly #breakers = new Map<string, CircuitBreaker>()
  readonly #subscriptions = new Set<Subscription>()

  /** @throws TypeError or RangeError naming the option. */
  constructor(options: CircuitBreakerRegistryOptions = {}) {
    const { defaults = {} } = checkObject('CircuitBreakerRegistry', options, ['defaults'])
    this.#settings = parseOptions(checkObject('defaults', defaults, sharedNames))
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
    const settings = overrides === undefined ? this.#settings : this.#override(overrides)
    const breaker = new CircuitBreaker(optionsFor(name, settings))
    this.#breakers.set(name, breaker)
    for (const subscription of this.#subscriptions) subscription.attach(breaker)
    return breaker
  }

  #override(overrides: Overrides): Settings {
    checkObject('registry.get(overrides)', overrides, sharedNames)
    return parseOptions(mergeOptions(this.#settings.options, overrides))
  }

  has(name: string): boolean {
    return this.#breakers.has(name)
  }

  /** Forgets a breaker; whoever still holds it can go on using it. */
  delete(name: string): boolean {
    const breaker = this.#breakers.get(name)
    if (breaker !== undefined) for (const { detach } of this.#subscriptions) detach(breaker)
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
    checkSubscription(event, listener)
    // One function for all, so that a listener that throws is reported once and not once per breaker.
    const tell = (detail: CircuitBreakerEvents[Name]) => listener(detail, this.get(detail.breaker))
    const ends = new Map<CircuitBreaker, () => void>()
    const subscription: Subscription = {
      attach: (breaker) => ends.set(breaker, breaker.on(event, tell)),
      detach: (breaker) => {
        ends.get(breaker)?.()
        ends.delete(breaker)
      },
    }
    for (const breaker of this) subscription.attach(breaker)
    this.#subscriptions.add(subscription)
    return () => {
      this.#subscriptions.delete(subscription)
      for (const breaker of [...ends.keys()]) subscription.detach(breaker)
    }
  }
}
