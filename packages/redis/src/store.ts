import type { Message, Operation, Reply } from './protocol.ts'

/**
 * Where a fleet keeps its state. Any store that can run `step` atomically on the state of one breaker will do: read, step, compare
 * and set. `@cb/redis/testing` has the checks that a store must pass.
 */
export interface FleetStore {
  /** Runs one operation. May reject, and may never settle: no call of a user waits for it. */
  run(name: string, operation: Operation): Promise<Reply>
  /** The names of all breakers that the store knows. */
  names(): Promise<string[]>
  /**
   * Listens to new epochs. A store without it is polled only. Should resolve also while the store is away: only then
   * can `leave` end it.
   * @param onReconnect  is called whenever messages may have been lost.
   * @returns a function that ends it.
   */
  subscribe?(onMessage: (message: Message) => void, onReconnect: () => void): Promise<() => Promise<void>>
}
