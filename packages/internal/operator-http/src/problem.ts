import type { ServerResponse } from 'node:http'

const titles = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** Sends a body as JSON, with the headers of the package. */
type SendJson = (response: ServerResponse, status: number, body: object, type: string) => void

/** A request that can't be served; its message is the `detail` of the response (RFC 9457). */
export class Problem extends Error {
  readonly #status: keyof typeof titles
  readonly #headers: Record<string, string>

  constructor(status: keyof typeof titles, detail: string, headers: Record<string, string> = {}) {
    super(detail)
    this.#status = status
    this.#headers = headers
  }

  send(response: ServerResponse, sendJson: SendJson): void {
    for (const [name, value] of Object.entries(this.#headers)) response.setHeader(name, value)
    const body = { type: 'about:blank', title: titles[this.#status], status: this.#status, detail: this.message }
    sendJson(response, this.#status, body, 'application/problem+json')
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
