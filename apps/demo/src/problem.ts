import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, Response } from 'express'
import { whyOf } from './failure.ts'

/** Answers with problem details (RFC 9457). */
export function sendProblem(response: Response, status: number, detail: string, more: object = {}): void {
  const body = { type: 'about:blank', title: STATUS_CODES[status], status, detail, ...more }
  response.status(status).type('application/problem+json').send(JSON.stringify(body))
}

/** What a service did, told to the gateway's caller. A breaker's rejection has been answered before, by `errorHandler`. */
export const upstreamProblem: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error)
  if (error.type === 'entity.parse.failed') return sendProblem(response, 400, 'the body must be JSON')
  if (error.response === undefined && error.status >= 400 && error.status < 500) {
    return sendProblem(response, error.status, error.message)
  }
  if (error.response === undefined && error.code === undefined) return next(error) // a bug of ours
  if (whyOf(error) === 'timeout') {
    return sendProblem(response, 504, 'No answer in time; whether it was done is not known.')
  }
  sendProblem(response, 502, 'What this request needs failed.')
}
