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
      listen(signal, this.#onAbort)
    } catch (error) {
      this.#cancel(error) // the signal is the caller's, and so is its error
    }
  }

  #cancel(reason: unknown): void {
    if (this.stop(reason)) this.#call.isCancelled = true // it is settled later
  }

  protected override end(): boolean {
    const ends = super.end()
    if (ends && this.#onAbort !== undefined) unlisten(this.#signal, this.#onAbort)
    return ends
  }
}

interface Listening {
  readonly calls: Set<() => void>
  readonly onAbort: () => void
}

/** Calls share one listener of a signal: Node.js warns of a leak at more than ten. */
const listening = /* @__PURE__ */ new WeakMap<AbortSignal, Listening>()

function listen(signal: AbortSignal, onAbort: () => void): void {
  const { calls } = listening.get(signal) ?? startListening(signal)
  calls.add(onAbort)
}

function startListening(signal: AbortSignal): Listening {
  const calls = new Set<() => void>()
  const onAbort = () => {
    for (const call of calls) call()
  }
  signal.addEventListener('abort', onAbort, { once: true })
  const started = { calls, onAbort }
  listening.set(signal, started)
  return started
}

function unlisten(signal: AbortSignal, onAbort: () => void): void {
  const started = listening.get(signal)
  started?.calls.delete(onAbort)
  if (started === undefined || started.calls.size > 0) return
  listening.delete(signal)
  try {
    signal.removeEventListener('abort', started.onAbort)
  } catch {
    // A signal may be any object with the methods of one. It keeps the listener, which does nothing any more.
  }
}

function reasonOf(signal: AbortSignal): unknown {
  try {
    return signal.reason
  } catch (error) {
    return error
  }
}
