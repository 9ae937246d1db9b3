import { askFallback } from '@cb/checks'
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { RequestProtection } from './request-protection.ts'

/** Asks the fallback and makes a response of what it returns. If it throws, its error keeps the original as `cause`. */
export async function answerInstead(
  fallback: NonNullable<RequestProtection['fallback']>,
  error: unknown,
  config: InternalAxiosRequestConfig,
): Promise<AxiosResponse> {
  const data = await askFallback(fallback, error, config)
  // axios transforms after the adapter, by this very config. Whoever repeats the request does so by the response's own.
  const response = { data, status: 200, statusText: 'Fallback', headers: {}, config: { ...config } }
  config.transformResponse = []
  return response
}
