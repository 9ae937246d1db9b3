import type { CircuitOpenError } from '@cb/core'
import type { InternalAxiosRequestConfig } from 'axios'

/**
 * The same error, such that caches, retries and `isAxiosError` take it for one of axios: with a `config`, a copy that tells axios-retry
 * and retry-axios not to repeat it. What it adds can't be enumerated, so that no part of the request appears in a log.
 */
export function asAxiosError(error: CircuitOpenError, config: InternalAxiosRequestConfig): CircuitOpenError {
  const { 'axios-retry': retry, raxConfig } = config as { 'axios-retry'?: object; raxConfig?: object }
  const unrepeated = {
    ...config,
    'axios-retry': { ...retry, retries: 0, onMaxRetryTimesExceeded() {} },
    raxConfig: { ...raxConfig, retry: 0 },
  }
  const hidden = (value: unknown) => ({ value, configurable: true, writable: true })
  return Object.defineProperties(error, {
    isAxiosError: hidden(true),
    config: hidden(unrepeated),
    toJSON: hidden(() => ({ ...error, message: error.message })),
  })
}
