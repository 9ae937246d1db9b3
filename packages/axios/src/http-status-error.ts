import { AxiosHeaders, type AxiosResponse } from 'axios'
import { parseRetryAfter } from './retry-after.ts'

/**
 * What a breaker is told, and its listeners see, when the answer itself was the failure; the caller still gets the response or
 * the error of axios. That error, where there is one, is the `cause`.
 */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError'
  /** `HTTP_503` for status 503. */
  readonly code: `HTTP_${number}`
  readonly status: number
  /** What the `Retry-After` of a 429 or 503 asks for, in milliseconds: above 0, at most a day. */
  readonly retryAfterMs: number | undefined

  constructor(response: AxiosResponse, cause?: unknown) {
    super(`the server answered ${response.status}`, cause === undefined ? undefined : { cause })
    this.status = response.status
    this.code = `HTTP_${response.status}`
    this.retryAfterMs = retryAfterOf(response)
  }
}

function retryAfterOf({ status, headers }: AxiosResponse): number | undefined {
  if (status !== 429 && status !== 503) return undefined
  try {
    return parseRetryAfter(AxiosHeaders.from(headers as AxiosHeaders).get('retry-after'))
  } catch {
    return undefined // an adapter of the user's own gave no headers that axios could read
  }
}
