import type { IncomingMessage, ServerResponse } from 'node:http'

/** A middleware for Express 4, Express 5 and everything else that is built on `node:http`. */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void

/** A middleware for errors. */
export type ErrorMiddleware = (
  error: unknown,
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void
