import { CallTimeoutError } from './errors.ts'

/** A call that can be cancelled through the signal it receives. */
export type Call<T> = (signal: AbortSignal) => T | PromiseLike<T>

/** What ends a call early. */
export interface CallLimits {
  /** The name of the breaker, for errors. */
  readonly breaker: string
  /** Milliseconds. */
  readonly callTimeout: number | undefined
  /** The caller's. */
  readonly signal: AbortSignal | undefined
  /** Whether its timer keeps the process alive, as the caller waits for it. */
  readonly keepsAlive: boolean
  /** The caller's signal has ended the call, or could not be listened to. */
  readonly onCancel: () => void
}

/**
 * A call within its limits. Settles with the call or at the first limit; the call's signal is aborted then, and what the call still
 * does is ignored.
 */
export function callWithTimeout<T>(fn: Call<T>, limits: CallLimits): Promise<T> {
  const { breaker, callTimeout, signal, keepsAlive, onCancel } = limits
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let onAbort: (() => void) | undefined
  const clear = () => {
    clearTimeout(timer)
    if (onAbort !== undefined) removeListener(signal, onAbort)
  }
  return new Promise<T>((resolve, reject) => {
    const stop = (reason: unknown) => {
      reject(reason)
      clear()
      controller.abort(reason)
    }
    onAbort = () => {
      onCancel()
      stop(reasonOf(signal))
    }
    try {
      if (signal?.aborted) return onAbort() // a listener of the admission has cancelled it
      signal?.addEventListener('abort', onAbort, { once: true })
    } catch (error) {
      onCancel() // the signal is the caller's, and so is its error
      throw error
    }
    if (callTimeout !== undefined)
      timer = setTimeout(() => stop(new CallTimeoutError(breaker, callTimeout)), callTimeout)
    if (!keepsAlive) (timer as { unref?(): void } | undefined)?.unref?.()
    const end = (settle: (result: never) => void) => (result: unknown) => {
      clear()
      settle(result as never)
    }
    try {
      intrinsicThen.call(Promise.resolve(fn(controller.signal)), end(resolve), end(reject))
    } catch (error) {
      end(reject)(error)
    }
  })
}

function readThen(): typeof Promise.prototype.then {
  return Promise.prototype.then
}

/** As `await` does: a promise may have a `then` of its own, which may throw or call back twice. */
export const intrinsicThen: typeof Promise.prototype.then = /* @__PURE__ */ readThen()

/** A signal may be any object with the methods of one. */
function removeListener(signal: AbortSignal | undefined, listener: () => void): void {
  try {
    signal?.removeEventListener('abort', listener)
  } catch {
    // It keeps the listener, which does nothing once the call has settled.
  }
}

function reasonOf(signal: AbortSignal | undefined): unknown {
  try {
    return signal?.reason
  } catch (error) {
    return error
  }
}
