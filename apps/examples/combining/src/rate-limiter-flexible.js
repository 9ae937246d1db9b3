/**
 * A limiter that answers at once goes inside the breaker: only a call that is admitted costs a point, and its rejection is `ignored`,
 * which gives a probe's place back. A retry goes around both; each attempt costs a point.
 *
 * A limiter with a store can itself fail, which would count against the dependency: give it an `insuranceLimiter`.
 *
 * @param {Pick<import('@cb/core').CircuitBreaker, 'execute'>} breaker
 * @param {import('rate-limiter-flexible').RateLimiterAbstract} limiter
 * @param {string} key  whose points: the dependency, a tenant
 */
export function rationing(breaker, limiter, key) {
  /**
   * @template T
   * @param {import('@cb/core').Call<T>} call
   * @param {{ signal?: AbortSignal }} [options]
   */
  const execute = (call, options) =>
    breaker.execute(async (signal) => {
      await limiter.consume(key).catch(reject)
      return call(signal)
    }, options)
  return { execute }
}

/**
 * The limiter rejects with a plain object. As an Error it survives a retry library; the breaker knows it by its first two properties, and the
 * retry waits for the third.
 *
 * @param {Error | import('rate-limiter-flexible').RateLimiterRes} reason
 */
function reject(reason) {
  if (reason instanceof Error) throw reason
  const { msBeforeNext, remainingPoints } = reason
  throw Object.assign(new Error('rate limit reached'), { msBeforeNext, remainingPoints, retryAfterMs: msBeforeNext })
}
