import { CallTimeoutError } from '@cb/core'
import { onAbort } from './on-abort.ts'
import type { Signal } from './outcome.ts'

/** The time limit of one call. Its `signal` is aborted when the time is over, or when the caller's own signal is. */
export class CallTimeout {
  readonly #controller = new AbortController()
  readonly #timer: ReturnType<typeof setTimeout>
  readonly #unsubscribe: (() => void) | undefined
  readonly #listeners: ((error: CallTimeoutError) => void)[] = []
  /** Set once the time is over. */
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
    else this.#unsubscribe = onAbort(callerSignal, abort)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Settles as the call does, or rejects with the CallTimeoutError when the time is over, even if the call ignores the signal. */
  race<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.onExceeded(reject)
      call(this.signal).then(resolve, reject)
    })
  }

  /** The listener runs before `signal` is aborted. */
  onExceeded(listener: (error: CallTimeoutError) => void): void {
    this.#listeners.push(listener)
  }

  /** Stops the timer, once the outcome is known. The caller's signal can still abort `signal`, because the body is still read. */
  clear(): void {
    clearTimeout(this.#timer)
    this.#listeners.length = 0 // they hold the response, and this object may wait for the response to be collected
  }

  /** To be called when the call is over, its body included. */
  end(): void {
    this.clear()
    this.#unsubscribe?.()
  }
}
