import { CallTimeoutError } from './errors.ts'
import type { Call } from './execute.ts'

/**
 * A call under its limits in time, the breaker's `callTimeout` and the caller's signal. Settles with the call or at the first
 * limit; the call's signal is aborted then, and what it still does is ignored.
 * @param onCancel  called when the caller's signal ends the call.
 */
export function callWithin<T>(
  fn: Call<T>,
  breaker: string,
  callTimeout: number | undefined,
  callerSignal: AbortSignal | undefined,
  onCancel: () => void,
): Promise<T> {
  const controller = new AbortController()
  return new Promise<T>((resolve, reject) => {
    const stop = (reason: unknown) => {
      disarm()
      reject(reason)
      controller.abort(reason)
    }
    const onAbort = () => {
      onCancel()
      stop(callerSignal?.reason)
    }
    const timer = callTimeout && setTimeout(() => stop(new CallTimeoutError(breaker, callTimeout)), callTimeout)
    callerSignal?.addEventListener('abort', onAbort, { once: true })
    const disarm = () => {
      clearTimeout(timer)
      callerSignal?.removeEventListener('abort', onAbort)
    }
    new Promise<T>((start) => start(fn(controller.signal))).finally(disarm).then(resolve, reject)
  })
}
