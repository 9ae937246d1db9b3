import type { CircuitBreaker } from './circuit-breaker.ts'
import type { CircuitBreakerEvents } from './events.ts'
import { hub } from './observer.ts'
import { isTimeout, type Outcome } from './outcome.ts'
import type { Permit } from './permit.ts'
import { attempt, report } from './report.ts'
import type { StateName } from './states/state.ts'

type EventName = keyof CircuitBreakerEvents
type Listener = (event: never) => unknown
interface Subscription {
  readonly name: EventName
  readonly listener: Listener
}
type Announcement = {
  [Name in EventName]: { name: Name; event: CircuitBreakerEvents[Name]; call?: object | undefined }
}[EventName]

/** More events than this in one go can only come from listeners that cause events in a circle. */
const mostInOneGo = 10_000

/**
 * Delivers a breaker's events after the machine has done its step, in the order in which they happened, also when a listener
 * calls back into the breaker.
 */
export class Announcer {
  readonly #breaker: CircuitBreaker
  readonly #queue: Announcement[] = []
  #delivering = false
  /** In this go. */
  #told = 0
  #listeners: readonly Subscription[] = []

  constructor(breaker: CircuitBreaker) {
    this.#breaker = breaker
  }

  get isHeard(): boolean {
    return this.#listeners.length > 0
  }

  /** Somebody wants to hear of each call. */
  hearsOutcomes = false

  subscribe(name: EventName, listener: Listener): () => void {
    const entry = { name, listener }
    this.#replace([...this.#listeners, entry])
    return () => this.#replace(this.#listeners.filter((other) => other !== entry))
  }

  #replace(listeners: readonly Subscription[]): void {
    this.#listeners = listeners
    this.hearsOutcomes = listeners.some(({ name }) => name === 'outcome')
  }

  outcome(state: StateName, outcome: Outcome, at: number, late: boolean, error: unknown, call?: Permit): void {
    const duration = call?.startedAt === undefined ? undefined : at - call.startedAt
    const timedOut = outcome === 'failure' && isTimeout(error)
    const event = { breaker: this.#breaker.name, state, outcome, at, duration, late, timedOut }
    this.add({ name: 'outcome', event: error === undefined ? event : { ...event, error }, call })
  }

  /** What `deliver` is to tell. */
  add(announcement: Announcement): void {
    Object.freeze(announcement.event) // it is shared by all who listen
    if (this.#told + this.#queue.length < mostInOneGo) this.#queue.push(announcement)
    else report(this, this.#breaker.name, 'listeners cause events in a circle, further ones are dropped')
  }

  deliver(): void {
    if (this.#delivering) return
    this.#delivering = true
    // The queue grows while it is read: a listener may cause further events.
    while (this.#queue.length > 0) this.#tell(this.#next())
    this.#told = 0
    this.#delivering = false
  }

  /** To shift the only one, as it most often is, would let go of the queue's memory each time. */
  #next(): Announcement {
    this.#told++
    return (this.#queue.length === 1 ? this.#queue.pop() : this.#queue.shift()) as Announcement
  }

  #tell({ name, event, call }: Announcement): void {
    // The lists are replaced when somebody leaves, so whoever an earlier listener has ended is not told any more.
    for (const entry of this.#listeners) {
      if (entry.name !== name || !this.#listeners.includes(entry)) continue
      attempt(entry.listener, this.#breaker, 'a listener', entry.listener, event as never)
    }
    for (const observer of hub.observers ?? []) {
      if (!hub.observers?.includes(observer)) continue
      attempt(observer, this.#breaker, 'an observer', () => observer[name]?.(event as never, this.#breaker, call))
    }
  }
}
