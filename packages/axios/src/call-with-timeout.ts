import type { CallTimeoutError } from '@cb/core'
import type { CallTimeout } from '@cb/http-rules'
import type { AxiosAdapter, AxiosError, AxiosResponse, InternalAxiosRequestConfig } from 'axios'

/** Calls the adapter with the signal of the timeout. Afterwards the config has the caller's signal again, for example for a retry. */
export async function callWithTimeout(
  timeout: CallTimeout,
  errorClass: typeof AxiosError,
  adapter: AxiosAdapter,
  config: InternalAxiosRequestConfig,
): Promise<AxiosResponse> {
  const { signal: callerSignal } = config
  try {
    return await timeout.race((signal) => {
      config.signal = signal
      return adapter(config)
    })
  } catch (error) {
    throw timeout.exceeded === undefined ? error : timeoutError(timeout.exceeded, errorClass, config)
  } finally {
    if (callerSignal === undefined) delete config.signal
    else config.signal = callerSignal
  }
}

/** The error that axios throws for its own `timeout`. */
export function timeoutError(
  exceeded: CallTimeoutError,
  errorClass: typeof AxiosError,
  config: InternalAxiosRequestConfig,
): AxiosError {
  const error = new errorClass(`timeout of ${exceeded.callTimeout}ms exceeded`, errorClass.ETIMEDOUT, config)
  return Object.defineProperty(error, 'cause', { value: exceeded, configurable: true, writable: true })
}
