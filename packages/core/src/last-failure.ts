import { findInCauses } from './causes.ts'
import type { FailureTraits, LastFailure, OpenTrip, Trip } from './events.ts'
import { keepText } from './kept-text.ts'
import { isError } from './misuse.ts'

/** Of a name or a code, and of a message. */
const longestName = 100
const longestMessage = 200

/** Where a breaker keeps its latest failure: plain fields, for an object of its own would take twice the memory. */
export interface KeptFailure {
  /** NaN for never. */
  lastFailureAt: number
  lastFailureName: string | null
  lastFailureCode: string | number | null
  lastFailureMessage: string | null
}

/**
 * Keeps what can be said of a failure. Its error is the caller's: it may be of any type, hold secrets, or throw when it is looked
 * at. In an outage the errors are alike, so a text is copied only if it differs from that of the failure before.
 */
export function keepFailure(kept: KeptFailure, error: unknown, at: number): void {
  let name: unknown
  let message: unknown
  try {
    if (isError(error)) ({ name, message } = error)
  } catch {
    // A getter of the error threw.
  }
  const code = findInCauses(error, codeOf) ?? null
  kept.lastFailureAt = at
  if (kept.lastFailureName !== name) kept.lastFailureName = keep(name, longestName)
  if (kept.lastFailureMessage !== message) kept.lastFailureMessage = keep(message, longestMessage)
  if (kept.lastFailureCode !== code) kept.lastFailureCode = typeof code === 'number' ? code : keep(code, longestName)
}

/** The nearest one among the error and its causes. */
function codeOf({ code }: { readonly code?: unknown }): string | number | undefined {
  return typeof code === 'string' || typeof code === 'number' ? code : undefined
}

function keep(text: unknown, longest: number): string | null {
  return typeof text === 'string' ? keepText(text, longest) : null
}

/** For snapshots; null if there was none. */
export function lastFailureOf(kept: KeptFailure): LastFailure | null {
  const { lastFailureAt: at, lastFailureName: name, lastFailureCode: code, lastFailureMessage: message } = kept
  return Number.isNaN(at) ? null : { name, code, message, at }
}

/** A trip with the latest failure, for all who ask why the breaker is open: never the message, which may hold a secret. */
export function withLastFailure(trip: Trip | undefined, failure: FailureTraits | null): OpenTrip | undefined {
  if (trip === undefined) return undefined
  const lastFailure = failure && Object.freeze({ name: failure.name, code: failure.code })
  return Object.freeze({ ...trip, lastFailure })
}
