import { askFallback, typeName } from '@cb/checks'
import { type CircuitBreaker, CircuitOpenError } from '@cb/core'
import { CallTimeout, isObject } from '@cb/http-rules'
import { Attempt } from './attempt.ts'
import type { FetchRequest } from './fetch-request.ts'
import type { Settings } from './options.ts'
import { errorFor } from './outcome.ts'
import type { FetchFallback, RequestProtection } from './request-protection.ts'
import { signalOf, withSignal } from './signal.ts'

/** A `fetch`, reduced to the types that are used here. */
export type PlainFetch = (input: FetchRequest['input'], init?: RequestInit) => Promise<Response>

/** One attempt behind a breaker. It settles with the same response or error as `fetch`, whatever its outcome is. */
export async function guardedAttempt(
  breaker: CircuitBreaker,
  settings: Settings,
  { callTimeout, fallback }: RequestProtection,
  fetch: PlainFetch,
  request: FetchRequest,
): Promise<Response> {
  const admission = breaker.tryAcquire()
  if (!admission.admitted) {
    const error = new CircuitOpenError(breaker.name, admission.reason, admission.retryAfterMs)
    if (fallback === undefined) throw error
    return fallbackResponse(fallback, error, request)
  }
  const ms = callTimeout ?? admission.callTimeout
  const timeout = ms === undefined ? undefined : new CallTimeout(breaker.name, ms, signalOf(request))
  const attempt = new Attempt(request, settings, timeout, admission)
  let response: Response
  try {
    const { input, init } = request
    response = await admission.run(() =>
      timeout === undefined ? fetch(input, init) : timeout.race((signal) => fetch(input, withSignal(request, signal))),
    )
  } catch (error) {
    const outcome = attempt.failed(error)
    if (fallback === undefined || outcome !== 'failure') throw error
    return fallbackResponse(fallback, error, request)
  }
  const outcome = attempt.responded(response)
  if (fallback === undefined || outcome !== 'failure') return response
  return fallbackResponse(fallback, errorFor({ response, request }, outcome), request, response)
}

async function fallbackResponse(
  fallback: FetchFallback,
  error: unknown,
  request: FetchRequest,
  response?: Response,
): Promise<Response> {
  const replacement = await askFallback((cause, of: FetchRequest) => fallback(cause, of, response), error, request)
  if (isObject(replacement)) return replacement
  throw new TypeError(`circuitBreaker.fallback must return a Response, got ${typeName(replacement)}`, { cause: error })
}
