import type { ServerResponse } from 'node:http'
import { sendProblem } from './send-json.ts'

const marked = new WeakSet<ServerResponse>()

/** What the abandoned response may have said about a body that will not come. */
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
 * Answers 503 with problem details (RFC 9457). Strangers read it: it tells when to come back, and neither which breaker it was
 * nor why.
 */
export function sendUnavailable(res: ServerResponse, detail: string, retryAfterMs: unknown): void {
  const retryAfter = wholeSeconds(retryAfterMs)
  for (const header of staleHeaders) res.removeHeader(header)
  res.statusMessage = 'Service Unavailable'
  if (retryAfter === undefined) res.removeHeader('Retry-After')
  else res.setHeader('Retry-After', retryAfter)
  marked.add(res)
  sendProblem(res, 503, 'Service Unavailable', { detail, retryAfter })
}

/** Whether the response is one of ours, so that a guard around it does not count another breaker's rejection. */
export function isUnavailable(res: ServerResponse): boolean {
  return res.statusCode === 503 && marked.has(res)
}

/** At least 1: to come back at once would be the storm that a breaker is there to prevent. */
function wholeSeconds(ms: unknown): number | undefined {
  if (typeof ms !== 'number' || !(Math.abs(ms) <= Number.MAX_SAFE_INTEGER)) return undefined
  return Math.max(1, Math.ceil(ms / 1_000))
}
