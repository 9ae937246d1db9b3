import { assertOption, checkFunction } from '@cb/checks'
import type { Audience, CircuitBreakerEvents, Named } from './events.ts'
import { type HubObserver, hasCallObservers, hub } from './hub.ts'
import { callSafely, warnOnce } from './misuse.ts'

type EventName = keyof CircuitBreakerEvents

interface Subscription {
  readonly name: EventName
  readonly listener: (event: never) => unknown
}

/** An event that waits for its delivery, and the one after it. */
interface Announcement {
  after: Announcement | undefined
  readonly breaker: Named
  readonly queue: EventQueue
  readonly name: EventName
  readonly event: CircuitBreakerEvents[EventName]
  readonly call: object | undefined
}

/** The events of all breakers, in the order in which they happened. A listener may cause more while they are delivered. */
let first: Announcement | undefined
let last: Announcement | undefined
let delivering = false

/** More events than this of one breaker in one delivery can only come from listeners that emit events in a loop. */
const mostPerDelivery = 10_000
/** Of each breaker in the present delivery, the first ones not counted. */
const added = /* @__PURE__ */ new Map<Named, number>()

/** Takes the events of one breaker to its listeners, and to the observers of the process. */
export class EventQueue implements Audience {
  #listeners: readonly Subscription[] = []
  #hasOutcomeListeners = false

  get hasListeners(): boolean {
    return hub.observers !== null || this.#listeners.length > 0
  }

  get hasCallListeners(): boolean {
    return this.#hasOutcomeListeners || hasCallObservers()
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

  add(breaker: Named, name: EventName, event: Announcement['event'], call?: object): void {
    Object.freeze(event) // all listeners share it
    const before = delivering ? (added.get(breaker) ?? 1) : 0
    if (delivering) added.set(breaker, before + 1)
    if (before < mostPerDelivery) {
      const announcement = { after: undefined, breaker, queue: this, name, event, call }
      if (last === undefined) first = announcement
      else last.after = announcement
      last = announcement
    } else warnOnce(breaker, breaker.name, 'listeners emit events in a loop; dropping further events')
  }

  deliver(): void {
    if (delivering || first === undefined) return
    delivering = true
    for (let next: Announcement | undefined = first; next !== undefined; next = next.after) next.queue.#announce(next)
    first = undefined
    last = undefined
    if (added.size > 0) added.clear()
    delivering = false
  }

  run<T>(breaker: Named, fn: () => T, call: object): T {
    const around = (inner: () => T, observer: HubObserver) =>
      observer.call ? () => (observer as Required<HubObserver>).call(inner, breaker, call) : inner
    return hub.observers === null ? fn() : hub.observers.reduceRight(around, fn)()
  }

  #announce({ breaker, name, event, call }: Announcement): void {
    // The lists are replaced when a listener leaves, so one that an earlier listener has ended is skipped.
    for (const entry of this.#listeners) {
      if (entry.name !== name || !this.#listeners.includes(entry)) continue
      callSafely(entry.listener, breaker.name, 'a listener', entry.listener, event as never)
    }
    if (hub.observers === null) return
    for (const observer of hub.observers) {
      if (!hub.observers?.includes(observer)) continue
      callSafely(observer, breaker.name, 'an observer', () => observer[name]?.(event as never, breaker, call))
    }
  }
}

/** The audience of all breakers without listeners of their own: observers may come later. */
export const observersOnly: EventQueue = /* @__PURE__ */ new EventQueue()

const eventNames: readonly EventName[] = ['transition', 'outcome', 'rejection', 'fallback', 'override']

/** @param more  further events that there are. @throws TypeError for another event, or unless the listener is a function. */
export function checkSubscription(event: string, listener: unknown, more: readonly string[] = []): void {
  const known: readonly string[] = [...eventNames, ...more]
  assertOption(known.includes(event), 'on(event)', `one of ${known.join(', ')}`, event)
  checkFunction('on(listener)', listener)
}
