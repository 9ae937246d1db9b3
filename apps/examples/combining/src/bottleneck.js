import Bottleneck from 'bottleneck'

/**
 * A limiter that makes callers wait goes outside, breaker inside: the wait is no part of the call, so it can neither exhaust
 * `callTimeout` nor hold a probe's lease. While the circuit is open a call is rejected at once, without waiting in line.
 *
 * A retry goes around this: each attempt waits in line again. Leave Bottleneck's `expiration` alone and give the breaker a
 * `callTimeout`: it cancels the call too, and is counted.
 *
 * @param {Pick<import('@cb/core').CircuitBreaker, 'execute' | 'state'>} breaker
 * @param {Bottleneck.ConstructorOptions} [options]
 */
export function spacing(breaker, options) {
  const limiter = new Bottleneck({
    minTime: 20, // at most 50 calls a second
    highWater: 100, // more than these waiting: the newest is dropped
    strategy: Bottleneck.strategy.OVERFLOW,
    ...options,
  })
  /**
   * @template T
   * @param {(signal: AbortSignal) => Promise<T>} call
   * @param {{ signal?: AbortSignal }} [options]
   */
  const execute = (call, options) => {
    const guarded = () => breaker.execute(call, options)
    return breaker.state === 'open' ? guarded() : limiter.schedule(guarded)
  }
  return { execute }
}
