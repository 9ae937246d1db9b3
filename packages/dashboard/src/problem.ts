import type { ServerResponse } from 'node:http'
import { sendJson } from './send.ts'

const titles = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
}

/** A request that can't be served; its message is the `detail` of the response (RFC 9457). */
export class Problem extends Error {
  readonly status: keyof typeof titles

  constructor(status: keyof typeof titles, detail: string) {
    super(detail)
    this.status = status
  }

  send(response: ServerResponse): void {
    const body = { type: 'about:blank', title: titles[this.status], status: this.status, detail: this.message }
    sendJson(response, this.status, body, 'application/problem+json')
  }
}

/** Runs a check of the request. @throws Problem with status 400 if the check throws. */
export function checkRequest<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw error instanceof TypeError || error instanceof RangeError ? new Problem(400, error.message) : error
  }
}
