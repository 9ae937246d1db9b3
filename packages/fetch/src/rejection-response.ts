import type { CircuitOpenError } from '@cb/core'

/**
 * A rejection as a response: 503 with problem details (RFC 9457) and `Retry-After`, if the time is known. `x-should-retry` is what the
 * SDKs of OpenAI and Anthropic look at, `stripe-should-retry` the one of Stripe, which takes a body without `error` for a success.
 */
export function rejectionResponse({ breaker, code, message, reason, retryAfterMs }: CircuitOpenError): Response {
  const title = 'Service Unavailable'
  const error = { type: 'api_error', code, message }
  const problem = {
    type: 'about:blank',
    title,
    status: 503,
    detail: message,
    code,
    breaker,
    reason,
    retryAfterMs,
    error,
  }
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'x-should-retry': 'false',
    'stripe-should-retry': 'false',
  })
  // At least a second, because to retry at once would cause the load that a breaker prevents.
  if (retryAfterMs !== null) headers.set('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1_000))))
  return new Response(JSON.stringify(problem), { status: 503, statusText: title, headers })
}
