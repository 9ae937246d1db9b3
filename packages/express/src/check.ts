import type { CircuitBreaker } from '@cb/core'

/** Checks of what users pass in. Each throws an error that names the option, what it was and what it may be. */

/** @throws TypeError unless it is an options object with none but the known keys. */
export function checkObject(option: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${option} must be given an object of options, got ${show(value)}`)
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key))
      throw new TypeError(`${option} has no option ${show(key)}; it may have ${known.join(', ')}`)
  }
}

/** By its shape, so that a breaker from another copy of core will do. @throws TypeError unless it is a circuit breaker. */
export function checkBreaker(option: string, value: unknown): CircuitBreaker {
  const { tryAcquire, snapshot, name } = (value ?? {}) as Partial<CircuitBreaker>
  if (typeof tryAcquire === 'function' && typeof snapshot === 'function' && typeof name === 'string') {
    return value as CircuitBreaker
  }
  throw new TypeError(`${option} must be a CircuitBreaker, got ${show(value)}`)
}

/** A value as it may appear in a message: bounded, and never an object's contents. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'function') return 'a function'
  return typeof value === 'bigint' ? `${value}n` : String(value)
}
