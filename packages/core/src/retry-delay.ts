/**
 * How long a retry must wait at least, in milliseconds: 0 where only its own backoff matters, null where it must not retry at
 * all (a breaker that is forced open, a call that was aborted). A refusal is never to be retried before its `retryAfterMs`.
 */
export function retryDelay(error: unknown): number | null {
  try {
    const { retryAfterMs, name } = error as { retryAfterMs?: unknown; name?: unknown }
    if (retryAfterMs === null || name === 'AbortError') return null
    return typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : 0
  } catch {
    return 0 // no object, or a getter that throws
  }
}
