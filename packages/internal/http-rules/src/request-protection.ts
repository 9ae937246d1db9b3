import { checkFunction, checkOptions, timerMilliseconds, typeName } from '@cb/checks'
import { checkKey } from './key.ts'

/** What one request may ask of the breaker that guards it. */
export interface RequestProtection<Fallback> {
  /** The name of its breaker as it is, instead of what the `key` and `writes` options say; 1 to 256 characters. */
  key?: string
  /**
   * Answers when the call was refused, or when it rejects and counts as a failure; rethrow what you do not want to replace. If it
   * throws, the request rejects with its error, which keeps the original as `cause`.
   */
  fallback?: Fallback
  /** A limit for this request, instead of the breaker's: milliseconds, above 0, at most 2 147 483 647. */
  callTimeout?: number
}

/** @throws TypeError or RangeError naming the option. */
export function parseRequestProtection<Fallback>(
  value: false | RequestProtection<Fallback> | undefined,
): false | RequestProtection<Fallback> {
  if (value === false) return false
  if (value === undefined) return none
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`circuitBreaker must be false or an object, got ${typeName(value)}`)
  }
  const ranges = { key: null, fallback: null, callTimeout: timerMilliseconds }
  const { key, fallback } = checkOptions('circuitBreaker', value, ranges, '.')
  if (key !== undefined) checkKey('circuitBreaker.key must be', key)
  if (fallback !== undefined) checkFunction('circuitBreaker.fallback', fallback)
  return value
}

const none = Object.freeze({})
