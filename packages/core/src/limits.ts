import { CallTimeoutError } from './errors.ts'
import type { Call } from './execute.ts'

/** A call's limits in time: the breaker's `callTimeout` and the caller's signal. Made only where there is one. */
export class Limits {
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
