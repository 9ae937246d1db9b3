import { retryDelay } from '@cb/core'
import { bulkhead, DelegateBackoff, handleWhen, isBulkheadRejectedError, retry, wrap } from 'cockatiel'

/**
 * Retry outside, then the bulkhead, breaker inside: waiting for the next attempt holds no place in the bulkhead, and waiting for
 * a place is no part of the call that the breaker times.
 *
 * No attempt is made before the `retryAfterMs` of a rejection. If that is longer than `patience`, or null (the circuit is forced
 * open), the retry stops at once, as it does when the bulkhead is full: more attempts would keep it full.
 *
 * @param {Pick<import('@cb/core').CircuitBreaker, 'execute'>} breaker
 */
export function retrying(breaker, { retries = 3, patience = 5_000, places = 10, waiting = 100 } = {}) {
  const policy = retry(
    handleWhen((error) => !isBulkheadRejectedError(error) && (retryDelay(error) ?? Infinity) <= patience),
    {
      maxAttempts: retries,
      backoff: new DelegateBackoff(({ attempt, result }) => {
        const backoff = 100 * 2 ** (attempt - 1) * (1 + Math.random())
        return backoff + ('error' in result ? (retryDelay(result.error) ?? 0) : 0)
      }),
    },
  )
  const policies = wrap(policy, bulkhead(places, waiting))
  /**
   * @template T
   * @param {import('@cb/core').Call<T>} call
   * @param {{ signal?: AbortSignal }} [options]  the caller's signal ends the attempt; there is none after it
   */
  const execute = (call, options = {}) =>
    policies.execute(({ signal }) => breaker.execute(call, { signal }), options.signal)
  return { execute }
}
