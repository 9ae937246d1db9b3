import type { RequestProtection as Protection } from '@cb/http-rules'
import type { FetchRequest } from './fetch-request.ts'

/**
 * Replaces the response when the breaker rejects the call, or when the call counts as a failure: it rejected, or its response has
 * such a status. It gets the error, which is an `HttpStatusError` for a status, and the response, which it may return.
 */
export type FetchFallback = (
  error: unknown,
  request: FetchRequest,
  response: Response | undefined,
) => Response | PromiseLike<Response>

/** Options of one request for the breaker that guards it. */
export interface RequestProtection extends Protection<FetchFallback> {}
