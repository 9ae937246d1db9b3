/**
 * A plugin for any client of the AWS SDK v3: `client.middlewareStack.use(circuitBreakerPlugin(breaker))`. Each attempt is one call.
 *
 * It stands directly inside the SDK's retries, where an answer that is an error is thrown. At the step `deserialize`, where many plugins
 * stand, a 503 is still a response that has arrived: a breaker there counts it as a success, and never opens.
 *
 * @param {import('@cb/core').CircuitBreaker} breaker
 * @returns {import('@smithy/types').Pluggable<any, any>}
 */
export function circuitBreakerPlugin(breaker) {
  return {
    applyToStack(stack) {
      /** @type {import('@smithy/types').FinalizeRequestMiddleware<any, any>} */
      const middleware = (next) => (args) => breaker.execute(() => next(args))
      stack.addRelativeTo(middleware, {
        name: 'circuitBreaker',
        relation: 'after',
        toMiddleware: 'retryMiddleware',
      })
    },
  }
}

/**
 * An error by which the service says that the request is wrong proves that the service works: a success. Throttling, a fault of the
 * service, and no answer at all are failures.
 *
 * @type {import('@cb/core').Classify}
 */
export function classifyAws(settled) {
  if (settled.status === 'fulfilled') return 'success'
  const { $fault, $metadata } = Object(settled.reason)
  if ($fault === undefined) return undefined // no answer of the service: the default decides
  const isThrottled = $metadata?.httpStatusCode === 429 || /Throttl|TooManyRequests|SlowDown/.test(settled.reason.name)
  return $fault === 'client' && !isThrottled ? 'success' : 'failure'
}
