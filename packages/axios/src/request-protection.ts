import { checkFunction, checkObject, kind } from '@cb/checks'
import type { InternalAxiosRequestConfig } from 'axios'
import { checkKey } from './key.ts'

/** What one request may ask of the breaker that guards it. */
export interface RequestProtection {
  /** The name of its breaker, instead of what the `key` option says; 1 to 256 characters. */
  key?: string
  /**
   * Answers when the call was refused, or when it rejects and counts as a failure; rethrow what you do not want to replace. What
   * it returns becomes `data` of a response with status 200, as it is: `transformResponse` does not see it. If it throws, the
   * request rejects with its error, which keeps the original as `cause`.
   */
  fallback?: (error: unknown, config: InternalAxiosRequestConfig) => unknown
}

declare module 'axios' {
  // Without the type parameters of axios' own declaration: their number differs between versions, and leaving them out is allowed.
  interface AxiosRequestConfig {
    /** Protection of this request by `protectAxios`; `false` lets it pass unguarded and uncounted. */
    circuitBreaker?: false | RequestProtection
  }
}

const none: RequestProtection = Object.freeze({})

/** @throws TypeError or RangeError naming the option. */
export function protectionOf({ circuitBreaker }: InternalAxiosRequestConfig): RequestProtection | false {
  if (circuitBreaker === undefined || circuitBreaker === false) return circuitBreaker ?? none
  if (typeof circuitBreaker !== 'object' || circuitBreaker === null) {
    throw new TypeError(`circuitBreaker must be false or an object, got ${kind(circuitBreaker)}`)
  }
  const { key, fallback } = checkObject('circuitBreaker', circuitBreaker, ['key', 'fallback'])
  if (key !== undefined) checkKey('circuitBreaker.key must be', key)
  if (fallback !== undefined) checkFunction('circuitBreaker.fallback', fallback)
  return circuitBreaker
}
