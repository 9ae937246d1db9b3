import { type CircuitBreakerRegistry, CircuitOpenError } from '@cb/core'
import { type Adapter, type HttpOptions, parseOptions } from '@cb/http-rules'
import {
  type DispatchHandler,
  type DispatchRequest,
  GuardedHandler,
  outcomeOf,
  type SettledDispatch,
} from './dispatch-handler.ts'
import { keyOf } from './origin.ts'

export type { DispatchHeaders, DispatchRequest, SettledDispatch } from './dispatch-handler.ts'

/** Options of `breakerInterceptor`. Every option has a default that protects. */
export interface BreakerInterceptorOptions extends HttpOptions<DispatchRequest, SettledDispatch> {}

// biome-ignore lint/suspicious/noExplicitAny: undici's own types differ between its versions
type Dispatch = (options: any, handler: any) => boolean

/** An interceptor for `compose` of a dispatcher. */
export interface BreakerInterceptor {
  (dispatch: Dispatch): Dispatch
  /** The breakers, by key. */
  readonly registry: CircuitBreakerRegistry
}

const adapter: Adapter<DispatchRequest, SettledDispatch> = {
  packageName: '@cb/fetch/undici',
  functionName: 'breakerInterceptor',
  key: ({ url }) => keyOf(url),
  method: ({ method }) => method,
  outcomeOf,
}

/**
 * Circuit breakers for a dispatcher of undici 7 or later, and so for everything that uses it: `request`, `stream`, `fetch`. Put it
 * before `retry` and `redirect` in `compose`, so that each attempt is one call.
 * @throws TypeError or RangeError naming the option.
 */
export function breakerInterceptor(options: BreakerInterceptorOptions = {}): BreakerInterceptor {
  const settings = parseOptions(adapter, options)
  const interceptor = (dispatch: Dispatch): Dispatch =>
    function guarded(
      dispatched: { origin?: string | URL; path: string; method: string },
      handler: DispatchHandler,
    ): boolean {
      let current = handler
      try {
        const url = new URL(dispatched.path, dispatched.origin ?? 'relative:/')
        const request = { url, method: dispatched.method, options: dispatched }
        const breaker = settings.breakerFor(request, undefined)
        const admission = breaker.tryAcquire()
        if (!admission.admitted) throw new CircuitOpenError(breaker.name, admission.reason, admission.retryAfterMs)
        const guardedHandler = new GuardedHandler(handler, settings, request, breaker, admission)
        current = guardedHandler
        return admission.run(() => dispatch(dispatched, guardedHandler))
      } catch (error) {
        current.onResponseError?.(null, error as Error)
        return true
      }
    }
  return Object.assign(interceptor, { registry: settings.registry })
}
