import { onAbort } from './on-abort.ts'
import type { Signal } from './signal.ts'

/** The time limits of one call. Its `signal` is aborted when the time is over, or when the caller's own signal is. */
export class CallTimeout {
  readonly #controller = new AbortController()
  #unsubscribe: (() => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #onExceeded: (() => unknown) | undefined
  /** Undefined where the caller's own signal is none: what is called shall reject that one. */
  readonly signal: AbortSignal | undefined

  /**
   * @param callTimeout  milliseconds, above 0; undefined for a call that only `exceed` ends.
   * @param onExceeded  called when the time is over; returns the reason with which `signal` is aborted then.
   * @throws what the caller's signal throws.
   */
  constructor(callTimeout: number | undefined, onExceeded: () => unknown, callerSignal?: Signal | null) {
    const isSignal = callerSignal == null || 'addEventListener' in Object(callerSignal)
    if (isSignal) this.signal = this.#controller.signal
    if (isSignal && callerSignal != null) this.#follow(callerSignal)
    if (callTimeout === undefined) return
    this.#onExceeded = onExceeded
    this.#timer = setTimeout(() => this.exceed(), callTimeout)
  }

  #follow(callerSignal: Signal): void {
    const abort = () => this.#controller.abort(callerSignal.reason)
    if (callerSignal.aborted) abort()
    else this.#unsubscribe = onAbort(callerSignal, abort)
  }

  /** Ends the call. @param onExceeded  returns the reason. */
  exceed(onExceeded: (() => unknown) | undefined = this.#onExceeded): void {
    const reason = onExceeded?.()
    this.end()
    this.#controller.abort(reason)
  }

  /** From now on it does not keep the process alive: nobody may be waiting for the call. */
  unref(): void {
    const timer = this.#timer as { unref?(): void } | undefined
    timer?.unref?.()
  }

  /** Stops the timer, once the outcome is known. The caller's signal can still abort `signal`, because the body is still read. */
  clear(): void {
    clearTimeout(this.#timer)
    this.#onExceeded = undefined // it holds the response, and this object may wait for the response to be collected
  }

  /** To be called when the call is over, its body included. */
  end(): void {
    this.clear()
    this.#unsubscribe?.()
  }
}
