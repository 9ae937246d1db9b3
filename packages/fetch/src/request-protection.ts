import type { RequestProtection as Protection } from '@cb/http-rules'
import type { FetchRequest } from './fetch-request.ts'

/**
 * Answers when the call was refused, or when it counts as a failure: it rejected, or has an answer of such a status, whose
 * `HttpStatusError` it gets and which it may return.
 */
export type FetchFallback = (
  error: unknown,
  request: FetchRequest,
  response: Response | undefined,
) => Response | PromiseLike<Response>

/** What one request may ask of the breaker that guards it. */
export interface RequestProtection extends Protection<FetchFallback> {}
