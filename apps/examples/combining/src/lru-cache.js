import { LRUCache } from 'lru-cache'

/**
 * Cache outside everything: a fresh value makes no call, and calls for the same key at the same time are one call and one outcome.
 * When that call fails or is rejected, the stale value answers; without one the error does. It must not be inside a retry, which
 * would take the stale value for a success.
 *
 * A stale value is kept until `max` newer keys push it out.
 *
 * @template {{}} T
 * @param {Pick<import('@cb/core').CircuitBreaker, 'execute'>} breaker
 * @param {(key: string, signal: AbortSignal) => Promise<T>} load
 */
export function caching(breaker, load, { max = 1_000, ttl = 60_000 } = {}) {
  /** @type {LRUCache<string, T>} */
  const cache = new LRUCache({
    max,
    ttl,
    noDeleteOnFetchRejection: true, // not `allowStaleOnFetchRejection`: without a stale value that would swallow the error
    fetchMethod: (key, _stale, { signal }) => breaker.execute((callSignal) => load(key, callSignal), { signal }),
  })
  /** @param {string} key */
  const get = (key) =>
    cache.fetch(key).catch((error) => {
      const stale = cache.get(key, { allowStale: true, noDeleteOnStaleGet: true })
      if (stale === undefined) throw error
      return stale
    })
  return { get }
}
