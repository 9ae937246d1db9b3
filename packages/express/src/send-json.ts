import type { ServerResponse } from 'node:http'
import { safeJson } from '@cb/checks'

/** No cache may store it, because a breaker's state changes, and no browser may interpret it as a page. */
export function sendJson(res: ServerResponse, status: number, body: object, type = 'application/json'): void {
  const text = safeJson(body)
  res.statusCode = status
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('Content-Type', type)
  res.setHeader('Content-Length', Buffer.byteLength(text))
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.end(text)
}

/** Problem details (RFC 9457). */
export function sendProblem(res: ServerResponse, status: number, title: string, more: object): void {
  sendJson(res, status, { type: 'about:blank', title, status, ...more }, 'application/problem+json')
}
