import { findInCauses } from './causes.ts'
import type { FailureTraits, LastFailure, OpenTrip, Trip } from './events.ts'
import { keepText } from './kept-text.ts'

/** Of a name or a code, and of a message. */
const longestName = 100
const longestMessage = 200

/**
 * What is kept of a failure. Its error is the caller's: it may be of any type, hold secrets, or throw when it is looked at. In an
 * outage the errors are alike, so texts are copied only if they differ from those of the failure before.
 */
export class KeptFailure implements LastFailure {
  readonly name: string | null
  readonly code: string | number | null
  readonly message: string | null
  at: number

  private constructor(name: unknown, code: string | number | null, message: unknown, at: number) {
    this.name = keep(name, longestName)
    this.code = typeof code === 'string' ? keep(code, longestName) : code
    this.message = keep(message, longestMessage)
    this.at = at
  }

  /** @param before  the failure before, which is changed if the new one differs in its time only. */
  static of(error: unknown, at: number, before: KeptFailure | undefined): KeptFailure {
    const { name = null, message = null } = textsOf(error)
    const code = findInCauses(error, codeOf) ?? null
    if (before !== undefined && before.name === name && before.message === message && before.code === code) {
      before.at = at
      return before
    }
    return new KeptFailure(name, code, message, at)
  }
}

function textsOf(error: unknown): { readonly name?: unknown; readonly message?: unknown } {
  try {
    if (error instanceof Error) return { name: error.name, message: error.message }
  } catch {
    // A getter of the error threw.
  }
  return {}
}

/** The nearest one among the error and its causes. */
function codeOf({ code }: { readonly code?: unknown }): string | number | undefined {
  return typeof code === 'string' || typeof code === 'number' ? code : undefined
}

function keep(text: unknown, longest: number): string | null {
  return typeof text === 'string' ? keepText(text, longest) : null
}

/** A trip with the latest failure, for all who ask why the breaker is open: never the message, which may hold a secret. */
export function withLastFailure(trip: Trip | undefined, failure: LastFailure | undefined): OpenTrip | undefined {
  return trip && Object.freeze({ ...trip, lastFailure: traitsOf(failure) })
}

function traitsOf(failure: LastFailure | undefined): FailureTraits | null {
  return failure === undefined ? null : Object.freeze({ name: failure.name, code: failure.code })
}
