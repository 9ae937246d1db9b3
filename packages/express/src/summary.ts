import type { CircuitBreaker, CircuitBreakerSnapshot } from '@cb/core'

/** One breaker in a list. */
export interface BreakerSummary
  extends Pick<CircuitBreakerSnapshot, 'name' | 'state' | 'retryAfterMs' | 'override' | 'totals' | 'opens' | 'closes'> {
  /** The reason of its last transition; null before the first. */
  readonly reason: string | null
}

/** A limit of the whole response, because names come from outside and may be long. */
const maxCharacters = 1_000_000

/** Summaries of the first breakers, up to `maxCount` and to the size limit, but at least one. */
export function summarize(
  breakers: Iterable<CircuitBreaker>,
  maxCount: number,
): { breakers: BreakerSummary[]; truncated: boolean } {
  const summaries: BreakerSummary[] = []
  let characters = 0
  for (const breaker of breakers) {
    const { name, state, retryAfterMs, override, totals, opens, closes, lastTransition } = breaker.snapshot()
    const reason = lastTransition?.reason ?? null
    const summary = { name, state, retryAfterMs, override, totals, opens, closes, reason }
    characters += JSON.stringify(summary).length
    if (summaries.length > 0 && (summaries.length === maxCount || characters > maxCharacters)) {
      return { breakers: summaries, truncated: true }
    }
    summaries.push(summary)
  }
  return { breakers: summaries, truncated: false }
}
