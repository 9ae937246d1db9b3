import { checkFunction, format, ownOptions } from '@cb/checks'
import { CircuitBreaker, type CircuitBreakerOptions, CircuitOpenError } from '@cb/core'
import { checkBreaker, isBreaker } from './check-breakers.ts'
import type { IsFailure } from './is-failure.ts'
import type { Middleware } from './middleware.ts'
import { isHeld, type Rules, settleLater } from './settlement.ts'
import { sendUnavailable } from './unavailable.ts'

/** Options of every guard. */
export interface GuardCommonOptions {
  /**
   * Called when the permit settles: true for a failure, false for a success. Default: a failure is a 5xx, or a response that the server
   * cuts off. It is not called if the client has left or another breaker has rejected the request; these are ignored. If it throws or
   * returns anything else, the default decides, and that is logged once.
   */
  // A method, so that a parameter declared as Express's Response is accepted.
  isFailure?(res: Parameters<IsFailure>[0]): boolean
  /**
   * When a permit settles. Default `'end'`: when the response closes, so that a response that breaks off is a failure. `'headers'`: when
   * its headers are sent; for event streams and other responses that stay open until the client leaves.
   */
  settleAt?: 'end' | 'headers'
}

/** Options of a guard with an existing breaker. */
export interface GuardWithBreaker extends GuardCommonOptions {
  breaker: CircuitBreaker
}

/** Options of a guard that creates its breaker. Without `callTimeout` and `classify`, which apply to calls: a guard makes none. */
export interface GuardWithOwnBreaker
  extends GuardCommonOptions,
    Omit<CircuitBreakerOptions, 'name' | 'callTimeout' | 'classify'> {
  /** The name of the breaker. Required, because two routes with the same name are one series in metrics. */
  name: string
}

/** Options of a guard: a breaker, or the options of a new one. */
export type GuardOptions = GuardWithBreaker | GuardWithOwnBreaker

/** A middleware with its breaker. */
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
 * Rejects requests with 503 while the handlers behind it fail. Each admitted request takes a permit, which settles with the end of its
 * response or, with `settleAt: 'headers'`, with its headers. The response is never changed.
 * @throws TypeError or RangeError naming the option, its value and the allowed values.
 */
export function guard(options: GuardOptions): Guard {
  const rules = parseOptions(options)
  const { breaker } = rules
  const middleware: Middleware = (req, res, next) => {
    // A closed response would never settle its permit; a guarded one already has a permit.
    if (res.destroyed || isHeld(res, rules)) return next()
    // Some libraries route a websocket handshake with a response that never opens or closes.
    if (res.socket === null && 'upgrade' in req && req.upgrade === true) return next()
    const ready = breaker.ready()
    if (ready === undefined) enter(res, next)
    else void ready.then(() => (res.destroyed ? next() : enter(res, next)))
  }
  const enter = (res: Parameters<Middleware>[1], next: Parameters<Middleware>[2]): void => {
    const admission = breaker.tryAcquire()
    if (admission.admitted) {
      settleLater(res, admission, rules)
      return next()
    }
    const { reason, retryAfterMs, trip } = admission
    if (res.headersSent) return next(new CircuitOpenError(breaker.name, reason, retryAfterMs, trip))
    sendUnavailable(res, 'This part of the service is temporarily not available.', retryAfterMs)
  }
  return Object.assign(middleware, { breaker })
}

function parseOptions(options: GuardOptions): Rules {
  if (isBreaker(options)) throw new TypeError('guard must be given { breaker }, got the breaker itself')
  const hasBreaker = Object.hasOwn(Object(options), 'breaker')
  const own = ownOptions('guard', options, hasBreaker ? ['breaker', ...commonNames] : ownBreakerNames)
  const { isFailure, settleAt = 'end' } = own
  if (isFailure !== undefined) checkFunction('isFailure', isFailure)
  if (settleAt !== 'end' && settleAt !== 'headers') {
    throw new TypeError(`settleAt must be 'end' or 'headers', got ${format(settleAt)}`)
  }
  const rules = { isFailure, atHeaders: settleAt === 'headers' }
  if ('breaker' in own) return { breaker: checkBreaker('breaker', own.breaker), ...rules }
  if (own.name === undefined) throw new TypeError('guard needs a breaker or a name')
  delete own.isFailure // the rest, still without a prototype, is the breaker's
  delete own.settleAt
  return { breaker: new CircuitBreaker(own), ...rules }
}
