import { setTimeout as sleep } from 'node:timers/promises'
import { RetryBudget, retryDelay } from '@cb/core'
import pRetry from 'p-retry'

/**
 * Retry outside, breaker inside: each attempt asks the breaker anew and is one outcome.
 *
 * No attempt is made before the `retryAfterMs` of a rejection. If that is longer than `patience`, or null (the circuit is
 * forced open), the retry stops at once. The backoff comes on top, so that callers do not return in step.
 * The budget bounds the retries of all callers together.
 *
 * @param {Pick<import('@cb/core').CircuitBreaker, 'execute'>} breaker
 */
export function retrying(breaker, { retries = 3, patience = 5_000, budget = new RetryBudget() } = {}) {
  /**
   * @template T
   * @param {import('@cb/core').Call<T>} call
   * @param {{ signal?: AbortSignal }} [options]  the caller's signal ends the attempt and the waiting
   */
  const execute = (call, { signal } = {}) => {
    budget.deposit()
    return pRetry(() => breaker.execute(call, { signal }), {
      retries,
      signal,
      minTimeout: 100,
      randomize: true,
      async shouldRetry({ error }) {
        const delay = retryDelay(error)
        if (delay === null || delay > patience || !budget.withdraw()) return false
        await sleep(delay, undefined, { signal }).catch(() => {}) // if aborted, p-retry rejects with the signal's reason
        return true
      },
    })
  }
  return { execute }
}
