import { type CircuitBreakerRegistry, CircuitOpenError } from '@cb/core'
import { type Host, type HttpOptions, parseOptions } from '@cb/http-rules'
import {
  type DispatchHandler,
  type DispatchRequest,
  outcomeOf,
  type SettledDispatch,
  WatchedHandler,
} from './dispatch-handler.ts'
import { keyOf } from './origin.ts'

export type { DispatchHeaders, DispatchRequest, SettledDispatch } from './dispatch-handler.ts'

/** What `breakerInterceptor` may be given. Every option has a default that protects. */
export interface BreakerInterceptorOptions extends HttpOptions<DispatchRequest, SettledDispatch> {}

// biome-ignore lint/suspicious/noExplicitAny: undici's own differ between its versions
type Dispatch = (options: any, handler: any) => boolean

/** What `compose` of a dispatcher takes. */
export interface BreakerInterceptor {
  (dispatch: Dispatch): Dispatch
  /** The breakers, by key. */
  readonly registry: CircuitBreakerRegistry
}

const host: Host<DispatchRequest, SettledDispatch> = {
  adapter: '@cb/fetch/undici',
  face: 'breakerInterceptor',
  key: ({ url }) => keyOf(url),
  method: ({ method }) => method,
  outcomeOf,
}

/**
 * Circuit breakers for a dispatcher of undici 7 or later, and so for all that goes through it: `request`, `stream`, `fetch`. Put it
 * inside of `retry` and `redirect`, that is before them in `compose`, so that each attempt is one call.
 * @throws TypeError or RangeError naming the option.
 */
export function breakerInterceptor(options: BreakerInterceptorOptions = {}): BreakerInterceptor {
  const settings = parseOptions(host, options)
  const interceptor = (dispatch: Dispatch): Dispatch =>
    function guarded(
      given: { origin?: string | URL; path: string; method: string },
      handler: DispatchHandler,
    ): boolean {
      let watched = handler
      try {
        const url = new URL(given.path, given.origin ?? 'relative:/')
        const request = { url, method: given.method, options: given }
        const breaker = settings.breakerFor(request, undefined)
        const admission = breaker.tryAcquire()
        if (!admission.admitted) throw new CircuitOpenError(breaker.name, admission.reason, admission.retryAfterMs)
        const followed = new WatchedHandler(handler, settings, request, breaker, admission)
        watched = followed
        return admission.run(() => dispatch(given, followed))
      } catch (error) {
        watched.onResponseError?.(null, error as Error)
        return true
      }
    }
  return Object.assign(interceptor, { registry: settings.registry })
}
