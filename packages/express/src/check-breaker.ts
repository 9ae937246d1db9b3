import { show } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'

/** By its shape, so that a breaker from another copy of core will do. @throws TypeError unless it is a circuit breaker. */
export function checkBreaker(option: string, value: unknown): CircuitBreaker {
  const { tryAcquire, snapshot, name } = (value ?? {}) as Partial<CircuitBreaker>
  if (typeof tryAcquire === 'function' && typeof snapshot === 'function' && typeof name === 'string') {
    return value as CircuitBreaker
  }
  throw new TypeError(`${option} must be a CircuitBreaker, got ${show(value)}`)
}
