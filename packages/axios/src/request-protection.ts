import type { RequestProtection as Protection } from '@cb/http-rules'
import type { InternalAxiosRequestConfig } from 'axios'

/**
 * Options of one request for the breaker that guards it. The return value of `fallback` becomes `data` of a response with status 200,
 * without passing through `transformResponse`.
 */
export interface RequestProtection
  extends Protection<(error: unknown, config: InternalAxiosRequestConfig) => unknown> {}

declare module 'axios' {
  // Without the type parameters of axios' own declaration, whose number differs between versions; they may be left out.
  interface AxiosRequestConfig {
    /** Protection of this request by `protectAxios`; `false` lets it pass, neither guarded nor counted. */
    circuitBreaker?: false | RequestProtection
  }
}
