import type { FleetState, Message } from './protocol.ts'
import { step } from './step.ts'
import type { FleetStore } from './store.ts'

/** A store in the memory of this process, for tests: its fleet is the breakers that share it. */
export interface MemoryStore extends FleetStore {
  /** By breaker. Delete an entry to have it forgotten. */
  readonly states: Map<string, FleetState>
}

/** @param now  milliseconds. Default `Date.now`. */
export function memoryStore(now: () => number = Date.now): MemoryStore {
  const states = new Map<string, FleetState>()
  const listeners = new Set<(message: Message) => void>()
  return {
    states,
    async run(name, operation) {
      const { state, reply, isNews } = step(states.get(name) ?? null, operation, Math.floor(now()))
      states.set(name, state)
      const { now: _, leased: __, hint: ___, ...view } = reply
      if (isNews) for (const listener of listeners) queueMicrotask(() => listener({ name, view }))
      return reply
    },
    names: async () => [...states.keys()].sort(),
    async subscribe(onMessage) {
      listeners.add(onMessage)
      return async () => void listeners.delete(onMessage)
    },
  }
}
