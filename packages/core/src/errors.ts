import { format } from '@cb/checks'
import type { OpenTrip, RejectionReason } from './events.ts'

/**
 * The call was not admitted; nothing was sent.
 *
 * Check it with `instanceof` or `error.code === 'ECIRCUITOPEN'`; both also hold for an error from another copy of the package.
 */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError'
  readonly code = 'ECIRCUITOPEN'
  /** The name of the breaker that rejected the call. */
  readonly breaker: string
  /**
   * `open`, `half-open` (all probe slots are in use), `ramp` (traffic returns gradually after an outage), `throttled` (too many
   * recent calls failed) or `forced-open`.
   */
  readonly reason: RejectionReason
  /** Whole milliseconds until asking again can succeed; null when only an operator can end it (forced open). */
  readonly retryAfterMs: number | null
  /** Why the breaker is open, if a trip policy has opened it: its numbers, the name and code of the last failure. */
  readonly trip: OpenTrip | undefined

  /** Takes what the `Rejection` of a breaker says. @param message  internal: the text where it is known. */
  constructor(
    breaker: string,
    reason: RejectionReason,
    retryAfterMs: number | null,
    trip?: OpenTrip,
    message: string = explain(breaker, reason, retryAfterMs, trip),
  ) {
    super(message)
    this.breaker = breaker
    this.reason = reason
    this.retryAfterMs = retryAfterMs
    this.trip = trip
  }

  /** @internal */
  get '@cb/core/CircuitOpenError'(): true {
    return true
  }

  /** @internal */
  static override [Symbol.hasInstance](this: unknown, error: unknown): boolean {
    return isInstance(this, CircuitOpenError, '@cb/core/CircuitOpenError', error)
  }
}

/**
 * The call took longer than the breaker's `callTimeout`; its signal was aborted with this error as the reason.
 *
 * Check it with `instanceof` or `error.code === 'ECALLTIMEOUT'`; both also hold for an error from another copy of the package.
 */
export class CallTimeoutError extends Error {
  override readonly name = 'CallTimeoutError'
  readonly code = 'ECALLTIMEOUT'
  /** The name of the breaker that timed the call. */
  readonly breaker: string
  /** The limit that was exceeded, in milliseconds. */
  readonly callTimeout: number

  constructor(breaker: string, callTimeout: number) {
    super(`a call through circuit breaker ${format(breaker)} took longer than ${callTimeout} ms`)
    this.breaker = breaker
    this.callTimeout = callTimeout
  }

  /** @internal */
  get '@cb/core/CallTimeoutError'(): true {
    return true
  }

  /** @internal */
  static override [Symbol.hasInstance](this: unknown, error: unknown): boolean {
    return isInstance(this, CallTimeoutError, '@cb/core/CallTimeoutError', error)
  }
}

/** `instanceof` goes by a mark, so that it also holds for an error made by another copy of the package. */
function isInstance(asked: unknown, owner: unknown, mark: string, error: unknown): boolean {
  if (asked !== owner) return Function.prototype[Symbol.hasInstance].call(asked as () => void, error)
  try {
    return (error as Record<string, unknown>)[mark] === true
  } catch {
    return false // null, or a proxy that throws
  }
}

function explain(breaker: string, reason: RejectionReason, retryAfterMs: number | null, trip?: OpenTrip): string {
  const name = /^[\w.:/@ -]{1,100}$/.test(breaker) ? breaker : format(breaker)
  const why = reason === 'open' && trip !== undefined ? `: ${describeTrip(trip)}` : ''
  const when = retryAfterMs === null ? '' : `; retry after ${describeDuration(retryAfterMs)}`
  return `${name} ${explanations[reason] ?? reason}${why}${when}`
}

const explanations: Record<RejectionReason, string> = {
  open: 'is open',
  'half-open': 'is half-open: all probe slots are in use',
  ramp: 'is ramping up after an outage',
  throttled: 'is throttling: too many recent calls failed',
  'forced-open': 'is forced open',
}

function describeTrip({ policy, calls, failures, slowCalls, lastFailure }: OpenTrip): string {
  if (slowCalls !== undefined) return `${slowCalls} of ${calls} calls were slow`
  if (calls === undefined || failures === undefined) return `${policy}${describeFailure(lastFailure)}` // of a user's policy
  const many =
    policy !== 'consecutive-failures' ? ` of ${calls} calls failed` : failures === 1 ? ' failure' : ' failures in a row'
  return `${failures}${many}${describeFailure(lastFailure)}`
}

/** Only what looks like a code or a name: anything else may be text from outside. */
function describeFailure(failure: OpenTrip['lastFailure']): string {
  const { name, code } = failure ?? {}
  const hasNumber = typeof code === 'number' && (name === null || name === 'Error') // that of a DOMException says less than its name
  const word = hasNumber ? `${name ?? 'code'} ${code}` : typeof code === 'string' ? code : name
  return word !== 'Error' && /^[\w.-]+( -?\d+)?$/.test(word ?? '') ? ` (last: ${word})` : ''
}

function describeDuration(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`
}
