import { checkObject, show } from '@cb/checks'
import { CircuitBreaker, type CircuitBreakerOptions, CircuitOpenError } from '@cb/core'
import { checkBreaker } from './check-breaker.ts'
import { defaultIsFailure, type IsFailure } from './is-failure.ts'
import type { Middleware } from './middleware.ts'
import { holdsPermitOf, settleAtClose } from './settlement.ts'
import { sendUnavailable } from './unavailable.ts'

/** What every guard may be given. */
export interface GuardCommonOptions {
  /**
   * Asked when the response closes: true for a failure, false for a success. Default: 5xx, or cut off by this side. Not asked
   * where the client left before the end or another breaker refused; these are ignored. One that throws or gives no boolean
   * is reported once, and the default decides.
   */
  // A method, so that a parameter declared as Express's Response is accepted.
  isFailure?(res: Parameters<IsFailure>[0]): boolean
}

/** A guard on a breaker that exists. */
export interface GuardWithBreaker extends GuardCommonOptions {
  breaker: CircuitBreaker
}

/** A guard that makes its own breaker. `callTimeout` and `classify` are for calls; a guard makes none. */
export interface GuardWithOwnBreaker
  extends GuardCommonOptions,
    Omit<CircuitBreakerOptions, 'name' | 'callTimeout' | 'classify'> {
  /** Name of the breaker. Required: two routes that share a name can't be told apart in metrics. */
  name: string
}

/** What a guard may be given: a breaker, or the options of one. */
export type GuardOptions = GuardWithBreaker | GuardWithOwnBreaker

/** A middleware that knows its breaker. */
export interface Guard extends Middleware {
  readonly breaker: CircuitBreaker
}

const ownBreakerNames = ['name', 'trip', 'openDuration', 'halfOpen', 'now', 'random', 'isFailure'] as const

/**
 * Sheds requests with 503 while what is behind it fails. Every request that is admitted takes a permit, settled when its
 * response closes; the response itself is never touched.
 * @throws TypeError or RangeError naming the option, what it was and what it may be.
 */
export function guard(options: GuardOptions): Guard {
  const { breaker, isFailure } = parseOptions(options)
  const middleware: Middleware = (req, res, next) => {
    // What is closed already would never settle; what is guarded already has its permit.
    if (res.destroyed || holdsPermitOf(breaker, res)) return next()
    // Some libraries route a websocket's handshake with a response that never opens nor closes.
    if (res.socket === null && 'upgrade' in req && req.upgrade === true) return next()
    const admission = breaker.tryAcquire()
    if (admission.admitted) {
      settleAtClose(res, admission, breaker, isFailure)
      return next()
    }
    const { reason, retryAfterMs } = admission
    if (res.headersSent) return next(new CircuitOpenError(breaker.name, reason, retryAfterMs))
    sendUnavailable(res, 'This part of the service is temporarily not available.', retryAfterMs)
  }
  return Object.assign(middleware, { breaker })
}

function parseOptions(options: GuardOptions): { breaker: CircuitBreaker; isFailure: IsFailure } {
  const given = 'breaker' in Object(options)
  if ('tryAcquire' in Object(options)) throw new TypeError('guard must be given { breaker }, got the breaker itself')
  checkObject('guard', options, given ? ['breaker', 'isFailure'] : ownBreakerNames)
  const { isFailure = defaultIsFailure, ...rest } = options
  if (typeof isFailure !== 'function') throw new TypeError(`isFailure must be a function, got ${show(isFailure)}`)
  if ('breaker' in rest) return { breaker: checkBreaker('breaker', rest.breaker), isFailure }
  if (rest.name === undefined) throw new TypeError('guard needs a breaker, or the name of one to make')
  return { breaker: new CircuitBreaker(rest), isFailure }
}
