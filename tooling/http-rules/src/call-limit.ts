import { CallTimeoutError } from '@cb/core'
import type { Signal } from './outcome.ts'

/** A limit in time for one call. Its `signal` is aborted at the limit and when the caller's own is. */
export class CallLimit {
  readonly #controller = new AbortController()
  readonly #timer: ReturnType<typeof setTimeout>
  readonly #callerSignal: Signal | undefined
  readonly #follow: () => void
  readonly #listeners: ((error: CallTimeoutError) => void)[] = []
  /** Set once the limit was exceeded. */
  exceeded: CallTimeoutError | undefined

  /** @param callTimeout  milliseconds, above 0. */
  constructor(breaker: string, callTimeout: number, callerSignal?: Signal | null) {
    this.#callerSignal = callerSignal ?? undefined
    this.#timer = setTimeout(() => {
      this.exceeded = new CallTimeoutError(breaker, callTimeout)
      this.end()
      for (const listener of this.#listeners) listener(this.exceeded)
      this.#controller.abort(this.exceeded)
    }, callTimeout)
    this.#follow = () => this.#controller.abort(this.#callerSignal?.reason)
    if (callerSignal?.aborted) this.#follow()
    else callerSignal?.addEventListener?.('abort', this.#follow)
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
  }

  /** The call is over, body included. */
  end(): void {
    this.lift()
    this.#callerSignal?.removeEventListener?.('abort', this.#follow)
  }
}
