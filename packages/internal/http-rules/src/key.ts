import { swallowRejection, typeName } from '@cb/checks'

/** In characters. */
export const longestKey = 256

/** Scheme, host and port, never credentials, path or query; the scheme alone for a URL that has no origin. @throws TypeError */
export function originOf(url: string, base?: string): string {
  const { origin, protocol } = new URL(url, base)
  return (origin === 'null' ? protocol : origin).slice(0, longestKey)
}

/**
 * @param saying  the beginning of the message, up to "a string".
 * @throws TypeError for anything but a string that is not empty, RangeError for one of more than 256 characters.
 */
export function checkKey(saying: string, key: unknown): string {
  const wanted = `${saying} a string of 1 to ${longestKey} characters`
  swallowRejection(key)
  if (typeof key !== 'string' || key === '') throw new TypeError(`${wanted}, got ${typeName(key)}`)
  if (key.length > longestKey) throw new RangeError(`${wanted}, got ${key.length} characters`)
  return key
}
