import { CallTimeoutError, CircuitOpenError } from './errors.ts'
import type { Machine } from './machine.ts'
import { defaultClassify, outcomeOf, outcomeOfError } from './outcome.ts'
import { Closed } from './states/closed.ts'

/** A call that can be cancelled through the signal it is given. */
export type Call<T> = (signal: AbortSignal) => T | PromiseLike<T>

/**
 * The signal of calls without a limit, shared by all of them: an AbortController for each would cost more than the rest of the
 * call. It has no source, so it never aborts, and it keeps no listeners, so none pile up.
 */
const idleSignal: AbortSignal =
  typeof AbortSignal.any === 'function' ? AbortSignal.any([]) : new AbortController().signal
Object.defineProperty(idleSignal, 'addEventListener', { value: () => {} })

/** Passes an error on from a `then` callback at a fifth of the cost of `throw`. */
class Rethrow {
  readonly #error: unknown

  constructor(error: unknown) {
    this.#error = error
  }

  // biome-ignore lint/suspicious/noThenProperty: being thenable is its purpose
  then(_resolve: unknown, reject: (error: unknown) => void): void {
    reject(this.#error)
  }
}

/**
 * The plain path: a closed breaker that nobody watches, without `classify` and `callTimeout`. Its two callbacks are made once
 * for each closed state, which is also what fences late results: they belong to the state.
 */
export class PlainCalls {
  readonly state: Closed
  readonly #onValue: (value: unknown) => unknown
  readonly #onError: (error: unknown) => unknown

  constructor(machine: Machine, state: Closed) {
    this.state = state
    this.#onValue = (value) => {
      machine.succeed(state)
      return value
    }
    this.#onError = (error) => {
      machine.settle(state, outcomeOfError(error), error)
      return new Rethrow(error)
    }
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

/** The general path: admission, call under its limits, classification, settlement. */
export async function guardedCall<T>(
  machine: Machine,
  fn: Call<T>,
  signal?: AbortSignal,
  isProber = false,
): Promise<T> {
  if (signal?.aborted) throw signal.reason // cancelled before it began: nothing to admit
  const { name } = machine.breaker
  const permit = machine.admit(isProber)
  if (!permit.admitted) throw new CircuitOpenError(name, permit.reason, permit.retryAfterMs)
  if (signal?.aborted) {
    permit.ignore() // a listener of the admission has cancelled it
    throw signal.reason
  }
  const { classify } = machine.settings
  const callTimeout = machine.callTimeout()
  const limits = callTimeout === undefined && signal === undefined ? undefined : new Limits(name, callTimeout, signal)
  let settled: PromiseSettledResult<T>
  try {
    const value = await permit.run(() => (limits === undefined ? fn(idleSignal) : limits.run(fn)))
    settled = { status: 'fulfilled', value }
  } catch (reason) {
    settled = { status: 'rejected', reason }
  }
  const error = settled.status === 'rejected' ? settled.reason : undefined
  if (limits?.cancelled && settled.status === 'rejected') permit.settle('ignored', error)
  else permit.settle(outcomeOf(settled, classify, name), error)
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

/** A call's limits in time: the breaker's `callTimeout` and the caller's signal. Made only where there is one. */
class Limits {
  readonly #breaker: string
  readonly #callTimeout: number | undefined
  readonly #callerSignal: AbortSignal | undefined
  /** The caller's signal ended the call. */
  cancelled = false

  constructor(breaker: string, callTimeout: number | undefined, callerSignal: AbortSignal | undefined) {
    this.#breaker = breaker
    this.#callTimeout = callTimeout
    this.#callerSignal = callerSignal
  }

  /** Settles with the call or at the first limit; the call's signal is aborted then, and what it still does is ignored. */
  run<T>(fn: Call<T>): Promise<T> {
    const controller = new AbortController()
    return new Promise<T>((resolve, reject) => {
      const stop = (reason: unknown) => {
        disarm()
        reject(reason)
        controller.abort(reason)
      }
      const disarm = this.#arm(stop)
      new Promise<T>((start) => start(fn(controller.signal))).finally(disarm).then(resolve, reject)
    })
  }

  #arm(stop: (reason: unknown) => void): () => void {
    const limit = this.#callTimeout
    const timer =
      limit === undefined ? undefined : setTimeout(() => stop(new CallTimeoutError(this.#breaker, limit)), limit)
    const onAbort = () => {
      this.cancelled = true
      stop(this.#callerSignal?.reason)
    }
    this.#callerSignal?.addEventListener('abort', onAbort, { once: true })
    return () => {
      clearTimeout(timer)
      this.#callerSignal?.removeEventListener('abort', onAbort)
    }
  }
}
