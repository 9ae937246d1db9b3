import { format } from '@cb/checks'
import type { CircuitBreaker } from '@cb/core'

/** The breakers to serve: one of the two options. */
export interface BreakerSource {
  /** A registry; breakers that it creates later are included. */
  registry?: Iterable<CircuitBreaker>
  /** Breakers, in an iterable that can be iterated again: an array, a set. */
  breakers?: Iterable<CircuitBreaker>
}

/** @throws TypeError unless exactly one of the two is given, and it contains circuit breakers. */
export function checkSource(owner: string, { registry, breakers }: BreakerSource): Iterable<CircuitBreaker> {
  if ((registry === undefined) === (breakers === undefined)) {
    throw new TypeError(`${owner} needs either a registry or breakers, and not both`)
  }
  return registry === undefined ? checkBreakers('breakers', breakers) : checkBreakers('registry', registry)
}

function checkBreakers(option: string, value: unknown): Iterable<CircuitBreaker> {
  const breakers = value as Iterable<CircuitBreaker>
  const isIterable = typeof value === 'object' && value !== null && Symbol.iterator in value
  // A generator can be iterated once only, so that the second request would find no breaker.
  if (!isIterable || Object.is(breakers[Symbol.iterator](), breakers)) {
    throw new TypeError(
      `${option} must be a reusable iterable of breakers, such as a registry or an array, got ${format(value)}`,
    )
  }
  for (const breaker of breakers) checkBreaker(`each of ${option}`, breaker)
  return breakers
}

/** @throws TypeError unless it is a circuit breaker. */
export function checkBreaker(option: string, value: unknown): CircuitBreaker {
  if (isBreaker(value)) return value
  throw new TypeError(`${option} must be a CircuitBreaker, got ${format(value)}`)
}

/** By its methods, so that a breaker from another copy of core is one. */
export function isBreaker(value: unknown): value is CircuitBreaker {
  const { tryAcquire, snapshot, name } = (value ?? {}) as Partial<CircuitBreaker>
  return typeof tryAcquire === 'function' && typeof snapshot === 'function' && typeof name === 'string'
}
