import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

/**
 * Rejects requests that a page of another origin makes a browser send with its user's credentials. Such a page can't send the content
 * type JSON without a preflight, which this API never allows. If a `cors()` of the app allows it, two headers that no page
 * can forge decide: `Sec-Fetch-Site`, and `Origin` in browsers without it.
 */
export function checkSameOrigin({ headers }: IncomingMessage): void {
  if (!/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) {
    throw new Problem(415, 'Content-Type must be application/json.')
  }
  const site = headers['sec-fetch-site']
  if (site === 'same-origin') return
  // `none` means that the user caused the request, not a page.
  if ((site !== undefined && site !== 'none') || !hostsAgree(headers)) {
    throw new Problem(403, 'The request must come from the same origin. A proxy must pass on the Host header.')
  }
}

/** Compares hosts only: behind a proxy that ends TLS the server does not know its scheme. A POST of a browser always has an origin. */
function hostsAgree({ origin, host }: IncomingMessage['headers']): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()
}
