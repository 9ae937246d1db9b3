import type { Signal } from './signal.ts'

interface Subscribers {
  readonly listeners: Set<() => void>
  readonly notify: () => void
}

const subscribersOf = new WeakMap<Signal, Subscribers>()

/**
 * Calls `listener` when the signal is aborted. All calls that share a signal share one listener on it: Node.js warns of a leak above
 * ten.
 * @returns a function that unsubscribes.
 */
export function onAbort(signal: Signal, listener: () => void): () => void {
  const { listeners, notify } = subscribersOf.get(signal) ?? subscribe(signal)
  listeners.add(listener)
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0) return
    subscribersOf.delete(signal)
    signal.removeEventListener?.('abort', notify)
  }
}

function subscribe(signal: Signal): Subscribers {
  const listeners = new Set<() => void>()
  const notify = () => {
    for (const listener of listeners) listener()
  }
  const subscribers = { listeners, notify }
  subscribersOf.set(signal, subscribers)
  signal.addEventListener?.('abort', notify)
  return subscribers
}
