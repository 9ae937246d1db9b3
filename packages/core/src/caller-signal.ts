import type { CallInFlight } from './call-in-flight.ts'
import { TimedCall } from './call-timeout.ts'

/** A call that ends when the caller's signal is aborted, besides its time limit. */
export class CancellableCall extends TimedCall {
  readonly #signal: AbortSignal
  readonly #call: CallInFlight
  #onAbort: (() => void) | undefined

  constructor(
    breaker: string,
    call: CallInFlight,
    signal: AbortSignal,
    controller?: AbortController,
    keepsAlive?: boolean,
  ) {
    super(breaker, call.onValue, call.onError, controller, keepsAlive)
    this.#signal = signal
    this.#call = call
  }

  protected override begin(): void {
    const signal = this.#signal
    try {
      if (signal.aborted) return this.#cancel(signal.reason) // a listener of the admission has cancelled it
      this.#onAbort = () => this.#cancel(reasonOf(signal))
      signal.addEventListener('abort', this.#onAbort, { once: true })
    } catch (error) {
      this.#cancel(error) // the signal is the caller's, and so is its error
    }
  }

  #cancel(reason: unknown): void {
    if (this.stop(reason)) this.#call.isCancelled = true // it is settled later
  }

  protected override end(): boolean {
    const ends = super.end()
    if (ends && this.#onAbort !== undefined) removeListener(this.#signal, this.#onAbort)
    return ends
  }
}

/** A signal may be any object with the methods of one. */
function removeListener(signal: AbortSignal, listener: () => void): void {
  try {
    signal.removeEventListener('abort', listener)
  } catch {
    // It keeps the listener, which does nothing once the call has settled.
  }
}

function reasonOf(signal: AbortSignal): unknown {
  try {
    return signal.reason
  } catch (error) {
    return error
  }
}
