import {
  type CircuitBreaker,
  CircuitBreakerRegistry,
  consecutiveFailures,
  type Outcome,
  type OutcomeEvent,
} from '@cb/core'
import { fakeClock } from '@cb/test-kit'
import * as undici from 'undici'
import { type ProtectedFetch, type ProtectFetchOptions, protectFetch } from '../src/index.ts'

type Fetch = typeof globalThis.fetch

/** The fetches that most tests run with. */
export const fetches: readonly (readonly [string, Fetch])[] = [
  ['the global fetch', globalThis.fetch],
  ['the fetch of undici', undici.fetch as unknown as Fetch],
]

export interface ObservedFetch {
  readonly fetch: ProtectedFetch<Fetch>
  readonly outcomes: readonly OutcomeEvent[]
  /** The outcomes, without the rest of their events. */
  outcomeNames(): Outcome[]
}

/** A protected fetch, and the outcomes that its breakers count. */
export function observedFetch(
  fetch: Fetch,
  options: Omit<ProtectFetchOptions, 'registry' | 'defaults'> = {},
): ObservedFetch {
  const registry = new CircuitBreakerRegistry()
  const outcomes: OutcomeEvent[] = []
  registry.on('outcome', (event) => outcomes.push(event))
  const outcomeNames = () => outcomes.map(({ outcome }) => outcome)
  return { fetch: protectFetch(fetch, { registry, ...options }), outcomes, outcomeNames }
}

/** A breaker that is half-open: one success closes it, one failure opens it. */
export function halfOpen(): {
  breaker: CircuitBreaker
  options: { registry: CircuitBreakerRegistry; key: () => string }
} {
  const { now, advance } = fakeClock()
  const defaults = { trip: consecutiveFailures(1), openDuration: 1_000, halfOpen: { successThreshold: 1 }, now }
  const registry = new CircuitBreakerRegistry({ defaults })
  const breaker = registry.get('it')
  breaker.acquire().failure()
  advance(1_000)
  return { breaker, options: { registry, key: () => 'it' } }
}

// biome-ignore lint/suspicious/noExplicitAny: whatever it rejects with
export function errorOf(promise: Promise<unknown>): Promise<any> {
  return promise.then(
    () => undefined,
    (error) => error,
  )
}

/** More than one turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}
