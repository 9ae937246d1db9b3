import type { ErrorMiddleware } from './middleware.ts'
import { sendUnavailable } from './unavailable.ts'

/** A chain of causes may be a loop. */
const maxCauseDepth = 8

/**
 * Responds with 503 and `Retry-After` when an open breaker has rejected a call: to a `CircuitOpenError`, or an error that has one among
 * its causes. Any other error goes to the next handler, and so does every error after the headers are sent.
 * @throws TypeError for any argument: `app.use(errorHandler)` without the parentheses would leave every request hanging.
 */
export function errorHandler(...none: []): ErrorMiddleware {
  if (none.length > 0) throw new TypeError('errorHandler() takes no options; use it as app.use(errorHandler())')
  // Express recognises an error handler by its four parameters.
  return (error, _req, res, next) => {
    const rejection = res.headersSent ? undefined : findRejection(error)
    if (rejection === undefined) return next(error)
    sendUnavailable(res, 'Something that this request needs is temporarily not available.', rejection.retryAfterMs)
  }
}

interface Link {
  code?: unknown
  cause?: unknown
  retryAfterMs?: unknown
}

function findRejection(error: unknown): Link | undefined {
  try {
    let link = error as Link | null | undefined
    for (let depth = 0; depth <= maxCauseDepth && typeof link === 'object' && link !== null; depth++) {
      if (link.code === 'ECIRCUITOPEN') return link
      link = link.cause as Link | null | undefined
    }
  } catch {
    // A getter that throws: not an error of a breaker.
  }
  return undefined
}
