import type { CircuitBreaker } from '@cb/core'

/** Settles calls of a breaker. */
export function settle(breaker: CircuitBreaker, successes: number, failures: number, error: unknown = refused()): void {
  for (let n = 0; n < successes; n++) breaker.acquire().success()
  for (let n = 0; n < failures; n++) breaker.acquire().failure(error)
}

export function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED postgres://app:hunter2@10.0.0.7'), { code: 'ECONNREFUSED' })
}
