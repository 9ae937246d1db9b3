import { findInCauses } from './causes.ts'
import { CircuitOpenError } from './errors.ts'

/**
 * The rejection by a breaker behind an error: the error itself, or the nearest of its causes, eight deep. For error handlers of
 * applications: libraries wrap what they are given.
 * @returns undefined if there is none.
 */
export function findCircuitOpenError(error: unknown): CircuitOpenError | undefined {
  return findInCauses(error, (cause) => ((cause as unknown) instanceof CircuitOpenError ? (cause as never) : undefined))
}
