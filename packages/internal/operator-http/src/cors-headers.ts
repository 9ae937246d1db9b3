import type { ServerResponse } from 'node:http'

/** A `cors()` for the whole app may have set these headers, but they must not apply to what operators use. */
export function removeCorsHeaders(response: ServerResponse): void {
  for (const header of response.getHeaderNames()) {
    if (header.startsWith('access-control-')) response.removeHeader(header)
  }
}
