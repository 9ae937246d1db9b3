import { show } from '@cb/checks'

/** Brands a class of errors, so that `instanceof` also holds for an error made by another copy of the package. */
function brand(owner: { readonly prototype: Error }, name: string): void {
  const mark = Symbol.for(`@cb/core/${name}`)
  // On the prototype, so that a logged error does not show it.
  Object.defineProperty(owner.prototype, mark, { value: true })
  Object.defineProperty(owner, Symbol.hasInstance, {
    value(this: unknown, error: Record<symbol, unknown>): boolean {
      if (this !== owner) return Function.prototype[Symbol.hasInstance].call(this, error)
      try {
        return error[mark] === true
      } catch {
        return false // null, or a proxy that throws
      }
    },
  })
}

/** Why a call was not admitted. */
export type RejectionReason = 'open' | 'half-open' | 'ramp' | 'throttled' | 'forced-open'

/**
 * The call was not admitted; nothing was sent.
 *
 * Check it with `instanceof` or `error.code === 'ECIRCUITOPEN'`; both also hold for an error from another copy of the package.
 */
export class CircuitOpenError extends Error {
  static {
    brand(this, 'CircuitOpenError')
  }

  override readonly name = 'CircuitOpenError'
  readonly code = 'ECIRCUITOPEN'
  /** The name of the breaker that refused. */
  readonly breaker: string
  /**
   * `open`, `half-open` (every probe's place is taken), `ramp` (not every call is admitted yet), `throttled` or
   * `forced-open`.
   */
  readonly reason: RejectionReason
  /** Whole milliseconds until asking again can succeed; null when only a person can end it (forced open). */
  readonly retryAfterMs: number | null

  constructor(breaker: string, reason: RejectionReason, retryAfterMs: number | null) {
    const when = retryAfterMs === null ? '' : `; ask again in ${retryAfterMs} ms`
    super(`circuit breaker ${show(breaker)} is ${sayings[reason]}${when}`)
    this.breaker = breaker
    this.reason = reason
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * The call took longer than the breaker's `callTimeout`; its signal was aborted with this error as the reason.
 *
 * Check it with `instanceof` or `error.code === 'ECALLTIMEOUT'`; both also hold for an error from another copy of the package.
 */
export class CallTimeoutError extends Error {
  static {
    brand(this, 'CallTimeoutError')
  }

  override readonly name = 'CallTimeoutError'
  readonly code = 'ECALLTIMEOUT'
  /** The name of the breaker that timed the call. */
  readonly breaker: string
  /** The limit that was exceeded, in milliseconds. */
  readonly callTimeout: number

  constructor(breaker: string, callTimeout: number) {
    super(`a call through circuit breaker ${show(breaker)} took longer than ${callTimeout} ms`)
    this.breaker = breaker
    this.callTimeout = callTimeout
  }
}

const sayings: Record<RejectionReason, string> = {
  open: 'open',
  'half-open': 'half-open and every probe is in flight',
  ramp: 'recovering and does not admit every call yet',
  throttled: 'throttled, for too many calls fail',
  'forced-open': 'forced open',
}
