import { findInCauses } from './causes.ts'

/**
 * How long a retry must wait at least, in milliseconds: 0 where only its own backoff matters, null where it must not retry at
 * all (a breaker that is forced open, a call that was aborted). A rejected call must not be retried before its `retryAfterMs`, also
 * if the rejection is the `cause` of the error.
 */
export function retryDelay(error: unknown): number | null {
  const wait = findInCauses(error, ({ retryAfterMs, name }, depth) => {
    if (retryAfterMs === null || (depth === 0 && name === 'AbortError')) return Infinity
    return typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : undefined
  })
  return wait === Infinity ? null : (wait ?? 0)
}
