/**
 * `client.middlewareStack.use(breakerPlugin(breaker))`: each attempt of the SDK is a call of the breaker. It stands right after
 * `retryMiddleware`, where an error of the service has been thrown. Added at the step `deserialize` it would see only a response: a success.
 *
 * @param {import('@cb/core').CircuitBreaker} breaker
 * @returns {import('@smithy/types').Pluggable<any, any>}
 */
export const breakerPlugin = (breaker) => ({
  applyToStack(stack) {
    /** @type {import('@smithy/types').FinalizeRequestMiddleware<any, any>} */
    const attempt = (next) => (args) => breaker.execute(() => next(args))
    stack.addRelativeTo(attempt, { name: 'circuitBreaker', relation: 'after', toMiddleware: 'retryMiddleware' })
  },
})

const throttling = /Throttl|ThroughputExceeded|LimitExceeded|SlowDown|TooManyRequests/

/**
 * An error that says no to the request, such as a failed condition, proves that the service works: a `success`. One that says "too much" does not.
 *
 * @type {import('@cb/core').Classify}
 */
export function classifyAws(settled) {
  if (settled.status === 'fulfilled') return 'success'
  const { name, $metadata } = Object(settled.reason)
  const answered = $metadata?.httpStatusCode < 500 && $metadata.httpStatusCode !== 429
  return answered && !throttling.test(name) ? 'success' : undefined // undefined: the default decides
}
