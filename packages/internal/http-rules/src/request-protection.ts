import { checkFunction, checkOptions, timerMilliseconds, typeName } from '@cb/checks'
import { checkKey } from './key.ts'
import { own } from './own.ts'

/** Options of one request for the breaker that guards it. */
export interface RequestProtection<Fallback> {
  /** The name of its breaker, instead of the one that the options `key` and `writes` give; 1 to 256 characters. */
  key?: string
  /**
   * Replaces the response when the breaker rejects the call, or when the call rejects and counts as a failure. Rethrow an error that
   * you do not want to replace. If the fallback throws, the request rejects with that error; a `CircuitOpenError` of another breaker
   * is copied, so that the copy can have the original error as `cause`.
   */
  fallback?: Fallback
  /** The time limit of this request, instead of the breaker's: milliseconds, above 0, at most 2 147 483 647. */
  callTimeout?: number
}

/**
 * @param holder  what has the options as its own property `circuitBreaker`, if it has them.
 * @throws TypeError or RangeError naming the option.
 */
export function parseRequestProtection<Fallback>(
  holder: { circuitBreaker?: false | RequestProtection<Fallback> } | null | undefined,
): false | RequestProtection<Fallback> {
  const value = holder != null && Object.hasOwn(holder, 'circuitBreaker') ? holder.circuitBreaker : undefined
  if (value === false) return false
  if (value === undefined) return noOptions
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`circuitBreaker must be false or an object, got ${typeName(value)}`)
  }
  const ranges = { key: null, fallback: null, callTimeout: timerMilliseconds }
  const options = checkOptions('circuitBreaker', own(value), ranges, '.')
  const { key, fallback } = options
  if (key !== undefined) checkKey('circuitBreaker.key must be', key)
  if (fallback !== undefined) checkFunction('circuitBreaker.fallback', fallback)
  return options
}

const noOptions = Object.freeze(own({}))
