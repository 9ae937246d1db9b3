import { type Call, idleSignal, Rethrow } from './execute.ts'
import type { Machine } from './machine.ts'
import { defaultClassify, outcomeOfError } from './outcome.ts'
import { Closed } from './states/closed.ts'
import type { State } from './states/state.ts'

/**
 * Prepares the closed state of a machine for the plain path, if it is closed and its settings allow that: calls that nobody
 * follows, without `classify` and `callTimeout`, for which there is nothing to do but to count how they went.
 * @returns whether they do.
 */
export function preparePlainCalls(machine: Machine): boolean {
  const { state, settings } = machine
  if (machine.callsAreWatched || !(state instanceof Closed) || !state.isPlain) return false
  if (settings.classify !== defaultClassify || settings.callTimeout !== undefined) return false
  state.onValue = (value) => {
    machine.succeed(state)
    return value
  }
  state.onError = (error) => {
    if (outcomeOfError(error) === 'failure') machine.fail(state, error)
    else machine.settle(state, 'ignored', error)
    return new Rethrow(error)
  }
  return true
}

/** A call while a state is in charge that is prepared for it. */
export function plainCall<T>(fn: Call<T>, { onValue, onError }: State): Promise<T> {
  let result: T | PromiseLike<T>
  try {
    result = fn(idleSignal)
  } catch (error) {
    return Promise.reject(error).then(undefined, onError) as Promise<T>
  }
  return Promise.resolve(result).then(onValue, onError) as Promise<T>
}
