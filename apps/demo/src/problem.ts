import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, Response } from 'express'
import { whyOf } from './failure.ts'

/** Sends problem details (RFC 9457). */
export function sendProblem(response: Response, status: number, detail: string, more: object = {}): void {
  const body = { type: 'about:blank', title: STATUS_CODES[status], status, detail, ...more }
  response.status(status).type('application/problem+json').send(JSON.stringify(body))
}

/** Maps a failure of a service to a response of the gateway. `errorHandler` has already handled the rejections of breakers. */
export const upstreamProblem: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error)
  if (error.type === 'entity.parse.failed') return sendProblem(response, 400, 'the body must be JSON')
  if (error.response === undefined && error.status >= 400 && error.status < 500) {
    return sendProblem(response, error.status, error.message)
  }
  if (error.response === undefined && error.code === undefined) return next(error) // a bug of the gateway
  if (whyOf(error) === 'timeout') {
    return sendProblem(response, 504, 'The service timed out; the request may or may not have been processed.')
  }
  sendProblem(response, 502, 'A service that this request needs failed.')
}
