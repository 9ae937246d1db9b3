import type { Signal } from './outcome.ts'

interface Followers {
  readonly listeners: Set<() => void>
  readonly tell: () => void
}

const followersOf = new WeakMap<Signal, Followers>()

/**
 * Calls `listener` when the signal is aborted. However many calls follow a signal it has one listener of ours, as Node.js takes
 * more than ten for a leak and says so.
 * @returns a function that ends it.
 */
export function follow(signal: Signal, listener: () => void): () => void {
  const { listeners, tell } = followersOf.get(signal) ?? begin(signal)
  listeners.add(listener)
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0) return
    followersOf.delete(signal)
    signal.removeEventListener?.('abort', tell)
  }
}

function begin(signal: Signal): Followers {
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const followers = { listeners, tell }
  followersOf.set(signal, followers)
  signal.addEventListener?.('abort', tell)
  return followers
}
