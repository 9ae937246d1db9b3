import type { CallTimeoutError } from '@cb/core'
import type { CallLimit } from '@cb/http-rules'
import type { AxiosAdapter, AxiosError, AxiosResponse, InternalAxiosRequestConfig } from 'axios'

/** Calls the adapter with the limit's signal; whoever gets the config afterwards, to repeat the request say, finds his own in it. */
export async function callWithin(
  limit: CallLimit,
  errorClass: typeof AxiosError,
  adapter: AxiosAdapter,
  config: InternalAxiosRequestConfig,
): Promise<AxiosResponse> {
  const { signal } = config
  try {
    return await limit.race((limited) => {
      config.signal = limited
      return adapter(config)
    })
  } catch (error) {
    throw limit.exceeded === undefined ? error : timeoutError(limit.exceeded, errorClass, config)
  } finally {
    if (signal === undefined) delete config.signal
    else config.signal = signal
  }
}

/** As axios says it. */
export function timeoutError(
  exceeded: CallTimeoutError,
  errorClass: typeof AxiosError,
  config: InternalAxiosRequestConfig,
): AxiosError {
  const error = new errorClass(`timeout of ${exceeded.callTimeout}ms exceeded`, errorClass.ETIMEDOUT, config)
  return Object.defineProperty(error, 'cause', { value: exceeded, configurable: true, writable: true })
}
