import type { ServerResponse } from 'node:http'
import { sendProblem } from './send-json.ts'

const titles = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
}

/** A request that can't be served; its message is the `detail` of the response. */
export class Problem extends Error {
  readonly #status: keyof typeof titles
  readonly #headers: Record<string, string>

  constructor(status: keyof typeof titles, detail: string, headers: Record<string, string> = {}) {
    super(detail)
    this.#status = status
    this.#headers = headers
  }

  send(res: ServerResponse): void {
    for (const [name, value] of Object.entries(this.#headers)) res.setHeader(name, value)
    sendProblem(res, this.#status, titles[this.#status], { detail: this.message })
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
