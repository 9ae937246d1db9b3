import { CircuitBreakerRegistry, type Outcome, type OutcomeEvent } from '@cb/core'
import * as undici from 'undici'
import { type ProtectedFetch, type ProtectFetchOptions, protectFetch } from '../src/index.ts'

type Fetch = typeof globalThis.fetch

/** The fetches that everything is tried with. */
export const fetches: readonly (readonly [string, Fetch])[] = [
  ['the global fetch', globalThis.fetch],
  ['the fetch of undici', undici.fetch as unknown as Fetch],
]

export interface Watched {
  readonly fetch: ProtectedFetch<Fetch>
  readonly outcomes: readonly OutcomeEvent[]
  /** The outcomes, without what belongs to them. */
  told(): Outcome[]
}

/** A protected fetch, and what its breakers are told. */
export function watched(fetch: Fetch, options: Omit<ProtectFetchOptions, 'registry' | 'defaults'> = {}): Watched {
  const registry = new CircuitBreakerRegistry()
  const outcomes: OutcomeEvent[] = []
  registry.on('outcome', (event) => outcomes.push(event))
  const told = () => outcomes.map(({ outcome }) => outcome)
  return { fetch: protectFetch(fetch, { registry, ...options }), outcomes, told }
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
