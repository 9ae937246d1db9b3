import { askFallback, typeName } from '@cb/checks'
import { type CircuitBreaker, CircuitOpenError } from '@cb/core'
import { CallLimit, isObject } from '@cb/http-rules'
import { Attempt } from './attempt.ts'
import type { FetchRequest } from './fetch-request.ts'
import { limitedInit, signalOf } from './limited-init.ts'
import type { Settings } from './options.ts'
import { errorFor } from './outcome.ts'
import type { FetchFallback, RequestProtection } from './request-protection.ts'

/** A `fetch` as it is called here. */
export type PlainFetch = (input: FetchRequest['input'], init?: RequestInit) => Promise<Response>

/** One attempt behind a breaker. It gives back the very response or error of `fetch`, whatever the breaker thinks of it. */
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
    return answerInstead(fallback, error, request)
  }
  const ms = callTimeout ?? breaker.callTimeout
  const limit = ms === undefined ? undefined : new CallLimit(breaker.name, ms, signalOf(request))
  const attempt = new Attempt(request, settings, limit, admission)
  let response: Response
  try {
    const { input, init } = request
    response = await admission.run(() =>
      limit === undefined ? fetch(input, init) : limit.race((signal) => fetch(input, limitedInit(request, signal))),
    )
  } catch (error) {
    const outcome = attempt.failed(error)
    if (fallback === undefined || outcome !== 'failure') throw error
    return answerInstead(fallback, error, request)
  }
  const outcome = attempt.answered(response)
  if (fallback === undefined || outcome !== 'failure') return response
  return answerInstead(fallback, errorFor({ response, request }, outcome), request, response)
}

async function answerInstead(
  fallback: FetchFallback,
  error: unknown,
  request: FetchRequest,
  response?: Response,
): Promise<Response> {
  const answer = await askFallback((cause, of: FetchRequest) => fallback(cause, of, response), error, request)
  if (isObject(answer)) return answer
  throw new TypeError(`circuitBreaker.fallback must return a Response, got ${typeName(answer)}`, { cause: error })
}
