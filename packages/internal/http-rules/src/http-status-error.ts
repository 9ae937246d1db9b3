import { retryAfterOf } from './retry-after.ts'

const brand = Symbol.for('@cb/HttpStatusError')

/**
 * The error that listeners of a breaker get when the status of a response counts as a failure. The caller still gets the response
 * or the error of the HTTP library; that error, if there is one, is the `cause`.
 *
 * Check it with `instanceof`, which also holds for an error from another adapter or from another copy of the package.
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
  /** How long the server asks to wait, with a 429 or 503, in milliseconds above 0. The breaker decides how much of it to grant. */
  readonly retryAfterMs: number | undefined

  /** @param header  returns a header of the response by its name in lower case. */
  constructor(status: number, header: (name: string) => unknown, cause?: unknown) {
    super(`the server answered ${status}`, cause === undefined ? undefined : { cause })
    this.status = status
    this.code = `HTTP_${status}`
    this.retryAfterMs = retryAfterOf(status, header)
  }
}

// On the prototype, so that it does not appear in a logged error.
Object.defineProperty(HttpStatusError.prototype, brand, { value: true })
