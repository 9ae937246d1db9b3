import type { CircuitBreaker } from './circuit-breaker.ts'
import { checkSubscription } from './event-queue.ts'
import type { CircuitBreakerEvents } from './events.ts'
import { callSafely } from './misuse.ts'

/** What a registry announces: the events of its breakers, and which breakers come and go. */
export interface RegistryEvents extends CircuitBreakerEvents {
  created: CircuitBreaker
  /** It made room for another, or had been idle for too long. It still works for code that holds it. */
  evicted: CircuitBreaker
}

/** One listener, and how its subscription to each breaker is ended. */
interface Subscription {
  readonly event: keyof RegistryEvents
  readonly notify: (detail: unknown, breaker: CircuitBreaker) => void
  readonly ends: Map<CircuitBreaker, () => void>
}

/** The listeners of a registry. */
export class RegistryListeners {
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
    const notify: Subscription['notify'] = (detail, breaker) =>
      callSafely(listener, breaker.name, 'a listener', () => listener(detail as RegistryEvents[Name], breaker))
    const subscription = { event, notify, ends: new Map() }
    for (const breaker of this.#breakers) attach(subscription, breaker)
    this.#subscriptions.add(subscription)
    return () => {
      this.#subscriptions.delete(subscription)
      for (const end of subscription.ends.values()) end()
    }
  }

  add(breaker: CircuitBreaker): void {
    for (const subscription of this.#subscriptions) attach(subscription, breaker)
  }

  remove(breaker: CircuitBreaker): void {
    for (const { ends } of this.#subscriptions) {
      ends.get(breaker)?.()
      ends.delete(breaker)
    }
  }

  announce(event: 'created' | 'evicted', breaker: CircuitBreaker): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.event === event) subscription.notify(breaker, breaker)
    }
  }
}

/** What a breaker itself announces comes from the breaker. */
function attach({ event, notify, ends }: Subscription, breaker: CircuitBreaker): void {
  if (event === 'created' || event === 'evicted') return
  ends.set(
    breaker,
    breaker.on(event, (detail: unknown) => notify(detail, breaker)),
  )
}
