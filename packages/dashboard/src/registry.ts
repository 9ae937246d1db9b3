import type { CircuitBreaker } from '@cb/core'

/** A registry, of this or another copy of core. */
export interface Registry extends Iterable<CircuitBreaker> {
  has(name: string): boolean
}
