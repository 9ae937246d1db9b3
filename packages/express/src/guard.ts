import { checkFunction, checkObject, format } from '@cb/checks'
import { CircuitBreaker, type CircuitBreakerOptions, CircuitOpenError } from '@cb/core'
import { checkBreaker } from './check-breakers.ts'
import type { IsFailure } from './is-failure.ts'
import type { Middleware } from './middleware.ts'
import { isHeld, type Rules, settleLater } from './settlement.ts'
import { sendUnavailable } from './unavailable.ts'

/** What every guard may be given. */
export interface GuardCommonOptions {
  /**
   * Asked when the permit settles: true for a failure, false for a success. Default: 5xx, or cut off by this side. Not asked
   * where the client left before that or another breaker refused; these are ignored. One that throws or gives no boolean
   * is reported once, and the default decides.
   */
  // A method, so that a parameter declared as Express's Response is accepted.
  isFailure?(res: Parameters<IsFailure>[0]): boolean
  /**
   * When a permit settles. Default `'end'`: when the response closes, so that one that breaks off counts. `'headers'`: when its
   * headers are sent, for streams of events and whatever else stays open for long, and that clients leave as they like.
   */
  settleAt?: 'end' | 'headers'
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

const commonNames = ['isFailure', 'settleAt']
const ownBreakerNames = [
  'name',
  'trip',
  'openDuration',
  'halfOpen',
  'recovery',
  'admission',
  'shadow',
  'now',
  'random',
  ...commonNames,
]

/**
 * Sheds requests with 503 while what is behind it fails. Every request that is admitted takes a permit, settled by how its
 * response ends or, with `settleAt: 'headers'`, begins; what is answered is never touched.
 * @throws TypeError or RangeError naming the option, what it was and what it may be.
 */
export function guard(options: GuardOptions): Guard {
  const rules = parseOptions(options)
  const { breaker } = rules
  const middleware: Middleware = (req, res, next) => {
    // What is closed already would never settle; what is guarded already has its permit.
    if (res.destroyed || isHeld(res, rules)) return next()
    // Some libraries route a websocket's handshake with a response that never opens nor closes.
    if (res.socket === null && 'upgrade' in req && req.upgrade === true) return next()
    const admission = breaker.tryAcquire()
    if (admission.admitted) {
      settleLater(res, admission, rules)
      return next()
    }
    const { reason, retryAfterMs } = admission
    if (res.headersSent) return next(new CircuitOpenError(breaker.name, reason, retryAfterMs))
    sendUnavailable(res, 'This part of the service is temporarily not available.', retryAfterMs)
  }
  return Object.assign(middleware, { breaker })
}

function parseOptions(options: GuardOptions): Rules {
  const given = 'breaker' in Object(options)
  if ('tryAcquire' in Object(options)) throw new TypeError('guard must be given { breaker }, got the breaker itself')
  checkObject('guard', options, given ? ['breaker', ...commonNames] : ownBreakerNames)
  const { isFailure, settleAt = 'end', ...rest } = options
  if (isFailure !== undefined) checkFunction('isFailure', isFailure)
  if (settleAt !== 'end' && settleAt !== 'headers') {
    throw new TypeError(`settleAt must be 'end' or 'headers', got ${format(settleAt)}`)
  }
  const rules = { isFailure, atHeaders: settleAt === 'headers' }
  if ('breaker' in rest) return { breaker: checkBreaker('breaker', rest.breaker), ...rules }
  if (rest.name === undefined) throw new TypeError('guard needs a breaker, or the name of one to make')
  return { breaker: new CircuitBreaker(rest), ...rules }
}
