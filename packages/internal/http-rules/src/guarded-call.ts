import { CircuitOpenError } from '@cb/core'
import { Attempt } from './attempt.ts'
import type { Settings } from './options.ts'
import type { RequestProtection } from './request-protection.ts'

/** Answers instead of a call that was rejected or has failed. @param response  of a failing status. */
export type Replace<Request, Response, Fallback> = (
  fallback: Fallback,
  error: unknown,
  request: Request,
  response?: Response,
) => Promise<Response>

/** One call behind a breaker. It settles with the same response or error as `call`, or with the answer of the fallback. */
export function guardedCall<Request, Response extends object, Fallback>(
  settings: Settings<Request, Response>,
  { key, callTimeout, fallback }: RequestProtection<Fallback>,
  request: Request,
  call: (signal?: AbortSignal) => PromiseLike<Response>,
  replace: Replace<Request, Response, Fallback>,
): Promise<Response> {
  const { adapter } = settings
  const breaker = settings.breakerFor(request, key)
  const admission = breaker.tryAcquire()
  if (!admission.admitted) {
    const rejection = new CircuitOpenError(breaker.name, admission.reason, admission.retryAfterMs)
    const error = adapter.rejection?.(rejection, request) ?? rejection
    return fallback === undefined ? Promise.reject(error) : replace(fallback, error, request)
  }
  const attempt = new Attempt(settings, request, breaker.name, admission)
  const called = attempt.run(callTimeout, call)
  if (fallback === undefined) return called
  const hasFailed = () => attempt.settlement?.outcome === 'failure'
  return called.then(
    (response) => (hasFailed() ? replace(fallback, attempt.settlement?.error, request, response) : response),
    (error) => {
      if (hasFailed()) return replace(fallback, error, request)
      throw error
    },
  )
}
