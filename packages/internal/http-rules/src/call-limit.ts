import { CallTimeoutError } from '@cb/core'
import { follow } from './follow.ts'
import type { Signal } from './outcome.ts'

/** A limit in time for one call. Its `signal` is aborted at the limit and when the caller's own is. */
export class CallLimit {
  readonly #controller = new AbortController()
  readonly #timer: ReturnType<typeof setTimeout>
  readonly #unfollow: (() => void) | undefined
  readonly #listeners: ((error: CallTimeoutError) => void)[] = []
  /** Set once the limit was exceeded. */
  exceeded: CallTimeoutError | undefined

  /** @param callTimeout  milliseconds, above 0. */
  constructor(breaker: string, callTimeout: number, callerSignal?: Signal | null) {
    this.#timer = setTimeout(() => {
      this.exceeded = new CallTimeoutError(breaker, callTimeout)
      for (const listener of this.#listeners.splice(0)) listener(this.exceeded)
      this.end()
      this.#controller.abort(this.exceeded)
    }, callTimeout)
    if (callerSignal == null) return
    const abort = () => this.#controller.abort(callerSignal.reason)
    if (callerSignal.aborted) abort()
    else this.#unfollow = follow(callerSignal, abort)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** What the call comes to, or a rejection with the CallTimeoutError at the limit, whether it heeds the signal or not. */
  race<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.whenExceeded(reject)
      call(this.signal).then(resolve, reject)
    })
  }

  /** Runs before `signal` is aborted. */
  whenExceeded(listener: (error: CallTimeoutError) => void): void {
    this.#listeners.push(listener)
  }

  /** The outcome is known: no limit any longer. The caller's signal is still followed, for a body that he reads. */
  lift(): void {
    clearTimeout(this.#timer)
    this.#listeners.length = 0 // they hold the answer, and whoever holds this may wait for that to be collected
  }

  /** The call is over, body included. */
  end(): void {
    this.lift()
    this.#unfollow?.()
  }
}
