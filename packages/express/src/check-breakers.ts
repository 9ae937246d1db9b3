import { format } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'

/** Where breakers are looked for: one of the two. */
export interface BreakerSource {
  /** A registry; breakers made later are seen as well. */
  registry?: Iterable<CircuitBreaker>
  /** Breakers, in anything that can be read again and again: an array, a set. */
  breakers?: Iterable<CircuitBreaker>
}

/** @throws TypeError unless exactly one of the two is given, and holds circuit breakers. */
export function checkSource(owner: string, { registry, breakers }: BreakerSource): Iterable<CircuitBreaker> {
  if ((registry === undefined) === (breakers === undefined)) {
    throw new TypeError(`${owner} needs either a registry or breakers, and not both`)
  }
  return registry === undefined ? checkBreakers('breakers', breakers) : checkBreakers('registry', registry)
}

function checkBreakers(option: string, value: unknown): Iterable<CircuitBreaker> {
  const breakers = value as Iterable<CircuitBreaker>
  const readable = typeof value === 'object' && value !== null && Symbol.iterator in value
  // A generator could be read once only, and the second question would find no breaker at all.
  if (!readable || Object.is(breakers[Symbol.iterator](), breakers)) {
    throw new TypeError(
      `${option} must hold breakers and be readable again, such as a registry or an array, got ${format(value)}`,
    )
  }
  for (const breaker of breakers) checkBreaker(`each of ${option}`, breaker)
  return breakers
}

/** By its shape, so that a breaker from another copy of core will do. @throws TypeError unless it is a circuit breaker. */
export function checkBreaker(option: string, value: unknown): CircuitBreaker {
  const { tryAcquire, snapshot, name } = (value ?? {}) as Partial<CircuitBreaker>
  if (typeof tryAcquire === 'function' && typeof snapshot === 'function' && typeof name === 'string') {
    return value as CircuitBreaker
  }
  throw new TypeError(`${option} must be a CircuitBreaker, got ${format(value)}`)
}
