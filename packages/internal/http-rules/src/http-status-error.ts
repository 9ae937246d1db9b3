import { retryAfterOf } from './retry-after.ts'

const brand = Symbol.for('@cb/HttpStatusError')

/**
 * What a breaker is told, and its listeners see, when the answer itself was the failure; the caller still gets the response or
 * the error of the HTTP library. That error, where there is one, is the `cause`.
 *
 * Check it with `instanceof`, which also holds for an error of another adapter or copy of the package.
 */
export class HttpStatusError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    try {
      return typeof value === 'object' && value !== null && brand in value
    } catch {
      return false // a proxy that throws
    }
  }

  override readonly name = 'HttpStatusError'
  /** `HTTP_503` for status 503. */
  readonly code: `HTTP_${number}`
  readonly status: number
  /** How long a 429 or 503 asks to wait, in milliseconds: above 0, at most a day. */
  readonly retryAfterMs: number | undefined

  /** @param header  gives a header of the answer by its name in lower case. */
  constructor(status: number, header: (name: string) => unknown, cause?: unknown) {
    super(`the server answered ${status}`, cause === undefined ? undefined : { cause })
    this.status = status
    this.code = `HTTP_${status}`
    this.retryAfterMs = retryAfterOf(status, header)
  }
}

// On the prototype, so that a logged error does not show it.
Object.defineProperty(HttpStatusError.prototype, brand, { value: true })
