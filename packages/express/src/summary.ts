import type { CircuitBreaker, CircuitBreakerSnapshot } from '@cb/core'

/** What is told of one breaker among others. */
export interface BreakerSummary
  extends Pick<CircuitBreakerSnapshot, 'name' | 'state' | 'retryAfterMs' | 'override' | 'totals' | 'opens' | 'closes'> {
  /** The reason of its last transition; null before the first. */
  readonly reason: string | null
}

/** A bound on the answer as a whole: names come from outside, and may be long. */
const mostCharacters = 1_000_000

/** The first of the breakers, as many as an answer may hold but at least one. */
export function summarize(
  breakers: Iterable<CircuitBreaker>,
  most: number,
): { breakers: BreakerSummary[]; truncated: boolean } {
  const told: BreakerSummary[] = []
  let characters = 0
  for (const breaker of breakers) {
    const { name, state, retryAfterMs, override, totals, opens, closes, lastTransition } = breaker.snapshot()
    const reason = lastTransition?.reason ?? null
    const summary = { name, state, retryAfterMs, override, totals, opens, closes, reason }
    characters += JSON.stringify(summary).length
    if (told.length > 0 && (told.length === most || characters > mostCharacters)) {
      return { breakers: told, truncated: true }
    }
    told.push(summary)
  }
  return { breakers: told, truncated: false }
}
