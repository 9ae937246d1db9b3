import { CircuitBreaker } from '@cb/core'
import { caching } from './lru-cache.js'
import { limiting } from './p-limit.js'
import { retrying } from './p-retry.js'

/**
 * From outside in: stale-if-error cache, retry, bulkhead, breaker, time limit, call. Each wraps something that has `execute`.
 *
 * @template {{}} T
 * @param {(key: string, signal: AbortSignal) => Promise<T>} load
 * @param {import('@cb/core').CircuitBreakerOptions} [options]
 */
export function shielded(load, options) {
  const breaker = new CircuitBreaker({ callTimeout: 2_000, ...options })
  const limited = limiting(breaker, { places: 10 })
  const retried = retrying(limited, { retries: 3 })
  const cached = caching(retried, load, { ttl: 60_000 })
  return { breaker, get: cached.get }
}
