import { retrying } from './p-retry.js'

/**
 * Two limits. `callTimeout`, inside, judges the dependency: each attempt that takes longer is a failure. The deadline, outside,
 * is the caller's patience: when it ends an attempt, that attempt is `ignored`. So a deadline alone never opens the circuit,
 * however long the dependency hangs, and neither does one that is shorter than `callTimeout`.
 *
 * @param {import('@cb/core').CircuitBreaker} breaker  with a `callTimeout`
 * @param {number} deadline  milliseconds, for all attempts and the waiting between them
 */
export function answeringWithin(breaker, deadline) {
  const { callTimeout } = breaker.snapshot().config
  if (!(Number(callTimeout ?? Infinity) < deadline)) {
    throw new RangeError(
      `the deadline (${deadline} ms) must be longer than the breaker's callTimeout (${callTimeout} ms)`,
    )
  }
  const retried = retrying(breaker, { patience: deadline })
  /**
   * @template T
   * @param {import('@cb/core').Call<T>} call
   */
  const execute = (call) => retried.execute(call, { signal: AbortSignal.timeout(deadline) })
  return { execute }
}
