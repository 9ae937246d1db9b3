import type { CircuitBreaker } from './circuit-breaker.ts'
import { type CircuitBreakerEvents, checkSubscription } from './events.ts'
import { attempt } from './report.ts'

/** What a registry announces: what its breakers do, and who comes and goes. */
export interface RegistryEvents extends CircuitBreakerEvents {
  created: CircuitBreaker
  /** It made room for another, or had been idle for too long. Whoever still holds it can go on using it. */
  evicted: CircuitBreaker
}

type Listener<Name extends keyof RegistryEvents> = (event: RegistryEvents[Name], breaker: CircuitBreaker) => void

/** One listener to what the breakers themselves announce. */
interface Subscription {
  attach(breaker: CircuitBreaker): void
  detach(breaker: CircuitBreaker): void
}

/** Who listens to a registry. */
export class RegistryAudience {
  readonly #breakers: Iterable<CircuitBreaker>
  readonly #subscriptions = new Set<Subscription>()
  readonly #members: Readonly<Record<'created' | 'evicted', Set<Listener<'created'>>>> = {
    created: new Set(),
    evicted: new Set(),
  }

  constructor(breakers: Iterable<CircuitBreaker>) {
    this.#breakers = breakers
  }

  subscribe<Name extends keyof RegistryEvents>(event: Name, listener: Listener<Name>): () => void {
    checkSubscription(event, listener, ['created', 'evicted'])
    if (event === 'created' || event === 'evicted') return this.#toMembers(event, listener as Listener<'created'>)
    return this.#toEvents(
      event as keyof CircuitBreakerEvents,
      listener as (event: unknown, from: CircuitBreaker) => void,
    )
  }

  welcome(breaker: CircuitBreaker): CircuitBreaker {
    for (const { attach } of this.#subscriptions) attach(breaker)
    this.announce('created', breaker)
    return breaker
  }

  forget(breaker: CircuitBreaker): void {
    for (const { detach } of this.#subscriptions) detach(breaker)
  }

  announce(event: 'created' | 'evicted', breaker: CircuitBreaker): void {
    for (const tell of this.#members[event]) attempt(tell, breaker, 'a listener', () => tell(breaker, breaker))
  }

  #toMembers(event: 'created' | 'evicted', listener: Listener<'created'>): () => void {
    const tell: Listener<'created'> = (breaker) => listener(breaker, breaker) // so that a listener may be given twice
    this.#members[event].add(tell)
    return () => void this.#members[event].delete(tell)
  }

  #toEvents(event: keyof CircuitBreakerEvents, listener: (event: unknown, from: CircuitBreaker) => void): () => void {
    const ends = new Map<CircuitBreaker, () => void>()
    const subscription: Subscription = {
      attach: (breaker) => {
        const tell = (detail: unknown) => attempt(listener, breaker, 'a listener', () => listener(detail, breaker))
        ends.set(breaker, breaker.on(event, tell))
      },
      detach: (breaker) => {
        ends.get(breaker)?.()
        ends.delete(breaker)
      },
    }
    for (const breaker of this.#breakers) subscription.attach(breaker)
    this.#subscriptions.add(subscription)
    return () => {
      this.#subscriptions.delete(subscription)
      for (const end of ends.values()) end()
    }
  }
}
