import { askFallback } from '@cb/checks'
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { RequestProtection } from './request-protection.ts'

/** Calls the fallback and makes a response of its return value. */
export async function fallbackResponse(
  fallback: NonNullable<RequestProtection['fallback']>,
  error: unknown,
  config: InternalAxiosRequestConfig,
): Promise<AxiosResponse> {
  const data = await askFallback(fallback, error, config)
  // axios transforms the data after the adapter, with this config object. A retry uses the copy, which still transforms.
  const response = { data, status: 200, statusText: 'Fallback', headers: {}, config: { ...config } }
  config.transformResponse = []
  return response
}
