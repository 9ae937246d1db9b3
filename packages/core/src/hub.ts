import type { FallbackEvent, Named, OutcomeEvent, OverrideEvent, RejectionEvent, Transition } from './events.ts'
import { callSafely } from './misuse.ts'

/** An observer as the hub knows it. `observe` makes sure that `call` runs `fn` exactly once, and gives its answer. */
export interface HubObserver {
  created?(breaker: Named): void
  transition?(event: Transition, breaker: Named): void
  outcome?(event: OutcomeEvent, breaker: Named, call?: object): void
  rejection?(event: RejectionEvent, breaker: Named): void
  fallback?(event: FallbackEvent, breaker: Named): void
  override?(event: OverrideEvent, breaker: Named): void
  call?<T>(fn: () => T, breaker: Named, call: object): T
}

/** What all copies of this package in one process share. Its shape is fixed: another version may have created it. */
interface Hub {
  /** Null without observers, so that asking costs one comparison. */
  observers: readonly HubObserver[] | null
  breakers: WeakRef<Named>[]
  /** Dead references are swept at this length. */
  sweepAt: number
}

function joinHub(): Hub {
  const key: unique symbol = Symbol.for('@cb/core/hub.v1')
  const world = globalThis as { [key]?: Hub }
  world[key] ??= { observers: null, breakers: [], sweepAt: 64 }
  return world[key]
}

export const hub: Hub = /* @__PURE__ */ joinHub()

/** Makes a new breaker known. The reference is weak, so it keeps no breaker alive. */
export function register(breaker: Named): void {
  if (typeof WeakRef === 'function') {
    if (hub.breakers.length >= hub.sweepAt) sweep()
    hub.breakers.push(new WeakRef(breaker))
  }
}

export function announceToAll(breaker: Named): void {
  for (const observer of hub.observers ?? []) announceCreated(observer, breaker)
}

export function announceCreated(observer: HubObserver, breaker: Named): void {
  callSafely(observer, breaker.name, 'an observer', () => observer.created?.(breaker))
}

export function liveBreakers(): Named[] {
  return hub.breakers.map((reference) => reference.deref()).filter((breaker) => breaker !== undefined)
}

function sweep(): void {
  hub.breakers = hub.breakers.filter((reference) => reference.deref() !== undefined)
  hub.sweepAt = Math.max(64, 2 * hub.breakers.length)
}

/** Cached list known to have no call observers: the most frequent question is answered by one comparison. */
let withoutCallObservers: Hub['observers'] | undefined = null
/** Cached list known to have call observers. */
let withCallObservers: Hub['observers'] | undefined

/** Whether an observer follows each call. Lists are replaced when they change, so an answer holds as long as its list. */
export function hasCallObservers(): boolean {
  const { observers } = hub
  if (observers === withoutCallObservers) return false
  if (observers === withCallObservers) return true
  const found = observers?.some(({ outcome, call }) => outcome ?? call) === true
  withoutCallObservers = found ? undefined : observers
  withCallObservers = found ? observers : undefined
  return found
}
