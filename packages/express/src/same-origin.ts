import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

/**
 * Refuses what a page of another origin can make a browser send with its user's credentials. JSON as a content type can't be
 * sent from elsewhere without a preflight, which is never answered here. Where something in front answers it for the whole app,
 * what no page can forge decides: `Sec-Fetch-Site`, and the `Origin` of browsers without it.
 */
export function checkSameOrigin({ headers }: IncomingMessage): void {
  if (!/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) {
    throw new Problem(415, 'Send an action as application/json.')
  }
  const site = headers['sec-fetch-site']
  if (site === 'same-origin') return
  // `none` is what a person did, not a page.
  if ((site !== undefined && site !== 'none') || !hostsAgree(headers)) {
    throw new Problem(403, 'Send an action from a page of the same origin.')
  }
}

/** Only the hosts: behind a proxy that ends TLS this side does not know its own scheme. Without an origin it is no browser's. */
function hostsAgree({ origin, host }: IncomingMessage['headers']): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()
}
