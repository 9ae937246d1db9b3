class HealthCheckError extends Error {}

/**
 * A trip policy that opens at the first failed check, as `anyOf(failureRate(), healthCheckFailed)`.
 *
 * @type {import('@cb/core').TripPolicy}
 */
export const healthCheckFailed = {
  name: 'health-check-failed',
  start: () => ({
    success: () => undefined,
    failure: (error) =>
      error instanceof HealthCheckError
        ? { policy: healthCheckFailed.name, threshold: 1, calls: 1, failures: 1 }
        : undefined,
    snapshot: () => ({ calls: 0, failures: 0 }),
  }),
}

/**
 * Checks now and then at an interval, through the breaker: while half-open a check is a probe.
 *
 * @param {Pick<import('@cb/core').CircuitBreaker, 'execute'>} breaker
 * @param {(signal: AbortSignal) => Promise<unknown>} check
 * @param {number} interval
 * @returns a function that stops it
 */
export function checkHealth(breaker, check, interval) {
  const fail = (/** @type {unknown} */ cause) => {
    throw new HealthCheckError('health check failed', { cause })
  }
  const run = () => breaker.execute((signal) => check(signal).catch(fail)).catch(() => {})
  const timer = setInterval(run, interval)
  timer.unref()
  void run()
  return () => clearInterval(timer)
}
