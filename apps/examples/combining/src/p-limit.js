import pLimit from 'p-limit'

/**
 * Bulkhead outside, breaker inside: waiting for a place is no part of the call, so it can neither exhaust `callTimeout` nor hold
 * a probe's lease. While the circuit is open a call is rejected at once, without waiting for a place.
 *
 * p-limit lets any number wait; `waiting` bounds them. A retry goes around this, so that it holds no place while it waits.
 *
 * @param {Pick<import('@cb/core').CircuitBreaker, 'execute' | 'state'>} breaker
 */
export function limiting(breaker, { places = 10, waiting = 100 } = {}) {
  const limit = pLimit(places)
  /**
   * @template T
   * @param {import('@cb/core').Call<T>} call
   * @param {{ signal?: AbortSignal }} [options]
   */
  const execute = async (call, options) => {
    if (breaker.state === 'open') return breaker.execute(call, options)
    if (limit.pendingCount >= waiting) throw new BulkheadFullError('no place, and too many calls wait for one')
    return limit(() => breaker.execute(call, options))
  }
  return { execute }
}

class BulkheadFullError extends Error {
  code = 'ESEMLOCKED' // any breaker further out ignores this code
}
