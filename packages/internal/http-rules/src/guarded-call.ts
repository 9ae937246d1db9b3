import { type CircuitBreaker, CircuitOpenError } from '@cb/core'
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
  protection: RequestProtection<Fallback>,
  request: Request,
  call: (signal?: AbortSignal) => PromiseLike<Response>,
  replace: Replace<Request, Response, Fallback>,
): Promise<Response> {
  const breaker = settings.breakerFor(request, protection.key)
  const start = () => startCall(settings, breaker, protection, request, call, replace)
  const ready = breaker.ready()
  return ready === undefined ? start() : ready.then(start)
}

function startCall<Request, Response extends object, Fallback>(
  settings: Settings<Request, Response>,
  breaker: CircuitBreaker,
  { callTimeout, fallback }: RequestProtection<Fallback>,
  request: Request,
  call: (signal?: AbortSignal) => PromiseLike<Response>,
  replace: Replace<Request, Response, Fallback>,
): Promise<Response> {
  const { adapter } = settings
  const answer = async (given: Fallback, error: unknown, response?: Response): Promise<Response> => {
    const replacement = await replace(given, error, request, response)
    breaker.countFallback(error)
    return replacement
  }
  const admission = breaker.tryAcquire()
  if (!admission.admitted) {
    const { reason, retryAfterMs, trip } = admission
    const rejection = new CircuitOpenError(breaker.name, reason, retryAfterMs, trip)
    const error = adapter.rejection?.(rejection, request) ?? rejection
    if (fallback !== undefined) return answer(fallback, error)
    const response = settings.whenOpen === 'respond' ? adapter.respond?.(rejection) : undefined
    return response === undefined ? Promise.reject(error) : Promise.resolve(response)
  }
  const attempt = new Attempt(settings, request, breaker.name, admission)
  const called = attempt.run(callTimeout, call)
  if (fallback === undefined) return called
  const hasFailed = () => attempt.settlement?.outcome === 'failure'
  return called.then(
    (response) => (hasFailed() ? answer(fallback, attempt.settlement?.error, response) : response),
    (error) => {
      if (hasFailed()) return answer(fallback, error)
      throw error
    },
  )
}
