import type { ErrorMiddleware } from './middleware.ts'
import { sendUnavailable } from './unavailable.ts'

/** A chain of causes may be a circle. */
const deepestCause = 8

/**
 * Answers 503 with `Retry-After` where a call was refused by an open breaker: for a `CircuitOpenError`, or an error that has one
 * among its causes. Any other error goes on to the next handler, and so does one that comes when headers have been sent.
 * @throws TypeError when given anything: `app.use(errorHandler)` without the parentheses would leave every request hanging.
 */
export function errorHandler(...none: []): ErrorMiddleware {
  if (none.length > 0) throw new TypeError('errorHandler() takes no options; use it as app.use(errorHandler())')
  // Express knows a handler of errors by its four parameters.
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
    for (let depth = 0; depth <= deepestCause && typeof link === 'object' && link !== null; depth++) {
      if (link.code === 'ECIRCUITOPEN') return link
      link = link.cause as Link | null | undefined
    }
  } catch {
    // A getter that throws: not an error of ours.
  }
  return undefined
}
