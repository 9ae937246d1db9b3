import { swallowRejection, typeName } from '@cb/checks'

/** In characters. */
export const maxKeyLength = 256

/** Scheme, host and port, never credentials, path or query; the scheme alone for a URL that has no origin. */
export function originOf({ origin, protocol }: URL): string {
  return (origin === 'null' ? protocol : origin).slice(0, maxKeyLength)
}

/**
 * @param subject  the beginning of the message, up to "a string".
 * @throws TypeError unless it is a non-empty string, RangeError for more than 256 characters.
 */
export function checkKey(subject: string, key: unknown): string {
  const expected = `${subject} a string of 1 to ${maxKeyLength} characters`
  swallowRejection(key)
  if (typeof key !== 'string' || key === '') throw new TypeError(`${expected}, got ${typeName(key)}`)
  if (key.length > maxKeyLength) throw new RangeError(`${expected}, got ${key.length} characters`)
  return key
}
