import { type CircuitBreaker, type CircuitBreakerRegistry, CircuitOpenError } from '@cb/core'
import { type Adapter, Attempt, type HttpOptions, isFailedUpload, parseOptions, watchUpload } from '@cb/http-rules'
import { type DispatchHandler, GuardedHandler } from './dispatch-handler.ts'
import {
  DispatchedRequest,
  type DispatchOptions,
  type DispatchRequest,
  type DispatchResponse,
} from './dispatched-request.ts'

export type { DispatchHeaders, DispatchRequest, DispatchResponse } from './dispatched-request.ts'

/** One attempt that has ended: `response` if there was one, `error` if there was none or its body broke off. */
export interface SettledDispatch {
  readonly response?: DispatchResponse
  readonly error?: unknown
  readonly request: DispatchRequest
  /** The caller ended it, not the network. */
  readonly aborted: boolean
}

/** Options of `breakerInterceptor`. Every option has a default that protects. */
export interface BreakerInterceptorOptions extends HttpOptions<DispatchRequest, SettledDispatch> {}

/** The `dispatch` of an undici dispatcher. */
// biome-ignore lint/suspicious/noExplicitAny: undici's own types differ between its versions
export type Dispatch = (options: any, handler: any) => boolean

/** An interceptor for `compose` of a dispatcher. */
export interface BreakerInterceptor {
  (dispatch: Dispatch): Dispatch
  /** The breakers, by key. */
  readonly registry: CircuitBreakerRegistry
}

const adapter: Adapter<DispatchedRequest, DispatchResponse, SettledDispatch> = {
  packageName: '@cb/fetch/undici',
  functionName: 'breakerInterceptor',
  key: ({ originKey }) => originKey,
  method: ({ method }) => method,
  // Only the caller's own signal, which `request` of undici passes on, tells why a body was aborted.
  signal: ({ options: { signal }, aborted }, reason) => {
    if (signal?.aborted) return signal
    return aborted ? { aborted, reason } : undefined
  },
  status: ({ status }) => status,
  header: ({ headers }, name) => headers[name],
  settled: (request, response, error) => ({
    ...(response && { response }),
    ...(error !== undefined && { error }),
    request,
    aborted: request.aborted,
  }),
  isNeutral: (error, { options }) => isFailedUpload(options.body, error),
}

/**
 * Circuit breakers for a dispatcher of undici 7 or later, and so for everything that uses it: `request`, `stream`, `fetch`. Put it
 * before `retry` and `redirect` in `compose`, so that each attempt is one call.
 * @throws TypeError or RangeError naming the option.
 */
export function breakerInterceptor(options: BreakerInterceptorOptions = {}): BreakerInterceptor {
  const settings = parseOptions(adapter, options)
  const interceptor = (dispatch: Dispatch): Dispatch =>
    function guarded(dispatched: DispatchOptions, handler: DispatchHandler): boolean {
      let current = handler
      const run = (request: DispatchedRequest, breaker: CircuitBreaker): boolean => {
        const admission = breaker.tryAcquire()
        if (!admission.admitted)
          throw new CircuitOpenError(breaker.name, admission.reason, admission.retryAfterMs, admission.trip)
        const attempt = new Attempt(settings, request, breaker.name, admission)
        const guardedHandler = new GuardedHandler(handler, request, attempt)
        current = guardedHandler
        const body = watchUpload(dispatched.body)
        const watched = body === dispatched.body ? dispatched : { ...dispatched, body }
        const exceed = (error: unknown) => guardedHandler.exceed(error as Error)
        return attempt.begin(undefined, () => dispatch(watched, guardedHandler), exceed)
      }
      const fail = (error: unknown): true => {
        current.onResponseError?.(null, error as Error)
        return true
      }
      try {
        const request = new DispatchedRequest(dispatched)
        const breaker = settings.breakerFor(request)
        const ready = breaker.ready()
        if (ready === undefined) return run(request, breaker)
        void ready.then(() => run(request, breaker)).catch(fail)
        return true
      } catch (error) {
        return fail(error)
      }
    }
  return Object.assign(interceptor, { registry: settings.registry })
}
