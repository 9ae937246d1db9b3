import type { ServerResponse } from 'node:http'
import { sendProblem } from './send-json.ts'

/** A property with this key marks the response, so that another copy of the package recognises it. */
const mark: unique symbol = Symbol.for('@cb/express/unavailable')

interface Marked extends ServerResponse {
  [mark]?: boolean
}

/** Headers that a handler may have set for the body that is replaced. */
const staleHeaders = [
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Location',
  'Content-Range',
  'ETag',
  'Expires',
  'Last-Modified',
  'Transfer-Encoding',
]

/**
 * Responds with 503 and problem details (RFC 9457). They contain when to retry, but neither the breaker nor the reason, because the
 * client may be anyone.
 */
export function sendUnavailable(res: ServerResponse, detail: string, retryAfterMs: unknown): void {
  const retryAfter = wholeSeconds(retryAfterMs)
  for (const header of staleHeaders) res.removeHeader(header)
  res.statusMessage = 'Service Unavailable'
  if (retryAfter === undefined) res.removeHeader('Retry-After')
  else res.setHeader('Retry-After', retryAfter)
  ;(res as Marked)[mark] = true
  sendProblem(res, 503, 'Service Unavailable', { detail, retryAfter })
}

/** Whether `sendUnavailable` has sent the response, so that an outer guard does not count another breaker's rejection. */
export function isUnavailable(res: Marked): boolean {
  return res.statusCode === 503 && res[mark] === true
}

/** At least 1, because retrying at once would cause the overload that a breaker prevents. */
function wholeSeconds(ms: unknown): number | undefined {
  if (typeof ms !== 'number' || !(Math.abs(ms) <= Number.MAX_SAFE_INTEGER)) return undefined
  return Math.max(1, Math.ceil(ms / 1_000))
}
