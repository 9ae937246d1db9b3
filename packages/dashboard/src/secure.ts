import type { ServerResponse } from 'node:http'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** The headers of every response. */
export function secure(response: ServerResponse): void {
  // A `cors()` for the whole app may have set these, but they must not apply to this page.
  for (const header of response.getHeaderNames()) {
    if (header.startsWith('access-control-')) response.removeHeader(header)
  }
  response.setHeader('Content-Security-Policy', policy)
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
  response.setHeader('Referrer-Policy', 'no-referrer')
  response.setHeader('X-Content-Type-Options', 'nosniff')
}
