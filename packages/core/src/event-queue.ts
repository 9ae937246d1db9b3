import { assertOption, checkFunction } from '@cb/checks'
import type { Audience, CircuitBreakerEvents, OutcomeEvent, RejectionEvent, Transition } from './events.ts'
import { type HubObserver, hasCallObservers, hub, type Named } from './hub.ts'
import { callSafely, warnOnce } from './misuse.ts'

type EventName = keyof CircuitBreakerEvents

interface Subscription {
  readonly name: EventName
  readonly listener: (event: never) => unknown
}

interface Announcement {
  readonly name: EventName
  readonly event: Transition | OutcomeEvent | RejectionEvent
  readonly call: object | undefined
}

/** More events than this in one delivery can only come from listeners that emit events in a loop. */
const mostPerDelivery = 10_000

const noListeners: readonly Subscription[] = /* @__PURE__ */ Object.freeze([])

/**
 * Delivers a circuit's events to the listeners of its breaker and to the observers of the process: after the circuit's step is
 * complete, in the order in which they happened, also when a listener calls back into the breaker.
 */
export class EventQueue implements Audience {
  readonly #breaker: Named
  #listeners = noListeners
  #hasOutcomeListeners = false
  /** Undefined while nothing waits. */
  #waiting: Announcement[] | undefined
  #delivering = false

  constructor(breaker: Named) {
    this.#breaker = breaker
  }

  get hasListeners(): boolean {
    return hub.observers !== null || this.#listeners.length > 0
  }

  get hasCallListeners(): boolean {
    return hasCallObservers() || this.#hasOutcomeListeners
  }

  subscribe(name: EventName, listener: Subscription['listener']): () => void {
    const entry = { name, listener }
    this.#replaceListeners([...this.#listeners, entry])
    return () => this.#replaceListeners(this.#listeners.filter((other) => other !== entry))
  }

  #replaceListeners(listeners: readonly Subscription[]): void {
    this.#listeners = listeners
    this.#hasOutcomeListeners = listeners.some(({ name }) => name === 'outcome')
  }

  transition(event: Transition): void {
    this.#add('transition', event)
  }

  rejection(event: RejectionEvent): void {
    this.#add('rejection', event)
  }

  outcome(event: OutcomeEvent, call: object | undefined): void {
    this.#add('outcome', event, call)
  }

  #add(name: EventName, event: Announcement['event'], call?: object): void {
    Object.freeze(event) // all listeners share it
    this.#waiting ??= []
    if (this.#waiting.length < mostPerDelivery) this.#waiting.push({ name, event, call })
    else warnOnce(this, this.#breaker.name, 'listeners emit events in a loop; dropping further events')
  }

  deliver(): void {
    if (this.#waiting === undefined || this.#delivering) return
    this.#delivering = true
    // The queue grows while it is read: a listener may cause further events.
    for (const announcement of this.#waiting) this.#announce(announcement)
    this.#waiting = undefined
    this.#delivering = false
  }

  run<T>(fn: () => T, call: object): T {
    const around = (inner: () => T, observer: HubObserver) =>
      observer.call ? () => (observer as Required<HubObserver>).call(inner, this.#breaker, call) : inner
    return hub.observers === null ? fn() : hub.observers.reduceRight(around, fn)()
  }

  #announce({ name, event, call }: Announcement): void {
    // The lists are replaced when a listener leaves, so one that an earlier listener has ended is skipped.
    for (const entry of this.#listeners) {
      if (entry.name !== name || !this.#listeners.includes(entry)) continue
      callSafely(entry.listener, this.#breaker.name, 'a listener', entry.listener, event as never)
    }
    for (const observer of hub.observers ?? []) {
      if (!hub.observers?.includes(observer)) continue
      callSafely(observer, this.#breaker.name, 'an observer', () => {
        return observer[name]?.(event as never, this.#breaker, call)
      })
    }
  }
}

const eventNames: readonly EventName[] = ['transition', 'outcome', 'rejection']

/** @param more  further events that there are. @throws TypeError for another event, or unless the listener is a function. */
export function checkSubscription(event: string, listener: unknown, more: readonly string[] = []): void {
  const known: readonly string[] = [...eventNames, ...more]
  assertOption(known.includes(event), 'on(event)', `one of ${known.join(', ')}`, event)
  checkFunction('on(listener)', listener)
}
