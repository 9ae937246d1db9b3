import type { CircuitBreaker } from './circuit-breaker.ts'
import { type CircuitBreakerEvents, checkSubscription } from './events.ts'
import { attempt } from './report.ts'

/** What a registry announces: what its breakers do, and who comes and goes. */
export interface RegistryEvents extends CircuitBreakerEvents {
  created: CircuitBreaker
  /** It made room for another, or had been idle for too long. Whoever still holds it can go on using it. */
  evicted: CircuitBreaker
}

/** One listener, and how what it hears of each breaker is ended. */
interface Subscription {
  readonly event: keyof RegistryEvents
  readonly tell: (detail: unknown, breaker: CircuitBreaker) => void
  readonly ends: Map<CircuitBreaker, () => void>
}

/** Who listens to a registry. */
export class RegistryAudience {
  readonly #breakers: Iterable<CircuitBreaker>
  readonly #subscriptions = new Set<Subscription>()

  constructor(breakers: Iterable<CircuitBreaker>) {
    this.#breakers = breakers
  }

  subscribe<Name extends keyof RegistryEvents>(
    event: Name,
    listener: (event: RegistryEvents[Name], breaker: CircuitBreaker) => void,
  ): () => void {
    checkSubscription(event, listener, ['created', 'evicted'])
    const tell: Subscription['tell'] = (detail, breaker) =>
      attempt(listener, breaker, 'a listener', () => listener(detail as RegistryEvents[Name], breaker))
    const subscription = { event, tell, ends: new Map() }
    for (const breaker of this.#breakers) attach(subscription, breaker)
    this.#subscriptions.add(subscription)
    return () => {
      this.#subscriptions.delete(subscription)
      for (const end of subscription.ends.values()) end()
    }
  }

  welcome(breaker: CircuitBreaker): CircuitBreaker {
    for (const subscription of this.#subscriptions) attach(subscription, breaker)
    this.announce('created', breaker)
    return breaker
  }

  forget(breaker: CircuitBreaker): void {
    for (const { ends } of this.#subscriptions) {
      ends.get(breaker)?.()
      ends.delete(breaker)
    }
  }

  announce(event: 'created' | 'evicted', breaker: CircuitBreaker): void {
    for (const subscription of this.#subscriptions)
      if (subscription.event === event) subscription.tell(breaker, breaker)
  }
}

/** What a breaker itself announces is heard from the breaker. */
function attach({ event, tell, ends }: Subscription, breaker: CircuitBreaker): void {
  if (event === 'created' || event === 'evicted') return
  ends.set(
    breaker,
    breaker.on(event, (detail: unknown) => tell(detail, breaker)),
  )
}
