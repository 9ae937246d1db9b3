import { swallowRejection, typeName } from '@cb/checks'

/** In characters. */
const maxKeyLength = 256

/** The part before the path, without credentials or anything unusual. */
const usualStart = /^https?:\/\/[^/?#\\@\s]+(?=[/?#]|$)/
const maxCached = 1_000
/** A cache, because parsing a URL costs as much as the rest of a guarded call. */
const keysByStart = new Map<string, string>()

/**
 * The origin of a URL: scheme, host and port, never credentials, path or query; the scheme alone for a URL that has no origin;
 * `relative` for a URL that is invalid, or relative without a page. A relative URL in a browser has the origin of the page.
 */
export function originKey(address: string): string {
  const start = usualStart.exec(address)?.[0]
  if (start === undefined || start.length > maxKeyLength) return originOf(address)
  let key = keysByStart.get(start)
  if (key === undefined) {
    key = originOf(start)
    if (keysByStart.size >= maxCached) keysByStart.clear()
    keysByStart.set(copyOf(start), key)
  }
  return key
}

function originOf(address: string): string {
  const { origin, protocol } = resolveUrl(address)
  if (protocol === 'relative:') return 'relative'
  return cutKey((origin === 'null' ? protocol : origin).slice(0, maxKeyLength))
}

/** The base of a relative URL is the page; without a page it begins with `relative:`, as does an invalid URL. */
export function resolveUrl(address: string): URL {
  const { location } = globalThis as { location?: { href: string } }
  try {
    return new URL(address, location?.href ?? 'relative:/')
  } catch {
    return new URL('relative:')
  }
}

/** A part of a longer string would keep all of it in memory. */
function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text))
}

/** A key that an adapter makes of something else than a URL: a copy, cut to the longest allowed. */
export function cutKey(key: string): string {
  return copyOf(key.slice(0, maxKeyLength))
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
