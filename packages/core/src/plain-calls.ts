import { type Call, idleSignal, Rethrow } from './execute.ts'
import type { Machine } from './machine.ts'
import { defaultClassify, outcomeOfError } from './outcome.ts'
import { Closed } from './states/closed.ts'

/**
 * The plain path: a closed breaker whose calls nobody follows, without `classify` and `callTimeout`. Its two callbacks are made once
 * for each closed state, which is also what fences late results: they belong to the state.
 */
export class PlainCalls {
  readonly #machine: Machine
  readonly #state: Closed
  readonly #onValue: (value: unknown) => unknown
  readonly #onError: (error: unknown) => unknown

  constructor(machine: Machine, state: Closed) {
    this.#machine = machine
    this.#state = state
    this.#onValue = (value) => {
      machine.succeed(state)
      return value
    }
    this.#onError = (error) => {
      if (outcomeOfError(error) === 'failure') machine.fail(state, error)
      else machine.settle(state, 'ignored', error)
      return new Rethrow(error)
    }
  }

  /** Whether they are still the right ones for the next call. */
  get isCurrent(): boolean {
    return this.#machine.state === this.#state && !this.#machine.callsAreWatched
  }

  run<T>(fn: Call<T>): Promise<T> {
    let result: T | PromiseLike<T>
    try {
      result = fn(idleSignal)
    } catch (error) {
      return Promise.reject(error).then(undefined, this.#onError) as Promise<T>
    }
    return Promise.resolve(result).then(this.#onValue, this.#onError) as Promise<T>
  }
}

/** Plain calls for this machine as it is now, if its options and state allow them. */
export function plainCalls(machine: Machine): PlainCalls | null {
  const { state, settings } = machine
  const plain =
    state instanceof Closed &&
    state.isPlain &&
    settings.classify === defaultClassify &&
    settings.callTimeout === undefined
  return plain ? new PlainCalls(machine, state) : null
}
