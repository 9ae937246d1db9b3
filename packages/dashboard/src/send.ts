import type { ServerResponse } from 'node:http'
import { safeJson } from '@cb/checks'

/** No cache may store it, because a breaker's state changes. */
export function sendJson(response: ServerResponse, status: number, body: object, type = 'application/json'): void {
  const text = safeJson(body)
  response.writeHead(status, {
    'Cache-Control': 'no-store, no-transform',
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}
