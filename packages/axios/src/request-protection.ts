import type { RequestProtection as Protection } from '@cb/http-rules'
import type { InternalAxiosRequestConfig } from 'axios'

/**
 * What one request may ask of the breaker that guards it. What `fallback` returns becomes `data` of a response with status 200, as
 * it is: `transformResponse` does not see it.
 */
export interface RequestProtection
  extends Protection<(error: unknown, config: InternalAxiosRequestConfig) => unknown> {}

declare module 'axios' {
  // Without the type parameters of axios' own declaration: their number differs between versions, and leaving them out is allowed.
  interface AxiosRequestConfig {
    /** Protection of this request by `protectAxios`; `false` lets it pass unguarded and uncounted. */
    circuitBreaker?: false | RequestProtection
  }
}
