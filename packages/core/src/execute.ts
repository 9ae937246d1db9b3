import { askFallback, checkFunction, checkObject, checkThat } from '@cb/checks'
import { callWithin } from './limits.ts'
import type { Machine } from './machine.ts'
import { outcomeOf } from './outcome.ts'
import type { Permit } from './permit.ts'

/** A call that can be cancelled through the signal it is given. */
export type Call<T> = (signal: AbortSignal) => T | PromiseLike<T>

/** What one call through `execute` may be given. */
export interface ExecuteOptions<F = never> {
  /** Cancels the call: it rejects at once with the signal's reason, and its outcome is `ignored`. */
  signal?: AbortSignal
  /**
   * Answers instead of the call when it was not admitted or rejected, whatever the error; rethrow what you do not want to
   * replace. Not asked when the caller's signal ended the call. If it throws, its error keeps the original as `cause`.
   */
  fallback?: (error: unknown) => F | PromiseLike<F>
}

/**
 * The signal of calls without a limit, shared by all of them: an AbortController for each would cost more than the rest of the
 * call. It has no source, so it never aborts, and it keeps no listeners, so none pile up.
 */
export const idleSignal: AbortSignal =
  typeof AbortSignal.any === 'function' ? AbortSignal.any([]) : new AbortController().signal
Object.defineProperty(idleSignal, 'addEventListener', { value: () => {} })

/** A call with options, which are checked before it is admitted. */
export async function executeWith<T, F>(machine: Machine, fn: Call<T>, options: ExecuteOptions<F>): Promise<T | F> {
  const { signal, fallback } = checkObject('execute options', options, ['signal', 'fallback'])
  const isSignal = signal === undefined || typeof signal?.addEventListener === 'function'
  checkThat(isSignal, 'signal', 'an AbortSignal', signal)
  if (fallback === undefined) return guardedCall(machine, fn, signal)
  checkFunction('fallback', fallback)
  try {
    return await guardedCall(machine, fn, signal)
  } catch (error) {
    if (signal?.aborted) throw error
    return askFallback(fallback, error)
  }
}

/** The general path: admission, call under its limits, classification, settlement. */
export function guardedCall<T>(machine: Machine, fn: Call<T>, signal?: AbortSignal, isProber = false): Promise<T> {
  if (signal?.aborted) return Promise.reject(signal.reason) // cancelled before it began: nothing to admit
  const admission = machine.admit(isProber)
  return admission.admitted ? admittedCall(machine, admission, fn, signal) : machine.refuse(admission)
}

/** Apart, so that a refused call does not pay for its closures. */
function admittedCall<T>(machine: Machine, permit: Permit, fn: Call<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal?.aborted) {
    permit.ignore() // a listener of the admission has cancelled it
    return Promise.reject(signal.reason)
  }
  const { name } = machine.breaker
  const { classify } = machine.settings
  const callTimeout = machine.callTimeout()
  let cancelled = false
  const call = () => {
    if (callTimeout === undefined && signal === undefined) return fn(idleSignal)
    return callWithin(fn, name, callTimeout, signal, () => {
      cancelled = true
    })
  }
  return begin(permit, call).then(
    (value) => {
      permit.settle(outcomeOf({ status: 'fulfilled', value }, classify, name))
      return value
    },
    (reason) => {
      permit.settle(cancelled ? 'ignored' : outcomeOf({ status: 'rejected', reason }, classify, name), reason)
      return new Rethrow(reason) as never
    },
  )
}

/** A promise of what a call returns, also where it returns none or throws. */
function begin<T>(permit: Permit, call: () => T | PromiseLike<T>): Promise<T> {
  try {
    return Promise.resolve(permit.run(call))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Passes an error on from a `then` callback at a fifth of the cost of `throw`. */
export class Rethrow {
  readonly #error: unknown

  constructor(error: unknown) {
    this.#error = error
  }

  // biome-ignore lint/suspicious/noThenProperty: being thenable is its purpose
  then(_resolve: unknown, reject: (error: unknown) => void): void {
    reject(this.#error)
  }
}
